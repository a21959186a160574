import CCurl
import Glibc

/// What runs on the curl thread: reads commands, drives transfers, and resumes the tasks that wait for them.
final class CurlLoop {
  /// An idle easy handle keeps its TLS sessions; more than this many are not worth their memory.
  private static let largestPool = 16
  private static let mostTurnsWithoutSockets = 16

  private let mailbox: CurlThread
  private let multi: CurlMulti
  private var turns: OriginQueue<CurlTransfer>
  /// Their turn has come, but they are not libcurl's yet.
  private var ready: [CurlTransfer] = []
  private var running: [CurlMulti.Key: CurlTransfer] = [:]
  private var pool: [CurlHandle] = []

  init(_ mailbox: CurlThread, maximumPerOrigin: Int) throws(HTTPClientError) {
    self.mailbox = mailbox
    multi = try CurlMulti(idleConnections: 4 * maximumPerOrigin)
    turns = OriginQueue(limit: maximumPerOrigin)
  }

  /// Returns once the mailbox is closed and every transfer has ended.
  func run() {
    mailbox.setWaker(multi)
    var turnsWithoutSockets = 0
    while true {
      let (commands, isClosed) = mailbox.collect()
      for command in commands { read(command) }
      if isClosed { break }
      giveUpWaiting()
      move()
      // An answer leads to a command at once where its task runs on this thread; sockets get their turn all the same.
      turnsWithoutSockets += 1
      let mayWait = mailbox.fallAsleep()
      if !mayWait, turnsWithoutSockets < Self.mostTurnsWithoutSockets { continue }
      turnsWithoutSockets = 0
      do {
        // Libcurl knows when it must act; while nothing is under way, and nobody waits for a turn, nobody wakes up.
        try multi.wait(until: mayWait ? turns.waiting.compactMap(\.lastMoment).min() : .now)
      } catch {
        endRunning(error)
        usleep(100_000)
      }
    }
    mailbox.setWaker(nil)
    for transfer in turns.removeWaiting() + ready { transfer.end(.failure(.clientIsShutDown)) }
    endRunning(.clientIsShutDown)
    pool = []
  }

  private func read(_ command: CurlCommand) {
    switch command {
    case .start(let transfer, let continuation):
      transfer.begin(continuation)
      if transfer.isCancelled {
        transfer.end(.failure(.taskCancelled))
      } else if turns.enter(transfer, at: transfer.origin) {
        ready.append(transfer)
      }
    case .cancel(let transfer):
      transfer.isCancelled = true
      // Before its start: that will see the mark. After its end: too late.
      guard transfer.isUnderWay else { return }
      if turns.withdraw(transfer, at: transfer.origin) {
        transfer.end(.failure(.taskCancelled))
      } else {
        ready.removeAll { $0 === transfer }
        end(transfer, .failure(.taskCancelled))
      }
    case .run(let job):
      // Safe: a job comes once, and the mailbox outlives it, since this loop holds it.
      unsafe job.runSynchronously(on: mailbox.asUnownedTaskExecutor())
    }
  }

  /// Ends those whose time is over before their turn has come.
  private func giveUpWaiting() {
    for transfer in turns.waiting {
      guard let lastMoment = transfer.lastMoment, lastMoment <= .now else { continue }
      _ = turns.withdraw(transfer, at: transfer.origin)
      transfer.end(.failure(HTTPClientError(.timeout, "the time ran out before its turn came")))
    }
  }

  private func move() {
    repeat {
      for transfer in exchange(&ready, with: []) { start(transfer) }
      do {
        try multi.moveDue()
      } catch {
        endRunning(error)
      }
      while let ended = multi.nextEnded() {
        guard let transfer = running[ended.key] else { continue }
        end(transfer, transfer.outcome(ended.code))
      }
    } while !ready.isEmpty
  }

  private func start(_ transfer: CurlTransfer) {
    do {
      let handle = if let idle = pool.popLast() { idle } else { try CurlHandle() }
      transfer.handle = handle
      try handle.prepare(for: transfer, watch: multi.watch)
      try multi.add(handle)
      running[handle.key] = transfer
    } catch {
      end(transfer, .failure(error))
    }
  }

  /// Frees what a transfer holds, resumes its task, and gives its turn to the next.
  private func end(_ transfer: CurlTransfer, _ outcome: CurlTransfer.Outcome) {
    if let handle = exchange(&transfer.handle, with: nil) {
      if running.removeValue(forKey: handle.key) != nil { multi.remove(handle) }
      clear(handle, after: transfer.request, outcome)
      if pool.count < Self.largestPool { pool.append(handle) }
    }
    transfer.end(outcome)
    if let next = turns.leave(transfer.origin) { ready.append(next) }
  }

  private func clear(_ handle: CurlHandle, after request: HTTPRequest, _ outcome: CurlTransfer.Outcome) {
    if case .success = outcome, request.method == "GET", request.body.isEmpty, (try? handle.forgetRequest()) != nil {
      return
    }
    handle.reset()
  }

  private func endRunning(_ error: HTTPClientError) {
    for transfer in running.values { end(transfer, .failure(error)) }
  }
}

private func exchange<Value>(_ place: inout Value, with new: Value) -> Value {
  defer { place = new }
  return place
}
