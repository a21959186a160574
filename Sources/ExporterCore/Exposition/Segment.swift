import HTTPTransport

/// A run of neighbours in page order that are compressed together, or one large chunk alone.
struct Segment: Sendable {
  /// Where something stands on the page: by family, a family's header first, then by target.
  struct Key: Sendable, Hashable, Comparable {
    let family: Int
    /// Nil for the header.
    let target: TargetID?
    let section: Page.Section
    /// Counts what the target has in the section, from 0.
    var chunk = 0

    static func header(of family: Int) -> Key { Key(family: family, target: nil, section: .data) }

    static func < (left: Key, right: Key) -> Bool {
      if left.family != right.family { return left.family < right.family }
      guard let leftTarget = left.target, let rightTarget = right.target else {
        return left.target == nil && right.target != nil
      }
      if leftTarget != rightTarget { return leftTarget < rightTarget }
      return (left.section, left.chunk) < (right.section, right.chunk)
    }
  }

  /// A header or a small chunk.
  struct Item: Sendable, Equatable {
    let key: Key
    let text: [UInt8]
    /// Where it differs from `text`.
    var openMetrics: [UInt8]?
  }

  /// The first key in it.
  private(set) var key: Key
  /// In the order of their keys; empty for a large chunk.
  private(set) var items: [Item]
  /// Of the text, in bytes.
  private(set) var size: Int
  /// Nil while what it holds has changed since it was last compressed.
  private(set) var block: PageBlock?

  /// Neighbours, at least one, in the order of their keys.
  init(_ items: [Item]) {
    key = items[0].key
    self.items = items
    size = items.reduce(0) { $0 + $1.text.count }
  }

  init(_ key: Key, alone chunk: DeflatedBlock) {
    self.key = key
    items = []
    size = chunk.textLength
    let version = PageBlock.Version(alone: chunk)
    block = PageBlock(text: version, openMetrics: version)
  }

  var isAlone: Bool { items.isEmpty }

  /// The place of the first item whose key is not below `key`.
  func position(of key: Key) -> Int { items.partitioningIndex { !($0.key < key) } }

  /// Inserts or replaces; what is the same already costs nothing.
  mutating func put(_ item: Item) {
    let position = position(of: item.key)
    if position < items.count, items[position].key == item.key {
      guard items[position] != item else { return }
      size -= items[position].text.count
      items[position] = item
    } else {
      items.insert(item, at: position)
      key = items[0].key
    }
    size += item.text.count
    block = nil
  }

  mutating func remove(_ key: Key) {
    let position = position(of: key)
    guard position < items.count, items[position].key == key else { return }
    size -= items.remove(at: position).text.count
    if let first = items.first { self.key = first.key }
    block = nil
  }

  /// Renders and compresses what it holds, if that has changed.
  mutating func compressed() -> PageBlock {
    if let block { return block }
    let fresh = makeBlock()
    block = fresh
    return fresh
  }

  private func makeBlock() -> PageBlock {
    var text: [UInt8] = []
    text.reserveCapacity(size)
    for item in items { text.append(contentsOf: item.text) }
    let version = PageBlock.Version(text: text)
    guard items.contains(where: { $0.openMetrics != nil }) else {
      return PageBlock(text: version, openMetrics: version)
    }
    var openMetrics: [UInt8] = []
    openMetrics.reserveCapacity(size)
    for item in items { openMetrics.append(contentsOf: item.openMetrics ?? item.text) }
    return PageBlock(text: version, openMetrics: PageBlock.Version(text: openMetrics))
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
