import HuaweiCloud

/// The complete answer of a listing.
package struct Collected: Sendable {
  package var sheet: Sheet
  /// The number of objects listed, whether they could be shown or not.
  package var objects: Int
  /// The number of objects left out because they have the labels of another one.
  package var hidden: Int { sheet.hidden }
  /// The number of objects left out because they lack a required field or hold text that is not UTF-8.
  package var unusable = 0
  package var finding: Finding?

  package init(sheet: Sheet, objects: Int, unusable: Int = 0, finding: Finding? = nil) {
    self.sheet = sheet
    self.objects = objects
    self.unusable = unusable
    self.finding = finding
  }
}

/// An object that is asked about with requests of its own.
package struct WatchedObject: Sendable, Hashable {
  /// The identity of the object, unique within its target.
  package let key: String
  /// The name for people, or empty if it is not known.
  package let name: String
  /// Whether the configuration names the object; otherwise discovery found it.
  package let isConfigured: Bool

  package init(key: String, name: String, isConfigured: Bool) {
    self.key = key
    self.name = name
    self.isConfigured = isConfigured
  }
}

/// What the cloud said of one object.
package enum ObjectAnswer: Sendable {
  case found(Sheet, Finding?)
  /// There is nothing to watch in the object, and it is not asked about again for a while; if that is not sure, the
  /// last data stays until a second answer says the same.
  case nothing(isSure: Bool)
  /// The object does not exist any more.
  case gone
}
