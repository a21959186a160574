import CLinux
import Glibc

/// A file in memory, for libraries that read files by path; reading it never blocks.
package final class MemoryFile: Sendable {
  // This is MFD_CLOEXEC of memfd_create(2).
  private static let closedByOtherPrograms: UInt32 = 1

  private let descriptor: Int32

  /// The path, valid in this process for as long as this object lives.
  package var path: String { "/proc/self/fd/\(descriptor)" }

  /// Creates the file; throws if the system cannot create it or has no memory for the bytes.
  package init(_ bytes: [UInt8]) throws(FileError) {
    descriptor = unsafe memfd_create("file", Self.closedByOtherPrograms)
    guard descriptor >= 0 else { throw .last }
    // From here on, deinit closes the file, also when this throws.
    var rest = bytes[...]
    while !rest.isEmpty {
      // Safe: the buffer is alive during the call, and its own count is passed.
      let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .last }
      rest = rest.dropFirst(written)
    }
  }

  deinit { close(descriptor) }
}
