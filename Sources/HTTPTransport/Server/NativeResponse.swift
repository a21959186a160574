import CMicroHTTPD

/// One reference to a response of libmicrohttpd, released with this object; requests that still send it hold their own.
@safe
final class NativeResponse: Sendable {
  // Safe: libmicrohttpd guards a response's reference count with a mutex, and nothing is added to it after init.
  nonisolated(unsafe) let pointer: OpaquePointer

  /// Builds the response; bodies that are read piece by piece belong to `exchange` alone.
  ///
  /// The parts of a body that several requests share are joined, unless it is large: libmicrohttpd sends one buffer in
  /// the same packet as the headers, but several parts after them, for which the client is woken twice. That costs a
  /// twelfth of the time of an answer of a megabyte. For one request nothing is copied.
  init(
    _ response: HTTPServerResponse, for exchange: Exchange?, adding headers: [HTTPHeader] = [], isShared: Bool = false
  ) throws(HTTPServerError) {
    let made: OpaquePointer?
    switch response.body {
    case .bytes(let bytes):
      unsafe made = Self.make(sending: bytes.isEmpty ? [] : [ByteBlock(bytes)])
    case .blocks(let blocks):
      unsafe made = Self.make(sending: isShared ? Self.joined(blocks) : IOParts.fitting(blocks))
    case .inflating(let blocks, let length):
      unsafe made = Self.make(reading: InflatingBody(blocks), length: length)
    case .stream(let length, let next):
      guard let exchange else { throw HTTPServerError("a streamed body cannot be shared") }
      unsafe made = Self.make(reading: StreamedBody(next, of: exchange), length: length)
    }
    guard let made = unsafe made else { throw HTTPServerError("no memory for a response") }
    unsafe pointer = unsafe made
    for header in headers + response.headers where header.name.lowercased() != "content-length" {
      guard unsafe MHD_add_response_header(pointer, header.name, header.value) == .YES else {
        throw HTTPServerError("the header \(header.name) cannot be sent")
      }
    }
  }

  deinit {
    unsafe MHD_destroy_response(pointer)
  }

  /// The longest body that is joined: copying more would cost more than waking the clients.
  private static let maximumJoinedBytes = 1 << 20

  private static func joined(_ blocks: [ByteBlock]) -> [ByteBlock] {
    let isSmall = blocks.reduce(0) { $0 + $1.count } <= maximumJoinedBytes
    return isSmall && blocks.count > 1 ? [ByteBlock(joining: blocks[...])] : IOParts.fitting(blocks)
  }

  private static func make(sending blocks: [ByteBlock]) -> OpaquePointer? {
    if blocks.count == 1 {
      let owner = unsafe Unmanaged.passRetained(blocks[0])
      // Safe: libmicrohttpd only reads the block, which lives until it calls `releaseContext`.
      let made = unsafe MHD_create_response_from_buffer_with_free_callback_cls(
        blocks[0].count, blocks[0].base, releaseContext, owner.toOpaque())
      if unsafe made == nil { unsafe owner.release() }
      return unsafe made
    }
    let parts = unsafe blocks.map { unsafe MHD_IoVec(iov_base: $0.base, iov_len: $0.count) }
    let owner = unsafe Unmanaged.passRetained(BlockList(blocks))
    // Safe: libmicrohttpd copies the list of parts; the blocks they point into live until it calls `releaseContext`.
    let made = unsafe MHD_create_response_from_iovec(parts, UInt32(parts.count), releaseContext, owner.toOpaque())
    if unsafe made == nil { unsafe owner.release() }
    return unsafe made
  }

  /// Returns the size of the pieces in which a body is read.
  ///
  /// Each piece is a system call and wakes the reader, so a page of 20 MB takes a fifth less time in pieces of 1 MiB
  /// than in pieces of 64 KiB.
  private static func pieceSize(of length: Int?) -> Int { min(max(length ?? 0, 64 << 10), 1 << 20) }

