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
    .systemLibrary(name: "CMalloc"),

    // The fence around C: the only two targets in which `unsafe` stands.
    .target(
      name: "HTTPTransport",
      dependencies: ["CCurl", "CMicroHTTPD", "CGnuTLS", "CZlib", "CCrypt"],
      swiftSettings: strict
    ),
    .target(name: "YAMLReader", dependencies: ["CYAML"], swiftSettings: strict),

    // The cloud's dialect: sign, ask, page, retry, throttle, decode. Knows no Prometheus word.
    .target(
      name: "HuaweiCloud",
      dependencies: ["HTTPTransport", .product(name: "Logging", package: "swift-log")],
      swiftSettings: strict
    ),

    // Collect, remember, render, publish. Knows no socket.
    .target(
      name: "ExporterCore",
      dependencies: [
        "HTTPTransport", "HuaweiCloud", "YAMLReader",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict
    ),

    // A fake cloud for tests and the demo; it shares only the signature check with what it judges.
    .target(name: "CloudSimulator", dependencies: ["HTTPTransport", "HuaweiCloud"], swiftSettings: strict),

    .executableTarget(
      name: "huaweicloud-artifact-exporter",
      dependencies: [
        "CMalloc", "CloudSimulator", "ExporterCore", "HTTPTransport", "HuaweiCloud",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict
    ),

    // For Benchmarks/run: part of no product.
    .executableTarget(
      name: "ExporterBenchmarks",
      dependencies: ["ExporterCore", "HTTPTransport"],
      path: "Benchmarks/Sources/ExporterBenchmarks",
      swiftSettings: strict
    ),

    .testTarget(name: "HTTPTransportTests", dependencies: ["HTTPTransport"], swiftSettings: strict),
    .testTarget(name: "YAMLReaderTests", dependencies: ["YAMLReader"], swiftSettings: strict),
    .testTarget(
      name: "HuaweiCloudTests",
      dependencies: ["HuaweiCloud", "HTTPTransport", .product(name: "Logging", package: "swift-log")],
      resources: [.copy("Resources/signing-vectors.json")],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ExporterCoreTests",
      dependencies: [
        "ExporterCore", "CloudSimulator", "HuaweiCloud", "HTTPTransport",
        .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["Configuration/Invalid", "Configuration/InvalidWeb"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CloudSimulatorTests",
      dependencies: ["CloudSimulator", "HuaweiCloud", "HTTPTransport"],
      swiftSettings: strict
    ),
    // They run the built program, which is why it is named here.
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["huaweicloud-artifact-exporter", "CloudSimulator", "HTTPTransport", "HuaweiCloud"],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6]
)
