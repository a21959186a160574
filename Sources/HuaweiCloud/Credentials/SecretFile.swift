import System

/// A file that holds one secret, and the configuration key, or the variable, that names it.
struct SecretFile: Sendable, Hashable {
  var key: String
  var path: String

  private static let maximumBytes = 1 << 20

  /// The text of a file, or a description of why it can't be used.
  enum Content: Sendable, Hashable {
    case text(String)
    case problem(String, FailureReason = .unauthorized)
  }

  /// Returns the whole file as text, without the white space around it.
  func read() -> Content {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileSystem.contents(of: path, limit: Self.maximumBytes) } catch {
      return .problem("cannot be read: \(error.reason)", error.isTimeout ? .timeout : .unauthorized)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return .problem("is not text in UTF-8") }
    let trimmed = text.trimmed
    return trimmed.isEmpty ? .problem("is empty") : .text(trimmed)
  }

  var isThere: Bool { FileSystem.exists(path) }

  /// Reads until two readings agree, at most six times, so that files which are being replaced together are not mixed.
  ///
  /// The first reading ends with the first file that times out: every further one might take as long again.
  static func read(_ files: [SecretFile]) -> [Content] {
    var contents: [Content] = []
    for file in files {
      contents.append(file.read())
      if case .problem(_, .timeout)? = contents.last { return contents }
    }
    for _ in 0..<5 where files.count > 1 {
      let again = files.map { $0.read() }
      if again == contents { break }
      contents = again
    }
    return contents
  }
}
