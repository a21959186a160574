/// Why the cloud gave no usable answer: transport, status, or decoding, told apart by `reason`.
package struct CloudError: Error, Equatable, Sendable {
  package var reason: FailureReason
  /// The operation that failed, as the vendor names it; empty if none was under way.
  package var operation: String
  /// The HTTP status, if an answer came.
  package var status: Int?
  /// The cloud's own error code, such as `APIGW.0308`.
  package var code: String?
  /// One line that a person can act on; it never holds a secret.
  package var message: String
  /// The answer's `X-Request-Id` or `X-IAM-Trace-Id`, for the vendor's support.
  package var requestID: String?

  package init(
    _ reason: FailureReason, operation: String = "", status: Int? = nil, code: String? = nil, message: String,
    requestID: String? = nil
  ) {
    self.reason = reason
    self.operation = operation
    self.status = status
    self.code = code
    self.message = message
    self.requestID = requestID
  }
}

/// The kinds of failure that an operator handles differently.
package enum FailureReason: Sendable, CaseIterable {
  case timeout
  case connection
  case tls
  case throttled
  case unauthorized
  case forbidden
  case notFound
  case clientError
  case serverError
  case malformed
  case tooLarge
  /// There is more than whoever asked takes.
  case tooMany
  case unsupported
  case clockSkew
  case `internal`
}
