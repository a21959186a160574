/// How blocks are handed to libmicrohttpd.
enum IOParts {
  /// More parts than IOV_MAX (1,024) hang epoll for ever in libmicrohttpd 0.9.75, and the list must fit into a
  /// connection's memory.
  static let maximum = 512

  /// The same bytes in at most 512 parts: runs of small neighbours are joined by copying, large blocks are kept as they are.
  static func fitting(_ blocks: [ByteBlock]) -> [ByteBlock] {
    let filled = blocks.filter { $0.count > 0 }
    guard filled.count > maximum else { return filled }
    // A part counts as full from here on: at most 255 are, and at most 256 unfinished runs stand between them.
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
