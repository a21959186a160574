/// Files that are read again from time to time, and taken over only together.
struct RotatingFiles: Sendable {
  /// How long a change of some of the files waits for the others to follow.
  static let grace: Duration = .seconds(10)

  let files: [SecretFile]
  private(set) var texts: [String]?
  /// What keeps the last reading from being used, although there are good texts from before.
  private(set) var problem: String?
  private var partial: (texts: [String], since: Duration)?

  init(_ files: [SecretFile]) { self.files = files }

  /// Takes a reading of all files; the last good texts stay while one is empty or unreadable.
  ///
  /// Throws `unauthorized`, naming key and path, where there are no good texts yet; `timeout` where a file gives nothing.
  mutating func take(_ contents: [SecretFile.Content], at now: Duration) throws(CloudError) -> [String] {
    var read: [String] = []
    for (file, content) in zip(files, contents) {
      switch content {
      case .text(let text): read.append(text)
      case .problem(let words, let reason):
        let message = "\(file.key) \(file.path) \(words)"
        problem = message
        if let texts { return texts }
        throw CloudError(reason, message: message)
      }
    }
    problem = nil
    guard let current = texts, current != read else {
      partial = nil
      texts = read
      return read
    }
    let isWhole = zip(current, read).allSatisfy { $0 != $1 }
    if isWhole {
      partial = nil
      texts = read
      return read
    }
    if let partial, partial.texts == read {
      guard now < partial.since + Self.grace else {
        self.partial = nil
        texts = read
        return read
      }
    } else {
      partial = (read, now)
    }
    return current
  }
}
