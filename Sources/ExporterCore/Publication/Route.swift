/// The paths that are answered; the label `path` names them.
enum Route: Sendable, Hashable, CaseIterable {
  case telemetry
  case home
  case healthy
  case ready
  case reload
  case other

  /// The paths that are answered without a password or a certificate, since a kubelet has neither.
  static let openPaths = Set([Route.healthy, .ready].compactMap(\.path))

  init(path: String, telemetryPath: String) {
    self = path == telemetryPath ? .telemetry : Self.allCases.first { $0.path == path } ?? .other
  }

  /// The path, unless it is configured or there is nothing at it.
  var path: String? {
    switch self {
    case .home: "/"
    case .healthy: "/-/healthy"
    case .ready: "/-/ready"
    case .reload: "/-/reload"
    case .telemetry, .other: nil
    }
  }

  /// The methods for `Allow`, or nil if there is nothing at the path.
  var allowedMethods: [String]? {
    switch self {
    case .telemetry, .home, .healthy, .ready: ["GET", "HEAD"]
    case .reload: ["POST"]
    case .other: nil
    }
  }

  func label(telemetryPath: String) -> String { path ?? (self == .telemetry ? telemetryPath : "other") }
}
