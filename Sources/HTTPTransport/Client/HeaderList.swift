import CCurl
import Glibc

/// The fields of a request as libcurl reads them during a transfer, made in two pieces of memory.
///
/// libcurl's own list takes two more for each field. Safe: nothing is written beyond what was allocated, which `append`
/// makes sure of, and the pointers are freed with the list.
@safe
struct HeaderList: ~Copyable {
  private let nodes: UnsafeMutablePointer<curl_slist>
  private let texts: UnsafeMutablePointer<CChar>
  private let room: (lines: Int, bytes: Int)
  private var used = (lines: 0, bytes: 0)

  /// With room for so many lines, and so many bytes with one more for each line.
  init(lines: Int, bytes: Int) {
    room = (lines, bytes)
    unsafe nodes = .allocate(capacity: lines)
    unsafe texts = .allocate(capacity: bytes)
  }

  deinit {
    unsafe nodes.deallocate()
    unsafe texts.deallocate()
  }

  /// Its first line, or nil where it has none; to be used no longer than the list lives.
  var first: UnsafeMutablePointer<curl_slist>? { used.lines > 0 ? unsafe nodes : nil }

  /// Appends a line of three pieces, which hold no NUL.
  mutating func append(_ name: String, _ divider: String, _ value: String = "") {
    let length = name.utf8.count + divider.utf8.count + value.utf8.count + 1
    precondition(used.lines < room.lines && length <= room.bytes - used.bytes, "no room for a field")
    let node = unsafe nodes + used.lines
    unsafe node.initialize(to: curl_slist(data: texts + used.bytes, next: nil))
    if used.lines > 0 { unsafe node[-1].next = node }
    copy(name)
    copy(divider)
    copy(value)
    unsafe texts[used.bytes] = 0
    used.bytes += 1
    used.lines += 1
  }

  private mutating func copy(_ piece: String) {
    let bytes = piece.utf8.span
    unsafe bytes.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { unsafe memcpy(texts + used.bytes, start, bytes.count) }
    }
    used.bytes += bytes.count
  }
}
