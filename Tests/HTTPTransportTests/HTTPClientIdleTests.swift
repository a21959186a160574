import Foundation
import HTTPTransport
import Testing

@Suite struct HTTPClientIdleTests {
  @Test func noThreadBeforeTheFirstRequest() async {
    await #expect(processExitsWith: .success) {
      let client = HTTPClient()
      #expect(curlThreads().isEmpty)
      let server = try RawServer { _ in answer("ok") }
      _ = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(curlThreads().count == 1)
      client.shutdown()
      #expect(curlThreads().isEmpty)
    }
  }

  @Test func aThreadThatCannotStartIsTriedAgain() async {
    await #expect(processExitsWith: .success) {
      let client = HTTPClient()
      let server = try RawServer { _ in answer("ok") }
      // The first timer of a process needs descriptors too.
      try await Task.sleep(for: .milliseconds(1))
      // One descriptor stays free for what else goes on in the process; the client's thread needs two.
      let free = unsafe open("/dev/null", O_RDONLY)
      close(free)
      let before = try limitOfDescriptors(rlim_t(free + 1))
      let error = await failure(client, HTTPRequest(url: server.origin))
      #expect(error?.kind == .connection)
      #expect(error?.message.hasPrefix("no epoll or eventfd") == true, "\(String(describing: error))")
      _ = try limitOfDescriptors(before)
      let response = try await client.send(HTTPRequest(url: server.origin), options: direct())
      #expect(response.status == 200)
      #expect(curlThreads().count == 1)
      client.shutdown()
      #expect(curlThreads().isEmpty)
    }
  }

  @Test func sleepsWhileNothingIsUnderWay() async {
    await #expect(processExitsWith: .success) {
      let client = HTTPClient()
      let server = try RawServer { _ in answer("ok") }
      for _ in 1...3 { _ = try await client.send(HTTPRequest(url: server.origin), options: direct()) }
      let thread = try #require(curlThreads().first)
      try await Task.sleep(for: .milliseconds(200))
      let before = try wakeUps(of: thread)
      try await Task.sleep(for: .milliseconds(1500))
      #expect(try wakeUps(of: thread) == before)
      _ = try await client.send(HTTPRequest(url: server.origin), options: direct())
      // It is counted when it falls asleep again.
      try await Task.sleep(for: .milliseconds(200))
      #expect(try wakeUps(of: thread) > before)
      client.shutdown()
    }
  }
}

/// The directories of this process's threads that bear libcurl's name.
private func curlThreads() -> [String] {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
  return tasks.map { "/proc/self/task/\($0)" }.filter {
    (try? String(contentsOfFile: $0 + "/comm", encoding: .utf8)) == "curl\n"
  }
}

private func wakeUps(of thread: String) throws -> Int {
  let status = try String(contentsOfFile: thread + "/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") })
  return try #require(Int(line.split(separator: "\t")[1]))
}

/// Lets the process have no descriptors from `limit` on; returns the limit before.
private func limitOfDescriptors(_ limit: rlim_t) throws -> rlim_t {
  var limits = rlimit()
  try #require(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
  let before = limits.rlim_cur
  limits.rlim_cur = limit
  try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
  return before
}
