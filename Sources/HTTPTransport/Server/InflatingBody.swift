/// Reads blocks one after the other as plain text.
final class InflatingBody: BodyReader {
  private let blocks: [DeflatedBlock]
  private let inflater = Inflater.borrow()
  private var index = 0
  /// Read of the current block's text.
  private var offset = 0

  init(_ blocks: [DeflatedBlock]) { self.blocks = blocks }

  deinit { Inflater.giveBack(inflater) }

  override func read(at position: UInt64, into space: UnsafeMutableRawBufferPointer) -> Step {
    var filled = 0
    while filled < space.count, index < blocks.count {
      let block = blocks[index]
      if offset == 0 { inflater.start(block) }
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: space[filled...])
      let count = block.textLength == 0 ? 0 : unsafe inflater.read(into: room)
      filled += count
      offset += count
      if offset == block.textLength {
        index += 1
        offset = 0
      } else if count == 0 {
        // A block that ends before its text would make the body wait for ever.
        return .failure
      }
    }
    return filled > 0 ? .bytes(filled) : .end
  }
}
