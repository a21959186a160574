import HTTPTransport
import Logging

/// Reads the secrets of one project, whatever file they stand in.
final class SecretReader: Sendable {
  /// Protects the last good texts of each group of files; the files are read without it.
  private let groups = Locked<[[SecretFile]: RotatingFiles]>([:])
  private let time: TimeSource
  private let log: Logger

  init(time: TimeSource, log: Logger) {
    self.time = time
    self.log = log
  }

  /// The texts of files that belong together, in order; `isForced` reads them although that was done just now.
  func texts(of files: [SecretFile], isForced: Bool = false) throws(CloudError) -> [String] {
    let now = time.uptime()
    let known = groups.withLock { groups -> [String]? in
      let group = groups[files] ?? RotatingFiles(files)
      return group.isDue(at: now) || isForced ? nil : group.texts
    }
    if let known { return known }
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

  /// Secrets that belong together: given by value or by file, each with the key that names it.
  func secrets(_ sources: [(key: String, source: SecretSource)], isForced: Bool) throws(CloudError) -> [Secret] {
    var files: [SecretFile] = []
    for (key, source) in sources {
      if case .file(let path) = source { files.append(SecretFile(key: "\(key)_file", path: path)) }
    }
    var texts = files.isEmpty ? [] : try self.texts(of: files, isForced: isForced)[...]
    var secrets: [Secret] = []
    secrets.reserveCapacity(sources.count)
    for (key, source) in sources {
      switch source {
      case .value(let secret): secrets.append(Secret(try Self.checked(secret.value, key: key)))
      case .file: secrets.append(Secret(try Self.checked(texts.removeFirst(), key: "\(key)_file")))
      }
    }
    return secrets
  }

  /// A secret is one printable word or line: anything else would break the request, or is the wrong file.
  static func checked(_ text: String, key: String) throws(CloudError) -> String {
    if text.isEmpty { throw .badCredentials("\(key) is empty") }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw .badCredentials("\(key) holds a line break or another control character")
    }
    return text
  }
}
