import CloudSimulator
import Foundation
import HTTPTransport
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct WebTests {
    @Test func itListensOnSeveralAddresses() async throws {
      try await withDirectory { directory in
        let socket = directory.appending(path: "exporter.sock").path
        let words = [
          "demo", "--web.listen-address", "[::1]:0", "--web.listen-address", "unix:\(socket)",
        ]
        try await Program.serving(words, in: directory) { program, url in
          #expect(try await ask(url + "/-/healthy").status == 200)
          let address = try await program.logged(#/msg=listening address=(\[::1\]:\d+)/#)
          #expect(try await ask("http://\(address)/-/healthy").status == 200)
          let ended = try await Program.run(
            ["curl", "-sS", "--unix-socket", socket, "http://localhost/-/healthy"], in: directory)
          #expect(ended.output == "Healthy.\n", "\(ended.errors)")
          // Those that are given stand instead of the default.
          #expect(program.errors.matches(of: #/msg=listening/#).count == 3, "\(program.errors)")
          program.send(SIGTERM)
          #expect(try await program.ending(within: .seconds(10)).status == 0)
          #expect(!FileManager.default.fileExists(atPath: socket))
        }
      }
    }

    @Test func theAddressIsPrintedForANewcomer() async throws {
      try await withDirectory { directory in
        try await Program.serving(["demo"], in: directory) { program, url in
          let said = try await eventually("what a newcomer reads") { program.output.isEmpty ? nil : program.output }
          #expect(said.contains(url + "/"))
        }
      }
    }

    @Test func theTelemetryPathMoves() async throws {
      try await withDirectory { directory in
        try await Program.collecting(["demo", "--web.telemetry-path", "/deep/metrics"], in: directory) {
          (_, url) async throws in
          #expect(try await ask(url + "/metrics").status == 404)
          try await until("the first page") {
            try await ask(url + "/deep/metrics").text.contains("huaweicloud_exporter_build_info")
          }
          #expect(try await ask(url + "/").text.contains("href=\"./deep/metrics\""))
        }
      }
    }

    @Test(arguments: [false, true])
    func itsOwnMetricsCanBeHidden(isHidden: Bool) async throws {
      try await withDirectory { directory in
        let words = ["demo"] + (isHidden ? ["--web.disable-exporter-metrics"] : [])
        try await Program.collecting(words, in: directory) { _, url in
          _ = try await ask(url + "/metrics")
          // What the server counts is rendered at most once a second.
          try await Task.sleep(for: .milliseconds(1100))
          let page = try await ask(url + "/metrics").text
          for name in [
            "process_cpu_seconds_total", "process_start_time_seconds", "huaweicloud_exporter_http_requests_total",
            "huaweicloud_exporter_scrape_duration_seconds",
          ] {
            #expect(page.contains("\n\(name)") != isHidden, "\(name)")
          }
          for name in ["refresh_success", "api_requests_total", "build_info"] {
            #expect(page.contains("\nhuaweicloud_exporter_\(name){"))
          }
        }
      }
    }

    @Test func reloadingOverHTTPMustBeAllowed() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        try await Program.serving(["serve"] + account.arguments, in: account.directory) { (_, url) async throws in
          #expect(try await ask(url + "/-/reload", method: "POST").status == 403)
        }
        let words = ["serve", "--web.enable-lifecycle"] + account.arguments
        try await Program.collecting(words, in: account.directory) { _, url in
          let wrongMethod = try await ask(url + "/-/reload")
          #expect(wrongMethod.status == 405)
          #expect(wrongMethod.headers.first { $0.name.lowercased() == "allow" }?.value == "POST")

          try account.configure(project: "renamed")
          #expect(try await ask(url + "/-/reload", method: "POST").status == 200)
          try await until("the new project") {
            try await ask(url + "/metrics").text.contains("project=\"renamed\"")
          }

          try Data("projects: []\nnonsense: 1\n".utf8).write(to: account.file)
          let refused = try await ask(url + "/-/reload", method: "POST")
          #expect(refused.status == 500)
          #expect(refused.text.contains("config.yaml:"))
          try await until("the failure on the page") {
            value(of: "huaweicloud_exporter_config_last_reload_successful", on: try await ask(url + "/metrics").text)
              == 0
          }
        }
      }
    }

    @Test func reloadingKeepsWhatDidNotChange() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let words = ["serve", "--web.enable-lifecycle"] + account.arguments
        try await Program.collecting(words, in: account.directory) { _, url in
          let before = account.cloud.requestCount
          try account.configure("collectors: {registries: {}, artifacts: {}, mirrors: {}, image_caches: {}}")
          #expect(try await ask(url + "/-/reload", method: "POST").status == 200)
          let page = try await eventually("a page without sync rules") {
            let page = try await ask(url + "/metrics").text
            return page.contains("huaweicloud_swr_sync_rules{") ? nil : page
          }
          #expect(page.contains("huaweicloud_swr_registry_healthy{"))
          #expect(account.cloud.requestCount == before, "unchanged targets were asked again")
        }
      }
    }

    @Test func anotherPathIsNotFoundAndAWrongMethodNotAllowed() async throws {
      try await withDirectory { directory in
        try await Program.serving(["demo"], in: directory) { (_, url) async throws in
          #expect(try await ask(url + "/nonsense").status == 404)
          #expect(try await ask(url + "/metrics", method: "POST").status == 405)
          #expect(try await ask(url + "/metrics", method: "HEAD").status == 200)
        }
      }
    }

    @Test(arguments: ["logfmt", "json"])
    func logLinesHaveTheFormatThatWasAskedFor(format: String) async throws {
      try await withDirectory { directory in
        let words = ["demo", "--log.format", format, "--log.level", "debug"]
        try await Program.collecting(words, in: directory) { program, _ in
          program.send(SIGHUP)
          _ = try await program.logged(/(configuration reloaded)/)
          program.send(SIGTERM)
          let ended = try await program.ending(within: .seconds(10))
          let lines = ended.errors.split(separator: "\n")
          #expect(lines.count >= 3)
          for line in lines {
            if format == "json" {
              let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
              #expect(object?.keys.contains("msg") == true && object?.keys.contains("level") == true, "\(line)")
            } else {
              #expect(line.wholeMatch(of: #/time=\S+Z level=(debug|info|warn|error) msg=(\S+|".*")( .*)?/#) != nil)
            }
          }
        }
      }
    }
  }
}
