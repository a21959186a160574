import FoundationEssentials

extension Timestamp {
  package init?(parsing text: String) {
    guard let date = try? Date(String(text.prefix(19)) + "Z", strategy: .iso8601) else { return nil }
    self.init(unixTime: date.timeIntervalSince1970)
  }
}
