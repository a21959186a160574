/// Files whose changes are found by reading them, so that none is missed: another content, a link that was turned, a file
/// that can be read from now on or no more.
package struct FollowedFiles: Sendable {
  private enum Content: Equatable {
    case digest([UInt8])
    case unreadable(FileError)
  }

  private static let maximumBytes = 16 << 20

  package let paths: [String]
  private var contents: [Content] = []

  /// Reads nothing yet.
  package init(_ paths: [String]) { self.paths = paths }

  /// Reads the files, which may block: true where one is not as it was at the last call, and at the first.
  package mutating func takeChange() -> Bool {
    let before = contents
    contents = paths.map { path in
      do throws(FileError) {
        return .digest(SHA256.digest(try FileSystem.contents(of: path, limit: Self.maximumBytes)))
      } catch { return .unreadable(error) }
    }
    return contents != before
  }
}
