import HTTPTransport
import System

/// A run of neighbouring items in page order that are compressed together, or one large chunk alone.
///
/// A segment holds the order and the lengths of its items, and their text only in compressed form.
struct Segment: Sendable {
  /// The position of an item on the page: by family, with a family's header first, then by target, section and chunk.
  struct Key: Sendable, Hashable, Comparable {
    let family: Int32
    /// The target that contributes the chunk, or nil for a header.
    let target: TargetID?
    let section: Page.Section
    /// The index of the chunk among those that the target has in the family and section, from 0.
    var chunk: Int32 = 0

    static func header(of family: Int32) -> Key { Key(family: family, target: nil, section: .data) }

    static func < (left: Key, right: Key) -> Bool {
      if left.family != right.family { return left.family < right.family }
      guard let leftTarget = left.target, let rightTarget = right.target else {
        return left.target == nil && right.target != nil
      }
      if leftTarget != rightTarget { return leftTarget < rightTarget }
      return (left.section, left.chunk) < (right.section, right.chunk)
    }
  }

  /// A header or a chunk.
  struct Item: Sendable, Equatable {
    let key: Key
    /// The length of the text in bytes.
    let length: Int32
    /// The hash of the text; two different texts have the same one with a probability of 1 in 2^64.
    let digest: Int
  }

  /// An item with its text, to be put into a segment.
  struct Piece: Sendable {
    enum Content: Sendable {
      case text(ArraySlice<UInt8>)
      /// The block of a large chunk.
      case deflated(DeflatedBlock)
    }

    let item: Item
    let content: Content
  }

  /// The items, at least one, in the order of their keys.
  let items: [Item]
  /// Whether the segment holds one large chunk and nothing else.
  let isAlone: Bool
  let block: PageBlock

  var key: Key { items[0].key }

  /// The length of the text in bytes.
  var size: Int { block.text.textLength }

  /// Creates a segment from neighbouring pieces, at least one, in the order of their keys.
  ///
  /// `openMetricsHeaders` are, by family, the headers that differ from those of the text format.
  init(_ pieces: ArraySlice<Piece>, openMetricsHeaders: [Int32: [UInt8]]) {
    items = pieces.map(\.item)
    isAlone = false
    var text: [UInt8] = []
    text.reserveCapacity(pieces.reduce(0) { $0 + Int($1.item.length) })
    var headers: [(at: Range<Int>, openMetrics: [UInt8])] = []
    for piece in pieces {
      guard case .text(let bytes) = piece.content else { preconditionFailure("a large chunk stands alone") }
      if piece.item.key.target == nil, let header = openMetricsHeaders[piece.item.key.family] {
        headers.append((text.count..<text.count + bytes.count, header))
      }
      text += bytes
    }
    let deflated = DeflatedBlock(text)
    // Headers are replaced from the last to the first, so that the ranges of those before stay valid.
    for header in headers.reversed() { text.replaceSubrange(header.at, with: header.openMetrics) }
    block = PageBlock(text: deflated, openMetrics: headers.isEmpty ? deflated : DeflatedBlock(text))
  }

  init(alone item: Item, _ chunk: DeflatedBlock) {
    items = [item]
    isAlone = true
    block = PageBlock(text: chunk, openMetrics: chunk)
  }

  /// The pieces that the segment consists of; their text is inflated, except for that of a large chunk.
  var pieces: [Piece] {
    if isAlone { return [Piece(item: items[0], content: .deflated(block.text))] }
    let text = block.text.inflated()
    var start = 0
    return items.map { item in
      let end = start + Int(item.length)
      defer { start = end }
      return Piece(item: item, content: .text(text[start..<end]))
    }
  }

  func item(at key: Key) -> Item? {
    let index = items.partitioningIndex { !($0.key < key) }
    return index < items.count && items[index].key == key ? items[index] : nil
  }
}
