/// The kinds of trouble that an operator acts on differently.
package enum FailureReason: String, Sendable, CaseIterable {
  case timeout
  case connection
  case tls
  case throttled
  case unauthorized
  case forbidden
  case notFound = "not_found"
  case clientError = "client_error"
  case serverError = "server_error"
  case malformed
  case tooLarge = "too_large"
  case tooManySeries = "too_many_series"
  case unsupported
  case clockSkew = "clock_skew"
  case `internal`
}
