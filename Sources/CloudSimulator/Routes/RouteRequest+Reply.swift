import HTTPTransport

extension RouteRequest {
  /// The right answer; what hands out tokens and keys does so under the state's lock.
  func reply(_ state: Locked<Gateway.State>) -> Reply {
    do throws(PageError) {
      switch operation {
      case .listInstanceRegistries: return try listInstanceRegistries()
      case .listInstanceAllArtifacts: return try listInstanceAllArtifacts()
      case .listImageAutoSyncRepos: return listImageAutoSyncRepos()
      case .showRemoteMirror: return showRemoteMirror()
      case .listImageCaches: return listImageCaches()
      case .listInstances: return try listInstances()
      case .showInstance: return showInstance()
      case .listInstanceNamespaces: return try listInstanceNamespaces()
      case .listNamespaces: return listNamespaces()
      case .listRepositoriesByMarker: return try listRepositoriesByMarker()
      case .listRepositoriesByOffset: return try listRepositoriesByOffset()
      case .listUserRepositories: return try listUserRepositories()
      case .listAuthProjects: return listAuthProjects()
      case .listProjects: return listProjects()
      case .createToken: return state.withLock { createToken(&$0.gatekeeper) }
      case .exchangeIDToken: return state.withLock { exchangeIDToken(&$0.gatekeeper) }
      case .createTemporaryKey: return state.withLock { createTemporaryKey(&$0.gatekeeper) }
      case .createMetadataToken: return state.withLock { createMetadataToken(&$0.gatekeeper) }
      case .showSecurityKey: return state.withLock { showSecurityKey(&$0.gatekeeper) }
      }
    } catch {
      return failure(400, pageErrorCode, error.message)
    }
  }

  private var pageErrorCode: String {
    switch operation.errorShape {
    case .swr: "SVCSTG.SWR.4000014"
    case .cce: "CCE.01400001"
    default: operation == .listUserRepositories ? "CH.004400" : "SWR.400003"
    }
  }
}
