import HuaweiCloud
import System

extension Route {
  /// Returns all routes; those that a report of an account describes answer in the shape that it describes.
  ///
  /// Types, absent fields, patterns of times, words, unknown fields and orders of magnitude are those of the report;
  /// the contents of texts are made up, since the report does not have them.
  package static func reported(_ shapes: [AnswerShape]) -> [Route] {
    all.map { route in
      guard let shape = shapes.first(where: { $0.operation == route.operation.rawValue }) else { return route }
      let answer = ShapedAnswer(shape)
      return Route(
        route.operation, method: route.method, path: route.path, caller: route.caller, service: route.service
      ) {
        answer.reply(to: $0)
      }
    }
  }
}

/// An answer that is made from its shape.
private struct ShapedAnswer: Sendable {
  /// A value of the answer, with the values inside it.
  private struct Node: Sendable {
    var field: AnswerShape.Field?
    var children: [(name: String, node: Node)] = []
    /// The shape of the elements of a list, at most one.
    var element: [Node] = []

    mutating func insert(_ field: AnswerShape.Field, at path: ArraySlice<Substring>) {
      guard let name = path.first else { return self.field = field }
      if name == "[]" {
        if element.isEmpty { element = [Node()] }
        return element[0].insert(field, at: path.dropFirst())
      }
      let index = children.firstIndex { $0.name == name } ?? children.count
      if index == children.count { children.append((String(name), Node())) }
      children[index].node.insert(field, at: path.dropFirst())
    }
  }

  private let answer: AnswerShape.Answer?
  private let root: Node
  /// The number of objects that the listing has, if the answer is one, and the total that it states.
  private let count: Int
  private let total: Int
  private let isListed: Bool
  private let marker: AnswerShape.Field?

  init(_ shape: AnswerShape) {
    answer = shape.answers.first { 200..<300 ~= $0.status ?? 0 } ?? shape.answers.first
    var root = Node()
    for field in shape.fields {
      root.insert(field, at: field.path.replacing("[]", with: ".[]").split(separator: ".")[...])
    }
    self.root = root
    let list = shape.fields.first { $0.use == .list && !$0.path.contains("[") }
    isListed = list == nil && !root.element.isEmpty
    let page = list.map { Self.largest($0.values) } ?? (isListed ? 2 : 0)
    let said = shape.fields.first { $0.use == .total }.map { Self.largest($0.values) } ?? page
    // If the stated total is more than twice the page that was seen, the listing goes on after that page.
    count = max(page, said > page * 2 ? said : page)
    total = said > page * 2 || said * 2 < page ? said : page
    marker = shape.fields.first { $0.use == .marker && !$0.types.isEmpty && $0.types != ["absent"] }
  }

  /// Returns the number that stands for the largest order of magnitude, which is 2 for the numbers 1 to 9.
  private static func largest(_ values: [String]) -> Int {
    values.compactMap { value -> Int? in
      let magnitude = value.split(separator: " ")[0]
      if magnitude == "0" { return 0 }
      guard magnitude.hasPrefix("10^"), let power = Int(magnitude.dropFirst(3)), power < 5 else { return nil }
      return power == 0 ? 2 : (0..<power).reduce(1) { number, _ in number * 10 }
    }.max() ?? 0
  }

  func reply(to request: RouteRequest) -> Reply {
    guard let status = answer?.status else { return request.failure(503, "SIM.0503", "no answer was reported") }
    guard 200..<300 ~= status else {
      let code = answer?.code ?? "SIM.0000"
      return .failure(
        status, code, "as reported", shape: code.hasPrefix("APIG") ? .gateway : request.route.service.errors,
        requestID: request.requestID)
    }
    var json = request.writer()
    json.raw(nil, text(root, 0, Page(request, of: self)) ?? "null")
    return .json(json, status: status)
  }

  /// The range of objects that one answer has.
  private struct Page {
    let indices: Range<Int>
    let hasMarker: Bool
    let now: Timestamp

