import CloudSimulator
import Foundation
import HTTPTransport
import Testing

import struct CloudSimulator.Operation

extension EndToEnd {
  @Suite struct CheckTests {
    @Test func checkPrintsWhatIsInForceAndNoSecret() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {registries: {interval: 2m}, mirrors: {repository_ids: [1, 2, 3]}}")
        let ended = try await Program.run([Program.exporter, "check"] + account.arguments, in: account.directory)
        #expect(ended.status == 0)
        #expect(ended.errors.isEmpty)
        #expect(ended.output.hasPrefix("project prod\n  region: cn-north-4\n  project id: looked up from IAM\n"))
        #expect(ended.output.contains("\n  registries: every 2m, stale after 6m,"))
        #expect(ended.output.contains("3 repositories"))
        #expect(!ended.output.contains("artifacts:"))
        #expect(!ended.output.contains("simulated-secret"))
        #expect(account.cloud.requestCount == 0)
      }
    }

    @Test func aPaceThatCannotKeepUpIsWarnedOf() async throws {
      try await SimulatedAccount.open { account in
        let ids = (1...1000).map(String.init).joined(separator: ", ")
        try account.configure("collectors: {mirrors: {interval: 0.5s, repository_ids: [\(ids)]}}")
        let half = try await Program.run([Program.exporter, "check"] + account.arguments, in: account.directory)
        #expect(half.status == 1, "there is no half a second")
        try account.configure("collectors: {mirrors: {interval: 1s, repository_ids: [\(ids), 1001]}}")
        let ended = try await Program.run([Program.exporter, "check"] + account.arguments, in: account.directory)
        #expect(ended.output.contains("warning: 1001 repositories every 1s need 1001 requests/s"))
      }
    }

    @Test func aProbeThatGoesWellIsATable() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let ended = try await probe(account)
        #expect(ended.status == 0, "\(ended.output)")
        let rows = table(ended.output)
        #expect(rows.first?.prefix(5) == ["PROJECT", "COLLECTOR", "TARGET", "RESULT", "OBJECTS"])
        #expect(
          Set(rows.dropFirst().map { $0[1] }).isSuperset(of: [
            "discovery", "registries", "artifacts", "sync_rules", "mirrors", "image_caches",
          ]))
        #expect(rows.dropFirst().allSatisfy { $0[0] == "prod" && $0[3] == "ok" })
        // One page of a listing, one object of many.
        #expect(account.cloud.requests(of: .listInstanceAllArtifacts).count == 1)
        #expect(account.cloud.requests(of: .showRemoteMirror).count == 1)
      }
    }

    @Test(arguments: [
      ("forbidden", Fault.status(403), "the permission swr:instance:listRegistries is missing"),
      (
        "clock_skew",
        .status(401, shape: .gateway, code: "APIGW.0303", message: "Incorrect app authentication information: x"),
        "the clock of this machine differs"
      ),
      (
        "unauthorized", .status(401, shape: .gateway, code: "APIGW.0301", message: "verify aksk signature fail"),
        "refuses"
      ),
      ("malformed", .truncatedJSON, "the document ends too early"),
    ])
    func aProbeThatFailsSaysWhatToDo(reason: String, fault: Fault, words: String) async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {registries: {}, image_caches: {}}")
        account.cloud.changeFaults { $0.add(fault, to: .listInstanceRegistries) }
        let ended = try await probe(account)
        #expect(ended.status == 1)
        let failed = table(ended.output).filter { $0[1] == "registries" && $0[3] == reason }
        #expect(!failed.isEmpty, "\(ended.output)")
        #expect(failed.allSatisfy { $0[4] == "-" && $0.dropFirst(5).joined(separator: " ").contains(words) })
      }
    }

    @Test func aProbeSaysWhatTheCredentialsMayDoAndWhatToGrant() async throws {
      try await SimulatedAccount.open { account in
        try account.configure(
          credentials: "{iam_user: {domain_name: simulated, user_name: exporter, password: simulated-password}}",
          "collectors: {registries: {}, artifacts: {}, image_caches: {}, sync_rules: {}}")
        account.cloud.changeFaults { faults in
          faults.add(.status(403), to: .listInstanceRegistries)
          faults.add(.status(403), to: .listImageCaches)
        }
        let ended = try await probe(account)
        #expect(ended.status == 1)
        let output = ended.output
        #expect(output.contains("prod: what the credentials may do, which end at "))
        for line in [
          "  registries    lacks swr:instance:listRegistries; may ListInstance\n",
          "  artifacts     may ListInstanceAllArtifacts, ListInstanceNamespaces, ListInstance\n",
          "  sync_rules    may ListImageAutoSyncReposDetails, ListRepoDetails\n",
          "  image_caches  lacks cce:imageCache:list\n",
        ] { #expect(output.contains(line), "\(output)") }
        let policies = output.split(separator: "\n{\n").dropFirst().map { text in
          "{\n" + (text.firstRange(of: "\n}\n").map { text[..<$0.upperBound] } ?? "")
        }
        let parsed = try policies.map {
          try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(parsed.map { $0["Version"] as? String } == ["5.0", "1.1"])
        let actions = parsed.map { (($0["Statement"] as? [[String: Any]])?.first?["Action"] as? [String]) ?? [] }
        #expect(
          actions == [["cce:imageCache:list", "swr:instance:listRegistries"], ["swr:instance:listRegistries"]])
        #expect(output.contains("name no action of role and policy based authorisation for cce:imageCache:list"))
        #expect(!output.contains("simulated-password"))
      }
    }

    @Test func whatTheCloudDoesNotHaveIsNoProblem() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {registries: {}, image_caches: {}}")
        account.cloud.changeFaults {
          $0.add(
            .status(404, shape: .gateway, code: "APIGW.0101", message: "The API does not exist"), to: .listImageCaches)
        }
        let ended = try await probe(account)
        #expect(ended.status == 0, "\(ended.output)")
        #expect(table(ended.output).contains { $0[1] == "image_caches" && $0[3] == "unsupported" })
      }
    }

    @Test func aReportIsWrittenAndHasNoValueOfTheAccount() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {image_caches: {}}")
        account.cloud.changeFaults {
          $0.add(.status(403), to: .listInstanceRegistries)
          for operation in [Operation.listUserRepositories, .showSyncJob, .listImageAutoSyncRepos] {
            $0.add(.answer(status: 200, body: Array("[]".utf8)), to: operation)
          }
        }
        let file = account.directory.appending(path: "report.md")
        let ended = try await report(account, to: file.path)
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written.hasPrefix("# What a Huawei Cloud account answered\n"))
        #expect(written.contains("### `ListImageCaches`\n") && written.contains("### `ListInstanceRegistries`\n"))
        #expect(table(ended.output).contains { $0[1] == "registries" && $0[3] == "forbidden" })
        for text in ["prod", "simulated", account.cloud.world.projects[0].id, "127.0.0.1"] {
          #expect(!written.contains(text), "\(text)")
        }
        // The demo shuffles executions.
        #expect(written.contains("one way or the other. | replications, retentions | does not hold |"))
        #expect(ended.status == 1)
        for operation in [
          Operation.listInstanceReplicationPolicyExecutions, .listInstanceRetentionPolicyExecutions,
          .listInstanceAllArtifacts, .listInstanceLtCredentials, .listInstanceRepositories,
        ] {
          account.cloud.changeFaults { $0.add(.status(400), to: operation) }
        }
        // What only the report asks for is no problem.
        let printed = try await report(account, to: "-")
        #expect(printed.output.hasPrefix("# What a Huawei Cloud account answered\n"))
        #expect(!printed.output.contains("does not hold"))
        #expect(printed.status == 0, "\(printed.errors)")
        let nowhere = try await report(account, to: "/no/such/directory/report.md")
        #expect(nowhere.status == 1)
        #expect(
          nowhere.errors == "Error: /no/such/directory/report.md: cannot be written: there is no such directory\n")
        let alone = try await Program.run(
          [Program.exporter, "check", "--report", "-"] + account.arguments, in: account.directory)
        #expect(alone.status == 64)
      }
    }

    @Test func eachObjectThatFailsIsNamed() async throws {
      try await SimulatedAccount.open { account in
        try account.configure("collectors: {mirrors: {repository_ids: [2111985337, 2111985338, 2111985339]}}")
        account.cloud.changeFaults { $0.add(.status(403), to: .showRemoteMirror) }
        let ended = try await report(account, to: account.directory.appending(path: "report.md").path)
        #expect(ended.status == 1)
        for id in [2_111_985_337, 2_111_985_338, 2_111_985_339] {
          #expect(ended.output.contains("\nprod mirrors: \(id): forbidden: the permission codeartsrepo:"), "\(id)")
        }
      }
    }

    private func report(_ account: SimulatedAccount, to path: String) async throws -> Program.Ending {
      try await Program.run(
        [Program.exporter, "check", "--probe", "--report", path] + account.arguments, in: account.directory)
    }

    @Test func anUnreachableHostIsNamed() async throws {
      try await SimulatedAccount.open { account in
        // A port that was free a moment ago.
        let gone = try CloudSimulator(world: account.cloud.world)
        gone.stop()
        try account.configure(
          endpoint: gone.url, "project_id: 0b7a3c5d9e1f42688ab1c2d3e4f50617\ncollectors: {image_caches: {}}")
        let ended = try await probe(account)
        #expect(ended.status == 1)
        let row = try #require(table(ended.output).first { $0[1] == "image_caches" }, "\(ended.output)")
        #expect(row[3] == "connection")
        #expect(row.joined(separator: " ").contains(gone.url.replacing("http://", with: "")))
      }
    }

    private func probe(_ account: SimulatedAccount) async throws -> Program.Ending {
      try await Program.run([Program.exporter, "check", "--probe"] + account.arguments, in: account.directory)
    }

    /// The words of each row, from the header on.
    private func table(_ text: String) -> [[String]] {
      text.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("PROJECT") }
        .prefix { !$0.isEmpty }.map { $0.split(separator: " ").map(String.init) }
    }
  }
}
