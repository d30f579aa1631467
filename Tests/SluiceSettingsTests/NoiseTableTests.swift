import SluiceModel
import SluiceSettings
import Testing

/// Tables of noise in both forms in use, and what is wrong with those that are refused.
@Suite struct NoiseTableTests {
    private static let profile = "profile: {id: five, threshold: 5, width: 3, cellKeys: {table: noise.csv}}"

    private func settings(_ table: String, profile: String = NoiseTableTests.profile) throws -> (
        table: NoiseTable?, mistakes: [String]
    ) {
        let instance = try TemporaryInstance([
            "disclosure/noise.csv": table,
            "releases/profile.yaml": replacing(
                "profile: {id: five, threshold: 5}", with: profile, in: TemporaryInstance.release),
        ])
        let (settings, mistakes) = instance.read()
        guard case .cellKey(let found) = settings?.releases.first?.profile.perturbation else { return (nil, mistakes) }
        return (found, mistakes)
    }

    /// `create_cnt_ptable(D = 2, V = 0.9)` of the R package ptable, as its documentation prints it and its export pads it.
    private static let destatis = """
        i;j;p;v;p_int_ub
        0;0;1.00000000; 0;1.00000000
        1;0;0.36250000;-1;0.36250000
        1;1;0.36250000; 0;0.72500000
        1;2;0.18750000; 1;0.91250000
        1;3;0.08750000; 2;1.00000000
        2;0;0.05154609;-2;0.05154609
        2;1;0.24381564;-1;0.29536173
        2;2;0.40927654; 0;0.70463827
        2;3;0.24381564; 1;0.94845391
        2;4;0.05154609; 2;1.00000000

        """

