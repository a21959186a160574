import CCurl
import Glibc

/// The loop of the curl thread: it reads commands, drives transfers, and resumes the tasks that wait for them.
final class CurlLoop {
  /// The maximum number of idle easy handles that are kept for their TLS sessions; more are not worth their memory.
  private static let largestPool = 16
  private static let mostTurnsWithoutSockets = 16

  private let mailbox: CurlThread
  private let multi: CurlMulti
  private var turns: OriginQueue<CurlTransfer>
  /// The transfers that may start but were not yet handed to libcurl.
  private var ready: [CurlTransfer] = []
  private var running: [CurlMulti.Key: CurlTransfer] = [:]
  private var pool: [CurlHandle] = []

  init(_ mailbox: CurlThread, maximumPerOrigin: Int) throws(HTTPClientError) {
    self.mailbox = mailbox
    multi = try CurlMulti(idleConnections: 4 * maximumPerOrigin)
    turns = OriginQueue(limit: maximumPerOrigin)
  }

  /// Runs until the mailbox is closed and every transfer has ended.
  func run() {
    mailbox.setWaker(multi.watch)
    var turnsWithoutSockets = 0
    while true {
      let (commands, isClosed) = mailbox.collect()
      for command in commands { read(command) }
      if isClosed { break }
      giveUpWaiting()
      move()
      // A task on this thread may send its next command as soon as its answer arrives, so after some turns the sockets
      // are looked at even while commands wait.
      turnsWithoutSockets += 1
      let mayWait = mailbox.fallAsleep()
      if !mayWait, turnsWithoutSockets < Self.mostTurnsWithoutSockets { continue }
      turnsWithoutSockets = 0
      do {
        // libcurl says itself when it must act, and waiting transfers have their last moment; without either, the
        // thread sleeps until it is woken.
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
      // Before its start, the start will see the mark; after its end, it is too late.
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

  /// Ends the waiting transfers whose time is over.
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

  /// Frees what a transfer holds, resumes its task, and lets the next one of its origin start.
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
