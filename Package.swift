// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "huaweicloud-artifact-exporter",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.0")),
    .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.0")),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", .upToNextMinor(from: "2.13.0")),
  ],
  targets: [
    // The system's C libraries: a module map and a shim.h each.
    .systemLibrary(name: "CCurl"),
    .systemLibrary(name: "CMicroHTTPD"),
    .systemLibrary(name: "CGnuTLS"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CCrypt"),
    .systemLibrary(name: "CYAML"),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CPCRE2"),

    // The fence around C: the only three targets in which `unsafe` stands.
    // What every program needs of its system: locks, threads, files, digests, regular expressions.
    .target(name: "System", dependencies: ["CGnuTLS", "CLinux", "CPCRE2"], swiftSettings: strict),
    .target(
      name: "HTTPTransport",
      dependencies: ["System", "CCurl", "CMicroHTTPD", "CGnuTLS", "CZlib", "CCrypt"],
      swiftSettings: strict
    ),
    .target(name: "YAMLReader", dependencies: ["CYAML"], swiftSettings: strict),

    // The cloud's dialect: sign, ask, page, retry, throttle, decode. Knows no Prometheus word.
    .target(
      name: "HuaweiCloud",
      dependencies: ["System", "HTTPTransport", .product(name: "Logging", package: "swift-log")],
      swiftSettings: strict
    ),

    // Collect, remember, render, publish. Knows no socket.
    .target(
      name: "ExporterCore",
      dependencies: [
        "System", "HTTPTransport", "HuaweiCloud", "YAMLReader",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict
    ),

    // A fake cloud for tests and the demo; with what it judges it shares the signature check, secrets and the shapes of
    // reports.
    .target(name: "CloudSimulator", dependencies: ["System", "HTTPTransport", "HuaweiCloud"], swiftSettings: strict),

    .executableTarget(
      name: "huaweicloud-artifact-exporter",
      dependencies: [
        "CLinux", "System", "CloudSimulator", "ExporterCore", "HTTPTransport", "HuaweiCloud",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict
    ),

    // For scripts that ask the simulated cloud from outside: part of no product.
    .executableTarget(
      name: "simulated-cloud",
      dependencies: ["System", "CloudSimulator", "HuaweiCloud"],
      path: "Sources/SimulatedCloud",
      swiftSettings: strict
    ),

    // For Benchmarks/run: part of no product.
    .executableTarget(
      name: "ExporterBenchmarks",
      dependencies: ["System", "ExporterCore", "HTTPTransport"],
      path: "Benchmarks/Sources/ExporterBenchmarks",
      swiftSettings: strict
    ),

    // What several test targets share.
    .target(
      name: "TestSupport",
      dependencies: ["CLinux", "System", "HuaweiCloud", .product(name: "Logging", package: "swift-log")],
      path: "Tests/TestSupport",
      swiftSettings: strict
    ),

    .testTarget(name: "SystemTests", dependencies: ["System", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "HTTPTransportTests", dependencies: ["System", "HTTPTransport", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "YAMLReaderTests", dependencies: ["YAMLReader"], swiftSettings: strict),
    .testTarget(
      name: "HuaweiCloudTests",
      dependencies: ["System", "HuaweiCloud", "HTTPTransport", "TestSupport"],
      resources: [.copy("Resources/signing-vectors.json")],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ExporterCoreTests",
      dependencies: [
        "System", "ExporterCore", "CloudSimulator", "HuaweiCloud", "HTTPTransport", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["Configuration/Invalid", "Configuration/InvalidWeb"],
      resources: [.copy("Probe/Reports")],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CloudSimulatorTests",
      dependencies: ["System", "CloudSimulator", "HuaweiCloud", "HTTPTransport", "TestSupport"],
      swiftSettings: strict
    ),
    // They run the built program, which is why it is named here.
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "huaweicloud-artifact-exporter", "System", "CloudSimulator", "HTTPTransport", "HuaweiCloud", "TestSupport",
      ],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6]
)
