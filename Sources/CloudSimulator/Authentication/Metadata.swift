import HTTPTransport

extension Operation {
  package static let createMetadataToken = Operation("CreateMetadataToken")
  package static let showSecurityKey = Operation("ShowSecurityKey")
}

extension Route {
  /// The metadata service of a server: a token, and the keys of its agency.
  static let metadata = [
    Route(
      .createMetadataToken, method: "PUT", path: "/meta-data/latest/api/token", service: .iam,
      issuing: createMetadataToken),
    Route(
      .showSecurityKey, method: "GET", path: "/openstack/latest/securitykey", service: .iam, issuing: showSecurityKey),
  ]

  private static func createMetadataToken(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    if let status = accessCheck.accounts.metadata.tokenRefusal {
      return Reply(status: status, headers: [HTTPHeader("Content-Type", "text/plain")], body: [])
    }
    let seconds = request.headers.first(named: "X-Metadata-Token-Ttl-Seconds").flatMap(Int.init)
    guard let seconds, (1...21600).contains(seconds) else { return request.failure(400, "ECS.0001", "Bad Request") }
    let token = accessCheck.issueMetadataToken(lifetime: .seconds(seconds), at: request.realTime)
    return Reply(status: 200, headers: [HTTPHeader("Content-Type", "text/plain")], body: Array(token.utf8))
  }

  private static func showSecurityKey(_ request: RouteRequest, _ accessCheck: inout AccessCheck) -> Reply {
    let metadata = accessCheck.accounts.metadata
    let token = request.headers.first(named: "X-Metadata-Token")
    if metadata.tokenRefusal == nil, !accessCheck.acceptsMetadataToken(token, at: request.realTime) {
      return request.failure(401, "ECS.0401", "Unauthorized: the metadata token is missing or has expired")
    }
    guard metadata.hasAgency else {
      return request.failure(401, "ECS.0401", "Please configure Cloud Service Agency first")
    }
    return request.credential(accessCheck.metadataKey(at: request.realTime), status: 200, digits: 3)
  }
}
