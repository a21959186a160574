/// The paths that are answered; the label `path` names them.
enum Route: Sendable, Hashable {
  case telemetry
  case home
  case healthy
  case ready
  case reload
  case other

  /// The paths that are answered without a password or a certificate, since a kubelet has neither.
  static let openPaths: Set<String> = ["/-/healthy", "/-/ready"]

  init(path: String, telemetryPath: String) {
    switch path {
    case telemetryPath: self = .telemetry
    case "/": self = .home
    case "/-/healthy": self = .healthy
    case "/-/ready": self = .ready
    case "/-/reload": self = .reload
    default: self = .other
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

  func label(telemetryPath: String) -> String {
    switch self {
    case .telemetry: telemetryPath
    case .home: "/"
    case .healthy: "/-/healthy"
    case .ready: "/-/ready"
    case .reload: "/-/reload"
    case .other: "other"
    }
  }
}
