/// The labels of a series as they stand between the braces, escaped once: `project="prod",instance_id="1"`.
///
/// Values are cut at 1,024 bytes on a character boundary. Sets that start alike are made by `adding`.
package struct LabelSet: Sendable, Hashable {
  package private(set) var bytes: [UInt8]

  package init() { bytes = [] }

  package init(_ pairs: KeyValuePairs<String, String>) {
    self.init()
    for (name, value) in pairs { append(name, value) }
  }

  /// The same set with one more label at its end.
  package func adding(_ name: String, _ value: String) -> LabelSet {
    var longer = self
    longer.append(name, value)
    return longer
  }

  private mutating func append(_ name: String, _ value: String) {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
    bytes.append(contentsOf: name.utf8)
    bytes.append(contentsOf: "=\"".utf8)
    bytes.append(contentsOf: value.utf8)
    bytes.append(UInt8(ascii: "\""))
  }
}
