import SluiceModel
import Testing

struct Base64Tests {
    /// Source: RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of the standard`(plain: String, encoded: String) {
        #expect(base64(Array(plain.utf8)) == encoded)
        #expect(bytes(base64: encoded) == Array(plain.utf8))
    }

    @Test
    func `every byte comes back`() {
        let all = (0...255).map { UInt8($0) }
        for count in 0...all.count { #expect(bytes(base64: base64(Array(all[..<count]))) == Array(all[..<count])) }
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm9_", "Z=g=", "=Zg="])
    func `anything else is refused`(text: String) {
        #expect(bytes(base64: text) == nil)
    }
}
