import HuaweiCloud
import System

/// The answers to one project, in the form in which assumptions judge them.
struct Evidence {
  struct Answer {
    let entry: AnswerLog.Entry
    /// The body, if the answer is a success and its body is JSON.
    let json: JSON?
    let load: Setup.Load?

    var isSuccess: Bool { 200..<300 ~= entry.status ?? 0 }

    /// The objects that the answer lists.
    var objects: [JSON] {
      guard let json else { return [] }
      let list = load?.fields.first { $0.use == .list && !$0.path.contains("[") }
      return list.map { json[$0.path].elements } ?? json.elements
    }
  }

  let answers: [Answer]
  let now: Timestamp
  /// The number of values in the last good answers that differ from what the documents name, by collector; only for
  /// collectors with objects.
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

  /// Returns the objects that an operation listed.
  func objects(of operation: String) -> [JSON] { answers(to: operation).flatMap(\.objects) }

  /// Returns the verdict over all answers, or over those to one operation.
  func eachAnswer(to operation: String? = nil, _ judge: (Answer) -> Assumption.Verdict) -> Assumption.Verdict {
    .all((operation.map(answers(to:)) ?? answers).map(judge))
  }

  func eachObject(of operation: String, _ judge: (JSON) -> Assumption.Verdict) -> Assumption.Verdict {
    .all(objects(of: operation).map(judge))
  }
}

extension Evidence.Answer {
  /// The number of objects on the page, the total that the answer states, and the most objects that a page may hold;
  /// nil if there are no pages.
  var page: (count: Int64, total: Int64, limit: Int64)? {
    guard let load, case .offset(let limit, .field(let name)) = load.pages, let total = json?[name].count else {
      return nil
    }
    return (Int64(objects.count), total, Int64(limit))
  }
}

extension Sequence<Timestamp> {
  /// Whether the times rise all along (for `isFalling`, fall), equal ones allowed; nil if no two of them differ.
  var isRising: Bool? { isOrdered(<=) }
  var isFalling: Bool? { isOrdered(>=) }

  private func isOrdered(_ areInOrder: (Timestamp, Timestamp) -> Bool) -> Bool? {
    let all = Array(self)
    guard Set(all).count > 1 else { return nil }
    return zip(all, all.dropFirst()).allSatisfy(areInOrder)
  }
}
