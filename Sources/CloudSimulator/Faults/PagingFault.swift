/// How a listing lies about its pages.
package enum PagingFault: Sendable, Equatable {
  /// The next marker is the one that was asked for.
  case repeatsMarker
  /// From the second page on, the next marker is smaller than the one that was asked for.
  case markerGoesBack
  /// There is always a next marker, and always a page behind it.
  case endlessMarkers
  /// The next marker is a string.
  case markerIsText
  /// `total` (or `total_range`) is off by this much, in either direction.
  case totalOff(by: Int)
  /// Every page from the second on begins with the last object of the one before.
  case repeatsObjects
  /// Pages from the second on are empty, whatever was announced.
  case emptyPages

  func marker(asked: Int, next: Int?) -> Int? {
    switch self {
    case .repeatsMarker: next == nil ? nil : asked
    case .markerGoesBack: next == nil ? nil : asked > 1 ? max(0, asked - 100) : next
    case .endlessMarkers: next ?? asked + 100
    default: next
    }
  }

  func total(_ total: Int) -> Int {
    if case .totalOff(let difference) = self { max(0, total + difference) } else { total }
  }
}
