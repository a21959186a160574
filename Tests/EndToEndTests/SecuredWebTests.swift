import Foundation
import HTTPTransport
import TestSupport
import Testing

extension EndToEnd {
  /// TLS, client certificates and passwords, as `--web.config.file` asks for them.
  @Suite struct SecuredWebTests {
    // Of the password "correct horse", cheap to check.
    private static let hash = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2"

    private func write(_ yaml: String, in directory: URL) throws -> URL {
      let file = directory.appending(path: "web.yaml")
      try yaml.write(to: file, atomically: true, encoding: .utf8)
      return file
    }

    /// Runs the demo behind a web configuration and calls `body` with its address.
    private func withDemo<Result>(
      _ yaml: String, in directory: URL, _ body: (_ program: Program, _ address: String) async throws -> Result
    ) async throws -> Result {
      let file = try write(yaml, in: directory)
      let words = [
        Program.exporter, "demo", "--web.config.file", file.path, "--web.listen-address", "127.0.0.1:0",
      ]
      return try await Program.running(words, in: directory) { program in
        let address = try await program.logged(#/listening.*address"?[=:]"?(127\.0\.0\.1:\d+)/#)
        return try await body(program, address)
      }
    }

    /// The status that curl gets.
    private func status(_ words: [String], in directory: URL) async throws -> String {
      let curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
      return try await Program.run(curl + words, in: directory).output
    }

    @Test func prometheusScrapesWithCertificateAndPassword() async throws {
      try await withDirectory { directory in
        let path = try TestCertificates.shared.get().path
        let web = """
          tls_server_config:
            cert_file: \(path("server.pem"))
            key_file: \(path("server.key"))
            client_auth_type: RequireAndVerifyClientCert
            client_ca_file: \(path("ca.pem"))
            client_allowed_sans: [scraper.example]
          basic_auth_users: {alice: "\(Self.hash)"}
          """
        try await withDemo(web, in: directory) { _, address in
          let settings = """
            scheme: https
            tls_config: {ca_file: \(path("ca.pem")), cert_file: \(path("client.pem")), key_file: \(path("client.key"))}
            basic_auth: {username: alice, password: correct horse}
            """
          try await Prometheus.scraping(address, settings: settings, in: directory) { prometheus in
            try await eventually("several scrapes", every: .milliseconds(200)) {
              try await prometheus.value(of: "count_over_time(up[1m]) >= 3")
            }
            #expect(try await prometheus.value(of: "min_over_time(up[1m])") == 1)
            #expect(prometheus.complaints == [])
          }
          let url = "https://\(address)"
          let trusting = ["--cacert", path("ca.pem")]
          let known = trusting + ["--cert", path("client.pem"), "--key", path("client.key")]
          #expect(try await status(known + ["-u", "alice:correct horse", url + "/metrics"], in: directory) == "200")
          #expect(try await status(known + ["-u", "alice:wrong", url + "/metrics"], in: directory) == "401")
          #expect(try await status(known + [url + "/metrics"], in: directory) == "401")
          #expect(try await status(trusting + ["-u", "alice:correct horse", url + "/"], in: directory) == "403")
          for page in ["/-/healthy", "/-/ready"] {
            let answer = try await status(trusting + [url + page], in: directory)
            #expect(answer == "200" || page == "/-/ready" && answer == "503")
          }
          let health = try await Program.run([Program.exporter, "healthcheck", url], in: directory)
          #expect(health.status == 0, "\(health.errors)")
        }
      }
    }

    @Test func aChangedFileIsTakenOverAndABadOneIsNot() async throws {
      try await withDirectory { directory in
        try await withDemo("basic_auth_users: {alice: \"\(Self.hash)\"}", in: directory) { program, address in
          let metrics = "http://\(address)/metrics"
          #expect(try await ask(metrics).status == 401)
          _ = try write("basic_auth_users: {alice: plain}", in: directory)
          _ = try await program.logged(#/(web configuration not reloaded.*no bcrypt hash)/#)
          #expect(try await ask(metrics).status == 401)
          _ = try write("{}", in: directory)
          _ = try await program.logged(#/(web configuration reloaded)/#)
          #expect(try await ask(metrics).status == 200)
        }
      }
    }

    /// As a renewal hook does it: the certificate first, then the key, which can't be read at once.
    @Test func aCertificateThatIsRenewedInStepsIsTakenOver() async throws {
      try await withDirectory { directory in
        let certificates = try TestCertificates.shared.get()
        let web = "tls_server_config: {cert_file: tls.pem, key_file: tls.key}"
        func install(_ name: String, _ kind: String) throws {
          try Data(contentsOf: URL(filePath: certificates.path("\(name).\(kind)")))
            .write(to: directory.appending(path: "tls.\(kind)"), options: .atomic)
        }
        try install("server", "pem")
        try install("server", "key")
        try await withDemo(web, in: directory) { program, address in
          /// The name in the certificate that is shown.
          func served() async throws -> Substring? {
            let words = ["openssl", "s_client", "-connect", address, "-CAfile", certificates.path("ca.pem")]
            let printed = ["sh", "-c", "\"$@\" </dev/null 2>/dev/null | openssl x509 -noout -subject", "sh"] + words
            return try await Program.run(printed, in: directory).output.split { "= \n".contains($0) }.last
          }
          #expect(try await served() == "server")
          let health = try await Program.run([Program.exporter, "healthcheck", "https://\(address)"], in: directory)
          #expect(health.status == 0)
          let page = try await Program.run(
            ["curl", "-s", "--cacert", certificates.path("ca.pem"), "https://\(address)/metrics"], in: directory
          ).output
          let expiry = try #require(
            value(of: "huaweicloud_exporter_web_certificate_expiry_timestamp_seconds ", on: page))
          #expect(abs(expiry - Date.now.timeIntervalSince1970 - 2 * 86_400) < 3_600)

          try install("second-server", "pem")
          try FileManager.default.removeItem(at: directory.appending(path: "tls.key"))
          _ = try await program.logged(#/(web configuration not reloaded.*cannot read .*tls\.key)/#)
          #expect(try await served() == "server")
          try install("second-server", "key")
          _ = try await program.logged(#/(web configuration reloaded)/#)
          #expect(try await served() == "second-server")
          #expect(program.errors.split(separator: "\n").count { $0.contains("not reloaded") } <= 2)
        }
      }
    }

    @Test func aBadFileEndsTheStartWithItsPlace() async throws {
      try await withDirectory { directory in
        let file = try write("tls_server_config:\n  cert_file: nowhere.pem\n  key_file: nowhere.key\n", in: directory)
        let ending = try await Program.run([Program.exporter, "demo", "--web.config.file", file.path], in: directory)
        #expect(ending.status == 1)
        #expect(ending.errors.contains("\(file.path):2:"))
        #expect(ending.errors.contains("nowhere.pem"))
      }
    }
  }
}
