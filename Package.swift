// swift-tools-version: 6.2
// The architecture as a checked list: targets from the bottom row to the top. An import points to a lower row.
import PackageDescription

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .executable(name: "sluiced", targets: ["sluiced"]),
        .executable(name: "sluice-decode", targets: ["sluice-decode"]),
        .executable(name: "sluice-protect", targets: ["sluice-protect"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Row −1: C shims and system libraries.
        .target(name: "CSluiceLinux"),
        .target(name: "CSluiceBytes"),
        .systemLibrary(
            name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CLibExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CLibZ", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CClp", pkgConfig: "clp", providers: [.apt(["coinor-libclp-dev"])]),
        .systemLibrary(name: "CCbc", providers: [.apt(["coinor-libcbc-dev"])]),

        // Row 0: values and pure checks.
        .target(name: "SluiceModel"),
        .target(name: "SluiceYAML", dependencies: ["CLibYAML"]),
        .target(name: "SluiceCertificate"),

        // Row 1: one concern each.
        .target(name: "SluiceSystem", dependencies: ["CSluiceLinux"]),
        .target(name: "SluiceWire", dependencies: ["SluiceModel", "SluiceCertificate"]),
        .target(name: "SluiceReaders", dependencies: ["CLibArchive", "CLibExpat", "CLibZ", "SluiceModel"]),
        .target(name: "SluiceStore", dependencies: ["SluiceModel"]),
        .target(name: "SluiceDisclosure", dependencies: ["CClp", "CCbc", "SluiceModel", "SluiceCertificate"]),

        // Row 2: a library, a file format or a database behind each.
        .target(name: "SluiceIngest", dependencies: ["CSluiceBytes", "SluiceModel", "SluiceReaders", "SluiceSystem"]),
        .target(name: "SluiceFormat", dependencies: ["SluiceModel", "SluiceSystem", "SluiceYAML"]),
        .target(
            name: "SluiceLedger",
            dependencies: ["SluiceModel", "SluiceStore", .product(name: "Crypto", package: "swift-crypto")]),
        .target(
            name: "SluiceStoreSQLite",
            dependencies: [
                "SluiceModel", "SluiceStore", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(name: "SluiceSettings", dependencies: ["SluiceModel", "SluiceSystem", "SluiceYAML"]),
        .executableTarget(
            name: "sluice-decode",
            dependencies: ["SluiceModel", "SluiceSystem", "SluiceWire", "SluiceReaders", "SluiceIngest"]),
        .executableTarget(
            name: "sluice-protect",
            dependencies: ["SluiceModel", "SluiceSystem", "SluiceWire", "SluiceCertificate", "SluiceDisclosure"]),

        // Row 3: the three things Sluice does.
        .target(
            name: "SluiceIntake",
            dependencies: [
                "SluiceModel", "SluiceYAML", "SluiceSystem", "SluiceWire", "SluiceStore", "SluiceFormat",
                "SluiceLedger", "SluiceSettings", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "SluiceRelease",
            dependencies: [
                "SluiceModel", "SluiceStore", "SluiceCertificate", "SluiceWire", "SluiceLedger", "SluiceSystem",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "SluiceReview",
            dependencies: [
                "SluiceModel", "SluiceSystem", "SluiceStore", .product(name: "Logging", package: "swift-log"),
            ]),

        // Row 4: one instance, opened: what the daemon and the command line both do.
        .target(
            name: "SluiceInstance",
            dependencies: [
                "SluiceModel", "SluiceSystem", "SluiceWire", "SluiceStore", "SluiceFormat", "SluiceLedger",
                "SluiceSettings", "SluiceStoreSQLite", "SluiceIntake", "SluiceRelease", "SluiceReview", "SluiceYAML",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ]),

        // Row 5: the programs.
        .executableTarget(
            name: "sluiced",
            dependencies: [
                "SluiceInstance", "SluiceModel", "SluiceSystem",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "SluiceInstance", "SluiceModel", "SluiceRelease", "SluiceSystem",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests: one folder per tested target, shared support, the house's own rules, and the real programs.
        .target(
            name: "SluiceTestSupport", dependencies: ["SluiceModel", "SluiceStore"],
            path: "Tests/SluiceTestSupport"),
        .target(
            name: "DeliverySupport",
            dependencies: [
                "CLibZ", "SluiceModel", "SluiceReaders", "SluiceIngest", "SluiceFormat", "SluiceSystem", "SluiceWire",
                "SluiceYAML",
            ],
            path: "Tests/DeliverySupport"),
        .target(
            name: "TableSupport", dependencies: ["SluiceCertificate", "SluiceTestSupport"], path: "Tests/TableSupport"),
        .executableTarget(
            name: "sluice-fuzz",
            dependencies: [
                "DeliverySupport", "SluiceFormat", "SluiceIngest", "SluiceModel", "SluiceSystem", "SluiceWire",
                "SluiceTestSupport",
            ],
            path: "Tests/Fuzz"),
        .target(
            name: "HarmSupport",
            dependencies: [
                "DeliverySupport", "SluiceInstance", "SluiceIntake", "SluiceLedger", "SluiceModel",
                "SluiceSettings", "SluiceStore", "SluiceSystem", "SluiceTestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/HarmSupport"),
        .executableTarget(name: "sluice-harm", dependencies: ["HarmSupport", "SluiceSystem"], path: "Tests/Harm"),
        .executableTarget(
            name: "sluice-probe",
            dependencies: ["SluiceFormat", "SluiceIngest", "SluiceModel", "SluiceSystem", "SluiceYAML"],
            path: "Benchmarks/Probe"),
        .executableTarget(
            name: "tables-probe",
            dependencies: [
                "SluiceCertificate", "SluiceDisclosure", "SluiceModel", "SluiceSystem", "SluiceTestSupport",
            ],
            path: "Benchmarks/Tables"),
        .testTarget(name: "SluiceModelTests", dependencies: ["SluiceModel"]),
        .testTarget(name: "SluiceYAMLTests", dependencies: ["SluiceYAML", "SluiceTestSupport"]),
        .testTarget(
            name: "SluiceCertificateTests", dependencies: ["SluiceCertificate", "SluiceTestSupport", "TableSupport"]),
        .testTarget(
            name: "SluiceDisclosureTests",
            dependencies: [
                "SluiceCertificate", "SluiceDisclosure", "SluiceModel", "SluiceTestSupport", "TableSupport",
            ]),
        .testTarget(name: "SluiceSystemTests", dependencies: ["SluiceSystem"]),
        .testTarget(
            name: "SluiceWireTests",
            dependencies: ["DeliverySupport", "SluiceModel", "SluiceWire", "SluiceIngest", "SluiceTestSupport"]),
        .testTarget(
            name: "SluiceIngestTests",
            dependencies: [
                "CSluiceBytes", "DeliverySupport", "SluiceModel", "SluiceIngest", "SluiceReaders", "SluiceSystem",
                "SluiceTestSupport",
            ]),
        .testTarget(
            name: "SluiceReadersTests",
            dependencies: ["DeliverySupport", "SluiceModel", "SluiceReaders", "SluiceSystem", "SluiceTestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "SluiceFormatTests",
            dependencies: [
                "SluiceModel", "SluiceFormat", "SluiceIngest", "SluiceReaders", "SluiceSystem", "SluiceWire",
                "SluiceYAML", "SluiceTestSupport",
            ],
            exclude: ["Goldens"]),
        .testTarget(
            name: "SluiceLedgerTests",
            dependencies: ["SluiceModel", "SluiceLedger", .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(
            name: "SluiceStoreSQLiteTests",
            dependencies: [
                "SluiceModel", "SluiceStore", "SluiceStoreSQLite", "SluiceLedger", "SluiceTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["verify_many.py"]),
        .testTarget(
            name: "SluiceSettingsTests",
            dependencies: ["SluiceModel", "SluiceSettings", "SluiceSystem", "SluiceYAML", "SluiceTestSupport"]),
        .testTarget(
            name: "SluiceIntakeTests",
            dependencies: ["SluiceModel", "SluiceIntake", "SluiceSystem", "SluiceWire", "SluiceTestSupport"]),
        .testTarget(
            name: "SluiceReviewTests",
            dependencies: [
                "SluiceModel", "SluiceReview", "SluiceStore", "SluiceStoreSQLite", "SluiceLedger", "SluiceTestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "PluginTests",
            dependencies: [
                "DeliverySupport", "SluiceInstance", "SluiceModel", "SluiceFormat", "SluiceIntake", "SluiceSystem",
                "SluiceTestSupport", "SluiceYAML", "sluice-decode",
            ]),
        .testTarget(
            name: "InstanceTests",
            dependencies: [
                "SluiceFormat", "SluiceInstance", "SluiceIntake", "SluiceLedger", "SluiceModel", "SluiceRelease",
                "SluiceSettings",
                "SluiceStore", "SluiceSystem", "SluiceReview", "SluiceTestSupport", "SluiceWire", "sluice-decode",
                "sluice-protect",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "SluiceModel", "SluiceSystem", "SluiceTestSupport", "sluice", "sluiced", "sluice-decode",
                "sluice-protect",
            ]),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["DeliverySupport", "SluiceIngest", "SluiceSystem", "sluice-fuzz", "SluiceTestSupport"],
            exclude: ["Corpus"]),
        .testTarget(name: "HarmTests", dependencies: ["HarmSupport", "sluice-decode", "sluice-protect"]),
        .testTarget(name: "HouseTests", dependencies: ["SluiceModel", "SluiceSystem"]),
    ]
)

for target in package.targets where target.type != .system {
    if target.name.hasPrefix("C") { continue }
    var settings = target.swiftSettings ?? []
    settings += [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ]
    target.swiftSettings = settings
}
