/// What the command line asks for.
struct FuzzOptions {
    enum Work {
        case fuzz
        case check(String)
        /// What the supervisor asks of its own copy.
        case loop(FuzzKind, firstSeed: UInt64, seconds: Int, stateFile: String)
    }

    struct Usage: Error, CustomStringConvertible {
        var description: String
    }

    var work = Work.fuzz
    var seconds = 60
    var seed: UInt64 = 1
    var failures = "fuzz-failures"
    var kinds = FuzzKind.allCases

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        var named: [FuzzKind] = []
        func value(_ option: String) throws -> String {
            guard let value = rest.popFirst() else { throw Usage(description: "\(option) needs a value") }
            return value
        }
        func number(_ option: String) throws -> Int {
            guard let number = Int(try value(option)), (0...1_000_000).contains(number) else {
                throw Usage(description: "\(option) needs a whole number up to 1,000,000")
            }
            return number
        }
        func kind(_ text: String) throws -> FuzzKind {
            guard let kind = FuzzKind(rawValue: text) else {
                let all = FuzzKind.allCases.map(\.rawValue).joined(separator: " ")
                throw Usage(description: "no kind is called \(text); there are: \(all)")
            }
            return kind
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--seconds": seconds = try number(argument)
            case "--seed": seed = UInt64(try number(argument))
            case "--failures": failures = try value(argument)
            case "--check": work = .check(try value(argument))
            case "--loop":
                let kind = try kind(try value(argument))
                guard let first = UInt64(try value(argument)) else { throw Usage(description: "no seed") }
                work = .loop(kind, firstSeed: first, seconds: try number(argument), stateFile: try value(argument))
            default: named.append(try kind(argument))
            }
        }
        if !named.isEmpty { kinds = named }
    }
}
