import CCurl
import Glibc
import System

/// What a task asks of the curl thread.
enum CurlCommand: Sendable {
  case start(CurlTransfer, CheckedContinuation<CurlTransfer.Outcome, Never>)
  case cancel(CurlTransfer)
  /// A piece of a task that prefers this thread.
  case run(UnownedJob)
}

/// The thread that owns libcurl, and the mailbox through which everybody else talks to it.
///
/// The thread begins with the first request and ends with `stop`.
final class CurlThread: Sendable {
  private struct State {
    var commands: [CurlCommand] = []
    /// There only while the loop looks at it: a handle that is about to be freed is never woken.
    var waker: CurlMulti?
    var thread: pthread_t?
    var isClosed = false
    /// The loop waits for its sockets, or is about to, and will not look here before it is woken.
    var isAsleep = false

    mutating func append(_ command: CurlCommand) {
      commands.append(command)
      wake()
    }

    mutating func wake() {
      if isAsleep { waker?.wake() }
      isAsleep = false
    }
  }

  private let maximumPerOrigin: Int
  // Protects the mailbox and its waker, and the decision who starts and who joins the thread.
  private let state = Locked(State())

  init(maximumPerOrigin: Int) {
    self.maximumPerOrigin = maximumPerOrigin
  }

  /// Has the transfer started and, when it has ended, the continuation resumed; throws where that will never happen.
  func start(
    _ transfer: CurlTransfer, _ continuation: CheckedContinuation<CurlTransfer.Outcome, Never>
  ) throws(HTTPClientError) {
    try state.withLock { state throws(HTTPClientError) in
      if state.isClosed { throw .clientIsShutDown }
      if state.thread == nil { state.thread = try begin() }
      state.append(.start(transfer, continuation))
    }
  }

  /// Has the transfer ended at once, or at its start where that comes later.
  func cancel(_ transfer: CurlTransfer) {
    state.withLock { state in
      // Closing ends every transfer anyway.
      if !state.isClosed { state.append(.cancel(transfer)) }
    }
  }

  /// Closes the mailbox and waits until the loop has failed what was under way; the first call does it.
  func stop() {
    let thread = state.withLock { state in
      state.isClosed = true
      state.wake()
      defer { state.thread = nil }
      return state.thread
    }
    guard let thread else { return }
    // A task that runs here may be the last to know the client: the thread then ends on its own.
    if pthread_equal(thread, pthread_self()) != 0 {
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }

  /// For the loop: what commands wake from now on.
  func setWaker(_ waker: CurlMulti?) {
    state.withLock { state in state.waker = waker }
  }

  /// For the loop: the commands since last time, and whether they are the last ones.
  func collect() -> (commands: [CurlCommand], isClosed: Bool) {
    state.withLock { state in
      defer { state.commands = [] }
      state.isAsleep = false
      return (state.commands, state.isClosed)
    }
  }

  /// For the loop: true where nothing is left to do here; whatever comes from now on wakes it.
  func fallAsleep() -> Bool {
    state.withLock { state in
      state.isAsleep = state.commands.isEmpty && !state.isClosed
      return state.isAsleep
    }
  }

  private func begin() throws(HTTPClientError) -> pthread_t {
    let mailbox = unsafe Unmanaged.passRetained(self)
    var thread = pthread_t()
    let result = unsafe pthread_create(&thread, nil, runLoop, mailbox.toOpaque())
    guard result == 0 else {
      unsafe mailbox.release()
      throw HTTPClientError(.connection, "no thread for libcurl: error \(result)")
    }
    return thread
  }

  fileprivate func run() {
    _ = unsafe curl_name_this_thread("curl")
    blockBrokenPipes()
    do {
      try CurlLoop(self, maximumPerOrigin: maximumPerOrigin).run()
    } catch {
      refuse(error)
    }
  }

  /// libcurl did not start: nobody will read commands, now or later.
  private func refuse(_ error: HTTPClientError) {
    let commands = state.withLock { state in
      state.isClosed = true
      defer { state.commands = [] }
      return state.commands
    }
    for command in commands {
      switch command {
      case .start(_, let continuation): continuation.resume(returning: .failure(error))
      case .run(let job): globalConcurrentExecutor.enqueue(ExecutorJob(job))
      case .cancel: break
      }
    }
  }

  /// A TLS library may write to a connection that the other side has closed.
  private func blockBrokenPipes() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}

extension CurlThread: TaskExecutor {
  /// Runs a piece of a task on the curl thread, or where all tasks run while there is none.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isTaken = state.withLock { state in
      if state.isClosed { return false }
      if state.thread == nil { state.thread = try? begin() }
      if state.thread == nil { return false }
      state.append(.run(job))
      return true
    }
    if !isTaken { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }
}

// The thread holds the mailbox: it was handed over retained.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<CurlThread>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
