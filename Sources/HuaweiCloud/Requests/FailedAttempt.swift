import HTTPTransport
import System

/// The outcome of an attempt without success, as far as the next step depends on it.
struct FailedAttempt: Error {
  var error: CloudError
  /// Whether trying again may help.
  var isTransient = false
  /// The cloud's wish for fewer requests, if it had one: how long to pause, and the limit that was exceeded.
  var throttle: Throttle?

  struct Throttle: Sendable, Equatable {
    var pause: Duration?
    var limit: ThrottleLimit?
  }

  /// Whether nothing was sent because the credential ended while the request waited for its turn.
  private(set) var isOutlived = false

  static let outlived: FailedAttempt = {
    var failed = FailedAttempt(
      held: CloudError(.unauthorized, message: "the credential ended before the request's turn came"))
    failed.isOutlived = true
    return failed
  }()

  /// Creates the outcome of a request that was not sent, such as one whose key was refused before.
  init(held error: CloudError) { self.error = error }

  /// Classifies an answer whose status is not 2xx.
  ///
  /// `secrets` are texts that we sent and the cloud may repeat in its message; `isHostConfigured` says that `host`
  /// comes from the configuration and is not one of the vendor's public ones.
  init(
    _ response: HTTPResponse, to request: APIRequest, host: String, isHostConfigured: Bool, now: Timestamp,
    secrets: [Secret]
  ) {
    let body = CloudErrorBody.parse(response.body)
    let code = body.code.map { Self.hiding(secrets, in: $0) }.flatMap(CloudErrorBody.usableCode)
    let detail = body.message ?? ""
    let isThrottled =
      response.status == 429 || code.hasGatewayNumber("0308")
      || response.status == 403 && code.map(Self.throttleCodes.contains) ?? false
    let reason: FailureReason =
      switch response.status {
      case 400..<500 where isThrottled: .throttled
      case 400..<500 where code.hasGatewayNumber("0101"): .unsupported
      case 401 where Self.isAboutTheClock(code, detail), 403 where Self.isAboutTheClock(code, detail): .clockSkew
      case 401: .unauthorized
      case 403: .forbidden
      case 404: .notFound
      case 500...: .serverError
      default: .clientError
      }
    let isBusy = response.status == 409 && code == Self.busyCode
    isTransient = reason == .throttled || reason == .serverError || isBusy
    let date = response.headers.first(named: "Date").flatMap(RetryAfter.date)
    let retryAfter = response.headers.first(named: "Retry-After").flatMap { RetryAfter.delay($0, now: date ?? now) }
    if isThrottled {
      let limit = ThrottleLimit(in: detail)
      throttle = Throttle(pause: retryAfter ?? limit?.window, limit: limit)
    } else if isTransient, let retryAfter {
      throttle = Throttle(pause: retryAfter)
    }
    var words = Self.words(for: reason, status: response.status, code: code, permission: request.permission)
    if isBusy { words = "the cloud is busy" }
    if reason == .clockSkew, let date { words += Self.distance(of: now, from: date) }
    if reason == .unsupported, isHostConfigured {
      words += ", or endpoints.\(request.service.rawValue) is not where the service is"
    }
    let said = Redaction.clean(
      Self.hiding(secrets, in: detail), sent: Self.names(in: request, host: host, besides: secrets))
    let source = [code, said.isEmpty ? nil : said].compactMap(\.self).joined(separator: ": ")
    error = CloudError(
      reason, operation: request.operation, status: response.status, code: code,
      message: "\(words) (status \(response.status)\(source.isEmpty ? "" : ", ")\(source))",
      requestID: Self.requestID(of: response))
  }

  /// Classifies an attempt that got no answer.
  init(_ failure: HTTPClientError, of request: APIRequest, host: String, isCancelled: Bool) {
    let (reason, words): (FailureReason, String) =
      switch failure.kind {
      case .timeout: (.timeout, "no complete answer from \(host) in time")
      case .connection: (.connection, "no connection to \(host)")
      case .tls: (.tls, "the certificate or the handshake of \(host) was not accepted")
      case .bodyTooLarge: (.tooLarge, "the answer of \(host) is larger than max_response_bytes")
      case .headersTooLarge: (.tooLarge, "the header fields of the answer of \(host) are too long")
      case .invalidRequest: (.clientError, "the request to \(host) cannot be sent")
      case .cancelled: (.timeout, isCancelled ? "given up before an answer came" : "the program is ending")
      }
    error = CloudError(reason, operation: request.operation, message: "\(words): \(failure.message)")
    isTransient = failure.kind == .timeout || failure.kind == .connection
  }

