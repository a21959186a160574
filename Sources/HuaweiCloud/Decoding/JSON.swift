import System

/// A value of a JSON document, from which the fields of small objects are read.
///
/// Reading is as lenient as with `JSONReader`: a value of another type than the requested one is absent, a number may
/// stand in a string, and an id may be a string or a number. If a field is repeated, the last one counts. A value keeps
/// its whole document in memory, so it is not meant to outlive the reading.
package struct JSON {
  fileprivate enum Kind: String, Sendable {
    case null, boolean, number, string, array, object
  }

  fileprivate struct Node {
    let kind: Kind
    /// The offset in the document at which the value begins.
    let start: Int
    /// The text of a scalar, for a string without its quotes; empty for an object or array.
    var text: JSONText
    /// The name of the field that holds the value; empty if no field does.
    let key: JSONText
    /// The index of the first node after this one and everything inside it.
    var next = 0
  }

  /// The nodes of one value in document order, each before those inside it.
  fileprivate final class Tree {
    let bytes: [UInt8]
    var nodes: [Node] = []
    /// How often each field that was read had another type than it should, by its name.
    var bent: [String: Int] = [:]
    /// The offset of a text that was read and is not UTF-8.
    var invalidText: Int?
    /// The path of each node in a document that only records what a reader looks for, see `fields(of:)`; otherwise nil.
    var paths: [String]?
    /// The fields that the reader has looked for so far.
    var looked: [ReadField] = []

    init(bytes: [UInt8]) { self.bytes = bytes }
  }

  private let tree: Tree
  /// The index of the value's node; nil for a missing value.
  private let place: Int?

  fileprivate init(_ tree: Tree, at place: Int?) {
    self.tree = tree
    self.place = place
  }

  private var node: Node? { place.map { tree.nodes[$0] } }

  /// The value of a field; a missing value if this is not an object or has no such field.
  package subscript(_ name: String) -> JSON {
    guard let place, tree.nodes[place].kind == .object else { return JSON(tree, at: nil) }
    if let path = tree.paths?[place] { return shown(at: path.isEmpty ? name : "\(path).\(name)") }
    var found: Int?
    var child = place + 1
    while child < tree.nodes[place].next {
      if isName(name, tree.nodes[child].key) { found = child }
      child = tree.nodes[child].next
    }
    return JSON(tree, at: found)
  }

  private func isName(_ name: String, _ key: JSONText) -> Bool {
    guard !key.hasEscapes else { return key.string(in: tree.bytes, limit: 256) == name }
    return tree.bytes[key.range].elementsEqual(name.utf8)
  }

  /// The elements of an array; empty for anything else.
  package var elements: [JSON] {
    if let path = looks(.list) { return [shown(at: path + "[]")] }
    guard let place, tree.nodes[place].kind == .array else { return [] }
    var elements: [JSON] = []
    var child = place + 1
    while child < tree.nodes[place].next {
      elements.append(JSON(tree, at: child))
      child = tree.nodes[child].next
    }
    return elements
  }

  /// How often each field that was read had another type than it should, by its name (assumption `words-are-known`).
  package var bent: [String: Int] { tree.bent }

  /// Throws if a text that was read is not UTF-8, and so can't be shown.
  func requireText() throws(JSONFault) {
    if let start = tree.invalidText { throw JSONFault(.invalidUTF8, at: start) }
  }

  /// Whether the object reports an error, whatever the status of its answer (assumption `success-is-success`).
  package var isError: Bool {
    let status = self["status"].text?.string(in: tree.bytes, limit: 8).lowercased() ?? ""
    return JSONReader.errorFields.contains { self[$0].isAnError } || self["success"].flag == false
      || ["failed", "fail", "failure", "error"].contains(status)
  }

  /// Whether this value of an error field is an error: neither empty nor a code that means success.
  private var isAnError: Bool {
    guard let place, let node else { return false }
    switch node.kind {
    case .null: return false
    case .string, .number:
      return !["", "0", "200", "ok", "success"].contains(text?.string(in: tree.bytes, limit: 8).lowercased() ?? "")
    case .boolean: return flag == true
    case .array, .object: return node.next > place + 1
    }
  }

  // MARK: - What readers look for

  /// A document that has every field that is looked for.
  static var shown: JSON {
    let tree = Tree(bytes: [])
    tree.paths = []
    return JSON(tree, at: nil).shown(at: "")
  }

  /// The fields that a reader looked for in the document, each once.
  var looked: [ReadField] { tree.looked }

  /// Returns an object at `path` of such a document, which has every field that is looked for.
  private func shown(at path: String) -> JSON {
    let nothing = JSONText(range: 0..<0, hasEscapes: false)
    tree.nodes.append(Node(kind: .object, start: 0, text: nothing, key: nothing, next: tree.nodes.count + 1))
    tree.paths?.append(path)
    return JSON(tree, at: tree.nodes.count - 1)
  }

  /// Records how this value is used and returns its path; nil if it belongs to a real document.
  private func looks(_ use: ReadField.Use) -> String? {
    guard let place, let path = tree.paths?[place] else { return nil }
    if !tree.looked.contains(where: { $0.path == path }) { tree.looked.append(ReadField(path, use)) }
    return path
  }

  private func bend() {
    // An element of a list has no name of its own.
    guard let node, !node.key.isEmpty else { return }
    tree.bent[node.key.string(in: tree.bytes, limit: 64), default: 0] += 1
  }

  /// Whether the value is missing or `null`.
  package var isAbsent: Bool { node.map { $0.kind == .null } ?? true }
  package var isObject: Bool { node?.kind == .object }

  /// The JSON type of the value: `object`, `array`, `string`, `number`, `boolean` or `null`; nil if it is missing.
  package var type: String? { node?.kind.rawValue }

  /// The fields of an object in document order; empty for anything else.
  package var fields: [(name: String, value: JSON)] {
    guard let place, tree.nodes[place].kind == .object else { return [] }
    var fields: [(String, JSON)] = []
    var child = place + 1
    while child < tree.nodes[place].next {
      fields.append((tree.nodes[child].key.string(in: tree.bytes, limit: 256), JSON(tree, at: child)))
      child = tree.nodes[child].next
    }
    return fields
  }

  /// Returns this object, or nil for `null` or a missing value; throws `notAnObject` for anything else.
  package func object() throws(JSONFault) -> JSON? {
    guard let node, node.kind != .null else { return nil }
    guard node.kind == .object else { throw JSONFault(.notAnObject, at: node.start) }
    return self
  }

  // MARK: - Scalars

  /// A string, or a number as it is written, cut to 4,096 bytes.
  package var string: String? {
    if looks(.text) != nil { return "1" }
    if let node, node.kind != .string, node.kind != .null { bend() }
    return text.flatMap(valid)
  }

  /// A string that should be one of a few words that the documents name.
  package var state: String? { looks(.state) == nil ? string : "1" }

  /// A string that can't be used when cut; nil if it is longer than 4,096 bytes.
  package var uncutString: String? {
    if looks(.text) != nil { return "1" }
    guard let text, !text.isLonger(than: JSONReader.longestText) else { return nil }
    return valid(text)
  }

  /// A free text, cleaned for display; nil if nothing is left or it is not UTF-8, which leaves the object usable.
  package var remark: String? {
    if looks(.text) != nil { return "1" }
    guard let text, text.isValid(in: tree.bytes) else { return nil }
    let words = Redaction.clean(text.string(in: tree.bytes, limit: JSONReader.longestText))
    return words.isEmpty ? nil : words
  }

  /// A text that identifies an object: a string that is neither empty nor too long, or an integer.
  ///
  /// A text that would be cut when shown could not be told from another.
  package var identifier: String? {
    if looks(.text) != nil { return "1" }
    if node?.kind == .number { return integer.map(String.init) }
    guard let text, !text.isEmpty, !text.isLonger(than: JSONReader.longestIdentifier) else { return nil }
    return valid(text)
  }

  /// An integer; nil for a fraction, for a value beyond 64 bits, and for anything that is not a number.
  package var integer: Int64? {
    if looks(.number) != nil { return 1 }
    guard let node, node.kind != .null else { return nil }
    if node.kind != .number { bend() }
    guard node.kind == .number || node.kind == .string, !node.text.hasEscapes else { return nil }
    return JSONReader.integer(written: node.text.range, in: tree.bytes)
  }

  /// A JSON number of any kind; nil for a number in a string.
  package var number: Double? {
    guard let node, node.kind == .number else { return nil }
    return Double(node.text.string(in: tree.bytes, limit: 64))
  }

  /// A count or measure: an integer; nil if it is negative.
  package var count: Int64? { integer.flatMap { $0 >= 0 ? $0 : nil } }

  /// `true` or `false`, also in a string, which counts as a wrong type.
  package var boolean: Bool? {
    if looks(.flag) != nil { return true }
    if let node, node.kind != .boolean, node.kind != .null { bend() }
    return flag
  }

  /// `true` or `false`, for fields that the documents write in a string, or may.
  package var flag: Bool? {
    if looks(.flag) != nil { return true }
    guard let node, node.kind == .boolean || node.kind == .string else { return nil }
    switch node.text.string(in: tree.bytes, limit: 8) {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  /// A moment in any of the forms that the services write; nil for anything else.
  package var timestamp: Timestamp? {
    if looks(.time) != nil { return Timestamp(seconds: 1) }
    guard let node, node.kind != .null else { return nil }
    guard node.kind == .string else {
      bend()
      return nil
    }
    let plain = node.text.utf8(in: tree.bytes, limit: 64)
    switch ParsedTimestamp(plain.span, 0..<plain.count) {
    case .moment(let moment): return moment
    case .zero: return nil
    case .absent:
      if !node.text.isEmpty { bend() }
      return nil
    }
  }

  /// The JSON document inside a string of at most 64 KiB, nil if there is none; any other value is returned itself.
  package var embedded: JSON? {
    if looks(.text) != nil { return nil }
    guard let node, node.kind == .string else { return self }
    guard !node.text.isLonger(than: 64 << 10) else { return nil }
    let document = node.text.utf8(in: tree.bytes, limit: 64 << 10)
    return try? JSONReader.read(document) { reader throws(JSONFault) in try reader.value() }
  }

  private var text: JSONText? {
    guard let node, node.kind == .number || node.kind == .string else { return nil }
    return node.text
  }

  private func valid(_ text: JSONText) -> String? {
    guard text.isValid(in: tree.bytes) else {
      tree.invalidText = text.range.lowerBound
      return nil
    }
    return text.string(in: tree.bytes, limit: JSONReader.longestText)
  }

  /// Returns the value of a required field; throws if it is absent, null, or of the wrong type.
  package func required<Value>(
    _ name: JSONFieldName, _ value: (JSON) -> Value?
  ) throws(JSONFault) -> Value {
    guard let found = value(self[name.text]) else {
      throw JSONFault(.missing(name), at: node?.start ?? 0)
    }
    return found
  }
}

extension JSON {
  /// Parses a whole document; nil if it is not valid JSON or is larger than any document that is expected.
  package init?(document: [UInt8]) {
    guard let json = try? JSONReader.read(document, { reader throws(JSONFault) in try reader.value() }) else {
      return nil
    }
    self = json
  }
}

extension JSONReader {
  /// Takes the next value with everything inside it.
  mutating func value() throws(JSONFault) -> JSON {
    let tree = JSON.Tree(bytes: bytes)
    try append(to: tree, key: JSONText(range: 0..<0, hasEscapes: false))
    return JSON(tree, at: 0)
  }

  /// The most elements of a list inside an object; no list that is expected comes near it.
  package static let longestInnerList = 1000
  /// The most values in a tree.
  private static let largestTree = 20_000

  /// The fields in which the services put an error, in any of their shapes; no successful answer has them.
  static let errorFields = [
    "error", "errors", "error_code", "errorCode", "error_msg", "errorMsg", "errorMessage", "code",
  ]

  /// Takes the value of a root field that the reader does not know; throws `isError` if it reports an error.
  package mutating func skipUnlessError() throws(JSONFault) {
    let name = key.string(in: bytes, limit: 32)
    guard Self.errorFields.contains(name) || name == "status" || name == "success" else { return try skip() }
    let start = position
    let tree = JSON.Tree(bytes: bytes)
    tree.nodes.append(
      JSON.Node(
        kind: .object, start: start, text: JSONText(range: start..<start, hasEscapes: false), key: key))
    try append(to: tree, key: key)
    tree.nodes[0].next = tree.nodes.count
    if JSON(tree, at: 0).isError { throw JSONFault(.isError, at: start) }
  }

  private mutating func append(to tree: JSON.Tree, key: JSONText) throws(JSONFault) {
    let place = tree.nodes.count
    guard place < Self.largestTree else { throw JSONFault(.tooManyElements, at: position) }
    let first = peek()
    let start = position
    func add(_ kind: JSON.Kind) {
      tree.nodes.append(
        JSON.Node(kind: kind, start: start, text: JSONText(range: start..<start, hasEscapes: false), key: key))
    }
    switch first {
    case UInt8(ascii: "{"):
      add(.object)
      guard try beginObject() else { break }
      while try nextKey() { try append(to: tree, key: self.key) }
    case UInt8(ascii: "["):
      add(.array)
      guard try beginArray() else { break }
      var count = 0
      while try nextElement() {
        count += 1
        guard count <= Self.longestInnerList else { throw JSONFault(.tooManyElements, at: position) }
        try append(to: tree, key: JSONText(range: 0..<0, hasEscapes: false))
      }
    case UInt8(ascii: "\""):
      add(.string)
      tree.nodes[place].text = try takeString()
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      add(first == UInt8(ascii: "n") ? .null : .boolean)
      try skip()
      tree.nodes[place].text = JSONText(range: start..<position, hasEscapes: false, isASCII: true)
    default:
      add(.number)
      tree.nodes[place].text = JSONText(range: start..<(try takeNumber()).end, hasEscapes: false, isASCII: true)
    }
    tree.nodes[place].next = tree.nodes.count
  }
}
