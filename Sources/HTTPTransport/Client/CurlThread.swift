import CCurl
import Glibc
import System

/// A command of a task to the curl thread.
enum CurlCommand: Sendable {
  case start(CurlTransfer, CheckedContinuation<CurlTransfer.Outcome, Never>)
  case cancel(CurlTransfer)
  /// A job of a task that prefers this thread.
  case run(UnownedJob)
}

/// The thread that owns libcurl, and the mailbox through which all other threads talk to it.
///
/// The thread starts with the first request or job and ends with `stop`.
final class CurlThread: Sendable {
  private struct State {
    var commands: [CurlCommand] = []
    /// What wakes the loop, set only while it runs.
    var waker: SocketWatch?
    var thread: pthread_t?
    var isClosed = false
    /// Whether the loop waits for its sockets, or is about to, and will not look here before it is woken.
    var isAsleep = false

    /// Adds a command; returns what must be woken for it, once the lock is free again.
    mutating func append(_ command: CurlCommand) -> SocketWatch? {
      commands.append(command)
      return awake()
    }

    mutating func awake() -> SocketWatch? {
      defer { isAsleep = false }
      return isAsleep ? waker : nil
    }
  }

  private let maximumPerOrigin: Int
  // Protects the mailbox and its waker, and the decision who starts and who joins the thread.
  private let state = Locked(State())

  init(maximumPerOrigin: Int) {
    self.maximumPerOrigin = maximumPerOrigin
  }

  /// Starts the transfer and resumes the continuation when it has ended.
  ///
  /// Throws if that will never happen: the client is shut down, or the thread can't be started.
  func start(
    _ transfer: CurlTransfer, _ continuation: CheckedContinuation<CurlTransfer.Outcome, Never>
  ) throws(HTTPClientError) {
    let sleeper = try state.withLock { state throws(HTTPClientError) in
      if state.isClosed { throw .clientIsShutDown }
      // Under the lock, so that only one thread begins.
      if state.thread == nil { state.thread = try begin() }
      return state.append(.start(transfer, continuation))
    }
    sleeper?.wake()
  }

  /// Ends the transfer at once, or when it is started, if that comes later.
  func cancel(_ transfer: CurlTransfer) {
    // Closing ends every transfer anyway.
    let sleeper = state.withLock { state in state.isClosed ? nil : state.append(.cancel(transfer)) }
    sleeper?.wake()
  }

  /// Closes the mailbox and waits until the loop has failed the transfers under way; only the first call does so.
  func stop() {
    let (thread, sleeper) = state.withLock { state in
      state.isClosed = true
      defer { state.thread = nil }
      return (state.thread, state.awake())
    }
    sleeper?.wake()
    guard let thread else { return }
    // A task that runs on this thread may hold the last reference to the client. A thread cannot join itself, so it
    // then ends on its own.
    if pthread_equal(thread, pthread_self()) != 0 {
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }

  /// Sets what commands wake from now on; called by the loop.
  func setWaker(_ waker: SocketWatch?) {
    state.withLock { state in state.waker = waker }
  }

  /// Returns the commands since the last call, and whether they are the last ones; called by the loop.
  func collect() -> (commands: [CurlCommand], isClosed: Bool) {
    state.withLock { state in
      defer { state.commands = [] }
      state.isAsleep = false
      return (state.commands, state.isClosed)
    }
  }

  /// Returns true if no command is left, in which case the next one wakes the loop; called by the loop.
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

  /// Refuses the commands in the mailbox, since libcurl did not start; the next one starts another thread.
  private func refuse(_ error: HTTPClientError) {
    let (commands, isWaitedFor) = state.withLock { state in
      defer { (state.commands, state.thread) = ([], nil) }
      return (state.commands, state.thread == nil)
    }
    // `stop` waits for the thread if it has taken it, and nobody else does.
    if !isWaitedFor { pthread_detach(pthread_self()) }
    for command in commands {
      switch command {
      case .start(_, let continuation): continuation.resume(returning: .failure(error))
      case .run(let job): globalConcurrentExecutor.enqueue(ExecutorJob(job))
      case .cancel: break
      }
    }
  }

  /// Blocks SIGPIPE, since a TLS library may write to a connection that the other side has closed.
  private func blockBrokenPipes() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}

extension CurlThread: TaskExecutor {
  /// Runs a job on the curl thread, or on the global executor if there is no curl thread.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let (isTaken, sleeper) = state.withLock { state -> (Bool, SocketWatch?) in
      if state.isClosed { return (false, nil) }
      if state.thread == nil { state.thread = try? begin() }
      if state.thread == nil { return (false, nil) }
      return (true, state.append(.run(job)))
    }
    sleeper?.wake()
    if !isTaken { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }
}

// The thread holds the mailbox, which was handed over retained.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<CurlThread>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
