/// An HTTP client over libcurl: one thread owns the multi handle, any task may send.
///
/// Connections are kept alive and used again; HTTP/2 is spoken if a TLS server offers it. Redirects are not followed;
/// only http and https are spoken. Neither the thread nor libcurl's global state exists before the first request or the
/// first job on `executor`.
package final class HTTPClient: Sendable {
  private let thread: CurlThread
  private let userAgent: String?

  /// - Parameters:
  ///   - maximumConnectionsPerHost: How many requests to one scheme, host and port are under way at a time.
  ///     Further ones wait in order; their `requestTimeout` begins when they start.
  ///   - userAgent: Sent with requests that bring no `User-Agent` of their own.
  package init(maximumConnectionsPerHost: Int = 32, userAgent: String? = nil) {
    self.userAgent = userAgent
    thread = CurlThread(maximumPerOrigin: max(1, maximumConnectionsPerHost))
  }

  deinit {
    thread.stop()
  }

  /// Sends one request and returns its complete answer, of any status.
  ///
  /// Cancelling the task ends the transfer at once, with `.cancelled`.
  package func send(
    _ request: consuming HTTPRequest, options: HTTPClientOptions = HTTPClientOptions()
  ) async throws(HTTPClientError) -> HTTPResponse {
    if let userAgent, request.headers.first(named: "User-Agent") == nil {
      request.headers.append(HTTPHeader("User-Agent", userAgent))
    }
    let origin = try request.checkedOrigin()
    let transfer = CurlTransfer(request, options: options, origin: origin)
    try options.check()
    if Task.isCancelled { throw .taskCancelled }
    let outcome: CurlTransfer.Outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do throws(HTTPClientError) {
          try thread.start(transfer, continuation)
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      thread.cancel(transfer)
    }
    let answer = try outcome.get()
    return HTTPResponse(answer.head, body: answer.body)
  }

  /// The curl thread as an executor, for tasks that do little but send: their answers arrive on it.
  ///
  /// Between two requests of such a task no other thread is woken, which would cost more than reading a page of a
  /// listing. While such a task works there, every other transfer has to wait, so its work should be over in
  /// milliseconds and must never block.
  package var executor: any TaskExecutor { thread }

  /// Fails the requests under way with `.cancelled`, and joins the thread; later sends fail with `.cancelled`.
  ///
  /// May be called from any thread and more than once; the first call does the work. Call it before the process ends,
  /// so that no transfer runs while TLS libraries tear themselves down.
  package func shutdown() {
    thread.stop()
  }
}
