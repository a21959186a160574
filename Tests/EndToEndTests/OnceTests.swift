import CloudSimulator
import Foundation
import HuaweiCloud
import System
import Testing

extension EndToEnd {
  @Suite struct OnceTests {
    @Test func everythingGoesToTheOutput() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let ended = try await Program.run([Program.exporter, "once"] + account.arguments, in: account.directory)
        #expect(ended.status == 0, "\(ended.errors)")
        for collector in ["registries", "artifacts", "sync_rules", "mirrors", "image_caches"] {
          #expect(
            ended.output.contains("huaweicloud_exporter_refresh_success{project=\"prod\",collector=\"\(collector)\""))
        }
        for name in ["swr_registry_healthy", "swr_artifacts", "swr_sync_rules", "codearts_mirrors", "cce_image_caches"]
        {
          #expect(ended.output.contains("\nhuaweicloud_\(name){project=\"prod\""))
        }
        try await expectNothingForTextfileToComplainAbout(ended.output, in: account.directory)
      }
    }

    @Test func twoRunsOverTheSameDataPrintTheSame() async throws {
      var world = World.healthyDemo(beginning: Timestamp(seconds: 1_750_000_000))
      world.speed = 0
      try await SimulatedAccount.open(world: world) { account in
        try account.configure()
        var pages: [[Substring]] = []
        for _ in 0..<2 {
          let ended = try await Program.run([Program.exporter, "once"] + account.arguments, in: account.directory)
          #expect(ended.status == 0, "\(ended.errors)")
          pages.append(ended.output.split(separator: "\n").filter { !$0.hasPrefix("huaweicloud_exporter_") })
        }
        #expect(pages[0].count > 100)
        #expect(pages[0] == pages[1])
      }
    }

    @Test func aPipeIsWrittenToAndStays() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let script =
          #"mkfifo pipe; cat pipe > read & "$0" "$@" --output pipe; status=$?; wait; test -p pipe && exit $status"#
        let ended = try await Program.run(
          ["sh", "-c", script, Program.exporter, "once"] + account.arguments, in: account.directory)
        #expect(ended.status == 0, "\(ended.errors)")
        let page = try String(contentsOf: account.directory.appending(path: "read"), encoding: .utf8)
        #expect(page.hasPrefix("# HELP huaweicloud_"))
      }
    }

    @Test func whatALinkLeadsToIsReplacedAsAWhole() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let file = account.directory.appending(path: "huaweicloud.prom")
        let link = account.directory.appending(path: "link.prom")
        try "a text from before\n".write(to: file, atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "huaweicloud.prom")
        let inode = try inode(of: file)
        let ended = try await Program.run(
          [Program.exporter, "once", "--output", link.path] + account.arguments, in: account.directory)
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "huaweicloud.prom")
        #expect(try self.inode(of: file) != inode, "it was written in place")
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("# HELP huaweicloud_"))
      }
    }

    @Test func aFileIsReplacedAsAWhole() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let file = account.directory.appending(path: "huaweicloud.prom")
        for before in ["nothing", "a longer text from before\n"] {
          if before != "nothing" { try before.write(to: file, atomically: false, encoding: .utf8) }
          let inode = try? inode(of: file)
          let ended = try await Program.run(
            ["sh", "-c", "umask 022 && exec \"$0\" \"$@\"", Program.exporter, "once", "--output", file.path]
              + account.arguments, in: account.directory)
          #expect(ended.status == 0, "\(ended.errors)")
          #expect(ended.output.isEmpty)
          #expect(try self.inode(of: file) != inode, "it was written in place")
          // node_exporter runs as somebody else.
          let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
          #expect(attributes[.posixPermissions] as? Int == 0o644)
          let page = try String(contentsOf: file, encoding: .utf8)
          #expect(page.hasPrefix("# HELP huaweicloud_"))
          try await expectNothingForTextfileToComplainAbout(page, in: account.directory)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: account.directory.path)
        #expect(left.filter { $0.contains("huaweicloud") } == ["huaweicloud.prom"])
      }
    }

    /// Two projects, one of them in two shards: three files in one directory of node_exporter's.
    @Test func filesOfOneDirectoryRepeatNoSeries() async throws {
      try await SimulatedAccount.open { account in
        var seen: [Substring: Int] = [:]
        for (project, shard) in [("one", nil), ("two", 0), ("two", 1)] as [(String, Int?)] {
          try account.configure(project: project)
          let sharding = shard.map { ["--shard", "\($0)", "--total-shards", "2"] } ?? []
          let file = account.directory.appending(path: "\(project)-\(shard ?? 0).prom")
          let ended = try await Program.run(
            [Program.exporter, "once", "--output", file.path] + sharding + account.arguments, in: account.directory)
          #expect(ended.status == 0, "\(ended.errors)")
          let page = try String(contentsOf: file, encoding: .utf8)
          for line in page.split(separator: "\n") where !line.hasPrefix("#") {
            seen[line.prefix { $0 != " " }, default: 0] += 1
            #expect(line.contains("{project=\"\(project)\""), "\(line)")
          }
        }
        let repeated = seen.filter { $0.value > 1 }.keys.sorted()
        #expect(repeated.isEmpty, "\(repeated)")
        #expect(seen.count > 200)
      }
    }

    @Test func aFileThatCannotBeWrittenIsNamed() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let file = account.directory.appending(path: "no/such/directory/huaweicloud.prom").path
        let ended = try await Program.run(
          [Program.exporter, "once", "--output", file] + account.arguments, in: account.directory)
        #expect(ended.status == 1)
        #expect(ended.errors == "Error: \(file): cannot be written: there is no such directory\n")
      }
    }

    @Test func outputThatIsLostIsAFailure() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {image_caches: {}}")
        let ended = try await Program.run(
          ["sh", "-c", "exec \"$0\" \"$@\" > /dev/full", Program.exporter, "once"] + account.arguments,
          in: account.directory)
        #expect(ended.status == 1)
        #expect(ended.errors == "Error: standard output cannot be written\n")
      }
    }

    @Test func aFailingTargetLeavesTheOthers() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        account.cloud.changeFaults { $0.add(.status(404), to: .listImageCaches) }
        let ended = try await Program.run([Program.exporter, "once"] + account.arguments, in: account.directory)
        #expect(ended.status == 1)
        #expect(
          value(
            of: "huaweicloud_exporter_refresh_success{project=\"prod\",collector=\"image_caches\"", on: ended.output)
            == 0)
        #expect(
          value(
            of: "huaweicloud_exporter_refresh_failures_total{project=\"prod\",collector=\"image_caches\",target=\"\","
              + "reason=\"not_found\"}", on: ended.output) == 1)
        #expect(!ended.output.contains("huaweicloud_cce_image_cache"))
        #expect(ended.output.contains("huaweicloud_swr_registry_healthy{project=\"prod\""))
        #expect(ended.output.contains("huaweicloud_codearts_mirrors{project=\"prod\"}"))
        #expect(ended.errors.contains("level=warn msg=\"target failed\" "))
      }
    }

    @Test(arguments: [2, 3])
    func shardsTogetherShowWhatOneProcessShows(count: Int) async throws {
      var world = World.healthyDemo(beginning: Timestamp(seconds: 1_750_000_000))
      world.speed = 0
      try await SimulatedAccount.open(world: world) { account in
        try account.configure()
        let run = { (words: [String]) in
          let ended = try await Program.run(
            [Program.exporter, "once"] + account.arguments + words, in: account.directory)
          #expect(ended.status == 0, "\(ended.errors)")
          return ended.output.split(separator: "\n").filter {
            !$0.hasPrefix("#") && !$0.hasPrefix("huaweicloud_exporter_")
          }
        }
        let whole = try await run([])
        var union: [Substring] = []
        for shard in 0..<count {
          let words = shard == 0 ? ["--pod", "exporter-0"] : ["--shard", "\(shard)"]
          union += try await run(words + ["--total-shards", "\(count)"])
        }
        #expect(union.sorted() == whole.sorted())
      }
    }

    private func inode(of file: URL) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int
    }

    /// It must be a page by itself, and have nothing that node_exporter has, too.
    private func expectNothingForTextfileToComplainAbout(_ page: String, in directory: URL) async throws {
      for name in ["process_", "huaweicloud_exporter_http_requests", "huaweicloud_exporter_scrape_duration"] {
        #expect(!page.contains(name))
      }
      try await expectNothingForPromtoolToSay(about: page, in: directory)
    }
  }
}

/// `promtool check metrics` accepts the page and has nothing to add.
func expectNothingForPromtoolToSay(about page: String, in directory: URL) async throws {
  let file = directory.appending(path: "page.txt")
  try page.write(to: file, atomically: true, encoding: .utf8)
  let ended = try await Program.run(["sh", "-c", "exec promtool check metrics < page.txt"], in: directory)
  #expect(ended.status == 0)
  #expect(ended.output + ended.errors == "")
}
