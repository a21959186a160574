import Logging
import System

/// A reader of the secrets of one project, given by value or in files.
final class SecretReader: Sendable {
  /// Protects the last good texts of each group of files; the files are read without the lock.
  private let groups = Locked<[[SecretFile]: RotatingFiles]>([:])
  private let time: TimeSource
  private let log: Logger

  init(time: TimeSource, log: Logger) {
    self.time = time
    self.log = log
  }

  /// Returns the texts of files that belong together, in order.
  func texts(of files: [SecretFile]) throws(CloudError) -> [String] {
    let now = time.uptime()
    let contents = SecretFile.read(files)
    let (texts, change) = try groups.withLock { groups throws(CloudError) in
      var group = groups[files] ?? RotatingFiles(files)
      defer { groups[files] = group }
      let before = group.problem
      let texts = try group.take(contents, at: now)
      return (texts, before == group.problem ? nil : (problem: group.problem, end: before))
    }
    switch change {
    case nil: break
    case (let problem?, _)?: log.warning("a credential's last good content stays in use: \(problem)")
    case (nil, _)?: log.notice("a credential's files are good again")
    }
    return texts
  }

  /// Returns the one secret that a file holds.
  func secret(in file: SecretFile) throws(CloudError) -> Secret {
    let text = try texts(of: [file])[0]
    return Secret(try Self.checked(text, key: "\(file.key) \(file.path)"))
  }

  /// Returns secrets that belong together, given by value or by file, each with the key that names it.
  func secrets(
    _ sources: [(key: String, source: SecretSource)], as form: CredentialText.Form = .word
  ) throws(CloudError) -> [Secret] {
    var files: [SecretFile] = []
    for (key, source) in sources {
      if case .file(let path) = source { files.append(SecretFile(key: "\(key)_file", path: path)) }
    }
    var texts = files.isEmpty ? [] : try self.texts(of: files)[...]
    var secrets: [Secret] = []
    secrets.reserveCapacity(sources.count)
    for (key, source) in sources {
      switch source {
      case .value(let secret), .variable(_, let secret):
        secrets.append(Secret(try Self.checked(secret.value, key: key, as: form)))
      case .file(let path):
        secrets.append(Secret(try Self.checked(texts.removeFirst(), key: "\(key)_file \(path)", as: form)))
      }
    }
    return secrets
  }

  /// Returns the text if it may be right; throws `unauthorized`, naming `key`, for anything that would break the
  /// request or comes from the wrong file.
  static func checked(
    _ text: String, key: String, as form: CredentialText.Form = .word
  ) throws(CloudError) -> String {
    if text.isEmpty { throw .badCredentials("\(key) is empty") }
    if let problem = CredentialText.problem(with: text, as: form) { throw .badCredentials("\(key) \(problem)") }
    return text
  }
}

/// Files that are read again from time to time, and whose new texts are used only together.
struct RotatingFiles: Sendable {
  /// How long a change of some of the files waits for the others to follow.
  static let grace: Duration = .seconds(10)

  let files: [SecretFile]
  private(set) var texts: [String]?
  /// Why the last reading could not be used; nil if all files were good.
  private(set) var problem: String?
  private var partial: (texts: [String], since: Duration)?

  init(_ files: [SecretFile]) { self.files = files }

  /// Takes a reading of all files and returns the texts to use: the last good ones while a file is empty or unreadable.
  ///
  /// Without good texts, throws `unauthorized`, naming key and path, or `timeout` if a file can't be read in time.
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
