/// Files whose changes are found by comparing what they hold now with the last time: new content, also through a redirected link,
/// or a file that has become readable or unreadable.
///
/// Pipes and other special files are not read, since their content would then be gone for the next reader.
package struct FollowedFiles: Sendable {
  private enum Content: Equatable {
    case digest([UInt8])
    case unreadable(FileError)
    case pipe
  }

  private static let maximumBytes = 16 << 20

  private var paths: [String]
  private var contents: [String: Content] = [:]

  /// Creates the list of files; nothing is read yet.
  package init(_ paths: [String]) { self.paths = paths }

  /// Reads the files, which may block, and returns whether one has changed since the last call; the first call returns
  /// true, unless there is no file.
  package mutating func takeChange() -> Bool {
    let before = contents
    contents = Dictionary(paths.map { ($0, Self.content(of: $0)) }, uniquingKeysWith: { first, _ in first })
    return contents != before
  }

  /// Follows `paths` from now on, and reads the new ones among them, as the content that the next `takeChange()`
  /// compares with.
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
