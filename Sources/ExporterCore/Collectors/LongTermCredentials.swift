import HTTPTransport
import HuaweiCloud
import System

extension Collector {
  /// Which credentials, such as those of pipelines, expire next.
  package static let longTermCredentials = Collector(
    "long_term_credentials", "Long-term credentials of SWR Enterprise instances and when they expire.",
    every: .seconds(3600), targets: .instances,
    rows: .folded(InstanceCredentials.self) { setup in
      let endpoint = Endpoint.get(
        .swr, "ListInstanceLtCredentials", "/v2/{project_id}/instances/{instance_id}/long-term-credentials",
        permission: "swr:instance:listLTCredentials")
      let all = setup.asks(
        Listing(
          LongTermCredential.self, in: "auth_tokens", endpoint, pages: .offset(), query: ["self_only": "false"]),
        costs: .pages(of: .credentials))
      let own = setup.asks(
        Listing(LongTermCredential.self, in: "auth_tokens", endpoint, pages: .offset()), costs: .none)
      // Protects the times until which targets ask only for the user's own credentials because all were forbidden.
      let ownUntil = Locked<[TargetID: Duration]>([:])
      return { run, emit throws(CloudError) in
        let isOwn = ownUntil.withLock { $0[run.target].map { run.uptime < $0 } ?? false }
        var credentials: InstanceCredentials?
        if !isOwn {
          do throws(CloudError) { credentials = InstanceCredentials(scope: "all", list: try await run.all(all)) } catch
          {
            // Assumption `everybodys-credentials`.
            guard error.reason == .forbidden else { throw error }
          }
        }
        if credentials == nil {
          credentials = InstanceCredentials(scope: "own", list: try await run.all(own))
          if !isOwn { ownUntil.withLock { $0[run.target] = run.uptime + run.discoveryInterval } }
        }
        guard let credentials else { return 0 }
        try emit(credentials)
        return credentials.list.count
      }
    },
    labels: [:],
    metrics: [
      .gauges(
        "huaweicloud_swr_credentials",
        "Long-term credentials that are listed: all, or the user's own where all are forbidden.", by: "scope"
      ) { [($0.scope, $0.list.count)] },
      .each(
        { $0.list }, ["credential_id": { $0.id }, "credential": { $0.name }],
        [
          .gauge("huaweicloud_swr_credential_enabled", "Whether the long-term credential is on.") { $0.isEnabled },
          .gauge(
            "huaweicloud_swr_credential_created_timestamp_seconds",
            "When the long-term credential was created, in Unix time."
          ) { $0.createdAt },
          .gauge(
            "huaweicloud_swr_credential_expiry_timestamp_seconds",
            "When the long-term credential expires, in Unix time; absent where the cloud does not say."
          ) { $0.expiresAt },
        ]),
    ])
}

/// The long-term credentials of an instance that the user may list.
struct InstanceCredentials: Sendable {
  /// Whose credentials are listed: `all` or `own`.
  let scope: String
  let list: [LongTermCredential]
}

/// A long-term credential, without its profile, which is never read.
struct LongTermCredential: ListedObject {
  let id: String
  let name: String?
  let isEnabled: Bool?
  let createdAt: Timestamp?
  let expiresAt: Timestamp?

  var identity: String { id }

  init(_ json: JSON) throws(JSONFault) {
    id = try json.required("token_id", \.identifier)
    name = json["name"].string
    isEnabled = json["enable"].boolean
    createdAt = json["created_at"].timestamp
    // Assumption `credentials-end`.
    expiresAt = json["expire_date"].timestamp
  }
}
