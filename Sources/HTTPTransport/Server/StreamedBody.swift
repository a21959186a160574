/// Asks a closure for the pieces of a body.
final class StreamedBody: BodyReader {
  private let next: @Sendable (Int) -> BodyStep
  private let exchange: Exchange
  /// Given by the closure, and sent up to `offset`.
  private var piece: [UInt8] = []
  private var offset = 0
  private var sent = 0

  init(_ next: @escaping @Sendable (Int) -> BodyStep, of exchange: Exchange) {
    self.next = next
    self.exchange = exchange
  }

  override func read(at position: UInt64, into space: UnsafeMutableRawBufferPointer) -> Step {
    if exchange.isCancelled { return .failure }
    while offset == piece.count {
      switch next(sent) {
      case .bytes(let bytes):
        (piece, offset) = (bytes, 0)
        sent += bytes.count
      case .wait(let delay):
        guard exchange.core.suspend(exchange) else { return .failure }
        exchange.core.resume(exchange, after: max(delay, .milliseconds(1)))
        return .suspended
      case .end:
        return .end
      case .abort:
        return .failure
      }
    }
    let count = min(space.count, piece.count - offset)
    unsafe space.copyBytes(from: piece[offset..<(offset + count)])
    offset += count
    return .bytes(count)
  }
}
