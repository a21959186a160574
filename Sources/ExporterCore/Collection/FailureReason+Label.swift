import HuaweiCloud

extension FailureReason {
  /// The reason as the label `reason` and the log have it.
  package var label: String {
    switch self {
    case .timeout: "timeout"
    case .connection: "connection"
    case .tls: "tls"
    case .throttled: "throttled"
    case .unauthorized: "unauthorized"
    case .forbidden: "forbidden"
    case .notFound: "not_found"
    case .clientError: "client_error"
    case .serverError: "server_error"
    case .malformed: "malformed"
    case .tooLarge: "too_large"
    case .tooMany: "too_many_series"
    case .unsupported: "unsupported"
    case .clockSkew: "clock_skew"
    case .internal: "internal"
    }
  }
}
