/// Immutable bytes that answers share, at an address that never changes.
@safe
package final class ByteBlock: Sendable {
  // Safe: allocated and filled in init, never written again, freed in deinit; it leaves this module's C calls only
  // together with a reference to the block.
  nonisolated(unsafe) let base: UnsafeMutablePointer<UInt8>
  package let count: Int

  package init(_ bytes: [UInt8]) {
    count = bytes.count
    unsafe base = .allocate(capacity: max(bytes.count, 1))
    unsafe bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { unsafe base.initialize(from: start, count: source.count) }
    }
  }

  /// The concatenation of `blocks`.
  init(joining blocks: ArraySlice<ByteBlock>) {
    count = blocks.reduce(0) { $0 + $1.count }
    unsafe base = .allocate(capacity: max(count, 1))
    var offset = 0
    for block in blocks {
      unsafe (base + offset).initialize(from: block.base, count: block.count)
      offset += block.count
    }
  }

  deinit {
    unsafe base.deallocate()
  }

  /// A copy of the bytes.
  package var bytes: [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }
}