    init(_ request: RouteRequest, of answer: ShapedAnswer) {
      now = request.now
      if answer.marker != nil {
        let isFirst = (request.value("marker") ?? "1") == "1"
        hasMarker = isFirst
        indices = isFirst ? 0..<answer.count : answer.count..<answer.count * 2
      } else {
        hasMarker = false
        let offset = min(request.value("offset").flatMap { Int($0) } ?? 0, answer.count)
        let limit = request.value("limit").flatMap { Int($0) } ?? answer.count
        indices = offset..<min(offset + limit, answer.count)
      }
    }
  }

  /// Returns the JSON of a value in the object with this index, or nil if it is absent.
  private func text(_ node: Node, _ index: Int, _ page: Page, depth: Int = 0) -> String? {
    let types = node.field?.types ?? [node.element.isEmpty ? "object" : "array"]
    guard !types.isEmpty else { return nil }
    let values = node.field?.values ?? []
    switch types[index % types.count] {
    case "object":
      let fields = node.children.compactMap { name, child in
        text(child, index, page, depth: depth + 1).map { "\"\(name)\":\($0)" }
      }
      return "{\(fields.joined(separator: ","))}"
    case "array":
      let isListing = depth == 0 || depth == 1 && node.field?.use == .list
      let indices = isListing ? page.indices : 0..<Self.largest(values)
      let elements = indices.map { index in
        node.element.first.flatMap { text($0, index, page, depth: depth + 1) } ?? "null"
      }
      return "[\(elements.joined(separator: ","))]"
    case "string": return string(node.field, index, page)
    case "number": return number(node.field, index, page)
    case "boolean": return index.isMultiple(of: 2) ? "true" : "false"
    case "null": return "null"
    default: return nil
    }
  }

  private func number(_ field: AnswerShape.Field?, _ index: Int, _ page: Page) -> String? {
    switch field?.use {
    case .total: return "\(total)"
    case .marker: return page.hasMarker ? "2" : nil
    default:
      let values = field?.values.filter { $0 != "digits" && $0 != "text" } ?? []
      guard !values.isEmpty else { return "1" }
      let value = values[index % values.count]
      if value == "0" { return "0" }
      if value == "below 1" { return "0.5" }
      if value.hasPrefix("-") { return "-1" }
      let power = min(Int(value.dropFirst(3)) ?? 0, 15)
      return "\((0..<power).reduce(1) { number, _ in number * 10 } + index)"
    }
  }

  private func string(_ field: AnswerShape.Field?, _ index: Int, _ page: Page) -> String? {
    let values = field?.values ?? []
    let value = values.isEmpty ? "" : values[index % values.count]
    switch field?.use {
    case .total: return "\"\(total)\""
    case .marker: return page.hasMarker ? value == "digits" ? "\"2\"" : "\"of another kind\"" : nil
    case .time:
      return value == "text" ? "\"of another kind\"" : value == "empty" ? "\"\"" : "\"\(time(value, page.now, index))\""
    case .state: return value == "another" ? "\"Of another kind 1\"" : value == "empty" ? "\"\"" : "\"\(value)\""
    case .flag: return value == "text" ? "\"of another kind\"" : "\"\(value)\""
    case .number: return value == "text" ? "\"of another kind\"" : "\"\(index + 1)\""
    case .text, .list, .object, nil:
      let lengths = value.split(separator: " ").compactMap { Int($0) }
      let length = lengths.isEmpty ? 8 : lengths[index % lengths.count]
      let own = "\(index)"
      return "\"\(String(repeating: "x", count: max(0, length - own.count)))\(own.suffix(length))\""
    }
  }

  /// Returns a time in this pattern, an hour earlier for each index.
  private func time(_ pattern: String, _ now: Timestamp, _ index: Int) -> String {
    let zone = pattern.lastIndex(of: "+")
    // If the pattern has a zone in digits, the time is China's.
    let hours = (zone == nil ? 0 : 8) - Int64(index)
    var digits = CloudDate.rfc3339(now + .seconds(3600 * hours), digits: 9).filter(\.isNumber)[...]
    if let zone { digits = digits.prefix(pattern[..<zone].count { $0 == "d" }) + "0800" }
    return String(pattern.map { $0 == "d" ? digits.popFirst() ?? "0" : $0 })
  }
}
