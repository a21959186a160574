import HTTPTransport

/// An endpoint of the cloud's API that is read, as its document describes it.
package struct Endpoint: Sendable, Hashable {
  package let service: CloudService
  /// The name of the operation in the vendor's SDK.
  package let operation: String
  /// The path, with the parts that differ from call to call in braces:
  /// `/v2/{project_id}/instances/{instance_id}/registries`.
  ///
  /// `{project_id}` is filled by the client.
  package let path: String
  package let permission: Permission
  private let segments: [Segment]

  private enum Segment: Sendable, Hashable {
    case text(String)
    /// A name in braces.
    case hole(String)
  }

  /// The permission that must be granted before the endpoint answers.
  package enum Permission: Sendable, Hashable, ExpressibleByStringLiteral {
    /// An action of an identity policy, such as `swr:instance:listRegistries`.
    case action(String)
    /// The documents name no permission.
    case notDocumented
    /// The documents say that everybody with credentials may call it.
    case notNeeded

    package init(stringLiteral action: String) { self = .action(action) }

    package var action: String? { if case .action(let action) = self { action } else { nil } }
  }

  package static func get(
    _ service: CloudService, _ operation: String, _ path: String, permission: Permission
  ) -> Endpoint {
    Endpoint(service: service, operation: operation, path: path, permission: permission)
  }

  private init(service: CloudService, operation: String, path: String, permission: Permission) {
    self.service = service
    self.operation = operation
    self.path = path
    self.permission = permission
    segments = path.split(separator: "/").map {
      $0.hasPrefix("{") ? .hole(String($0.dropFirst().dropLast())) : .text(String($0))
    }
  }

  /// The names in braces.
  package var holes: [String] {
    segments.compactMap { if case .hole(let name) = $0 { name } else { nil } }
  }

  /// Returns the call with `values` in place of the braces; throws `internal` if one is missing.
  func request(filling values: [String: String], query: [(String, String)]) throws(CloudError) -> APIRequest {
    var path: [String] = []
    for segment in segments {
      switch segment {
      case .text(let text): path.append(text)
      case .hole(let name):
        guard let value = values[name] else {
          throw CloudError(.internal, operation: operation, message: "nothing is known to put in place of {\(name)}")
        }
        path.append(value)
      }
    }
    return APIRequest(
      service, operation, path: path, query: query.map { (name: $0.0, value: $0.1) },
      permission: permission.action)
  }
}

extension JSONReader {
  /// Reads an answer that is one value; refuses an error in its place, and a text that is read and is not UTF-8.
  static func readAnswer<Value>(
    _ bytes: [UInt8], _ read: (JSON) throws(JSONFault) -> Value
  ) throws(JSONError) -> Value {
    try self.read(bytes) { reader throws(JSONFault) in
      let json = try reader.value()
      if json.isError { throw JSONFault(.isError, at: 0) }
      let value = try read(json)
      try json.requireText()
      return value
    }
  }
}

extension CloudClient {
  /// Reads an endpoint without pages; `read` decodes the value of the answer.
  ///
  /// An answer that is not JSON, or that `read` refuses, is `malformed`.
  package func read<Value>(
    _ endpoint: Endpoint, filling values: [String: String] = [:], query: [(String, String)] = [],
    _ read: (JSON) throws(JSONFault) -> Value
  ) async throws(CloudError) -> Value {
    let request = try endpoint.request(filling: try await complete(values, for: endpoint), query: query)
    return try await decoded(request) { bytes throws(JSONError) in
      try JSONReader.readAnswer(bytes, read)
    }
  }

  /// Returns the values with the project's id, which is looked up only if the path names it.
  func complete(_ values: [String: String], for endpoint: Endpoint) async throws(CloudError) -> [String: String] {
    guard endpoint.holes.contains("project_id") else { return values }
    var values = values
    values["project_id"] = try await projectID()
    return values
  }

  /// Sends a call and decodes its answer.
  ///
  /// An answer that can't be decoded is `malformed`; one that reports an error is `server_error`, since its status says
  /// that the request was right.
  func decoded<Value>(
    _ request: APIRequest, _ decode: ([UInt8]) throws(JSONError) -> Value
  ) async throws(CloudError) -> Value {
    let answer = try await send(request)
    let response = answer.response
    do throws(JSONError) {
      return try decode(response.body)
    } catch {
      var failure = CloudError(
        .malformed, operation: request.operation, status: response.status, message: error.description,
        requestID: FailedAttempt.requestID(of: response))
      if error.problem == .isError {
        let said = CloudErrorBody.parse(response.body)
        failure.reason = .serverError
        failure.code = said.code.map { FailedAttempt.hiding(answer.secrets, in: $0) }.flatMap(CloudErrorBody.usableCode)
        failure.message = "the cloud answered with an error in spite of the status \(response.status)"
        let message = Redaction.clean(FailedAttempt.hiding(answer.secrets, in: said.message ?? ""))
        let words = [failure.code ?? "", message].filter { !$0.isEmpty }
        if !words.isEmpty { failure.message += " (\(words.joined(separator: ": ")))" }
      }
      throw failure
    }
  }
}
