import Glibc

/// What says that a file has changed, also when a symbolic link to it was turned.
struct FileStamp: Equatable {
  private var device: dev_t
  private var inode: ino_t
  private var size: off_t
  private var seconds: time_t
  private var nanoseconds: Int

  /// nil where there is no such file.
  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    (device, inode, size) = (status.st_dev, status.st_ino, status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}

extension HTTPServerSecurity.PEM {
  /// Far more than any chain of certificates.
  private static let maximumSize = 4 << 20

  /// The text; an error names `setting`, with `_file` where it is one, and the path.
  func text(of setting: String) throws(HTTPServerError) -> [UInt8] {
    guard case .file(let path) = self else {
      guard case .inline(let text) = self else { return [] }
      return Array(text.utf8)
    }
    do throws(FileError) {
      return try FileSystem.contents(of: path, limit: Self.maximumSize)
    } catch {
      throw HTTPServerError(setting: setting + "_file", "cannot read \(path): \(error.reason)")
    }
  }

  /// How a setting that may be given in both ways is called in the file.
  func name(of setting: String) -> String {
    if case .file = self { setting + "_file" } else { setting }
  }

  var stamp: FileStamp? {
    if case .file(let path) = self { FileStamp(path: path) } else { nil }
  }
}
