/// Files whose changes are found by reading them, so that none is missed: another content, a link that was turned, a file
/// that can be read from now on or no more.
///
/// What is no file, such as a pipe, is not read: it would be gone for whoever reads it next.
package struct FollowedFiles: Sendable {
  private enum Content: Equatable {
    case digest([UInt8])
    case unreadable(FileError)
    case pipe
  }

  private static let maximumBytes = 16 << 20

  private var paths: [String]
  private var contents: [String: Content] = [:]

  /// Reads nothing yet.
  package init(_ paths: [String]) { self.paths = paths }

  /// Reads the files, which may block: true where one is not as it was at the last call, and at the first.
  package mutating func takeChange() -> Bool {
    let before = contents
    contents = Dictionary(paths.map { ($0, Self.content(of: $0)) }, uniquingKeysWith: { first, _ in first })
    return contents != before
  }

  /// Follows these from now on; those that are new among them are read, as what the next change is measured by.
  package mutating func follow(_ paths: [String]) {
    self.paths = paths
    contents = Dictionary(
      paths.map { ($0, contents[$0] ?? Self.content(of: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  private static func content(of path: String) -> Content {
    if FileSystem.isPipe(path) { return .pipe }
    do throws(FileError) {
      return .digest(SHA256.digest(try FileSystem.contents(of: path, limit: maximumBytes)))
    } catch { return .unreadable(error) }
  }
}
