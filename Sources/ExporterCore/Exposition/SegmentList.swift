import HTTPTransport
import System

/// The page as segments in page order.
///
/// Changes are collected and applied to their segments together. Segments split and join only where something changes,
/// like the leaves of a B-tree, so that all others keep their blocks.
struct SegmentList: Sendable {
  /// The smallest text in bytes that makes a chunk a segment of its own, which is compressed at once.
  static let largeChunkSize = 16 << 10
  /// The size in bytes up to which small segments are joined: enough text for deflate to find repetitions.
  static let comfortableSize = 64 << 10
  /// The size in bytes above which a segment is split, since a change compresses the whole segment again.
  static let maximumSize = 96 << 10
  /// The size in bytes below which a segment is joined with a neighbour, if the two fit together.
  static let minimumSize = 24 << 10
  /// The most bytes of text that wait for the next snapshot; when changes have more, they are applied at once.
  private static let mostWaiting = 2 << 20

  private var segments: [Segment] = []
  /// The pieces that are to take their items' places; nil removes an item.
  private var changes: [Segment.Key: Segment.Piece?] = [:]
  /// The bytes of text that were put into `changes` since the last time they were applied.
  private var waiting = 0
  /// The headers of OpenMetrics that differ from those of the text format, by family.
  private var openMetricsHeaders: [Int32: [UInt8]] = [:]

  /// Inserts a family's header.
  mutating func putHeader(of family: Int32, _ text: [UInt8], openMetrics: [UInt8]) {
    if openMetrics != text { openMetricsHeaders[family] = openMetrics }
    put(text, at: .header(of: family))
  }

  /// Inserts or replaces a header or a chunk; one whose text stays the same changes nothing.
  mutating func put(_ text: [UInt8], at key: Segment.Key) {
    let item = Segment.Item(key: key, length: Int32(text.count), digest: text.digest)
    guard item != self.item(at: key) else { return }
    if text.count < Self.largeChunkSize {
      changes[key] = Segment.Piece(item: item, content: .text(text[...]))
      waiting += text.count
      if waiting > Self.mostWaiting { applyChanges() }
    } else {
      changes[key] = Segment.Piece(item: item, content: .deflated(DeflatedBlock(text)))
    }
  }

  mutating func remove(_ key: Segment.Key) {
    if item(at: key) != nil { changes[key] = .some(nil) }
  }

  /// Returns all blocks in page order; compresses what has changed since the last call.
  mutating func compressed() -> [PageBlock] {
    applyChanges()
    return segments.map(\.block)
  }

  private func item(at key: Segment.Key) -> Segment.Item? {
    if let change = changes[key] { return change?.item }
    let index = segments.partitioningIndex { key < $0.key } - 1
    return index < 0 ? nil : segments[index].item(at: key)
  }

  private mutating func applyChanges() {
    guard !changes.isEmpty else { return }
    let sorted = changes.sorted { $0.key < $1.key }
    changes = [:]
    waiting = 0
    var joiner = Joiner(openMetricsHeaders: openMetricsHeaders)
    var rest = sorted[...]
    for (index, segment) in segments.enumerated() {
      let end = index + 1 < segments.count ? segments[index + 1].key : nil
      let own = rest.prefix { change in end.map { change.key < $0 } ?? true }
      rest = rest.dropFirst(own.count)
      if own.isEmpty { joiner.add(segment) } else { joiner.add(Self.pieces(of: segment, changed: own)) }
    }
    joiner.add(rest.compactMap(\.value))
    segments = joiner.finished()
  }

  /// Returns the pieces of a segment after its changes: those replaced, removed and inserted.
  private static func pieces(
    of segment: Segment, changed: ArraySlice<(key: Segment.Key, value: Segment.Piece?)>
  ) -> [Segment.Piece] {
    var pieces: [Segment.Piece] = []
    var rest = changed
    for piece in segment.pieces {
      let before = rest.prefix { $0.key < piece.item.key }
      pieces += before.compactMap(\.value)
      rest = rest.dropFirst(before.count)
      if rest.first?.key == piece.item.key {
        if let changed = rest.removeFirst().value { pieces.append(changed) }
      } else {
        pieces.append(piece)
      }
    }
    return pieces + rest.compactMap(\.value)
  }
}

/// Builds segments from unchanged segments and from the pieces of changed ones.
private struct Joiner {
  let openMetricsHeaders: [Int32: [UInt8]]
  private var segments: [Segment] = []
  /// Small pieces that are not in a segment yet.
  private var open: [Segment.Piece] = []
  private var size = 0

  init(openMetricsHeaders: [Int32: [UInt8]]) { self.openMetricsHeaders = openMetricsHeaders }

  /// Adds an unchanged segment, which is taken apart only to be joined with a neighbour.
  mutating func add(_ segment: Segment) {
    if !open.isEmpty, !segment.isAlone, canJoin(segment.size) { return open(segment.pieces) }
    close()
    segments.append(segment)
  }

  /// Adds the pieces of a changed segment.
  mutating func add(_ pieces: [Segment.Piece]) {
    if !canJoin(pieces.reduce(0) { $0 + Int($1.item.length) }) { close() }
    open(pieces)
  }

  mutating func finished() -> [Segment] {
    close()
    return segments
  }

  private mutating func open(_ pieces: [Segment.Piece]) {
    for piece in pieces {
      switch piece.content {
      case .text:
        open.append(piece)
        size += Int(piece.item.length)
      case .deflated(let chunk):
        close()
        segments.append(Segment(alone: piece.item, chunk))
      }
    }
  }

  private func canJoin(_ other: Int) -> Bool {
    min(size, other) < SegmentList.minimumSize && size + other <= SegmentList.comfortableSize
  }

  /// Makes segments of about the same size from the open pieces.
  private mutating func close() {
    guard !open.isEmpty else { return }
    if let last = segments.last, !last.isAlone, canJoin(last.size) {
      open = last.pieces + open
      size += last.size
      segments.removeLast()
    }
    var parts = size <= SegmentList.maximumSize ? 1 : (size - 1) / SegmentList.comfortableSize + 1
    var rest = open[...]
    while parts > 1, !rest.isEmpty {
      let goal = size / parts
      var (end, length) = (rest.startIndex, 0)
      while end < rest.endIndex, length < goal {
        length += Int(rest[end].item.length)
        end += 1
      }
      segments.append(Segment(rest[..<end], openMetricsHeaders: openMetricsHeaders))
      rest = rest[end...]
      size -= length
      parts -= 1
    }
    if !rest.isEmpty { segments.append(Segment(rest, openMetricsHeaders: openMetricsHeaders)) }
    open = []
    size = 0
  }
}
