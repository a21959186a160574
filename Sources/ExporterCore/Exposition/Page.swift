import HTTPTransport

/// The page of metrics as it changes: what each target contributes, rendered and compressed once when it changes.
///
/// The page is a value with one owner, the consumer of outcomes. Families are in the order of the catalogue, followed
/// by those that the catalogue lacks; within a family, targets are in the order of their ids and samples in the given
/// order. No two calls may contribute the same series, which is not checked.
package struct Page: Sendable {
  /// The subject of families: what the target watches, or the target itself. Each section is replaced separately.
  package enum Section: UInt8, Sendable, Hashable, Comparable {
    case data
    case status

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  private struct Owner: Hashable {
    let target: TargetID
    let section: Section
  }

  /// The number of lines at which a target's part of a family is cut into chunks.
  ///
  /// Only the text of one chunk at a time is in memory, and a change in one chunk leaves the others as they are. The
  /// limit is in lines, since a value that grows by a digit must not move a cut.
  static let linesPerChunk = 4096

  /// A family in which an owner has chunks, and the number of these chunks.
  private struct Part {
    let place: Int32
    let chunks: Int32
  }

  private var places: [String: Int32] = [:]
  /// The number of owners in each family; the header is on the page while there is at least one.
  private var ownerCounts: [Int32] = []
  private var parts: [Owner: [Part]] = [:]
  private var segments = SegmentList()

  package init(catalogue: [MetricDescriptor]) {
    for descriptor in catalogue { _ = place(of: descriptor) }
  }

  /// Replaces everything that `target` contributed to this section by `families`.
  package mutating func set(_ families: [Family], of target: TargetID, section: Section = .data) {
    let owner = Owner(target: target, section: section)
    let before = parts[owner] ?? []
    var after: [Part] = []
    for (place, families) in grouped(families) {
      // The header is on the page only while the family has a chunk.
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

  /// Groups the families that have lines by their places.
  private mutating func grouped(_ families: [Family]) -> [Int32: [Family]] {
    families.filter { $0.seriesCount > 0 }.reduce(into: [:]) { $0[place(of: $1.descriptor), default: []].append($1) }
  }

  /// Removes everything that `target` contributed.
  package mutating func remove(_ target: TargetID) {
    set([], of: target, section: .data)
    set([], of: target, section: .status)
  }

  /// Returns the page in its current state; compresses what has changed since the last snapshot.
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

  /// Puts the families as chunks at `first` and the keys after it; returns the number of chunks.
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
