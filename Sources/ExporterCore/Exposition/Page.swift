import HTTPTransport

/// The page of metrics as it grows: what each target contributes, rendered and compressed once when it changes.
///
/// A value with one owner, the consumer of outcomes. Families stand in the order of the catalogue, within a family
/// targets in the order of their ids, and samples as given. A family that the catalogue lacks stands at the end.
/// No series may come from two calls: that is trusted, not checked.
package struct Page: Sendable {
  /// What a target's families are about, replaced apart: what it watches, or the target itself.
  package enum Section: UInt8, Sendable, Hashable, Comparable {
    case data
    case status

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  private struct Owner: Hashable {
    let target: TargetID
    let section: Section
  }

  /// A target's part of a family is cut into chunks of so many lines: one chunk's text at a time is in memory, and what
  /// changes in one leaves the others as they are. Counted in lines, since a value that grows by a digit moves no cut.
  static let linesPerChunk = 4096

  /// A family in which an owner has chunks, and how many.
  private struct Part {
    let place: Int32
    let chunks: Int32
  }

  private var places: [String: Int32] = [:]
  /// Owners in each family; its header stands while there is one.
  private var ownerCounts: [Int32] = []
  private var parts: [Owner: [Part]] = [:]
  private var segments = SegmentList()

  package init(catalogue: [MetricDescriptor]) {
    for descriptor in catalogue { _ = place(of: descriptor) }
  }

  /// Replaces all that `target` contributed to this section by `families`.
  package mutating func set(_ families: [Family], of target: TargetID, section: Section = .data) {
    let owner = Owner(target: target, section: section)
    let before = parts[owner] ?? []
    var after: [Part] = []
    for (place, families) in grouped(families) {
      // The first chunk brings the header.
      if ownerCounts[Int(place)] == 0 { putHeader(of: families[0].descriptor, at: place) }
      if !before.contains(where: { $0.place == place }) { ownerCounts[Int(place)] += 1 }
      let key = Segment.Key(family: place, target: target, section: section)
      after.append(Part(place: place, chunks: put(families, at: key)))
    }
    for part in before {
      let left = after.first { $0.place == part.place }?.chunks ?? 0
      for chunk in left..<max(part.chunks, left) {
        segments.remove(Segment.Key(family: part.place, target: target, section: section, chunk: chunk))
      }
      guard left == 0 else { continue }
      ownerCounts[Int(part.place)] -= 1
      if ownerCounts[Int(part.place)] == 0 { segments.remove(.header(of: part.place)) }
    }
    parts[owner] = after.isEmpty ? nil : after
  }

  /// Those that have lines, by their places.
  private mutating func grouped(_ families: [Family]) -> [Int32: [Family]] {
    families.filter { $0.seriesCount > 0 }.reduce(into: [:]) { $0[place(of: $1.descriptor), default: []].append($1) }
  }

  /// Takes away all that `target` contributed.
  package mutating func remove(_ target: TargetID) {
    set([], of: target, section: .data)
    set([], of: target, section: .status)
  }

  /// The page as it is now; compresses what has changed since the last one.
  package mutating func snapshot() -> Snapshot { Snapshot(blocks: segments.compressed()) }

  private mutating func place(of descriptor: MetricDescriptor) -> Int32 {
    if let place = places[descriptor.name] { return place }
    let place = Int32(ownerCounts.count)
    places[descriptor.name] = place
    ownerCounts.append(0)
    return place
  }

  private mutating func putHeader(of descriptor: MetricDescriptor, at place: Int32) {
    segments.putHeader(
      of: place, descriptor.header(in: .text), openMetrics: descriptor.header(in: .openMetrics))
  }

  /// Puts chunks from `first` on; returns how many.
  private mutating func put(_ families: [Family], at first: Segment.Key) -> Int32 {
    var key = first
    var renderer = Renderer()
    for family in families {
      renderer.appendLines(of: family, upTo: Self.linesPerChunk) { text in
        segments.put(text, at: key)
        key.chunk += 1
      }
    }
    let rest = renderer.take()
    if !rest.isEmpty {
      segments.put(rest, at: key)
      key.chunk += 1
    }
    return key.chunk
  }
}
