import HuaweiCloud

extension Operation {
  package static let listInstanceLtCredentials = Operation("ListInstanceLtCredentials")
}

extension Route {
  /// SWR Enterprise: the credentials that pipelines log in with for years.
  static let credentials = [
    Route(
      .listInstanceLtCredentials, path: "/v2/{project_id}/instances/{instance_id}/long-term-credentials",
      service: .swrEnterprise, answer: listInstanceLtCredentials)
  ]

  private static func listInstanceLtCredentials(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    let wantsAll = request.value("self_only") == "false"
    if wantsAll, request.project?.seesAllCredentials != true {
      return request.failure(403, request.route.service.forbidden, "Insufficient permissions")
    }
    let credentials = instance.credentials.filter { wantsAll || $0.isOwn }
    var json = request.writer()
    json.object {
      $0.array("auth_tokens") { json in
        for credential in page.elements(of: credentials) {
          json.object(replacing: credential.replacements) {
            $0.id("token_id", credential.id)
            $0.string("name", credential.name)
            $0.flag("enable", request.state(of: credential.isEnabled))
            $0.time("created_at", credential.createdAt, credential.creationPattern.text)
            $0.time("expire_date", credential.expiresAt, credential.expiryPattern.text)
            $0.string("instance_id", instance.id)
            $0.string(
              "user_id", credential.isOwn ? "05949a2ca800d5d21f3cc01d2ee6a6ef" : "07a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9")
            $0.string("user_profile", credential.userProfile)
          }
        }
      }
      $0.integer("total", page.total(of: credentials))
    }
    return .json(json)
  }
}

/// A long-term credential of an instance; what is nil is left out of the answer.
package struct SimulatedCredential: Sendable {
  package var id: SimulatedID?
  package var name: String?
  package var isEnabled: Changing<Bool?>
  package var createdAt: SimulatedTime
  package var creationPattern: TimePattern = .milliseconds
  package var expiresAt: SimulatedTime
  package var expiryPattern: TimePattern
  /// Whether it is the caller's own.
  package var isOwn: Bool
  /// Who has it, with something in it that nobody should see.
  package var userProfile: String? = #"{"user":"builder","secret":"SIMULATED-PROFILE-SECRET"}"#
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: SimulatedID?, name: String?, isEnabled: Changing<Bool?> = .always(true),
    createdAt: SimulatedTime = .at(Timestamp(seconds: 1_704_067_200)), expiresAt: SimulatedTime,
    expiryPattern: TimePattern = .milliseconds, isOwn: Bool = true
  ) {
    self.id = id
    self.name = name
    self.isEnabled = isEnabled
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.expiryPattern = expiryPattern
    self.isOwn = isOwn
  }
}
