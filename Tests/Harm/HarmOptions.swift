import HarmSupport

/// What the command line asks for.
struct HarmOptions {
    struct Usage: Error, CustomStringConvertible {
        var description: String
    }

    /// Ends with 1 where a case was silent.
    var checks = false
    var cases = 20_000
    var kind: HarmKind?
    /// One case, shown in full.
    var seed: UInt64?
    var keep = ".build/harm-cases"

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        func value(_ option: String) throws -> String {
            guard let value = rest.popFirst() else { throw Usage(description: "\(option) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--check": checks = true
            case "--cases":
                guard let count = Int(try value(argument)), (1...10_000_000).contains(count) else {
                    throw Usage(description: "--cases needs a whole number from 1 on")
                }
                cases = count
            case "--kind":
                let id = try value(argument)
                guard let found = HarmKind.all.first(where: { $0.id == id }) else {
                    let all = HarmKind.all.map(\.id).joined(separator: " ")
                    throw Usage(description: "no kind is called \(id); there are: \(all)")
                }
                kind = found
            case "--seed":
                guard let number = UInt64(try value(argument)) else {
                    throw Usage(description: "--seed needs a whole number")
                }
                seed = number
            case "--keep": keep = try value(argument)
            default:
                throw Usage(
                    description: "usage: scripts/harm [--check] [--cases N] [--kind KIND] [--seed S] [--keep FOLDER]")
            }
        }
        if seed != nil, kind == nil { throw Usage(description: "--seed needs --kind: a case is a kind and a seed") }
    }
}
