import System

extension Operation {
  package static let listInstanceLtCredentials = Operation("ListInstanceLtCredentials")
}

extension Route {
  /// SWR Enterprise: the long-term credentials, with which pipelines log in for years.
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

/// A long-term credential of an instance; properties that are nil are left out of the answer.
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
  /// The profile of the user who has it, with something in it that must not be shown.
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

extension GeneratedProject {
  /// Returns credentials whose ends are written in every way that is known, in some that are not, or not at all.
  func credentials(_ count: Int, instance: Int) -> [SimulatedCredential] {
    let patterns = TimePattern.allCases
    let odd = ["permanent", "31/12/2027 10:00", "Fri, 31 Dec 2027 10:00:00 GMT", "P365D"]
    return (0..<count).map { index in
      let own = SeededHash(seed: hash.bits(26, instance, index))
      var credential = SimulatedCredential(
        id: index % 6 == 5 ? .number(Int64(7000 + index)) : .text(own.uuid(1)),
        name: name("credential", index % 8 == 7 ? index - 1 : index), createdAt: .at(time(index, 27)),
        expiresAt: .absent)
      credential.creationPattern = patterns[round: index + 3]
      let place = index % (patterns.count + 3)
      if place < patterns.count {
        let end = beginning + .seconds(own.number(below: 400 * 86_400, 2) - 86_400)
        credential.expiresAt = .at(Timestamp(seconds: end.seconds, nanoseconds: 123_456_789))
        credential.expiryPattern = patterns[place]
      } else if place == patterns.count {
        credential.expiresAt = .text(odd[round: index / 10])
      } else if place == patterns.count + 1 {
        credential.expiresAt = [.null, .empty, .never][round: index / 10]
      }
      credential.isEnabled = .always(index % 9 == 8 ? nil : own.number(below: 5, 3) > 0)
      credential.isOwn = index % 3 == 0
      return credential
    }
  }
}

extension DemoProject {
  /// The credentials of the demo: one has less than three days left within a minute, one goes off and on, one has
  /// expired.
  var credentials: [SimulatedCredential] {
    func credential(
      _ index: Int, _ name: String, daysLeft: Int, isEnabled: Changing<Bool?> = .always(true), isOwn: Bool = false
    ) -> SimulatedCredential {
      SimulatedCredential(
        id: .text(hash.uuid(14, index)), name: name, isEnabled: isEnabled, createdAt: ago(362 - index),
        expiresAt: .at(Timestamp(seconds: (beginning + Self.day * daysLeft).seconds + 60)), isOwn: isOwn)
    }
    let all = [
      credential(0, "exporter", daysLeft: 200, isOwn: true), credential(1, "ci-pipeline", daysLeft: 3),
      credential(
        2, "edge-cluster", daysLeft: 90, isEnabled: .round([(true, .seconds(50)), (false, .seconds(130))])),
      credential(3, "former-partner", daysLeft: -12),
    ]
    return Array(all.prefix(isProduction ? 4 : 2))
  }
}

/// The truth about a credential.
package struct CredentialTruth: Sendable, Hashable {
  package var name: String
  package var isEnabled: Bool?
  package var created: Timestamp?
  package var expiry: Timestamp?
}

extension World {
  /// Returns the truth about an instance's long-term credentials at a time, by id: all, or the account's own if it sees
  /// no more.
  package func credentialTruth(
    instanceID: String, at now: Timestamp
  ) -> (scope: String, credentials: [String: CredentialTruth]) {
    guard let project = projects.first(where: { $0.instances.contains { $0.id == instanceID } }),
      let instance = instance(instanceID)
    else { return ("all", [:]) }
    let all = instance.credentials.filter { project.seesAllCredentials || $0.isOwn }.compactMap { credential in
      credential.id.map {
        (
          $0.label,
          CredentialTruth(
            name: credential.name ?? "", isEnabled: credential.isEnabled.state(at: now, since: beginning).value,
            created: credential.creationPattern.shown(credential.createdAt),
            expiry: credential.expiryPattern.shown(credential.expiresAt))
        )
      }
    }
    return (project.seesAllCredentials ? "all" : "own", Dictionary(all) { first, _ in first })
  }
}
