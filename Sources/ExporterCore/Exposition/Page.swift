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

  /// From this many bytes of text on, a chunk is compressed alone and its text not kept.
  static let largeChunkSize = 16 << 10
  /// A target's part of a family is cut into chunks of so many lines: one chunk's text at a time is in memory, and what
  /// changes in one leaves the others as they are. Counted in lines, since a value that grows by a digit moves no cut.
  static let linesPerChunk = 4096

  private var places: [String: Int] = [:]
  /// Owners in each family; its header stands while there is one.
  private var ownerCounts: [Int] = []
  /// The families in which an owner has chunks, and how many.
  private var chunkCounts: [Owner: [Int: Int]] = [:]
  private var segments = SegmentList()

  package init(catalogue: [MetricDescriptor]) {
    for descriptor in catalogue { _ = place(of: descriptor) }
  }

  /// Replaces all that `target` contributed to this section by `families`.
  package mutating func set(_ families: [Family], of target: TargetID, section: Section = .data) {
    var parts: [Int: [Family]] = [:]
    for family in families where family.seriesCount > 0 {
      let place = place(of: family.descriptor)
      parts[place, default: []].append(family)
      // The first chunk brings the header.
      if ownerCounts[place] == 0 { putHeader(of: family.descriptor, at: place) }
    }
    let owner = Owner(target: target, section: section)
    let before = chunkCounts[owner] ?? [:]
    var after: [Int: Int] = [:]
    for (place, families) in parts {
      if before[place] == nil { ownerCounts[place] += 1 }
      after[place] = put(families, at: Segment.Key(family: place, target: target, section: section))
    }
    for (place, count) in before {
      for chunk in (after[place] ?? 0)..<max(count, after[place] ?? 0) {
        segments.remove(Segment.Key(family: place, target: target, section: section, chunk: chunk))
      }
      guard after[place] == nil else { continue }
      ownerCounts[place] -= 1
      if ownerCounts[place] == 0 { segments.remove(.header(of: place)) }
    }
    chunkCounts[owner] = after.isEmpty ? nil : after
  }

  /// Takes away all that `target` contributed.
  package mutating func remove(_ target: TargetID) {
    set([], of: target, section: .data)
    set([], of: target, section: .status)
  }

  /// The page as it is now; compresses what has changed since the last one.
  package mutating func snapshot() -> Snapshot { Snapshot(blocks: segments.compressed()) }

  private mutating func place(of descriptor: MetricDescriptor) -> Int {
    if let place = places[descriptor.name] { return place }
    places[descriptor.name] = ownerCounts.count
    ownerCounts.append(0)
    return ownerCounts.count - 1
  }

  private mutating func putHeader(of descriptor: MetricDescriptor, at place: Int) {
    let text = descriptor.header(in: .text)
    let openMetrics = descriptor.header(in: .openMetrics)
    segments.put(
      Segment.Item(key: .header(of: place), text: text, openMetrics: openMetrics == text ? nil : openMetrics))
  }

  /// Puts chunks from `first` on; returns how many.
  private mutating func put(_ families: [Family], at first: Segment.Key) -> Int {
    var key = first
    var renderer = Renderer()
    for family in families {
      renderer.appendLines(of: family, upTo: Self.linesPerChunk) { text in
        put(text, at: key)
        key.chunk += 1
      }
    }
    let rest = renderer.take()
    if !rest.isEmpty {
      put(rest, at: key)
      key.chunk += 1
    }
    return key.chunk
  }

  private mutating func put(_ text: [UInt8], at key: Segment.Key) {
    guard text.count >= Self.largeChunkSize else {
      segments.put(Segment.Item(key: key, text: text))
      return
    }
    // Most refreshes find what the last one found, and inflating costs a fraction of deflating.
    if let present = segments.alone(at: key), present.textLength == text.count, present.inflated() == text { return }
    segments.put(DeflatedBlock(text), at: key)
  }
}
