/// The labels of a series as written between the braces, escaped once: `project="prod",instance_id="1"`.
///
/// Values are cut at 1,024 bytes on a character boundary. Sets that share their first labels are made with `adding`.
/// Both formats escape backslash, quotation mark and line feed and allow every other character.
package struct LabelSet: Sendable, Hashable {
  /// The maximum length of a value in bytes, before it is escaped.
  static let maximumValueBytes = 1024

  package private(set) var bytes: [UInt8]

  package init() { bytes = [] }

  package init(_ pairs: KeyValuePairs<String, String>) {
    self.init()
    for (name, value) in pairs { append(name, value, afterComma: !bytes.isEmpty) }
  }

  /// Creates labels that continue another set: a comma precedes each of them.
  init(following pairs: KeyValuePairs<String, String>) {
    self.init()
    for (name, value) in pairs { append(name, value, afterComma: true) }
  }

  /// Returns the set with one more label at its end.
  package func adding(_ name: String, _ value: String) -> LabelSet {
    var longer = self
    longer.append(name, value, afterComma: !bytes.isEmpty)
    return longer
  }

  private mutating func append(_ name: String, _ value: String, afterComma: Bool) {
    bytes.appendLabel(name, value, afterComma: afterComma)
  }

  fileprivate static func isEscaped(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
  }

  /// Returns the index at which a value that is too long is cut, which is between two characters.
  fileprivate static func end(of utf8: Span<UInt8>) -> Int {
    guard utf8.count > maximumValueBytes else { return utf8.count }
    var end = maximumValueBytes
    while utf8[end] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
    return end
  }
}

extension [UInt8] {
  /// Appends a label, with its value escaped and cut.
  mutating func appendLabel(_ name: String, _ value: String, afterComma: Bool) {
    if afterComma { append(UInt8(ascii: ",")) }
    append(contentsOf: name.utf8)
    append(UInt8(ascii: "="))
    append(UInt8(ascii: "\""))
    appendEscaped(value)
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ value: String) {
    let utf8 = value.utf8.span
    var needsEscapes = false
    // The loop has no early exit, since it is faster without a branch and almost no value needs escapes.
    for index in utf8.indices { needsEscapes = needsEscapes || LabelSet.isEscaped(utf8[index]) }
    if !needsEscapes && utf8.count <= LabelSet.maximumValueBytes {
      append(contentsOf: value.utf8)
      return
    }
    for index in 0..<LabelSet.end(of: utf8) {
      switch utf8[index] {
      case UInt8(ascii: "\n"):
        append(UInt8(ascii: "\\"))
        append(UInt8(ascii: "n"))
      case let byte where LabelSet.isEscaped(byte):
        append(UInt8(ascii: "\\"))
        append(byte)
      case let byte:
        append(byte)
      }
    }
  }
}
