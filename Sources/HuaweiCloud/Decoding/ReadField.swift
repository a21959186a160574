/// A field that a reader looks for in an answer.
package struct ReadField: Sendable, Hashable {
  /// Such as `registries[].created_at`; `[]` is an answer that is a list itself.
  package let path: String
  package let use: Use

  /// What a reader takes a field for.
  package enum Use: String, Sendable, CaseIterable {
    case text
    /// One of a few words.
    case state
    case number
    case flag
    case time
    case list
    /// Looked into, and not read itself.
    case object
    /// How many objects a listing has in all.
    case total
    /// Where the next page of a listing begins.
    case marker
  }

  package init(_ path: String, _ use: Use) {
    self.path = path
    self.use = use
  }

  /// The same field of an object that stands at `path`.
  func inside(_ path: String) -> ReadField { ReadField("\(path).\(self.path)", use) }
}

extension JSON {
  /// What `read` looks for, found by showing it a document in which all that it asks for stands; each field once.
  ///
  /// So nobody has to write a second time which fields a reader knows. One that looks for a field only where another holds
  /// something must look for both first.
  package static func fields(of read: (JSON) throws(JSONFault) -> Void) -> [ReadField] {
    let document = JSON.shown
    // A reader that refuses what it is shown has looked for what it refuses.
    try? read(document)
    return document.looked
  }
}

extension Listing {
  /// What is read of an answer, in the order in which it is looked for.
  package var fields: [ReadField] {
    let list = (field ?? "") + "[]"
    var fields = field.map { [ReadField($0, .list)] } ?? []
    if let name = pages.totalField { fields.append(ReadField(name, .total)) }
    if let name = pages.markerField { fields.append(ReadField(name, .marker)) }
    if let name = pages.objectTotalField { fields.append(ReadField("\(list).\(name)", .total)) }
    return fields + JSON.fields { json throws(JSONFault) in _ = try Object(json) }.map { $0.inside(list) }
  }
}
