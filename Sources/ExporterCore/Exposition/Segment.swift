import HTTPTransport

/// A run of neighbours in page order that are compressed together, or one large chunk alone: what stands where in the text,
/// and the text, compressed.
struct Segment: Sendable {
  /// Where something stands on the page: by family, a family's header first, then by target.
  struct Key: Sendable, Hashable, Comparable {
    let family: Int32
    /// Nil for the header.
    let target: TargetID?
    let section: Page.Section
    /// Counts what the target has in the section, from 0.
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
    /// Of its text, in bytes.
    let length: Int32
    /// Tells its text from others; two that differ are taken for the same once in 2^64.
    let digest: Int
  }

  /// An item with its text, on its way into a segment.
  struct Piece: Sendable {
    enum Content: Sendable {
      case text(ArraySlice<UInt8>)
      /// Of a large chunk.
      case deflated(DeflatedBlock)
    }

    let item: Item
    let content: Content
  }

  /// In the order of their keys, at least one.
  let items: [Item]
  /// It holds one large chunk and nothing else.
  let isAlone: Bool
  let block: PageBlock

  var key: Key { items[0].key }

  /// Of the text, in bytes.
  var size: Int { block.text.textLength }

  /// Neighbours, at least one, in the order of their keys; `openMetricsHeaders` are those that differ from the text's.
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
    // From the last on, so that the places of those before stay as they are.
    for header in headers.reversed() { text.replaceSubrange(header.at, with: header.openMetrics) }
    block = PageBlock(text: deflated, openMetrics: headers.isEmpty ? deflated : DeflatedBlock(text))
  }

  init(alone item: Item, _ chunk: DeflatedBlock) {
    items = [item]
    isAlone = true
    block = PageBlock(text: chunk, openMetrics: chunk)
  }

  /// What it is made of.
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

extension RandomAccessCollection where Index == Int {
  /// The first index from which on `predicate` holds, found by halving.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