    @Test func `the form of Destatis is read to its last decimal`() throws {
        let (table, mistakes) = try settings(NoiseTableTests.destatis)
        #expect(mistakes == [])
        let found = try #require(table)
        #expect(found.modulus == 1_000_000_000_000 && found.cycle == 1 && found.name == "noise.csv")
        #expect(found.rows.map { $0.map(\.noise) } == [[0], [-1, 0, 1, 2], [-2, -1, 0, 1, 2]])
        #expect(
            found.rows[1].map(\.last) == [362_499_999_999, 724_999_999_999, 912_499_999_999, 999_999_999_999])
        #expect(found.rows[2].first?.last == 51_546_089_999)
    }

    /// Other headers, exponents, rows that no key leads to, and no row for 0.
    @Test func `what others write is read as well`() throws {
        let text = """
            "i";"j";"p";"v";"p_ij_ub"
            1;0;0.5;-1;5.0E-1
            1;1;0;0;0.5
            1;2;0.4999999;1;0.9999999
            1;3;1.00E-07;2;1

            """
        let (table, mistakes) = try settings(text)
        #expect(mistakes == [])
        #expect(table?.rows.map { $0.map(\.noise) } == [[0], [-1, 1, 2]])
        #expect(table?.rows[1].map(\.last) == [499_999_999_999, 999_999_899_999, 999_999_999_999])
        // With both bounds, the upper one counts.
        let both = try settings("i;j;p;v;p_int_lb;p_int_ub\n1;0;0.5;-1;0;0.5\n1;2;0.5;1;0.5;1\n")
        #expect(both.table?.rows[1].map(\.last) == [499_999_999_999, 999_999_999_999])
    }

    @Test func `the form of the ONS is read with its cycle, its gaps and its extra columns`() throws {
        var text = "\"note\",\"ckey\",\"pcv\",\"pvalue\"\r\n"
        for pcv in [1, 2, 501, 750] {
            for key in 0..<256 { text += "x,\(key),\(pcv),\(key < 64 ? -1 : key < 192 ? 0 : pcv == 750 ? 2 : 1)\r\n" }
        }
        let (table, mistakes) = try settings(
            text,
            profile: "profile: {id: five, threshold: 5, width: 3, cellKeys: {table: noise.csv, hideBelow: 10}}")
        #expect(mistakes == [])
        let found = try #require(table)
        #expect(found.modulus == 256 && found.cycle == 250 && found.rows.count == 751 && found.hiddenBelow == 10)
        #expect(found.rows[2].map(\.last) == [63, 191, 255] && found.rows[2].map(\.noise) == [-1, 0, 1])
        #expect(found.rows[3].map(\.noise) == [0] && found.rows[0].map(\.noise) == [0])
        #expect(found.rows[750].map(\.noise) == [-1, 0, 2])
    }

    @Test(arguments: [
        ("", "1:1: it is empty; export it with its header"),
        (
            "a,b,c\n",
            "1:1: the header names neither pcv, ckey and pvalue nor i, j and bounds; "
                + "export it from ptable (`i;j;p;v;p_int_ub`) or in the form of the ONS (`pcv,ckey,pvalue`)"
        ),
        (
            "i;j;p;v;ub\n1;0;1;-1;x\n",
            "2:1: the upper bound of the keys is no number from 0 to 1; "
                + "write it with up to twelve decimals"
        ),
        (
            "i;j;p;v;ub\n1;0;1;-1;0.9\n",
            "1:1: the bounds for the count 1 do not end at 1; "
                + "export the whole table, with all its decimals"
        ),
        (
            "i;j;p;v;ub\n0;1;1;1;1\n",
            "2:1: a count of 0 would be published as something else; "
                + "leave 0 as it is: a zero everywhere the same gives itself away"
        ),
        (
            "i;j;p;v;ub\n1;0;.5;-1;.5\n1;1;.5;0;.4\n",
            "3:1: the upper bound is below the one before; "
                + "keep the rows in the order of their bounds"
        ),
        (
            "i;j;p;v;ub\n1;1;1;0;1\n3;3;1;0;1\n",
            "3:1: counts do not follow each other; "
                + "keep the rows of a count together, from 0 upwards and without a gap"
        ),
        (
            "pcv,ckey,pvalue\n1,0,-2\n1,1,0\n",
            "2:1: a count would be published as less than 0; "
                + "make a table whose noise takes away no more than the count"
        ),
        ("pcv,ckey,pvalue\n1,0,0\n1,1,0\n1,0,1\n", "4:1: this count and key have a row already; keep one of the two"),
        (
            "i;j;p;v;ub\n1;0;1;7;1\n",
            "2:1: v is not j less i; columns are i, j, p, v and the upper bound, in this order"
        ),
        ("pcv,ckey,pvalue\n1,0\n", "2:1: field 3 is no whole number; write one, and no thousands separator"),
        ("pcv,ckey,pvalue\n", "1:1: no row has a key; keys run from 0 to 255 or 0 to 4095"),
        ("pcv,ckey,pvalue\n1,70000,0\n", "1:1: a key is above 65535; keys run from 0 to 255 or 0 to 4095"),
        (
            "pcv,ckey,pvalue\n1,-9223372036854775808,0\n",
            "2:1: field 2 is no whole number; "
                + "write one, and no thousands separator"
        ),
        (
            "i;j;p;v;ub\n-1;0;1;1;1\n",
            "2:1: counts do not follow each other; "
                + "keep the rows of a count together, from 0 upwards and without a gap"
        ),
        (
            "i;j;p;v;ub\n1;1;1;0;1e-9223372036854775808\n",
            "2:1: the upper bound of the keys is no number from 0 to 1; "
                + "write it with up to twelve decimals"
        ),
        (
            "i;j;p;v;ub\n1;1;1;0;1.0000000000001\n",
            "2:1: the upper bound of the keys is no number from 0 to 1; "
                + "write it with up to twelve decimals"
        ),
    ])
    func `what is wrong with a table is said by line`(text: String, mistake: String) throws {
        #expect(try settings(text).mistakes == ["disclosure/noise.csv:" + mistake])
    }

    @Test func `a table is beside the profiles and nowhere else`() throws {
        for name in ["../noise.csv", "/etc/passwd", ".noise"] {
            let found = try settings(
                NoiseTableTests.destatis,
                profile: "profile: {id: five, threshold: 5, width: 3, cellKeys: {table: \(name)}}")
            #expect(found.mistakes.count == 1 && found.mistakes[0].contains("must be a file beside the profiles"))
        }
    }

    /// Keys that do not go together.
    @Test(arguments: [
        (
            "rounding: {base: 5, controlled: true}, cellKeys: {table: noise.csv}, width: 3",
            "figures are rounded already"
        ),
        ("cellKeys: {table: noise.csv}", "how many values must stay possible is not said"),
        ("rounding: {base: 5, controlled: true}, width: 5", "what is shown as [low] is one of 4 values, never of 5"),
        ("rounding: 5, pooled: true", "`pooled` is about what is hidden beside small counts"),
        ("rounding: 5, groupDisclosure: hidden", "no group is seen for certain where figures are rounded"),
        ("rounding: 5, groupDisclosure: flagged", "no group is seen for certain where figures are rounded"),
        ("rounding: {base: 2, controlled: true}", "a base of 2 is too small for a threshold of 5"),
        ("rounding: {base: 11, controlled: true}", "a base of 11 is too large for a threshold of 5"),
        ("zeros: published, width: 3, cellKeys: {table: noise.csv, hideBelow: 3}", "zeros are hidden with everything"),
        ("zeros: published, groupDisclosure: hidden", "groups cannot be hidden with `zeros: published`"),
        ("rounding: 5, zeroAttainable: true", "0 cannot stay attainable where a 0 is shown as one"),
        ("rounding: 11", "`rounding: 11` would make a shown count of 5 a 0"),
    ])
    func `keys that contradict each other are named`(keys: String, mistake: String) throws {
        let found = try settings(
            NoiseTableTests.destatis, profile: "profile: {id: five, threshold: 5, \(keys)}")
        #expect(found.mistakes.count == 1 && found.mistakes.first?.contains(mistake) == true, "\(found.mistakes)")
    }

    @Test func `controlled rounding leaves as many values as [low] can`() throws {
        let instance = try TemporaryInstance([
            "releases/profile.yaml": replacing(
                "profile: {id: five, threshold: 5}",
                with: "profile: {id: five, threshold: 10, rounding: {base: 5, controlled: true}}",
                in: TemporaryInstance.release)
        ])
        let (settings, mistakes) = instance.read()
        let profile = settings?.releases.first?.profile
        #expect(mistakes == [])
        #expect(profile?.perturbation == .controlledRounding(base: 5) && profile?.width == 4)
    }
}
