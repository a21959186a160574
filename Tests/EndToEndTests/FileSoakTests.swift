import CloudSimulator
import Foundation
import HTTPTransport
import HuaweiCloud
import System
import TestSupport
import Testing

/// The program while its files do what they like, for `SOAK_SECONDS` (`make soak`: 15 minutes).
@Suite(.timeLimit(.minutes(30)))
struct FileSoakTests {
  private static let asked = ProcessInfo.processInfo.environment["SOAK_SECONDS"].flatMap(Int.init)
  private static let duration: Duration = .seconds(asked ?? 20)
  /// How often each thing happens; a short run has to see it too.
  private static let (reload, renewal): (Int, Int) = asked == nil ? (3, 7) : (20, 60)

  @Test
  func whateverFilesDoItStaysFlatAndTrueAndEndsInTime() async throws {
    var world = World.healthyDemo(beginning: Timestamp(seconds: 1_750_000_000))
    world.speed = 0
    try await SimulatedAccount.open(world: world) { account in
      let directory = account.directory
      let certificates = try TestCertificates.shared.get()
      func install(_ name: String) throws {
        for kind in ["pem", "key"] {
          try Data(contentsOf: URL(filePath: certificates.path("\(name).\(kind)")))
            .write(to: directory.appending(path: "tls.\(kind)"), options: .atomic)
        }
      }
      try install("server")
      let web = directory.appending(path: "web.yaml")
      try "tls_server_config: {cert_file: tls.pem, key_file: tls.key}".write(
        to: web, atomically: true, encoding: .utf8)
      let secret = directory.appending(path: "secret")
      let otherSecret = directory.appending(path: "other")
      func writeSecret(_ file: URL) throws {
        try Data("simulated-secret-key-of-the-demo".utf8).write(to: file, options: .atomic)
      }
      try writeSecret(secret)
      try #require(unsafe mkfifo(otherSecret.path, 0o600) == 0)
      func configure(pace: Int) throws {
        try account.configure(credentials: "{access_key: SIMULATEDACCESSKEY01, secret_key_file: \(secret.path)}")
        let text = try String(contentsOf: account.file, encoding: .utf8)
          .replacing("requests_per_second: 1000", with: "requests_per_second: \(pace)\n    interval: 2s")
        let other = text.split(separator: "\n").dropFirst().joined(separator: "\n")
          .replacing("name: prod", with: "name: other").replacing(secret.path, with: otherSecret.path)
        try (text + other + "\n").write(to: account.file, atomically: true, encoding: .utf8)
      }
      try configure(pace: 1000)
      let truth = try await Program.run(
        [Program.exporter, "once"] + account.arguments, in: directory, within: .seconds(60)
      ).output
      func data(_ page: String) -> [Substring] {
        page.split(separator: "\n").filter {
          $0.hasPrefix("huaweicloud_") && !$0.hasPrefix("huaweicloud_exporter_") && $0.contains("project=\"prod\"")
        }
      }
      #expect(data(truth).count > 100)

      let words = [
        Program.exporter, "serve", "--web.config.file", web.path, "--web.listen-address", "127.0.0.1:0",
      ]
      try await Program.running(words + account.arguments, in: directory) { program in
        let address = try await program.logged(#/listening.*address"?[=:]"?(127\.0\.0\.1:\d+)/#)
        var options = HTTPClientOptions()
        options.caFile = certificates.path("ca.pem")
        let client = HTTPClient()
        defer { client.shutdown() }
        func page() async throws -> String {
          let answer = try await client.send(HTTPRequest(url: "https://\(address)/metrics"), options: options)
          #expect(answer.status == 200)
          return answer.text
        }
        var usage: [Usage] = []
        let start = ContinuousClock.now
        var second = 0
        while ContinuousClock.now - start < Self.duration {
          second += 1
          try await Task.sleep(for: .seconds(1))
          _ = try await page()
          usage.append(try Usage(of: program.identifier))
          if second % Self.reload == 0 {
            try configure(pace: second % (2 * Self.reload) == 0 ? 1000 : 900)
            program.send(SIGHUP)
          }
          if second % Self.renewal == 0 { try install(second % (2 * Self.renewal) == 0 ? "server" : "second-server") }
          if second % (Self.renewal / 2) == 0 {
            // In turn a pipe that nobody writes to, nothing at all, and a good secret.
            try? FileManager.default.removeItem(at: otherSecret)
            switch second / (Self.renewal / 2) % 3 {
            case 0: try #require(unsafe mkfifo(otherSecret.path, 0o600) == 0)
            case 1: try writeSecret(otherSecret)
            default: break
            }
          }
          account.cloud.changeFaults { faults in
            faults.clear()
            if second % 3 == 0 { faults.add(.status(500), .probability(0.3)) }
            if second % 5 == 0 { faults.add(.delay(.seconds(2)), .probability(0.3)) }
          }
        }
        account.cloud.changeFaults { $0.clear() }
        try await until("true data", within: .seconds(60)) {
          try await data(page()) == data(truth)
        }
        let (early, late) = Usage.peaks(of: usage)
        if Self.asked != nil {
          for (quarter, most) in [("second", early), ("last", late)] {
            print(
              "\(quarter) quarter: resident \(most.residentKiB) KiB, \(most.threads) threads, \(most.files) open files")
          }
          #expect(late.residentKiB < early.residentKiB * 5 / 4)
        }
        #expect(late.threads <= early.threads + 6)
        #expect(late.files <= early.files + 20)

        try? FileManager.default.removeItem(at: otherSecret)
        try? FileManager.default.removeItem(at: account.file)
        try #require(unsafe mkfifo(otherSecret.path, 0o600) == 0 && mkfifo(account.file.path, 0o600) == 0)
        program.send(SIGHUP)
        account.cloud.changeFaults { $0.add(.neverAnswers) }
        try await Task.sleep(for: .seconds(2))
        let told = ContinuousClock.now
        program.send(SIGTERM)
        #expect(try await program.ending(within: .seconds(20)).status == 0)
        let took = ContinuousClock.now - told
        if Self.asked != nil { print("ended \(took) after SIGTERM") }
        #expect(took < .seconds(10))
      }
    }
  }
}
