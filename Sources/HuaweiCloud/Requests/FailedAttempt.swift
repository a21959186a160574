import HTTPTransport
import System

/// What one attempt led to, as far as the next step depends on it.
struct FailedAttempt: Error {
  var error: CloudError
  /// Trying again may help.
  var isTransient = false
  /// The cloud asked for fewer requests, and how: how long to stay away, and the limit that was passed.
  var throttle: Throttle?

  struct Throttle: Sendable, Equatable {
    var pause: Duration?
    var limit: ThrottleLimit?
  }

  /// Nothing was sent: the credential would have ended while its request waited for its turn.
  private(set) var isOutlived = false

  static let outlived: FailedAttempt = {
    var answer = FailedAttempt(
      held: CloudError(.unauthorized, message: "the credential ended before the request's turn came"))
    answer.isOutlived = true
    return answer
  }()

  /// For a request that was not sent, since its key was refused before.
  init(held error: CloudError) { self.error = error }

  /// Judges an answer whose status is not 2xx.
  ///
  /// `secrets` are texts of ours that the cloud may repeat in its message; `isHostConfigured` says that `host` is none of
  /// the vendor's public ones, but the configuration's.
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

  /// Judges an attempt that brought no answer.
  init(_ failure: HTTPClientError, of request: APIRequest, host: String, isCancelled: Bool) {
    let (reason, words): (FailureReason, String) =
      switch failure.kind {
      case .timeout: (.timeout, "no complete answer from \(host) in time")
      case .connection: (.connection, "no connection to \(host)")
      case .tls: (.tls, "the certificate or the handshake of \(host) was not accepted")
      case .tooLarge: (.tooLarge, "the answer of \(host) is larger than max_response_bytes")
      case .invalidRequest: (.clientError, "the request to \(host) cannot be sent")
      case .cancelled: (.timeout, isCancelled ? "given up before an answer came" : "the program is ending")
      }
    error = CloudError(reason, operation: request.operation, message: "\(words): \(failure.message)")
    isTransient = failure.kind == .timeout || failure.kind == .connection
  }

  /// The gateway answers before the service does, and knows nothing of its objects.
  static func isFromGateway(_ code: String?) -> Bool { code?.hasPrefix("APIG") ?? false }

  /// How SWR says that there are too many requests, beside 429: "for runtime resources", and in general.
  private static let throttleCodes: Set = ["SVCSTG.SWR.4031032", "SVCSTG.SWR.4031042"]
  /// SWR's "system resources busy".
  private static let busyCode = "SVCSTG.SWR.4090023"

  /// The gateway compares the time of the signature with its own, and refuses what is more than 15 minutes off.
  private static func isAboutTheClock(_ code: String?, _ detail: String) -> Bool {
    code.hasGatewayNumber("0303") || detail.lowercased().contains("signature time")
  }

  /// By how many minutes our clock is wrong, which the cloud's own words say in a form that is not let through.
  private static func distance(of now: Timestamp, from date: Timestamp) -> String {
    let minutes = (now - date).components.seconds / 60
    return minutes == 0 ? "" : ", it is \(minutes.magnitude) min \(minutes > 0 ? "ahead" : "behind")"
  }

  /// The request's own secrets, which may look like words, as `…`.
  static func hiding(_ secrets: [Secret], in text: String) -> String {
    // The longest first: a part of one could be another.
    let secrets = secrets.map { Array($0.value.utf8) }.filter { $0.count >= shortestHidden }
      .sorted { $0.count > $1.count }
    guard !secrets.isEmpty else { return text }
    let hidden = secrets.reduce(Array(text.utf8)) { $0.replacing($1, with: Array("…".utf8)) }
    return String(decoding: hidden, as: UTF8.self)
  }

  /// Shorter texts occur in any message by chance.
  private static let shortestHidden = 4

  /// What the cloud may repeat, since it was no secret when we sent it.
  private static func names(in request: APIRequest, host: String, besides secrets: [Secret]) -> Set<String> {
    var names: Set = [host]
    if let port = host.lastIndex(of: ":") { names.insert(String(host[..<port])) }
    for segment in request.path {
      names.insert(segment)
      // `/` in a repository's name is sent as `$` or `%2F`, and written as itself.
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

  /// The vendor's name for the request, where it is one.
  static func requestID(of response: HTTPResponse) -> String? {
    let id = response.headers.first(named: "X-Request-Id") ?? response.headers.first(named: "X-IAM-Trace-Id")
    // Digits of a number, with hyphens: a proxy or a gateway may send back anything that it was sent.
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
    default:
      (300..<400).contains(status)
        ? "the answer is a redirect, which is not followed" : "the cloud does not accept the request"
    }
  }
}

extension String? {
  /// True for a gateway's code of this number, `APIG.0308` or `APIGW.0308`.
  fileprivate func hasGatewayNumber(_ number: String) -> Bool {
    self == "APIG.\(number)" || self == "APIGW.\(number)"
  }
}
