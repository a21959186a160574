import HTTPTransport
import HuaweiCloud

/// The metadata service of a server: a token, then the keys of its agency.
extension RouteRequest {
  func createMetadataToken(_ gatekeeper: inout Gatekeeper) -> Reply {
    if let status = gatekeeper.accounts.metadata.tokenRefusal {
      return Reply(status: status, headers: [HTTPHeader("Content-Type", "text/plain")], body: [])
    }
    let seconds = headers.first(named: "X-Metadata-Token-Ttl-Seconds").flatMap(Int.init)
    guard let seconds, (1...21600).contains(seconds) else { return failure(400, "ECS.0001", "Bad Request") }
    let token = gatekeeper.issueMetadataToken(lifetime: .seconds(seconds), at: realTime)
    return Reply(status: 200, headers: [HTTPHeader("Content-Type", "text/plain")], body: Array(token.utf8))
  }

  func showSecurityKey(_ gatekeeper: inout Gatekeeper) -> Reply {
    let metadata = gatekeeper.accounts.metadata
    let token = headers.first(named: "X-Metadata-Token")
    if metadata.tokenRefusal == nil, !gatekeeper.acceptsMetadataToken(token, at: realTime) {
      return failure(401, "ECS.0401", "Unauthorized: the metadata token is missing or has expired")
    }
    guard metadata.hasAgency else {
      return failure(401, "ECS.0401", "Please configure Cloud Service Agency first")
    }
    return credential(
      gatekeeper.issueKey(lifetime: metadata.keyLifetime, at: realTime), status: 200, digits: 3)
  }
}
