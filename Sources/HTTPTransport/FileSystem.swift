import Glibc

/// Why a file can't be read, in the kernel's words where they are its.
package struct FileError: Error, Equatable {
  /// As the end of a sentence, for instance `No such file or directory`.
  package let reason: String
}

/// Reads files and directories whole, by the kernel's own calls.
package enum FileSystem {
  /// The bytes of a file, which may also be a pipe or one of `/proc` that has no size.
  ///
  /// Throws where it can't be read, or holds more than `limit` bytes.
  package static func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw lastError }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      // Safe: the buffer is alive during the call, and its own count is passed.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw lastError }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= limit else { throw FileError(reason: "it is larger than \(limit >> 20) MiB") }
    }
  }

  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// How many entries a directory has, `.` and `..` not among them; nil where it can't be read.
  package static func entryCount(of directory: String) -> Int? {
    // Safe: the stream is this call's alone, and nothing of an entry is looked at.
    guard let stream = unsafe opendir(directory) else { return nil }
    defer { unsafe closedir(stream) }
    var count = 0
    while unsafe readdir(stream) != nil { count += 1 }
    return count - 2
  }

  private static var lastError: FileError { FileError(reason: unsafe String(cString: strerror(errno))) }
}
