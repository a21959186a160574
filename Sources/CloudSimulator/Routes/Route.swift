import System

/// An operation of the cloud, by the name that the vendor's SDK gives it.
///
/// A file that declares a route declares its operation too: `extension Operation { static let … }`.
package struct Operation: RawRepresentable, Hashable, Sendable {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package init(_ name: String) { rawValue = name }
}

/// The way in which a service behind the gateway reports errors.
package struct SimulatedService: Sendable {
  package var errors: ErrorShape
  /// The error code for a page whose parameters are refused.
  package var refusedPage: String
  /// The error code for an operation that the account may not call.
  package var forbidden: String

  package init(errors: ErrorShape, refusedPage: String, forbidden: String) {
    self.errors = errors
    self.refusedPage = refusedPage
    self.forbidden = forbidden
  }
}

/// One operation of the simulated cloud: its path, who may call it, and its answer.
package struct Route: Sendable {
  /// Who may call an operation.
  package enum Caller: Sendable {
    /// Everybody, unchecked, because the operation gives out tokens or keys.
    case anybody
    /// All callers that are let in; the answer depends on no project.
    case account
    /// All callers that are let in and name a project that exists: by the path if that has `{project_id}`, otherwise by
    /// the token's scope or by `X-Project-Id`.
    case project
  }

  /// How the answer is made.
  enum Answer: Sendable {
    /// The answer follows from the request and the world.
    case shown(@Sendable (RouteRequest) throws(PageError) -> Reply)
    /// The answer issues or checks a token or a key, under the lock that protects what was issued.
    case issued(@Sendable (RouteRequest, inout AccessCheck) -> Reply)
  }

  package let operation: Operation
  package let method: String
  /// The path; a segment in braces is a parameter, which fits any value.
  package let path: String
  package let caller: Caller
  package let service: SimulatedService
  let answer: Answer
  private let segments: [Substring]

  /// Creates a route whose answer follows from the request and the world.
  package init(
    _ operation: Operation, method: String = "GET", path: String, caller: Caller = .project, service: SimulatedService,
    answer: @escaping @Sendable (RouteRequest) throws(PageError) -> Reply
  ) {
    self.init(operation, method, path, caller, service, .shown(answer))
  }

  /// Creates a route that issues tokens or keys.
  init(
    _ operation: Operation, method: String, path: String, service: SimulatedService,
    issuing answer: @escaping @Sendable (RouteRequest, inout AccessCheck) -> Reply
  ) {
    self.init(operation, method, path, .anybody, service, .issued(answer))
  }

  private init(
    _ operation: Operation, _ method: String, _ path: String, _ caller: Caller, _ service: SimulatedService,
    _ answer: Answer
  ) {
    self.operation = operation
    self.method = method
    self.path = path
    self.caller = caller
    self.service = service
    self.answer = answer
    segments = Self.segments(of: path)
  }

  static func segments(of path: String) -> [Substring] { path.split(separator: "/", omittingEmptySubsequences: false) }

  /// Returns the values of the parameters, percent-decoded once, or nil if the request is not for this route.
  func parameters(method: String, segments asked: [Substring]) -> [String: String]? {
    guard method == self.method, asked.count == segments.count else { return nil }
    var parameters: [String: String] = [:]
    for (segment, expected) in zip(asked, segments) {
      if expected.hasPrefix("{") {
        // The gateway decodes before it routes, so an encoded slash is one more segment, and no such path is published.
        guard let value = PercentEncoding.decoded(segment), !value.isEmpty, !value.contains("/") else { return nil }
        parameters[String(expected.dropFirst().dropLast())] = value
      } else if segment != expected {
        return nil
      }
    }
    // `/v2/manage/…` is SWR basic, never a project of that name.
    return parameters["project_id"] == "manage" ? nil : parameters
  }
}

extension Route {
  /// All routes of the simulated cloud: each file's table has its line here.
  package static let all: [Route] = [
    registries,
    artifacts,
    syncRules,
    mirrors,
    imageCaches,
    replications,
    syncJobs,
    repositories,
    namespaces,
    statistics,
    quotas,
    credentials,
    retentions,

    instances,
    imageRepositories,
    codeRepositories,

    iam,
    sts,
    podIdentity,
    metadata,
  ].flatMap(\.self)
}
