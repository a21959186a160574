import HuaweiCloud
import System

extension String {
  /// The text escaped for HTML, for use as text or as an attribute's value.
  var htmlEscaped: String {
    var escaped = ""
    for character in unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}

extension Int {
  /// The number with a narrow no-break space between groups of three digits.
  var grouped: String {
    var digits = Array(String(magnitude))
    var index = digits.count - 3
    while index > 0 {
      digits.insert("\u{202F}", at: index)
      index -= 3
    }
    return (self < 0 ? "-" : "") + String(digits)
  }
}

extension Duration {
  /// The duration in the one or two units that matter: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`.
  var words: String {
    let milliseconds = Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    let seconds = (milliseconds + 500) / 1000
    switch milliseconds {
    case ..<1000: return "\(Swift.max(milliseconds, 0)) ms"
    case ..<9950:
      let tenths = (milliseconds + 50) / 100
      return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    default: break
    }
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return Self.words(seconds / 60, "min", seconds % 60, "s")
    case ..<86_400: return Self.words(seconds / 3600, "h", seconds % 3600 / 60, "min")
    default: return Self.words(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
    }
  }

  private static func words(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
    small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
  }
}

extension FailureReason {
  /// The reason in the words of the status page.
  var words: String {
    switch self {
    case .timeout: "Took too long"
    case .connection: "No connection"
    case .tls: "No secure connection"
    case .throttled: "Too many requests"
    case .unauthorized: "Credentials refused"
    case .forbidden: "Permission missing"
    case .notFound: "Not found"
    case .clientError: "Request refused"
    case .serverError: "Trouble in the cloud"
    case .malformed: "Answer not understood"
    case .tooLarge: "Answer too large"
    case .tooMany: "Too many series"
    case .unsupported: "Not supported here"
    case .clockSkew: "Clock is wrong"
    case .internal: "Error in the exporter"
    }
  }
}
