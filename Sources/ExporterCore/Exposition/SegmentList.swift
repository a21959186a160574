import HTTPTransport

/// The page as segments in page order.
///
/// Segments split and join only where something changes, like the leaves of a B-tree, so that all others keep
/// the blocks they were compressed to.
struct SegmentList: Sendable {
  /// Small ones are joined up to here: enough text for deflate to find what repeats.
  static let comfortableSize = 64 << 10
  /// Beyond it a segment is split: a change compresses all of its segment again.
  static let maximumSize = 96 << 10
  /// Below it a segment is joined with a neighbour.
  static let minimumSize = 24 << 10

  private(set) var segments: [Segment] = []

  /// The large chunk at `key`.
  func alone(at key: Segment.Key) -> DeflatedBlock? {
    let index = index(before: key)
    guard index >= 0, segments[index].key == key, segments[index].isAlone else { return nil }
    return segments[index].block?.text.deflated
  }

  /// Inserts or replaces a header or a small chunk.
  mutating func put(_ item: Segment.Item) {
    let before = index(before: item.key)
    if before >= 0 {
      if !segments[before].isAlone {
        segments[before].put(item)
        return split(before)
      }
      if segments[before].key == item.key {
        segments[before] = Segment([item])
        return
      }
    }
    let after = before + 1
    if after < segments.count, !segments[after].isAlone {
      segments[after].put(item)
      split(after)
    } else {
      segments.insert(Segment([item]), at: after)
    }
  }

  /// Inserts or replaces a large chunk.
  mutating func put(_ chunk: DeflatedBlock, at key: Segment.Key) {
    remove(key)
    let before = index(before: key)
    segments.insert(Segment(key, alone: chunk), at: before + 1)
    guard before >= 0, !segments[before].isAlone else { return }
    let items = segments[before].items
    let middle = segments[before].position(of: key)
    guard middle < items.count else { return }
    segments[before] = Segment(Array(items[..<middle]))
    segments.insert(Segment(Array(items[middle...])), at: before + 2)
  }

  mutating func remove(_ key: Segment.Key) {
    let index = index(before: key)
    guard index >= 0 else { return }
    if segments[index].isAlone {
      if segments[index].key == key { segments.remove(at: index) }
    } else {
      segments[index].remove(key)
      if segments[index].items.isEmpty { segments.remove(at: index) }
    }
  }

  /// All blocks in page order; compresses what has changed since the last call.
  mutating func compressed() -> [PageBlock] {
    join()
    var blocks: [PageBlock] = []
    blocks.reserveCapacity(segments.count)
    for index in segments.indices { blocks.append(segments[index].compressed()) }
    return blocks
  }

  /// The segment in which `key` is or would be; -1 where it belongs before all.
  private func index(before key: Segment.Key) -> Int { segments.partitioningIndex { key < $0.key } - 1 }

  private mutating func split(_ index: Int) {
    let segment = segments[index]
    guard segment.size > Self.maximumSize else { return }
    var size = 0
    let middle = segment.items.firstIndex { item in
      size += item.text.count
      return size > segment.size / 2
    }
    guard let middle, middle > 0 else { return }
    segments[index] = Segment(Array(segment.items[..<middle]))
    segments.insert(Segment(Array(segment.items[middle...])), at: index + 1)
  }

  private mutating func join() {
    var joined: [Segment] = []
    joined.reserveCapacity(segments.count)
    for segment in segments {
      if let last = joined.last, !last.isAlone, !segment.isAlone,
        min(last.size, segment.size) < Self.minimumSize, last.size + segment.size <= Self.comfortableSize
      {
        joined[joined.count - 1] = Segment(last.items + segment.items)
      } else {
        joined.append(segment)
      }
    }
    segments = joined
  }
}
