import CloudSimulator
import Foundation
import HTTPTransport
import TestSupport
import Testing

extension EndToEnd {
  /// Files that block, and changes while it runs: nothing else waits, nothing is lost, and it ends when it is told to.
  @Suite struct StallTests {
    private static let interval = "collectors: {registries: {interval: 1s}, image_caches: {interval: 1s}}"

    private func makePipe(_ name: String, in directory: URL) throws -> String {
      let path = directory.appending(path: name).path
      try #require(unsafe mkfifo(path, 0o600) == 0)
      return path
    }

    private func expectTheEnd(of program: Program, after signal: CInt = SIGTERM) async throws {
      let start = ContinuousClock.now
      program.send(signal)
      #expect(try await program.ending(within: .seconds(20)).status == 0)
      #expect(ContinuousClock.now - start < .seconds(10))
    }

    /// More secrets that block than there are threads of Swift's.
    @Test func secretsOnPipesFailAloneAndAreReadWhenSomebodyWrites() async throws {
      try await SimulatedAccount.open { account in
        let pipes = try (0..<4).map { try makePipe("secret-\($0)", in: account.directory) }
        try account.configure(Self.interval)
        var text = try String(contentsOf: account.file, encoding: .utf8)
        let project = text.split(separator: "\n").dropFirst().joined(separator: "\n")
        for (index, pipe) in pipes.enumerated() {
          text +=
            project.replacing("name: prod", with: "name: blocked\(index)")
            .replacing("secret_key: simulated-secret-key-of-the-demo", with: "secret_key_file: \(pipe)") + "\n"
        }
        try text.write(to: account.file, atomically: true, encoding: .utf8)
        try await Program.serving(["serve"] + account.arguments, in: account.directory) { program, url in
          func page() async throws -> String { try await ask(url + "/metrics").text }
          func refreshes(_ page: String) -> Double {
            value(
              of: #"huaweicloud_exporter_refreshes_total{project="prod",collector="image_caches",target=""}"#, on: page)
              ?? 0
          }
          try await until("several refreshes of the project beside them", within: .seconds(60)) {
            try await refreshes(page()) >= 3
          }
          let failed = try await eventually("the others' failure", within: .seconds(60)) {
            let page = try await page()
            let isThere = (0..<4).allSatisfy { index in
              let series =
                #"huaweicloud_exporter_refresh_failures_total{project="blocked\#(index)",collector="image_caches",target="","#
                + #"reason="timeout"}"#
              return (value(of: series, on: page) ?? 0) > 0
            }
            return isThere ? page : nil
          }
          #expect(!failed.contains(#"refresh_success{project="prod",collector="image_caches",target=""} 0"#))
          #expect(program.errors.contains("secret_key_file \(pipes[0]) cannot be read: nothing came within 5 s"))
          // A reading takes the whole content, so the file need not be a pipe for ever.
          try FileManager.default.removeItem(atPath: pipes[0])
          try "simulated-secret-key-of-the-demo\n".write(
            to: URL(filePath: pipes[0]), atomically: true, encoding: .utf8)
          try await until("data of the project whose secret is there", within: .seconds(60)) {
            let page = try await page()
            return page.contains(#"refresh_success{project="blocked0",collector="image_caches",target=""} 1"#)
          }
          try await expectTheEnd(of: program)
        }
      }
    }

    @Test func aSecretThatBlocksLaterLeavesTheLastGoodOne() async throws {
      try await SimulatedAccount.open { account in
        let secret = account.directory.appending(path: "secret")
        try "simulated-secret-key-of-the-demo".write(to: secret, atomically: true, encoding: .utf8)
        try account.configure(
          credentials: "{access_key: SIMULATEDACCESSKEY01, secret_key_file: \(secret.path)}", Self.interval)
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          try FileManager.default.removeItem(at: secret)
          _ = try makePipe("secret", in: account.directory)
          _ = try await program.logged(#/(last good content stays in use: secret_key_file .*nothing came within 5 s)/#)
          let failures = #"huaweicloud_exporter_refresh_failures_total{project="prod",collector="image_caches""#
          let page = try await ask(url + "/metrics").text
          #expect(
            page.split(separator: "\n").filter { $0.hasPrefix(failures) }.allSatisfy { $0.hasSuffix(" 0") })
          try await expectTheEnd(of: program, after: SIGINT)
        }
      }
    }

    @Test func aReloadThatBlocksIsAnsweredInTimeAndHoldsUpNobody() async throws {
      try await SimulatedAccount.open { account in
        try account.configure(Self.interval)
        let words = ["serve", "--web.enable-lifecycle"] + account.arguments
        try await Program.collecting(words, in: account.directory) { program, url in
          let good = try Data(contentsOf: account.file)
          try FileManager.default.removeItem(at: account.file)
          _ = try makePipe("config.yaml", in: account.directory)
          async let answers = withThrowingTaskGroup(of: (Int, String).self) { group in
            for _ in 0..<6 {
              group.addTask {
                let answer = try await ask(url + "/-/reload", method: "POST")
                return (answer.status, answer.text)
              }
            }
            return try await group.reduce(into: []) { $0.append($1) }
          }
          program.send(SIGHUP)
          for _ in 0..<50 { #expect(try await ask(url + "/metrics").status == 200) }
          for (status, text) in try await answers {
            #expect(status == 500)
            #expect(text.contains("config.yaml: cannot be read: nothing came within 5 s"))
          }
          #expect(
            value(
              of: "huaweicloud_exporter_config_last_reload_successful", on: try await ask(url + "/metrics").text) == 0)
          try FileManager.default.removeItem(at: account.file)
          try good.write(to: account.file)
          #expect(try await ask(url + "/-/reload", method: "POST").status == 200)
          // Once more on a pipe, and the end while it blocks.
          try FileManager.default.removeItem(at: account.file)
          _ = try makePipe("config.yaml", in: account.directory)
          program.send(SIGHUP)
          try await expectTheEnd(of: program)
        }
      }
    }

    @Test func anotherPaceKeepsWhatIsKnown() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {registries: {interval: 1h}, image_caches: {interval: 1h}}")
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          func lines(_ name: String) async throws -> [Substring] {
            try await ask(url + "/metrics").text.split(separator: "\n").filter { $0.hasPrefix(name) }
          }
          let data = try await lines("huaweicloud_swr_registry")
          #expect(data.count > 3)
          let requests = account.cloud.requestCount
          let text = try String(contentsOf: account.file, encoding: .utf8)
          try text.replacing(
            "requests_per_second: 1000", with: "requests_per_second: 500\n    max_concurrent_requests: 3"
          )
          .write(to: account.file, atomically: true, encoding: .utf8)
          program.send(SIGHUP)
          _ = try await program.logged(/(configuration reloaded)/)
          try await until("the new pace") {
            let paces = try await lines("huaweicloud_exporter_requests_per_second_limit")
            return !paces.isEmpty && paces.allSatisfy { $0.hasSuffix(" 500") }
          }
          #expect(try await lines("huaweicloud_swr_registry") == data)
          #expect(
            try await lines("huaweicloud_exporter_refreshes_total").allSatisfy { $0.hasSuffix(" 1") },
            "a refresh was made again")
          #expect(account.cloud.requestCount == requests)
        }
      }
    }

    @Test func aChangedFileIsTakenOverByItself() async throws {
      try await SimulatedAccount.open { account in
        try account.configure(Self.interval)
        // As a volume of Kubernetes has it: a link to a directory that another one replaces.
        let volume = account.directory.appending(path: "volume")
        try FileManager.default.createDirectory(at: volume, withIntermediateDirectories: true)
        let text = try String(contentsOf: account.file, encoding: .utf8)
        func project(_ text: String, _ version: String) throws {
          let directory = volume.appending(path: version)
          try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
          try text.write(to: directory.appending(path: "config.yaml"), atomically: true, encoding: .utf8)
          try? FileManager.default.removeItem(at: volume.appending(path: "..new"))
          try FileManager.default.createSymbolicLink(
            atPath: volume.appending(path: "..new").path, withDestinationPath: version)
          try #require(
            unsafe rename(volume.appending(path: "..new").path, volume.appending(path: "..data").path) == 0)
        }
        try project(text, "..1")
        let file = volume.appending(path: "config.yaml").path
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "..data/config.yaml")
        let words = ["serve", "--config.file", file, "--config.auto-reload-interval", "1s"]
        try await Program.collecting(words, in: account.directory) { program, url in
          try project("projects: nonsense\n", "..2")
          _ = try await program.logged(/(configuration not reloaded)/)
          try await Task.sleep(for: .seconds(3))
          #expect(program.errors.split(separator: "\n").count { $0.contains("configuration not reloaded") } == 1)
          try project(text.replacing("name: prod", with: "name: renamed"), "..3")
          try await until("the renamed project") {
            let page = try await ask(url + "/metrics").text
            return page.contains(#"registry_healthy{project="renamed""#) && !page.contains(#"project="prod""#)
          }
        }
      }
    }

    /// As a shell's `<(…)` or `/dev/stdin` gives them: they can be read once.
    @Test func configurationsFromPipesAreRead() async throws {
      try await SimulatedAccount.open { account in
        try account.configure(Self.interval)
        let script =
          #"mkfifo web pipe; echo 'basic_auth_users: {}' > web & cat config.yaml > pipe & exec "$0" serve "#
          + #"--config.file pipe --config.auto-reload-interval 1s --web.config.file web --web.listen-address 127.0.0.1:0"#
        let words = ["sh", "-c", script, Program.exporter]
        try await Program.running(words, in: account.directory) { program in
          let address = try await program.logged(#/listening.*address"?[=:]"?(127\.0\.0\.1:\d+)/#)
          try await Task.sleep(for: .seconds(7))
          let page = try await ask("http://\(address)/metrics").text
          #expect(page.contains("huaweicloud_swr_registry_healthy{"))
          #expect(value(of: "huaweicloud_exporter_config_last_reload_successful", on: page) == 1)
          #expect(!program.errors.contains("reloaded"))
        }
      }
    }

    @Test func anExpressionThatTakesTooLongFailsItsTargetAlone() async throws {
      try await SimulatedAccount.open { account in
        try account.configure(
          #"collectors: {registries: {interval: 1s}, artifacts: {repositories: {include: ["(([a-z0-9/-]|[a-z/])+)+[_!]"]}}}"#
        )
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          let page = try await ask(url + "/metrics").text
          #expect(page.contains("huaweicloud_swr_registry_healthy{"))
          #expect(program.errors.contains("takes too long on a name of"))
          #expect(program.errors.contains("reason=internal"))
          try await expectTheEnd(of: program)
        }
      }
    }

    @Test func noProxyOfTheEnvironmentStandsBeforeThisMachine() async throws {
      // Nobody listens there.
      let proxy = "http://127.0.0.1:9"
      let environment = ["http_proxy": proxy, "https_proxy": proxy, "all_proxy": proxy]
      try await SimulatedAccount.open { account in
        try account.configure()
        let ended = try await Program.run(
          [Program.exporter, "once"] + account.arguments, environment: environment, in: account.directory)
        #expect(ended.status == 0, "\(ended.errors)")
        try await Program.collecting(["demo"], environment: environment, in: account.directory) { _, url in
          let page = try await ask(url + "/metrics").text
          #expect(page.contains("huaweicloud_swr_registry_healthy{"))
        }
      }
    }
  }
}
