/// A field that a reader looks for in an answer.
package struct ReadField: Sendable, Hashable {
  /// The path of the field, such as `registries[].created_at`; `[]` is an answer that is itself a list.
  package let path: String
  package let use: Use

  /// How a reader uses a field.
  package enum Use: String, Sendable, CaseIterable {
    case text
    /// A text that is one of a few words.
    case state
    case number
    case flag
    case time
    case list
    /// An object of which only fields are read.
    case object
    /// The number of all objects of a listing.
    case total
    /// The marker at which the next page of a listing begins.
    case marker
  }

  package init(_ path: String, _ use: Use) {
    self.path = path
    self.use = use
  }

  /// Returns the same field of an object at `path`.
  func inside(_ path: String) -> ReadField { ReadField("\(path).\(self.path)", use) }
}

extension JSON {
  /// Returns the fields that `read` looks for, each once, by giving it a document that has every field.
  ///
  /// So the fields of a reader need not be listed a second time. A reader that looks for one field only if another has
  /// some value must look for both before it decides.
  package static func fields(of read: (JSON) throws(JSONFault) -> Void) -> [ReadField] {
    let document = JSON.shown
    // A reader that refuses the document has already looked for what it refuses.
    try? read(document)
    return document.looked
  }
}

extension Listing where Object: ListedObject {
  /// The fields that are read of an answer, in the order in which they are looked for.
  package var fields: [ReadField] {
    let list = (field ?? "") + "[]"
    var fields = field.map { [ReadField($0, .list)] } ?? []
    if let name = pages.totalField { fields.append(ReadField(name, .total)) }
    if let name = pages.markerField { fields.append(ReadField(name, .marker)) }
    if let name = pages.objectTotalField { fields.append(ReadField("\(list).\(name)", .total)) }
    return fields + JSON.fields { json throws(JSONFault) in _ = try Object(json) }.map { $0.inside(list) }
  }
}
