import FoundationEssentials
import HTTPTransport
import HuaweiCloud

extension Operation {
  package static let assumeAgencyWithOIDC = Operation("AssumeAgencyWithOIDC")
  package static let assumeAgencyForPodIdentity = Operation("AssumeAgencyForPodIdentity")
}

extension SimulatedService {
  /// STS and the Pod identity of CCE, whose error codes are assumed, since no document that was seen names them.
  static let sts = SimulatedService(errors: .flat, refusedPage: "STS5.0001", forbidden: "STS5.0003")
}

extension Route {
  /// The route of STS: temporary keys for an id token, through an agency that trusts its issuer.
  static let sts = [
    Route(
      .assumeAgencyWithOIDC, method: "POST", path: "/v5/agencies/assume-with-oidc", service: .sts,
      issuing: assumeAgencyWithOIDC)
  ]

  /// The route of the service that CCE runs beside Pods: temporary keys for the token of a service account.
  static let podIdentity = [
    Route(
      .assumeAgencyForPodIdentity, method: "POST", path: "/v1/credentials", service: .sts,
      issuing: assumeAgencyForPodIdentity)
  ]

  private static func assumeAgencyWithOIDC(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let asked = try? decoder.decode(AssumeRequest.self, from: Data(request.body)) else {
      return request.failure(400, "STS5.0001", "The request body is invalid")
    }
    guard let agency = accessCheck.accounts.agencies.first(where: { $0.urn == asked.agencyUrn }) else {
      return request.failure(404, "STS5.0004", "The agency does not exist")
    }
    guard agency.providerURN == asked.providerUrn, let isTrusted = agency.idTokens[asked.idToken] else {
      return request.failure(401, "STS5.0002", "The id token is not valid")
    }
    guard isTrusted else { return request.failure(403, "STS5.0003", "The trust policy denies the request") }
    let seconds = asked.durationSeconds ?? 3600
    guard (900...43_200).contains(seconds), .seconds(seconds) <= agency.longestSession else {
      return request.failure(400, "STS5.0001", "The duration exceeds the maximum of the agency")
    }
    let key = accessCheck.issueKey(
      lifetime: accessCheck.accounts.keyLifetime ?? .seconds(seconds), at: request.realTime)
    var json = request.writer()
    json.object {
      $0.object("credentials") {
        $0.string("access_key_id", key.accessKey)
        $0.string("secret_access_key", key.secretKey.value)
        $0.string("security_token", key.securityToken)
        $0.time("expiration", key.expiresAt.map(SimulatedTime.at) ?? .absent) { CloudDate.rfc3339($0, digits: 3) }
      }
      $0.object("assumed_agency") {
        $0.string("urn", agency.urn + "/" + asked.agencySessionName)
        $0.string("id", "c3d8e5a1f04b4d6f:" + asked.agencySessionName)
      }
    }
    return .json(json)
  }

  private static func assumeAgencyForPodIdentity(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    let token = request.headers.first(named: "Authorization") ?? ""
    guard request.body == Array("{}".utf8), let hasAgency = accessCheck.accounts.podTokens[token] else {
      return request.failure(401, "CCE.01401001", "The token of the service account is not valid")
    }
    guard hasAgency else {
      return request.failure(404, "CCE.01404001", "The service account has no pod identity association")
    }
    let key = accessCheck.issueKey(lifetime: accessCheck.accounts.keyLifetime ?? .seconds(3600), at: request.realTime)
    var json = request.writer()
    json.object {
      $0.object("assumedAgency") {
        $0.string("urn", "sts::0123456789abcdef:assumed-agency:exporter/pod")
        $0.string("id", "c3d8e5a1f04b4d6f:pod")
      }
      $0.string("audience", "service.cce.pods")
      $0.object("credentials") {
        $0.string("accessKeyId", key.accessKey)
        $0.string("secretAccessKey", key.secretKey.value)
        $0.string("securityToken", key.securityToken)
        $0.time("expiration", key.expiresAt.map(SimulatedTime.at) ?? .absent) { CloudDate.rfc3339($0, digits: 6) }
      }
      $0.string("podIdentityAssociationId", "5a0f3c1e-77a4-4a54-8f0e-b4a1ff0c4b1b")
      $0.object("subject") {
        $0.string("namespace", "monitoring")
        $0.string("serviceAccount", "huaweicloud-artifact-exporter")
      }
    }
    return .json(json)
  }
}

/// The part of a request body that STS reads; the names are those of its document, in camel case.
private struct AssumeRequest: Decodable {
  var providerUrn: String
  var agencyUrn: String
  var agencySessionName: String
  var idToken: String
  var durationSeconds: Int?
}
