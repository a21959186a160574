/// A builder of nodes from events, which bounds how deep and how large a document may be.
struct Composer {
  private static let maximumDepth = 64
  /// The maximum number of nodes, including those that an alias repeats.
  private static let maximumNodes = 200_000

  private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
  private var nodes = 0

  static func document(from parser: inout EventParser) throws(YAMLError) -> YAMLNode? {
    var composer = Composer()
    var root: YAMLNode?
    while true {
      let (event, mark) = try parser.next()
      switch event {
      case .streamStart, .documentEnd, .none: continue
      case .streamEnd: return root
      case .documentStart:
        guard root == nil else {
          throw YAMLError(mark: mark, message: "a second document begins here; one is expected")
        }
      default: root = try composer.node(event, mark, depth: 0, from: &parser)
      }
    }
  }

  private mutating func node(
    _ event: YAMLEvent, _ mark: YAMLMark, depth: Int, from parser: inout EventParser
  ) throws(YAMLError) -> YAMLNode {
    guard depth < Self.maximumDepth else { throw YAMLError(mark: mark, message: "nested too deeply") }
    let before = nodes
    try count(1, at: mark)
    switch event {
    case .alias(let name):
      guard let (node, size) = anchors[name] else {
        throw YAMLError(mark: mark, message: "the alias *\(name)* has no anchor before it")
      }
      try count(size, at: mark)
      return node
    case .scalar(let text, let isPlain, let anchor):
      return remember(.scalar(text, isPlain: isPlain, mark), anchor, before)
    case .sequenceStart(let anchor):
      var elements: [YAMLNode] = []
      while true {
        let (next, nextMark) = try parser.next()
        if case .sequenceEnd = next { break }
        elements.append(try node(next, nextMark, depth: depth + 1, from: &parser))
      }
      return remember(.sequence(elements, mark), anchor, before)
    case .mappingStart(let anchor):
      return remember(.mapping(try entries(depth: depth + 1, from: &parser), mark), anchor, before)
    default:
      throw YAMLError(mark: mark, message: "not a value")
    }
  }

  private mutating func entries(depth: Int, from parser: inout EventParser) throws(YAMLError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    var merged: [YAMLNode.Entry] = []
    while true {
      let (event, mark) = try parser.next()
      if case .mappingEnd = event {
        // The mapping's own keys win over merged ones, wherever `<<` stands.
        for entry in merged where keys.insert(entry.key).inserted { entries.append(entry) }
        return entries
      }
      guard case .scalar(let key, let isPlain, _) = try node(event, mark, depth: depth, from: &parser) else {
        throw YAMLError(mark: mark, message: "a key must be a text")
      }
      guard keys.insert(key).inserted else { throw YAMLError(mark: mark, message: "the key \"\(key)\" stands twice") }
      let (valueEvent, valueMark) = try parser.next()
      let value = try node(valueEvent, valueMark, depth: depth, from: &parser)
      if key == "<<", isPlain {
        merged = try Self.entriesToMerge(value)
        continue
      }
      entries.append(YAMLNode.Entry(key: key, keyMark: mark, value: value))
    }
  }

  /// Returns the entries of a mapping, or of several in their order (the type `merge` of YAML 1.1,
  /// yaml.org/type/merge.html).
  private static func entriesToMerge(_ value: YAMLNode) throws(YAMLError) -> [YAMLNode.Entry] {
    switch value {
    case .mapping(let entries, _): return entries
    case .sequence(let mappings, _):
      var merged: [YAMLNode.Entry] = []
      for mapping in mappings {
        guard case .mapping(let entries, _) = mapping else {
          throw YAMLError(mark: mapping.mark, message: "<< merges mappings only")
        }
        merged += entries
      }
      return merged
    case .scalar(_, _, let mark): throw YAMLError(mark: mark, message: "<< merges mappings only")
    }
  }

  private mutating func remember(_ node: YAMLNode, _ anchor: String?, _ before: Int) -> YAMLNode {
    if let anchor { anchors[anchor] = (node, nodes - before) }
    return node
  }

  private mutating func count(_ more: Int, at mark: YAMLMark) throws(YAMLError) {
    nodes += more
    guard nodes <= Self.maximumNodes else { throw YAMLError(mark: mark, message: "too large") }
  }
}
