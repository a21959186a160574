import Glibc

/// The process's error stream, written to without buffering.
package enum StandardError {
  /// Writes one whole line at a time, so that lines of several threads do not mix; what cannot be written is dropped.
  package static func write(_ line: [UInt8]) {
    var rest = line[...]
    while !rest.isEmpty {
      // Safe: the buffer is alive during the call, and its own count is passed.
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}
