/// What a gateway says in words when it throttles: `limit:200,time:5 minute`.
struct ThrottleLimit: Sendable, Hashable {
  var requests: Int
  /// An hour at most, whatever was said.
  var window: Duration

  /// Finds the words anywhere in a message; nil where they, or sensible numbers, are missing.
  init?(in message: String) {
    let text = message.lowercased()
    guard let limitWord = text.firstRange(of: "limit:"),
      let requests = Int(text[limitWord.upperBound...].prefix { $0.isASCII && $0.isNumber }), requests > 0,
      let timeWord = text[limitWord.upperBound...].firstRange(of: "time:")
    else { return nil }
    let rest = text[timeWord.upperBound...]
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count > 0, count <= 86_400 else { return nil }
    let unit = rest.dropFirst(digits.count).drop { $0 == " " }.prefix { $0.isASCII && $0.isLetter }
    guard let seconds = Self.seconds(of: unit) else { return nil }
    self.init(requests: requests, window: .seconds(count * seconds))
  }

  init(requests: Int, window: Duration) {
    self.requests = requests
    self.window = min(window, Pace.longestHold)
  }

  private static func seconds(of unit: Substring) -> Int64? {
    switch unit {
    case "s", "second", "seconds": 1
    case "m", "minute", "minutes": 60
    case "h", "hour", "hours": 3_600
    case "d", "day", "days": 86_400
    default: nil
    }
  }
}