  private static func make(reading body: BodyReader, length: Int?) -> OpaquePointer? {
    let owner = unsafe Unmanaged.passRetained(body)
    let size = length.map { UInt64($0) } ?? mhd_size_unknown()
    let made = unsafe MHD_create_response_from_callback(
      size, pieceSize(of: length), readBody, owner.toOpaque(), releaseContext)
    if unsafe made == nil { unsafe owner.release() }
    return unsafe made
  }
}

/// Keeps the blocks of a response alive.
private final class BlockList: Sendable {
  private let blocks: [ByteBlock]
  init(_ blocks: [ByteBlock]) { self.blocks = blocks }
}

/// A body that is read piece by piece, by one daemon thread.
class BodyReader {
  enum Step {
    case bytes(Int)
    /// Nothing yet; the request is suspended.
    case suspended
    case end
    case failure
  }

  func read(at position: UInt64, into space: UnsafeMutableRawBufferPointer) -> Step { .end }
}

private func readBody(
  _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ space: UnsafeMutablePointer<CChar>?, _ count: Int
) -> Int {
  guard let context = unsafe context else { return mhd_end_with_error() }
  // Safe: the response holds the reader until it calls `releaseContext`.
  let body = unsafe Unmanaged<BodyReader>.fromOpaque(context).takeUnretainedValue()
  switch unsafe body.read(at: position, into: UnsafeMutableRawBufferPointer(start: space, count: count)) {
  case .bytes(let count): return count
  case .suspended: return 0
  case .end: return mhd_end_of_stream()
  case .failure: return mhd_end_with_error()
  }
}

private func releaseContext(_ context: UnsafeMutableRawPointer?) {
  guard let context = unsafe context else { return }
  unsafe Unmanaged<AnyObject>.fromOpaque(context).release()
}

/// A body that inflates blocks one after the other.
final class InflatingBody: BodyReader {
  private let blocks: [DeflatedBlock]
  private let inflater = Inflater.borrow()
  private var index = 0
  /// The number of bytes read of the current block's text.
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
        // A block with less text than it says would otherwise make the body wait for ever.
        return .failure
      }
    }
    return filled > 0 ? .bytes(filled) : .end
  }
}

/// A body whose pieces come from a closure.
final class StreamedBody: BodyReader {
  private let next: @Sendable (Int) -> BodyStep
  private let exchange: Exchange
  /// The piece that the closure gave last; it is sent up to `offset`.
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

/// The parts in which blocks are handed to libmicrohttpd.
enum IOParts {
  /// More parts than IOV_MAX (1,024) hang epoll for ever in libmicrohttpd 0.9.75, and the list must fit into a
  /// connection's memory.
  static let maximum = 512

  /// Returns the same bytes in at most 512 parts: runs of small neighbours are joined by copying, large blocks are kept
  /// as they are.
  static func fitting(_ blocks: [ByteBlock]) -> [ByteBlock] {
    let filled = blocks.filter { $0.count > 0 }
    guard filled.count > maximum else { return filled }
    // From this size on a part counts as full: at most 255 are, and at most 256 unfinished runs are between them.
    let enough = filled.reduce(0) { $0 + $1.count } / 255 + 1
    var parts: [ByteBlock] = []
    var run = filled[0..<0]
    var runLength = 0
    func finishRun() {
      guard let first = run.first else { return }
      parts.append(run.count == 1 ? first : ByteBlock(joining: run))
      run = filled[run.endIndex..<run.endIndex]
      runLength = 0
    }
    for index in filled.indices {
      if filled[index].count >= enough {
        finishRun()
        parts.append(filled[index])
        run = filled[(index + 1)..<(index + 1)]
      } else {
        run = filled[run.startIndex...index]
        runLength += filled[index].count
        if runLength >= enough { finishRun() }
      }
    }
    finishRun()
    return parts
  }
}
