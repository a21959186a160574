import CloudSimulator
import Foundation
import HTTPTransport
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct LifetimeTests {
    /// Keeps a connection idle, one in the middle of its request, and one whose answer is not read.
    private static let lingerers = """
      import socket, sys, time
      host, port = sys.argv[1].split(":")
      sockets = [socket.create_connection((host, int(port))) for _ in range(3)]
      request = b"GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
      sockets[0].sendall(request)
      time.sleep(0.3)
      sockets[0].recv(1 << 24)
      sockets[1].sendall(request[:20])
      sockets[2].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
      sockets[2].sendall(request)
      print("lingering", file=sys.stderr, flush=True)
      time.sleep(60)
      """

    @Test(arguments: [SIGTERM, SIGINT], ["serve", "demo"])
    func aSignalEndsItWhateverClientsDo(signal: CInt, command: String) async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        let words = command == "serve" ? ["serve"] + account.arguments : ["demo"]
        try await Program.collecting(words, in: account.directory) { program, url in
          let clients = ["python3", "-c", Self.lingerers, url.replacing("http://", with: "")]
          try await Program.running(clients, in: account.directory) { lingerer in
            _ = try await lingerer.logged(/(lingering)/)
            program.send(signal)
            // It takes a second for what is in flight; the rest is room for a busy machine.
            let ended = try await program.ending(within: .seconds(10))
            #expect(ended.status == 0)
            #expect(ended.errors.contains("msg=ended"))
          }
        }
      }
    }

    @Test func aSignalEndsItWhileTheCloudDoesNotAnswer() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        account.cloud.changeFaults { $0.add(.neverAnswers) }
        try await Program.serving(["serve"] + account.arguments, in: account.directory) { program, url in
          try await until("a request") { account.cloud.requestCount > 0 }
          let ready = try await ask(url + "/-/ready")
          #expect(ready.status == 503)
          #expect(ready.text.contains("prod"))
          #expect(try await ask(url + "/-/healthy").status == 200)
          program.send(SIGTERM)
          #expect(try await program.ending(within: .seconds(10)).status == 0)
        }
      }
    }

    @Test func aHangUpReloads() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        try await Program.collecting(["serve"] + account.arguments, in: account.directory) { program, url in
          let reload = "huaweicloud_exporter_config_last_reload_successful"
          let first = try await ask(url + "/metrics").text
          #expect(value(of: reload, on: first) == 1)

          try Data("projects: nonsense\n".utf8).write(to: account.file)
          program.send(SIGHUP)
          _ = try await program.logged(#/level=error msg="(configuration not reloaded).*config\.yaml:1:11: projects: /#)
          let kept = try await eventually("a page that shows the failure") {
            let page = try await ask(url + "/metrics").text
            return value(of: reload, on: page) == 0 ? page : nil
          }
          #expect(kept.contains("huaweicloud_swr_registry_healthy{project=\"prod\""))

          try account.configure(project: "renamed")
          program.send(SIGHUP)
          _ = try await program.logged(#/level=info msg="(configuration reloaded)"/#)
          let page = try await eventually("the new project's data") {
            let page = try await ask(url + "/metrics").text
            // What is counted of requests is rendered at most once a second.
            return page.contains("huaweicloud_swr_registry_healthy{project=\"renamed\"")
              && !page.contains("project=\"prod\"") ? page : nil
          }
          #expect(value(of: reload, on: page) == 1)
        }
      }
    }

    @Test func aHangUpIsNoEndWhileItStarts() async throws {
      try await SimulatedAccount.open { account in
        try account.configure()
        for _ in 0..<5 {
          try await Program.serving(["serve"] + account.arguments, in: account.directory) { program, url in
            program.send(SIGHUP)
            _ = try await program.logged(/(configuration reloaded)/)
            #expect(try await ask(url + "/-/healthy").status == 200)
          }
        }
      }
    }

    @Test func healthcheckSaysWhetherItAnswers() async throws {
      try await withDirectory { directory in
        let url = try await Program.serving(["demo"], in: directory) { _, url in
          let ended = try await Program.run([Program.exporter, "healthcheck", url], in: directory)
          #expect(ended.status == 0)
          #expect(ended.output + ended.errors == "")
          return url
        }
        let ended = try await Program.run([Program.exporter, "healthcheck", url], in: directory)
        #expect(ended.status == 1)
        #expect(ended.errors.hasPrefix("Error: \(url)/-/healthy: "))
        #expect(ended.errors.count(where: \.isNewline) == 1)
      }
    }
  }
}
