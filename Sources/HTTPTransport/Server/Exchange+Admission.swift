import CMicroHTTPD

/// Who may be answered.
extension Exchange {
  /// Answers where the client may see this path, as far as that can be said at once.
  func admit(_ request: HTTPServerRequest) -> Bool {
    let security = core.security
    guard security.allowsRequest() else { return queue(.tooManyRequests) }
    if let judge = security.context {
      // A connection from before TLS was turned on is not worth an answer.
      guard let session = unsafe mhd_connection_tls_session(connection).map(OpaquePointer.init)
      else { return false }
      guard unsafe client.isAccepted(by: judge, session: session) else { return queue(.certificateNeeded) }
    }
    let users = security.settings.users
    guard !users.isEmpty else { return answer(request) }
    let decision = core.passwords.check(request.values(of: "Authorization"), users: users) {
      self.settle(.passwordChecked($0))
    }
    return switch decision {
    case .accepted: answer(request)
    case .refused: queue(.passwordNeeded)
    case .busy: queue(.tooManyRequests)
    case .checking: wait(in: .awaitingPassword(request))
    }
  }

  /// Goes on where the password was checked meanwhile.
  func goOn(with request: HTTPServerRequest) -> Bool {
    switch takeOutcome() {
    case .passwordChecked(true): answer(request)
    case .passwordChecked(false): queue(.passwordNeeded)
    case .cancelled: false
    case .none, .answer: wait(in: .awaitingPassword(request))
    }
  }
}

extension HTTPServerResponse {
  fileprivate static let certificateNeeded = HTTPServerResponse(
    status: 403, text: "A client certificate that this server trusts is needed.\n")
  fileprivate static let passwordNeeded = HTTPServerResponse(
    status: 401, text: "Unauthorized\n",
    headers: [HTTPHeader("WWW-Authenticate", "Basic realm=\"metrics\", charset=\"UTF-8\"")])
  fileprivate static let tooManyRequests = HTTPServerResponse(
    status: 429, text: "Too many requests\n", headers: [HTTPHeader("Retry-After", "1")])
}
