import HTTPTransport

/// What one attempt led to, as far as the next step depends on it.
struct Answer: Error {
  var error: CloudError
  /// Trying again may help.
  var isTransient = false
  /// The cloud asked for fewer requests, and how: how long to stay away, and the limit that was passed.
  var throttle: Throttle?

  struct Throttle: Sendable, Equatable {
    var pause: Duration?
    var limit: ThrottleLimit?
  }

  /// For a request that was not sent, since its key was refused before.
  init(held error: CloudError) { self.error = error }

  /// Judges an answer whose status is not 2xx.
  ///
  /// `secrets` are texts of ours that the cloud may repeat in its message.
  init(_ response: HTTPResponse, to request: APIRequest, now: Timestamp, secrets: [Secret]) {
    let body = CloudErrorBody.parse(Self.hiding(secrets, in: response.body))
    let code = body.code
    let detail = body.message ?? ""
    let isSkewed = code.hasGatewayNumber("0303") || detail.lowercased().contains("signature time")
    let isThrottled = response.status == 429 || code.hasGatewayNumber("0308")
    let reason: FailureReason =
      switch response.status {
      case 400..<500 where isThrottled: .throttled
      case 401 where isSkewed, 403 where isSkewed: .clockSkew
      case 401: .unauthorized
      case 403: .forbidden
      case 404: .notFound
      case 500...: .serverError
      default: .clientError
      }
    error = CloudError(
      reason, operation: request.operation, status: response.status, code: code,
      message: Self.message(
        reason, status: response.status, code: code, detail: detail, permission: request.permission),
      requestID: Self.requestID(of: response))
    isTransient = reason == .throttled || reason == .serverError
    let retryAfter = response.headers.first(named: "Retry-After").flatMap { text in
      let date = response.headers.first(named: "Date").flatMap(RetryAfter.date)
      return RetryAfter.delay(text, now: date ?? now)
    }
    if isThrottled {
      let limit = ThrottleLimit(in: detail)
      throttle = Throttle(pause: retryAfter ?? limit?.window, limit: limit)
    } else if isTransient, let retryAfter {
      throttle = Throttle(pause: retryAfter)
    }
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

  /// The request's own secrets, which no rule about their looks would find for certain, as `***`.
  private static func hiding(_ secrets: [Secret], in body: [UInt8]) -> [UInt8] {
    let secrets = secrets.map { Array($0.value.utf8) }.filter { $0.count >= shortestHidden }
    guard secrets.contains(where: { body.firstRange(of: $0) != nil }) else { return body }
    return secrets.reduce(body) { $0.replacing($1, with: Array("***".utf8)) }
  }

  /// Shorter texts occur in any message by chance.
  private static let shortestHidden = 4

  /// The vendor's name for the request, where it is one.
  static func requestID(of response: HTTPResponse) -> String? {
    let id = response.headers.first(named: "X-Request-Id") ?? response.headers.first(named: "X-IAM-Trace-Id")
    guard let id, 1...128 ~= id.utf8.count,
      id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._:".contains($0)) })
    else { return nil }
    return id
  }

  private static func message(
    _ reason: FailureReason, status: Int, code: String?, detail: String, permission: String?
  ) -> String {
    let words =
      switch reason {
      case .throttled: "the cloud throttles this project"
      case .clockSkew: "the clock of this machine differs from the cloud's by more than it accepts"
      case .unauthorized: "the cloud refuses the credentials"
      case .forbidden where isFromGateway(code):
        "the cloud does not allow this here" + (permission.map { ", or the permission \($0) is missing" } ?? "")
      case .forbidden: permission.map { "the permission \($0) is missing" } ?? "a permission is missing"
      case .notFound where isFromGateway(code): "the service has no such function in this region"
      case .notFound: "the cloud has no such object"
      case .serverError: "the cloud failed"
      default:
        (300..<400).contains(status)
          ? "the answer is a redirect, which is not followed" : "the cloud does not accept the request"
      }
    let said = [code, detail.isEmpty ? nil : detail].compactMap(\.self).joined(separator: ": ")
    return said.isEmpty ? "\(words) (status \(status))" : "\(words) (status \(status), \(said))"
  }
}

extension String? {
  /// True for a gateway's code of this number, `APIG.0308` or `APIGW.0308`.
  fileprivate func hasGatewayNumber(_ number: String) -> Bool {
    self == "APIG.\(number)" || self == "APIGW.\(number)"
  }
}
