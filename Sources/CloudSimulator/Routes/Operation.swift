/// What can be asked of the simulated cloud, by the name the vendor's SDK gives it.
package enum Operation: String, Sendable, CaseIterable, Hashable {
  case listInstanceRegistries = "ListInstanceRegistries"
  case listInstanceAllArtifacts = "ListInstanceAllArtifacts"
  case listImageAutoSyncRepos = "ListImageAutoSyncReposDetails"
  case showRemoteMirror = "ShowRemoteMirror"
  case listImageCaches = "ListImageCaches"

  case listInstances = "ListInstance"
  case showInstance = "ShowInstance"
  case listInstanceNamespaces = "ListInstanceNamespaces"
  case listNamespaces = "ListNamespaces"
  case listRepositoriesByMarker = "ListRepoDetails"
  case listRepositoriesByOffset = "ListReposDetails"
  case listUserRepositories = "ListCurrentUserRepositories"

  case listAuthProjects = "KeystoneListAuthProjects"
  case listProjects = "KeystoneListProjects"
  case createToken = "KeystoneCreateUserTokenByPassword"
  case exchangeIDToken = "CreateTokenWithIdToken"
  case createTemporaryKey = "CreateTemporaryAccessKeyByToken"

  case createMetadataToken = "CreateMetadataToken"
  case showSecurityKey = "ShowSecurityKey"

  var method: String {
    switch self {
    case .createToken, .exchangeIDToken, .createTemporaryKey: "POST"
    case .createMetadataToken: "PUT"
    default: "GET"
    }
  }

  /// The path, with parameters in braces.
  var template: String {
    switch self {
    case .listInstanceRegistries: "/v2/{project_id}/instances/{instance_id}/registries"
    case .listInstanceAllArtifacts: "/v2/{project_id}/instances/{instance_id}/artifacts"
    case .listImageAutoSyncRepos: "/v2/manage/namespaces/{namespace}/repos/{repository}/sync_repo"
    case .showRemoteMirror: "/v4/repositories/{repository_id}/remote-mirror"
    case .listImageCaches: "/v5/imagecaches"
    case .listInstances: "/v2/{project_id}/instances"
    case .showInstance: "/v2/{project_id}/instances/{instance_id}"
    case .listInstanceNamespaces: "/v2/{project_id}/instances/{instance_id}/namespaces"
    case .listNamespaces: "/v2/manage/namespaces"
    case .listRepositoriesByMarker: "/v3/manage/repos"
    case .listRepositoriesByOffset: "/v2/manage/repos"
    case .listUserRepositories: "/v4/user/repositories"
    case .listAuthProjects: "/v3/auth/projects"
    case .listProjects: "/v3/projects"
    case .createToken: "/v3/auth/tokens"
    case .exchangeIDToken: "/v3.0/OS-AUTH/id-token/tokens"
    case .createTemporaryKey: "/v3.0/OS-CREDENTIAL/securitytokens"
    case .createMetadataToken: "/meta-data/latest/api/token"
    case .showSecurityKey: "/openstack/latest/securitykey"
    }
  }

  /// Whether it is answered without a token or a signature, because it is how one gets them.
  var isOpen: Bool {
    switch self {
    case .createToken, .exchangeIDToken, .createTemporaryKey, .createMetadataToken, .showSecurityKey: true
    default: false
    }
  }

  /// Whether the answer depends on a project that the path does not name.
  var needsProjectHeader: Bool {
    switch self {
    case .listImageAutoSyncRepos, .showRemoteMirror, .listImageCaches, .listNamespaces, .listRepositoriesByMarker,
      .listRepositoriesByOffset, .listUserRepositories:
      true
    default: false
    }
  }

  /// In which shape the service behind it speaks of errors.
  var errorShape: ErrorShape {
    switch self {
    case .listInstanceRegistries, .listInstanceAllArtifacts, .listInstances, .showInstance, .listInstanceNamespaces:
      .flat
    case .listImageAutoSyncRepos, .listNamespaces, .listRepositoriesByMarker, .listRepositoriesByOffset: .swr
    case .showRemoteMirror, .listUserRepositories: .flat
    case .listImageCaches: .cce
    default: .iam
    }
  }
}

/// A request's path, matched against the operations.
struct RouteMatch: Sendable {
  var operation: Operation
  /// The braces' values, percent-decoded once.
  var parameters: [String: String] = [:]

  private static let patterns: [(operation: Operation, method: String, segments: [Substring])] =
    Operation.allCases.map { ($0, $0.method, $0.template.split(separator: "/", omittingEmptySubsequences: false)) }

  init?(method: String, path: String) {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    for pattern in Self.patterns where pattern.method == method && pattern.segments.count == segments.count {
      if let parameters = Self.parameters(of: segments, in: pattern.segments) {
        operation = pattern.operation
        self.parameters = parameters
        return
      }
    }
    return nil
  }

  private static func parameters(of segments: [Substring], in pattern: [Substring]) -> [String: String]? {
    var parameters: [String: String] = [:]
    for (segment, expected) in zip(segments, pattern) {
      if expected.hasPrefix("{") {
        // The gateway decodes before it routes, so an encoded slash is one more segment, and no such path is published.
        guard let value = PercentEncoding.decoded(segment), !value.isEmpty, !value.contains("/") else { return nil }
        parameters[String(expected.dropFirst().dropLast())] = value
      } else if segment != expected {
        return nil
      }
    }
    // `/v2/manage/…` is SWR basic, never a project called so.
    return parameters["project_id"] == "manage" ? nil : parameters
  }
}
