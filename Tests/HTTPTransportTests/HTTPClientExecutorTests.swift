import Foundation
import HTTPTransport
import Testing

/// Tasks that run on the thread of the client.
@Suite struct HTTPClientExecutorTests {
  static func threadName() -> String {
    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }

  static func echo() throws -> RawServer {
    try RawServer { connection in
      while connection.readRequest() != nil {
        guard connection.send(answer("x")) else { return }
      }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func stepsBetweenRequestsRunThere() async throws {
    try await withServer(Self.echo()) { client, server in
      let names = try await withTaskExecutorPreference(client.executor) {
        var names: [String] = []
        for _ in 0..<20 {
          let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
          #expect(response.text == "x")
          names.append(Self.threadName())
        }
        return names
      }
      #expect(names.allSatisfy { $0 == "curl" })
      #expect(server.connections == 1)
      #expect(Self.threadName() != "curl")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func manyTasksTakeTurnsThere() async throws {
    try await withServer(Self.echo(), maximumConnectionsPerHost: 4) { client, server in
      let answers = await withTaskGroup(of: Int.self) { group in
        for index in 0..<50 {
          group.addTask(executorPreference: client.executor) {
            var answers = 0
            for step in 0..<10 {
              await Task.yield()
              let task = Task(executorPreference: client.executor) {
                try await client.send(HTTPRequest(url: server.origin), options: direct()).text
              }
              if (index + step) % 3 == 0 { task.cancel() }
              if (try? await task.value) == "x" { answers += 1 }
            }
            return answers
          }
        }
        return await group.reduce(0, +)
      }
      #expect(answers >= 50 * 10 * 2 / 3 - 50)
    }
  }

  /// Sockets get their turn although the thread never runs out of steps.
  @Test(.timeLimit(.minutes(1)))
  func busyTasksDoNotStopAnswers() async throws {
    try await withServer(Self.echo()) { client, server in
      let busy = Task(executorPreference: client.executor) {
        while !Task.isCancelled { await Task.yield() }
      }
      for _ in 0..<20 {
        let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
        #expect(response.text == "x")
      }
      busy.cancel()
      await busy.value
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func tasksGoOnElsewhereAfterTheShutdown() async throws {
    try await withServer(RawServer { $0.drain() }) { client, server in
      let task = Task(executorPreference: client.executor) {
        let error = await failure(client, HTTPRequest(url: server.origin))
        await Task.yield()
        return (error?.kind, Self.threadName())
      }
      try await Task.sleep(for: .milliseconds(50))
      client.shutdown()
      let (kind, name) = await task.value
      #expect(kind == .cancelled)
      #expect(name != "curl")
    }
  }

  /// The last reference may go away on the thread itself, which cannot wait for its own end.
  @Test(.timeLimit(.minutes(1)))
  func clientMayBeLetGoThere() async throws {
    let server = try Self.echo()
    defer { server.stop() }
    for _ in 0..<20 {
      var client: HTTPClient? = HTTPClient()
      guard let executor = client?.executor else { return }
      let task = Task(executorPreference: executor) { [client] in
        try await client?.send(HTTPRequest(url: server.origin), options: direct()).text
      }
      client = nil
      #expect(try await task.value == "x")
    }
  }
}
