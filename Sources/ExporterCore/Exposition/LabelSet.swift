/// The labels of a series as they stand between the braces, escaped once: `project="prod",instance_id="1"`.
///
/// Values are cut at 1,024 bytes on a character boundary. Sets that start alike are made by `adding`.
/// Both formats escape backslash, quotation mark and line feed and allow every other character.
package struct LabelSet: Sendable, Hashable {
  /// Of a value, before it is escaped.
  static let maximumValueBytes = 1024

  package private(set) var bytes: [UInt8]

  package init() { bytes = [] }

  package init(_ pairs: KeyValuePairs<String, String>) {
    self.init()
    for (name, value) in pairs { append(name, value, afterComma: !bytes.isEmpty) }
  }

  /// Labels that continue another set: a comma stands before each.
  init(following pairs: KeyValuePairs<String, String>) {
    self.init()
    for (name, value) in pairs { append(name, value, afterComma: true) }
  }

  /// The same set with one more label at its end.
  package func adding(_ name: String, _ value: String) -> LabelSet {
    var longer = self
    longer.append(name, value, afterComma: !bytes.isEmpty)
    return longer
  }

  private mutating func append(_ name: String, _ value: String, afterComma: Bool) {
    bytes.reserveCapacity(bytes.count + name.utf8.count + value.utf8.count + 4)
    if afterComma { bytes.append(UInt8(ascii: ",")) }
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "="))
    bytes.append(UInt8(ascii: "\""))
    appendEscaped(value)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ value: String) {
    let utf8 = value.utf8.span
    var needsEscapes = false
    // No early exit: the loop without a branch is the fast one, and almost every value is clean.
    for index in utf8.indices { needsEscapes = needsEscapes || Self.isEscaped(utf8[index]) }
    if !needsEscapes && utf8.count <= Self.maximumValueBytes {
      bytes.append(contentsOf: value.utf8)
      return
    }
    for index in 0..<Self.end(of: utf8) {
      switch utf8[index] {
      case UInt8(ascii: "\n"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "n"))
      case let byte where Self.isEscaped(byte):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case let byte:
        bytes.append(byte)
      }
    }
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
  }

  /// Where the value ends when it is cut between two characters.
  private static func end(of utf8: Span<UInt8>) -> Int {
    guard utf8.count > maximumValueBytes else { return utf8.count }
    var end = maximumValueBytes
    while utf8[end] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
    return end
  }
}
