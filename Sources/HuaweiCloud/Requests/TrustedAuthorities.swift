import Logging
import System

/// The certificate authorities that a project trusts instead of the system's, read again when their file changes.
final class TrustedAuthorities: Sendable {
  /// The largest bundle that is read; one of all public authorities has 250 KiB.
  private static let maximumBytes = 4 << 20
  private static let readingInterval: Duration = .seconds(5)

  /// A directory with further authorities, which are trusted as well as those of the file.
  let directory: String?
  private let file: FileValue<MemoryFile, CloudError>

  /// Returns nil if the project trusts what the system does: neither configuration nor environment names a file.
  convenience init?(of project: CloudProject, environment: [String: String], time: TimeSource, log: Logger) {
    if let path = project.caFile {
      self.init(path: path, named: "tls.ca_file", directory: nil, time: time, log: log)
      return
    }
    let variables = EnvironmentVariables(environment)
    guard let path = try? variables.value(of: "SSL_CERT_FILE", as: .line) else { return nil }
    let directory = try? variables.value(of: "SSL_CERT_DIR", as: .line)
    self.init(path: path, named: "SSL_CERT_FILE", directory: directory, time: time, log: log)
  }

  /// `setting` is the key of the configuration, or the variable, that names the file.
  private init(path: String, named setting: String, directory: String?, time: TimeSource, log: Logger) {
    self.directory = directory
    // Only one reading runs at a time, so these two need no common lock.
    let inUse = Locked<(bytes: [UInt8], file: MemoryFile)?>(nil)
    let lastProblem = Locked<String?>(nil)
    file = FileValue(
      every: Self.readingInterval, uptime: time.uptime,
      tookTooLong: CloudError(.timeout, message: "\(setting) \(path) gave nothing in time")
    ) {
      let known = inUse.withLock { $0 }
      do throws(FileError) {
        let bytes = try FileSystem.contents(of: path, limit: Self.maximumBytes)
        if let known, known.bytes == bytes {
          lastProblem.withLock { $0 = nil }
          return .success(known.file)
        }
        guard Self.holdsCertificates(bytes) else { throw FileError(reason: "it holds no certificate in PEM") }
        let file = try MemoryFile(bytes)
        inUse.withLock { $0 = (bytes, file) }
        lastProblem.withLock { $0 = nil }
        return .success(file)
      } catch {
        let problem = "\(setting) \(path) cannot be read: \(error.reason)"
        guard let known else {
          return .failure(CloudError(error.isTimeout ? .timeout : .tls, message: problem))
        }
        let isNew = lastProblem.withLock { last in
          defer { last = problem }
          return last != problem
        }
        if isNew { log.warning("trusted authorities not read again; the last good ones stay: \(problem)") }
        return .success(known.file)
      }
    }
  }

  /// Returns the file as it is now or was when last good; keep it for as long as its path is used.
  func current() async throws(CloudError) -> MemoryFile { try await file.value() }

  /// Returns whether there are certificates and all are complete: a file being written may end in the middle of one.
  private static func holdsCertificates(_ bytes: [UInt8]) -> Bool {
    var begins = 0
    var ends = 0
    for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      // A mark of the byte order or spaces may stand before the dashes.
      let boundary = line.drop { $0 != UInt8(ascii: "-") }
      if boundary.starts(with: "-----BEGIN ".utf8) { begins += 1 }
      if boundary.starts(with: "-----END ".utf8) { ends += 1 }
    }
    return begins > 0 && begins == ends
  }
}
