/// Reads blocks one after the other as plain text.
final class InflatingBody: BodyReader {
  private let blocks: [BodyBlock]
  private let inflater = Inflater.borrow()
  private var index = 0
  /// Read of the current block's text.
  private var offset = 0

  init(_ blocks: [BodyBlock]) { self.blocks = blocks }

  deinit { Inflater.giveBack(inflater) }

  override func read(at position: UInt64, into space: UnsafeMutableRawBufferPointer) -> Step {
    var filled = 0
    while filled < space.count, index < blocks.count {
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: space[filled...])
      let count: Int
      let isFinished: Bool
      switch blocks[index] {
      case .plain(let block):
        count = min(room.count, block.count - offset)
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: block.base + offset, count: count))
        isFinished = offset + count == block.count
      case .deflated(let block):
        if offset == 0 { inflater.start(block) }
        count = block.textLength == 0 ? 0 : unsafe inflater.read(into: room)
        isFinished = offset + count == block.textLength
        // A block that ends before its text would make the body wait for ever.
        if count == 0, !isFinished { return .failure }
      }
      filled += count
      offset += count
      if isFinished {
        index += 1
        offset = 0
      }
    }
    return filled > 0 ? .bytes(filled) : .end
  }
}
