import System

/// A value of a JSON document, looked into field by field: what small objects are read from.
///
/// Every look is lenient in the same way as `JSONReader`: a value of another type than the one that is wanted is absent, a
/// number may stand in a string, and an id may be either. Of a field that is repeated the last one counts. It is of use only
/// while the document is read.
package struct JSON {
  fileprivate enum Kind: String, Sendable {
    case null, boolean, number, string, array, object
  }

  fileprivate struct Node {
    let kind: Kind
    /// Where the value begins in the document.
    let start: Int
    /// Where it ends; of a string without its quotes.
    var text: JSONText
    /// Its name, where it is a field.
    let key: JSONText
    /// The place of the node after this one and all inside it.
    var next = 0
  }

  /// The nodes of one value in the order in which they stand in the document, each before what is inside it.
  fileprivate final class Tree {
    let bytes: [UInt8]
    var nodes: [Node] = []
    /// Fields that were asked for and had another type than they should, as often as they were.
    var bent: [String: Int] = [:]
    /// Where a text begins that was asked for and is no UTF-8.
    var invalidText: Int?
    /// The path of each node, where a reader is only asked what it looks for: see `fields(of:)`.
    var paths: [String]?
    /// What it looked for so far.
    var looked: [ReadField] = []

    init(bytes: [UInt8]) { self.bytes = bytes }
  }

  private let tree: Tree
  /// The place of its node; nil for a value that is not there.
  private let place: Int?

  fileprivate init(_ tree: Tree, at place: Int?) {
    self.tree = tree
    self.place = place
  }

  private var node: Node? { place.map { tree.nodes[$0] } }

  /// The value of a field; an absent one where this is no object or has no such field.
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

  /// The elements of an array; none where it is something else.
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

  /// Fields that were asked for and had another type than they should: how often, by their names (assumption
  /// `words-are-known`).
  package var bent: [String: Int] { tree.bent }

  /// Throws where a text that was asked for is no UTF-8, and so can't be shown.
  func requireText() throws(JSONFault) {
    if let start = tree.invalidText { throw JSONFault(.invalidUTF8, at: start) }
  }

  /// The object says that there was an error, whatever its status (assumption `success-is-success`).
  package var isError: Bool {
    let status = self["status"].text?.string(in: tree.bytes, limit: 8).lowercased() ?? ""
    return JSONReader.errorFields.contains { self[$0].isAnError } || self["success"].flag == false
      || ["failed", "fail", "failure", "error"].contains(status)
  }

  /// What stands here in a field for errors is one: neither nothing nor a code that says that all went well.
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

  /// A document in which everything stands.
  static var shown: JSON {
    let tree = Tree(bytes: [])
    tree.paths = []
    return JSON(tree, at: nil).shown(at: "")
  }

  /// What a reader looked for in the document, each field once.
  var looked: [ReadField] { tree.looked }

  /// An object in which everything stands, at a path of such a document.
  private func shown(at path: String) -> JSON {
    let nothing = JSONText(range: 0..<0, hasEscapes: false)
    tree.nodes.append(Node(kind: .object, start: 0, text: nothing, key: nothing, next: tree.nodes.count + 1))
    tree.paths?.append(path)
    return JSON(tree, at: tree.nodes.count - 1)
  }

  /// Notes what this value is taken for, and gives its path; nil where it is one of a document that is read.
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

  /// Neither a value nor `null` stands there.
  package var isAbsent: Bool { node.map { $0.kind == .null } ?? true }
  package var isObject: Bool { node?.kind == .object }

  /// What stands here, by JSON's own names: `object`, `array`, `string`, `number`, `boolean`, `null`; nil for nothing.
  package var type: String? { node?.kind.rawValue }

  /// The fields of an object in their order; none of anything else.
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

  /// The object that must stand here; nil for `null`.
  package func object() throws(JSONFault) -> JSON? {
    guard let node, node.kind != .null else { return nil }
    guard node.kind == .object else { throw JSONFault(.notAnObject, at: node.start) }
    return self
  }

  // MARK: - Scalars

  /// A string or a number as it is written, cut to 4,096 bytes.
  package var string: String? {
    if looks(.text) != nil { return "1" }
    if let node, node.kind != .string, node.kind != .null { bend() }
    return text.flatMap(valid)
  }

  /// A string that is one of a few words which the documents know, or another.
  package var state: String? { looks(.state) == nil ? string : "1" }

  /// A string that is of no use when cut: nil where it is longer than 4,096 bytes.
  package var uncutString: String? {
    if looks(.text) != nil { return "1" }
    guard let text, !text.isLonger(than: JSONReader.longestText) else { return nil }
    return valid(text)
  }

  /// A free text, cleaned so that people may read it; nil where nothing is left or it is no UTF-8, which costs nothing.
  package var remark: String? {
    if looks(.text) != nil { return "1" }
    guard let text, text.isValid(in: tree.bytes) else { return nil }
    let words = Redaction.clean(text.string(in: tree.bytes, limit: JSONReader.longestText))
    return words.isEmpty ? nil : words
  }

  /// A text by which an object is told from others: a string that is neither empty nor too long, or an integer.
  ///
  /// One that would be cut where it is shown could not tell its object from another.
  package var identifier: String? {
    if looks(.text) != nil { return "1" }
    if node?.kind == .number { return integer.map(String.init) }
    guard let text, !text.isEmpty, !text.isLonger(than: JSONReader.longestIdentifier) else { return nil }
    return valid(text)
  }

  /// An integer; nil also for a fraction, for what is beyond 64 bits, and for what is no number.
  package var integer: Int64? {
    if looks(.number) != nil { return 1 }
    guard let node, node.kind != .null else { return nil }
    if node.kind != .number { bend() }
    guard node.kind == .number || node.kind == .string, !node.text.hasEscapes else { return nil }
    return JSONReader.integer(written: node.text.range, in: tree.bytes)
  }

  /// A number of any kind, written as one.
  package var number: Double? {
    guard let node, node.kind == .number else { return nil }
    return Double(node.text.string(in: tree.bytes, limit: 64))
  }

  /// An integer that counts or measures something: nil where it is negative.
  package var count: Int64? { integer.flatMap { $0 >= 0 ? $0 : nil } }

  /// `true` and `false`, also in a string.
  package var boolean: Bool? {
    if looks(.flag) != nil { return true }
    if let node, node.kind != .boolean, node.kind != .null { bend() }
    return flag
  }

  /// `true` and `false` where the documents write them in a string, or may.
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

  /// The document that a string holds, at most 64 KiB of it, or what stands in its place; nil where the string is no JSON.
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

  /// A value without which the object is of no use: throws where it is absent, null, or of the wrong type.
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
  /// A whole document; nil where it is none, or larger than any that is meant.
  package init?(document: [UInt8]) {
    guard let json = try? JSONReader.read(document, { reader throws(JSONFault) in try reader.value() }) else {
      return nil
    }
    self = json
  }
}

extension JSONReader {
  /// The next value with all that is inside it.
  mutating func value() throws(JSONFault) -> JSON {
    let tree = JSON.Tree(bytes: bytes)
    try append(to: tree, key: JSONText(range: 0..<0, hasEscapes: false))
    return JSON(tree, at: 0)
  }

  /// Elements of a list inside an object; no list that is meant comes near.
  package static let longestInnerList = 1000
  /// Values inside one that is read as a tree.
  private static let largestTree = 20_000

  /// The fields in which the services put an error, in any of their shapes; no answer that is none has them.
  static let errorFields = [
    "error", "errors", "error_code", "errorCode", "error_msg", "errorMsg", "errorMessage", "code",
  ]

  /// Takes the value of a root field that the reader does not know; throws where it says that there was an error.
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
      tree.nodes[place].text = JSONText(range: start..<position, hasEscapes: false)
    default:
      add(.number)
      tree.nodes[place].text = JSONText(range: start..<(try takeNumber()).end, hasEscapes: false)
    }
    tree.nodes[place].next = tree.nodes.count
  }
}
