import Glibc

/// Why a file can't be read, in the kernel's words if the error is the kernel's.
package struct FileError: Error, Equatable {
  /// The reason, worded as the end of a sentence, for instance `No such file or directory`.
  package let reason: String
  /// Whether the file is a pipe whose writer took too long.
  package var isTimeout = false

  package init(reason: String, isTimeout: Bool = false) {
    self.reason = reason
    self.isTimeout = isTimeout
  }
}

/// Reads whole files and counts the entries of directories, through the C library's own calls.
package enum FileSystem {
  /// How long a pipe is waited for in total.
  package static let patience: Duration = .seconds(5)

  /// Returns the bytes of a file, which may also be a pipe or a file in `/proc` that has no size.
  ///
  /// Throws if the file can't be read, holds more than `limit` bytes, or is a pipe that has nothing to read and is
  /// still open when `patience` is over. A file on a dead mount blocks for as long as the kernel waits.
  package static func contents(
    of path: String, limit: Int, within patience: Duration = patience
  ) throws(FileError) -> [UInt8] {
    // O_NONBLOCK keeps a pipe from waiting here until somebody opens it for writing.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    let end = ContinuousClock.now + patience
    let isRegular = isRegularFile(descriptor)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      if !isRegular { try wait(for: descriptor, until: end, of: patience) }
      // Safe: the buffer is alive during the call, and its own count is passed.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count >= 0 else { throw .last }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= limit else { throw FileError(reason: "it is larger than \(limit >> 20) MiB") }
    }
  }

  private static func isRegularFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Waits until something can be read or nothing more will come; throws a timeout at the moment `end`.
  private static func wait(
    for descriptor: Int32, until end: ContinuousClock.Instant, of patience: Duration
  ) throws(FileError) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let rest = end - .now
      let milliseconds =
        rest > .zero
        ? Int32(clamping: rest.components.seconds * 1_000 + 1 + rest.components.attoseconds / 1_000_000_000_000_000) : 0
      let count = unsafe poll(&entry, 1, milliseconds)
      if count > 0 { return }
      if count < 0, errno != EINTR { throw .last }
      if ContinuousClock.now >= end {
        throw FileError(reason: "nothing came within \(patience.components.seconds) s", isTimeout: true)
      }
    }
  }

  /// Returns whether the path is neither a regular file nor a directory, so that reading it would take something away.
  package static func isPipe(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
  }

  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Returns the number of a directory's entries without `.` and `..`, or nil if it can't be read.
  package static func entryCount(of directory: String) -> Int? {
    // Safe: the stream is this call's alone, and nothing of an entry is looked at.
    guard let stream = unsafe opendir(directory) else { return nil }
    defer { unsafe closedir(stream) }
    var count = 0
    while unsafe readdir(stream) != nil { count += 1 }
    return count - 2
  }
}

extension FileError {
  /// The error of this thread's last failed call.
  static var last: FileError { FileError(reason: unsafe String(cString: strerror(errno))) }
}
