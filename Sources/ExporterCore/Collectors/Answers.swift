import HuaweiCloud

/// The complete answer of a listing.
package struct Collected: Sendable {
  package var sheet: Sheet
  /// Objects listed, whether they could be shown or not.
  package var objects: Int
  /// Those that have the labels of another one.
  package var hidden: Int { sheet.hidden }
  /// Those without what tells them from others, or with a text that is none.
  package var unusable = 0
  package var finding: Finding?

  package init(sheet: Sheet, objects: Int, unusable: Int = 0, finding: Finding? = nil) {
    self.sheet = sheet
    self.objects = objects
    self.unusable = unusable
    self.finding = finding
  }
}

/// An object that has its own request.
package struct WatchedObject: Sendable, Hashable {
  /// Unique within its target.
  package let key: String
  /// For people; empty where not known.
  package let name: String
  /// Named by the configuration, not found by discovery.
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
  /// There is nothing to watch in it, and it is not asked again for a while; where that is not sure, the last data stays
  /// until a second answer says so.
  case nothing(isSure: Bool)
  /// It does not exist any more.
  case gone
}
