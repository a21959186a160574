/// A header field's list of values with parameters and quality, such as `text/plain;version=0.0.4;q=0.5, */*`.
struct QualityList {
  struct Element: Equatable {
    /// The value in lower case.
    var value: String
    var parameters: [Parameter] = []
    /// The quality in thousandths.
    var quality = 1000
  }

  struct Parameter: Equatable {
    /// The name in lower case.
    var name: String
    /// The value without quotation marks.
    var value: String
  }

  /// The error thrown if the text is not a list of this form (RFC 9110, 5.6 and 12.4.2).
  struct MalformedError: Error {}

  private(set) var elements: [Element] = []
  private var rest: Substring.UTF8View

  init(_ text: String) throws(MalformedError) {
    rest = Substring(text).utf8
    while true {
      skipSpace()
      guard let next = rest.first else { return }
      if next == UInt8(ascii: ",") {
        rest.removeFirst()
        continue
      }
      elements.append(try element())
      skipSpace()
      guard rest.first == nil || rest.first == UInt8(ascii: ",") else { throw MalformedError() }
    }
  }

  private mutating func element() throws(MalformedError) -> Element {
    var value = try token()
    if rest.first == UInt8(ascii: "/") {
      rest.removeFirst()
      value += "/" + (try token())
    }
    var element = Element(value: value.lowercased())
    while let parameter = try parameter() {
      if parameter.name == "q" {
        element.quality = try Self.quality(parameter.value)
      } else {
        element.parameters.append(parameter)
      }
    }
    return element
  }

  private mutating func parameter() throws(MalformedError) -> Parameter? {
    skipSpace()
    guard rest.first == UInt8(ascii: ";") else { return nil }
    rest.removeFirst()
    skipSpace()
    let name = try token().lowercased()
    guard rest.first == UInt8(ascii: "=") else { throw MalformedError() }
    rest.removeFirst()
    return Parameter(name: name, value: rest.first == UInt8(ascii: "\"") ? try quotedString() : try token())
  }

  private mutating func token() throws(MalformedError) -> String {
    let token = rest.prefix { Self.isTokenCharacter($0) }
    guard !token.isEmpty else { throw MalformedError() }
    rest = rest[token.endIndex...]
    return String(Substring(token))
  }

  private mutating func quotedString() throws(MalformedError) -> String {
    var value: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { throw MalformedError() }
        value.append(escaped)
      default: value.append(byte)
      }
    }
    throw MalformedError()
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

  /// Parses `0`, `0.25` or `1.000` into thousandths: at most three digits after the point, at most 1.
  private static func quality(_ text: String) throws(MalformedError) -> Int {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts[0] == "0" || parts[0] == "1", fraction.utf8.count <= 3,
      fraction.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let thousandths = Int(fraction + String(repeating: "0", count: 3 - fraction.utf8.count))
    else { throw MalformedError() }
    let quality = (parts[0] == "1" ? 1000 : 0) + thousandths
    guard quality <= 1000 else { throw MalformedError() }
    return quality
  }

  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