  /// Returns whether a code is the gateway's, which answers before the service does and knows nothing of its objects.
  static func isFromGateway(_ code: String?) -> Bool { code?.hasPrefix("APIG") ?? false }

  /// SWR's codes for too many requests, besides status 429: "for runtime resources", and in general.
  private static let throttleCodes: Set = ["SVCSTG.SWR.4031032", "SVCSTG.SWR.4031042"]
  /// SWR's "system resources busy".
  private static let busyCode = "SVCSTG.SWR.4090023"

  /// Returns whether a refusal is about the clock: the gateway compares the time of the signature with its own, and
  /// refuses one that is more than 15 minutes off.
  private static func isAboutTheClock(_ code: String?, _ detail: String) -> Bool {
    code.hasGatewayNumber("0303") || detail.lowercased().contains("signature time")
  }

  /// Describes by how many minutes our clock is wrong; the cloud's message says so in a form that redaction hides.
  private static func distance(of now: Timestamp, from date: Timestamp) -> String {
    let minutes = (now - date).components.seconds / 60
    return minutes == 0 ? "" : ", it is \(minutes.magnitude) min \(minutes > 0 ? "ahead" : "behind")"
  }

  /// Returns `text` with the request's own secrets, which may look like words, replaced by `…`.
  static func hiding(_ secrets: [Secret], in text: String) -> String {
    // The longest secret is replaced first, since a part of it could be another one.
    let secrets = secrets.map { Array($0.value.utf8) }.filter { $0.count >= shortestHidden }
      .sorted { $0.count > $1.count }
    guard !secrets.isEmpty else { return text }
    let hidden = secrets.reduce(Array(text.utf8)) { $0.replacing($1, with: Array("…".utf8)) }
    return String(decoding: hidden, as: UTF8.self)
  }

  /// Shorter texts occur in any message by chance.
  private static let shortestHidden = 4

  /// Returns the names that the cloud may repeat, since they were not secret when we sent them.
  private static func names(in request: APIRequest, host: String, besides secrets: [Secret]) -> Set<String> {
    var names: Set = [host]
    if let port = host.lastIndex(of: ":") { names.insert(String(host[..<port])) }
    for segment in request.path {
      names.insert(segment)
      // A `/` in a repository's name is sent as `$` or `%2F`, but messages show it as `/`.
      for part in segment.replacing("%2F", with: "/").replacing("$", with: "/").split(separator: "/") {
        names.insert(String(part))
      }
    }
    for (name, value) in request.query { names.formUnion([name, value]) }
    return names.filter { name in
      !secrets.contains {
        $0.value == name || $0.value.utf8.count >= shortestHidden && name.contains($0.value)
      }
    }
  }

  /// Returns the vendor's id of the request, or nil if there is none that can be shown.
  static func requestID(of response: HTTPResponse) -> String? {
    let id = response.headers.first(named: "X-Request-Id") ?? response.headers.first(named: "X-IAM-Trace-Id")
    // Only hexadecimal digits and hyphens pass, since a proxy or a gateway may send back anything that it was sent.
    guard let id, 1...64 ~= id.utf8.count, id.utf8.allSatisfy({ $0.hexadecimalValue != nil || $0 == UInt8(ascii: "-") })
    else { return nil }
    return id
  }

  private static func words(
    for reason: FailureReason, status: Int, code: String?, permission: String?
  ) -> String {
    switch reason {
    case .throttled: "the cloud throttles this project"
    case .clockSkew: "the clock of this machine differs from the cloud's by more than it accepts"
    case .unauthorized: "the cloud refuses the credentials"
    case .forbidden where isFromGateway(code):
      "the cloud does not allow this here" + (permission.map { ", or the permission \($0) is missing" } ?? "")
    case .forbidden: permission.map { "the permission \($0) is missing" } ?? "a permission is missing"
    case .unsupported: "the service has no such function in this region"
    case .notFound: "the cloud has no such object"
    case .serverError: "the cloud failed"
    case .timeout, .connection, .tls, .clientError, .malformed, .tooLarge, .tooMany, .internal:
      (300..<400).contains(status)
        ? "the answer is a redirect, which is not followed" : "the cloud does not accept the request"
    }
  }
}

extension String? {
  /// Returns whether this is a gateway's code with this number, such as `APIG.0308` or `APIGW.0308`.
  fileprivate func hasGatewayNumber(_ number: String) -> Bool {
    self == "APIG.\(number)" || self == "APIGW.\(number)"
  }
}
