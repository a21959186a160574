import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct CommandLineTests {
    @Test(arguments: [
      ([], ["serve", "check", "once", "demo", "metrics", "healthcheck", "--version"]),
      (
        ["serve"],
        [
          "--config.file", "EXPORTER_CONFIG_FILE", "--web.listen-address", ":10068", "--web.telemetry-path",
          "(default: /metrics)", "--web.config.file", "--web.max-requests", "(default: 40)", "--web.enable-lifecycle",
          "--web.disable-exporter-metrics", "--log.level", "(values: debug, info, warn, error; default: info)",
          "--log.format", "(values: logfmt, json; default: logfmt)", "--shard", "--total-shards", "--pod",
        ]
      ),
      (["demo"], ["--web.listen-address", "--speed", "--seed", "--log.level"]),
      (["check"], ["--config.file", "--probe"]),
      (["once"], ["--config.file", "--output", "--shard"]),
      (["healthcheck"], ["http://127.0.0.1:10068"]),
    ])
    func helpNamesEveryFlagWithItsDefault(command: [String], words: [String]) async throws {
      let ended = try await exporter(command + ["--help"])
      #expect(ended.status == 0)
      let text = ended.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for word in words { #expect(text.contains(word), "\(word) is missing in:\n\(ended.output)") }
    }

    @Test func versionIsANumber() async throws {
      let ended = try await exporter(["--version"])
      #expect(ended.status == 0)
      #expect(ended.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: [
      ["--no-such-flag"],
      ["no-such-command"],
      ["serve", "--web.listen-address", "nonsense"],
      ["serve", "--web.telemetry-path", "/-/healthy"],
      ["serve", "--web.max-requests", "0"],
      ["serve", "--log.level", "loud"],
      ["serve", "--shard", "3", "--total-shards", "3"],
      ["serve", "--shard", "1"],
      ["serve", "--pod", "exporter", "--total-shards", "2"],
      ["demo", "--config.file", "config.yaml"],
      ["demo", "--speed", "0"],
    ])
    func usageErrorsExitWith64(words: [String]) async throws {
      let ended = try await exporter(words)
      #expect(ended.status == 64)
      #expect(ended.errors.hasPrefix("Error: "))
      #expect(ended.output.isEmpty)
    }

    private static let mistakes: [(name: String, file: String?, message: String)] = [
      ("missing file", nil, "config.yaml: "),
      ("unknown key", "projects:\n  - name: prod\n    regoin: cn-north-4\n", "config.yaml:3:5: projects[0].regoin: "),
      (
        "unset variable", "projects:\n  - name: prod\n    region: ${NO_SUCH_REGION}\n",
        "config.yaml:3:13: projects[0].region: "
      ),
      ("wrong type", "projects: prod\n", "config.yaml:1:11: projects: "),
    ]

    @Test(arguments: ["serve", "check", "once"], mistakes.indices)
    func aBadConfigurationIsOneClearLine(command: String, mistake: Int) async throws {
      let (name, text, message) = Self.mistakes[mistake]
      try await withDirectory { directory in
        let file = directory.appending(path: "config.yaml")
        try text?.write(to: file, atomically: true, encoding: .utf8)
        let ended = try await Program.run([Program.exporter, command, "--config.file", file.path], in: directory)
        #expect(ended.status == 1, "\(name)")
        #expect(ended.errors.contains(message), "\(name)")
        #expect(ended.errors.hasPrefix("Error: ") && ended.errors.hasSuffix("\n"), "\(name)")
        #expect(ended.errors.count(where: \.isNewline) == 1, "\(name)")
        #expect(ended.output.isEmpty, "\(name)")
      }
    }

    @Test(arguments: ["serve", "check", "once"])
    func withNeitherFileNorEnvironmentItSaysWhatIsMissing(command: String) async throws {
      let ended = try await exporter([command])
      #expect(ended.status == 1)
      #expect(ended.errors.contains("HUAWEICLOUD_REGION"))
      #expect(ended.errors.contains("--config.file"))
      #expect(ended.errors.count(where: \.isNewline) == 1)
    }

    @Test func anAddressInUseIsNamed() async throws {
      try await withDirectory { directory in
        try await Program.serving(["demo"], in: directory) { _, url in
          let address = url.replacing("http://", with: "")
          let ended = try await Program.run(
            [Program.exporter, "demo", "--web.listen-address", address], in: directory)
          #expect(ended.status == 1)
          #expect(ended.errors.contains(address))
          #expect(ended.errors.contains("Address already in use"))
          #expect(ended.errors.count(where: \.isNewline) == 1)
        }
      }
    }

    @Test(arguments: ["metrics", "check", "once"])
    func outputThatCannotBeWrittenIsAFailure(command: String) async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let words = [Program.exporter, command] + (command == "metrics" ? [] : account.arguments)
        let ended = try await Program.run(
          ["sh", "-c", #"exec "$0" "$@" > /dev/full"#] + words, in: account.directory)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("standard output cannot be written"))
      }
    }

    @Test func theCatalogueIsTheCheckedInOne() async throws {
      let ended = try await exporter(["metrics"])
      #expect(ended.status == 0)
      let file = Program.repository.appending(path: "docs/metrics.md")
      #expect(try ended.output == String(contentsOf: file, encoding: .utf8))
    }

    private func exporter(_ words: [String]) async throws -> Program.Ending {
      try await withDirectory { try await Program.run([Program.exporter] + words, in: $0) }
    }
  }
}
