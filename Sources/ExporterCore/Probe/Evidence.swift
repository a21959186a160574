import HuaweiCloud
import System

/// What one project answered, as assumptions look at it.
struct Evidence {
  struct Answer {
    let entry: AnswerLog.Entry
    /// Of a success that can be read.
    let json: JSON?
    let load: Setup.Load?

    var isSuccess: Bool { 200..<300 ~= entry.status ?? 0 }

    /// The objects of a listing.
    var objects: [JSON] {
      guard let json else { return [] }
      let list = load?.fields.first { $0.use == .list && !$0.path.contains("[") }
      return list.map { json[$0.path].elements } ?? json.elements
    }
  }

  let answers: [Answer]
  let now: Timestamp
  /// Values in the last good answers that are not as the documents have them, by collector; only of those with objects.
  let unexpected: [String: Int]

  init(_ entries: [AnswerLog.Entry], statuses: [TargetStatus], loads: [Setup.Load], now: Timestamp) {
    answers = entries.map { entry in
      let isSuccess = 200..<300 ~= entry.status ?? 0
      return Answer(
        entry: entry, json: isSuccess ? JSON(document: entry.body) : nil,
        load: loads.first { $0.endpoint.operation == entry.operation })
    }
    self.now = now
    unexpected = Dictionary(
      statuses.filter { $0.objects > 0 && $0.lastSucceeded == true }
        .map { ($0.target.collector, $0.unexpected.values.reduce(0, +)) }, uniquingKeysWith: +)
  }

  func answers(to operation: String) -> [Answer] { answers.filter { $0.entry.operation == operation } }

  /// The objects that an operation listed.
  func objects(of operation: String) -> [JSON] { answers(to: operation).flatMap(\.objects) }

  /// A verdict over all answers, or those to one operation.
  func eachAnswer(to operation: String? = nil, _ judge: (Answer) -> Assumption.Verdict) -> Assumption.Verdict {
    .all((operation.map(answers(to:)) ?? answers).map(judge))
  }

  func eachObject(of operation: String, _ judge: (JSON) -> Assumption.Verdict) -> Assumption.Verdict {
    .all(objects(of: operation).map(judge))
  }
}

extension Evidence.Answer {
  /// Objects on the page, objects that there are in all, and objects that a page may hold; nil for what has no pages.
  var page: (count: Int64, total: Int64, limit: Int64)? {
    guard let load, case .offset(let limit, .field(let name)) = load.pages, let total = json?[name].count else {
      return nil
    }
    return (Int64(objects.count), total, Int64(limit))
  }
}

extension Sequence<Timestamp> {
  /// Whether they rise or fall all along; nil where fewer than two differ.
  var isRising: Bool? { isOrdered(<=) }
  var isFalling: Bool? { isOrdered(>=) }

  private func isOrdered(_ areInOrder: (Timestamp, Timestamp) -> Bool) -> Bool? {
    let all = Array(self)
    guard Set(all).count > 1 else { return nil }
    return zip(all, all.dropFirst()).allSatisfy(areInOrder)
  }
}
