import Glibc

/// The process's own streams, written to without buffering: what is written is there at once, also in a file or a pipe.
package enum StandardStream: Sendable {
  case output
  case error

  /// Writes a text with one call where the system takes it whole, so that lines of several threads do not mix (in a
  /// pipe, up to 4,096 bytes); returns false if not all of it could be written.
  @discardableResult
  package func write(_ text: [UInt8]) -> Bool {
    let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
    var rest = text[...]
    while !rest.isEmpty {
      // Safe: the buffer is alive during the call, and its own count is passed.
      let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return false }
      rest = rest.dropFirst(written)
    }
    return true
  }
}
