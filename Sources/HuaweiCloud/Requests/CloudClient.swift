import HTTPTransport
import Logging

/// Asks one project's services: addresses, paces, signs, sends, retries, and tells errors apart.
///
/// A value that shares its state with its copies, so that each refresh sets its own `limits`.
/// One method per endpoint stands in `Services/`.
package struct CloudClient: Sendable {
  package let project: CloudProject
  package var limits = RequestLimits()

  package init(
    project: CloudProject, transport: HTTPClient, breakers: AccessKeyBreakers, time: TimeSource = .system,
    observer: RequestObserver = RequestObserver(), log: Logger, environment: [String: String] = [:]
  ) {
    self.project = project
  }

  /// Sends one call, with its retries, and returns the answer when its status is 2xx.
  ///
  /// Any other end is thrown as a `CloudError` with reason, status, the cloud's code and message.
  package func send(_ request: APIRequest) async throws(CloudError) -> HTTPResponse {
    throw CloudError(.internal, operation: request.operation, message: "not built yet")
  }

  /// The IAM id of the project: configured, or looked up once from IAM by the region's name.
  package func projectID() async throws(CloudError) -> String {
    throw CloudError(.internal, message: "not built yet")
  }
}
