import System

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
}
