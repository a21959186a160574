import HTTPTransport

/// The representation that a request prefers of those on offer (RFC 9110, 12.5).
///
/// The format is OpenMetrics if `Accept` prefers it to text, and text in all other cases, including a malformed
/// `Accept`. Protobuf is not offered.
package struct ContentNegotiation: Sendable, Hashable {
  package let format: ExpositionFormat
  package let usesGzip: Bool

  package init(format: ExpositionFormat, usesGzip: Bool) {
    self.format = format
    self.usesGzip = usesGzip
  }

  /// Creates the preference from the values of the two fields; a field that is sent repeatedly counts as one list.
  init(accept: [String], acceptEncoding: [String]) {
    format = Self.format(accept.joined(separator: ","))
    usesGzip = Self.allowsGzip(acceptEncoding.joined(separator: ","))
  }

  init(_ request: HTTPServerRequest) {
    self.init(accept: request.values(of: "Accept"), acceptEncoding: request.values(of: "Accept-Encoding"))
  }

  private static func format(_ accept: String) -> ExpositionFormat {
    guard let ranges = try? QualityList(accept).elements else { return .text }
    let text = ranges.best { element in specificity(of: element, type: "text", subtype: "plain", version: "0.0.4") }
    let openMetrics = ranges.best { element in
      specificity(of: element, type: "application", subtype: "openmetrics-text", version: "1.0.0")
    }
    guard let openMetrics, openMetrics.quality > 0 else { return .text }
    guard let text, text.quality > 0, text.quality >= openMetrics.quality else { return .openMetrics }
    // Of two formats of the same quality, the one that is named more closely wins, then the one that is named first.
    guard text.quality == openMetrics.quality else { return .text }
    if text.specificity != openMetrics.specificity {
      return text.specificity > openMetrics.specificity ? .text : .openMetrics
    }
    return text.position <= openMetrics.position ? .text : .openMetrics
  }

  /// Returns how closely a media range names the type, or nil if it doesn't match.
  private static func specificity(
    of element: QualityList.Element, type: String, subtype: String, version: String
  ) -> Int? {
    switch element.value {
    case "*/*": return 1
    case "\(type)/*": return 2
    case "\(type)/\(subtype)":
      // Other parameters, such as charset and escaping, don't narrow what is on offer.
      guard let asked = element.parameters.first(where: { $0.name == "version" }) else { return 3 }
      return asked.value == version ? 4 : nil
    default: return nil
    }
  }

  private static func allowsGzip(_ acceptEncoding: String) -> Bool {
    guard let codings = try? QualityList(acceptEncoding).elements else { return false }
    let gzip = codings.best { ["gzip", "x-gzip"].contains($0.value) ? 2 : $0.value == "*" ? 1 : nil }
    let identity = codings.first { $0.value == "identity" }?.quality ?? 0
    guard let gzip, gzip.quality > 0 else { return false }
    return gzip.quality >= identity
  }
}

extension [QualityList.Element] {
  fileprivate struct Match {
    let quality: Int
    let specificity: Int
    let position: Int
  }

  /// Returns the match of the most specific matching element; of several, the one of the highest quality.
  fileprivate func best(_ specificity: (QualityList.Element) -> Int?) -> Match? {
    var best: Match?
    for (position, element) in enumerated() {
      guard let specificity = specificity(element) else { continue }
      let match = Match(quality: element.quality, specificity: specificity, position: position)
      guard let present = best else {
        best = match
        continue
      }
      if (match.specificity, match.quality) > (present.specificity, present.quality) { best = match }
    }
    return best
  }
}
