import Foundation
import Glibc

/// The `openssl` command: makes certificates, and serves with them what no library of ours would.
enum OpenSSL {
  static let isInstalled = (try? run(["version"], in: FileManager.default.temporaryDirectory)) != nil

  /// Calls `body` with the origin of a TLS server that answers each GET with a status page.
  static func withServer(
    certificate: String, key: String, in directory: URL, _ body: (_ origin: String) async throws -> Void
  ) async throws {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key]
    process.currentDirectoryURL = directory
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer {
      // It inherits a signal mask that keeps a mere SIGTERM from it.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    var text = ""
    while !text.contains(/ACCEPT 127\.0\.0\.1:\d+\n/) {
      let piece = output.fileHandleForReading.availableData
      guard !piece.isEmpty else { throw CocoaError(.executableLoad) }
      text += String(decoding: piece, as: UTF8.self)
    }
    let port = text.split(separator: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
    try await body("https://127.0.0.1:\(port)")
  }

  /// Makes `<name>.pem` and `<name>.key`, signed by itself or by `issuer`, which may date it into the past.
  static func makeCertificate(
    _ name: String, for subject: String, issuer: String? = nil, isExpired: Bool = false, in directory: URL
  ) throws {
    let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(name).key"]
    let request = ["req"] + newKey + ["-subj", "/CN=\(name)", "-addext", "subjectAltName=\(subject)"]
    guard let issuer else {
      try run(request + ["-x509", "-days", "2", "-out", "\(name).pem"], in: directory)
      return
    }
    try run(request + ["-out", "\(name).csr"], in: directory)
    // Of the commands that sign, the one that takes dates in every version.
    let settings = """
      [ca]
      default_ca = own
      [own]
      database = issued
      new_certs_dir = .
      rand_serial = yes
      default_md = sha256
      copy_extensions = copyall
      policy = any
      [any]
      commonName = supplied
      """
    try Data(settings.utf8).write(to: directory.appending(path: "ca.cnf"))
    try Data().write(to: directory.appending(path: "issued"))
    try run(
      [
        "ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "\(issuer).pem", "-keyfile", "\(issuer).key",
        "-startdate", "20200101000000Z", "-enddate", isExpired ? "20200102000000Z" : "20491231000000Z",
        "-in", "\(name).csr", "-out", "\(name).pem",
      ], in: directory)
  }

  private static func run(_ arguments: [String], in directory: URL) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = directory
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }
}
