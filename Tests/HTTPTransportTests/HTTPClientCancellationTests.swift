import HTTPTransport
import TestSupport
import Testing

@Suite struct HTTPClientCancellationTests {
  @Test func cancelledTaskEndsAtOnce() async throws {
    try await withServer(RawServer { $0.drain() }) { client, server in
      let task = Task { await failure(client, HTTPRequest(url: server.origin)) }
      try await Task.sleep(for: .milliseconds(50))
      let clock = ContinuousClock()
      let start = clock.now
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      #expect(start.duration(to: clock.now) < .seconds(15))
    }
  }

  @Test func cancelledBeforeTheStartSendsNothing() async throws {
    try await withServer(RawServer { _ in answer() }) { client, server in
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        return await failure(client, HTTPRequest(url: server.origin))
      }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      #expect(server.connections == 0)
    }
  }

  @Test func cancelledWhileWaitingForATurn() async throws {
    try await withServer(RawServer { $0.drain() }, maximumConnectionsPerHost: 1) { client, server in
      let first = Task { await failure(client, HTTPRequest(url: server.origin + "/first")) }
      for _ in 0..<10_000 where server.connections == 0 { try await Task.sleep(for: .milliseconds(1)) }
      let second = Task { await failure(client, HTTPRequest(url: server.origin + "/second")) }
      try await Task.sleep(for: .milliseconds(50))
      second.cancel()
      #expect(await second.value?.kind == .cancelled)
      first.cancel()
      #expect(await first.value?.kind == .cancelled)
      #expect(server.connections == 1)
    }
  }

  // A continuation resumed twice traps; one that is never resumed keeps the test from ending.
  @Test(.timeLimit(.minutes(1)), arguments: [4, 64])
  func storm(maximumConnectionsPerHost: Int) async throws {
    let random = SharedRandomness()
    let server = try RawServer { connection in
      while connection.readRequest() != nil {
        sleepBriefly(milliseconds: random.int(in: 0...3))
        guard connection.send(answer(String(repeating: "x", count: random.int(in: 0...50_000)))) else { return }
      }
    }
    try await withServer(server, maximumConnectionsPerHost: maximumConnectionsPerHost) { client, server in
      let outcomes = await withTaskGroup(of: HTTPClientError.Kind?.self) { group in
        for index in 0..<600 {
          group.addTask {
            let task = Task {
              do throws(HTTPClientError) {
                _ = try await client.send(HTTPRequest(url: server.origin + "/\(index)"), options: direct())
                return HTTPClientError.Kind?.none
              } catch {
                return error.kind
              }
            }
            switch index % 3 {
            case 0: break
            case 1: task.cancel()
            default:
              try? await Task.sleep(for: .microseconds(random.int(in: 0...8000)))
              task.cancel()
            }
            return await task.value
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count == 600)
      #expect(outcomes.filter { $0 == nil }.count >= 200)
      #expect(outcomes.allSatisfy { $0 == nil || $0 == .cancelled })
      let after = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(after.status == 200)
    }
  }

  @Test(.timeLimit(.minutes(1)), arguments: [0, 1, 20])
  func shutdownEndsWhatIsUnderWay(delay: Int) async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.drain()
    }
    let client = HTTPClient(maximumConnectionsPerHost: 8)
    defer { server.stop() }
    let kinds = await withTaskGroup(of: HTTPClientError.Kind?.self) { group in
      for _ in 0..<100 {
        group.addTask { await failure(client, HTTPRequest(url: server.origin))?.kind }
      }
      group.addTask {
        try? await Task.sleep(for: .milliseconds(delay))
        client.shutdown()
        return .cancelled
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(kinds.count == 101)
    #expect(kinds.allSatisfy { $0 == .cancelled })
    #expect(await failure(client, HTTPRequest(url: server.origin))?.kind == .cancelled)
    client.shutdown()
  }

  @Test func clientThatIsDroppedEndsItsThread() async throws {
    let server = try RawServer { _ in answer("ok") }
    defer { server.stop() }
    for _ in 0..<20 {
      let client = HTTPClient()
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.text == "ok")
    }
    // Each client has closed its connection.
    for _ in 0..<100 where server.openConnections > 0 { try await Task.sleep(for: .milliseconds(20)) }
    #expect(server.openConnections == 0)
  }
}
