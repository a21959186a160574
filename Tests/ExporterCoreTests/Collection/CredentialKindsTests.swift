import CloudSimulator
import ExporterCore
import Foundation
import HTTPTransport
import HuaweiCloud
import Testing

/// Every way to prove who one is, end to end against a cloud that refuses whoever does not.
@Suite struct CredentialKindsTests {
  private struct AnyObject: ListedObject {
    let identity: String
    init(_ json: JSON) throws(JSONFault) { identity = try json.required("id", \.identifier) }
  }

  private static let imageCaches = Listing(
    AnyObject.self, in: "image_caches",
    .get(.cce, "ListImageCaches", "/v5/imagecaches", permission: "cce:imageCache:list"))

  private static let key = SimulatedKey(accessKey: "PERMANENTKEY", secretKey: Secret("permanent-secret"))
  private static let temporary = SimulatedKey(
    accessKey: "TEMPORARYKEY", secretKey: Secret("temporary-secret"), securityToken: "security-token")

  private static func accounts() -> Accounts {
    var accounts = Accounts(
      keys: [key, temporary],
      users: [SimulatedUser(domainName: "company", name: "exporter", password: Secret("user-password"))],
      tokens: ["ready-token": World.demoProjects[0].projectID], identityProviders: ["cluster": ["projected-token"]])
    accounts.metadata = MetadataService(tokenRefusal: 400)
    return accounts
  }

  /// One of the configuration's `credentials`, the files it names, and the environment it needs.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    /// Nil leaves the key out, for the provider chain.
    var credentials: String?
    var files: [String: String] = [:]
    var environment: [String: String] = [:]

    var testDescription: String { name }
  }

  static let kinds = [
    Kind(name: "keys", credentials: "{access_key: PERMANENTKEY, secret_key: permanent-secret}"),
    Kind(
      name: "temporary keys",
      credentials: "{access_key: TEMPORARYKEY, secret_key: temporary-secret, security_token: security-token}"),
    Kind(
      name: "key files", credentials: "{access_key_file: $/ak, secret_key_file: $/sk}",
      files: ["ak": "PERMANENTKEY\n", "sk": "permanent-secret\n"]),
    Kind(
      name: "IAM user",
      credentials: "{iam_user: {domain_name: company, user_name: exporter, password: user-password}}"),
    Kind(
      name: "IAM user with a password file",
      credentials: "{iam_user: {domain_name: company, user_name: exporter, password_file: $/password}}",
      files: ["password": "user-password"]),
    Kind(name: "token", credentials: "{token: ready-token}"),
    Kind(name: "token file", credentials: "{token_file: $/token}", files: ["token": "ready-token\n"]),
    Kind(
      name: "OIDC", credentials: "{oidc: {idp_id: cluster, id_token_file: $/jwt}}", files: ["jwt": "projected-token"]),
    Kind(name: "metadata", credentials: "{metadata: {}}"),
    Kind(
      name: "SDK environment",
      environment: ["HUAWEICLOUD_SDK_AK": "PERMANENTKEY", "HUAWEICLOUD_SDK_SK": "permanent-secret"]),
    Kind(
      name: "samples' environment", environment: ["CLOUD_SDK_AK": "PERMANENTKEY", "CLOUD_SDK_SK": "permanent-secret"]),
    Kind(
      name: "Terraform environment",
      environment: [
        "HW_ACCESS_KEY": "TEMPORARYKEY", "HW_SECRET_KEY": "temporary-secret", "HW_SECURITY_TOKEN": "security-token",
      ]),
    Kind(
      name: "OIDC environment", files: ["jwt": "projected-token"],
      environment: ["HUAWEICLOUD_SDK_IDP_ID": "cluster", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": "$/jwt"]),
    Kind(
      name: "profile", files: ["credentials": "[basic]\nak = PERMANENTKEY\nsk = permanent-secret\n"],
      environment: ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "$/credentials"]),
    Kind(
      name: "profile as the SDK's client builder spells it",
      files: ["credentials": "[basiccredentials]\nak = PERMANENTKEY\nsk = permanent-secret\n"],
      environment: ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "$/credentials"]),
    Kind(name: "chain down to the metadata service"),
  ]

  private func withFiles<Result>(
    _ kind: Kind, _ body: (_ credentials: String, _ environment: [String: String]) async throws -> Result
  ) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in kind.files {
      try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
    }
    let credentials = kind.credentials.map { "credentials: " + $0.replacing("$", with: directory.path) + "," } ?? ""
    var environment = kind.environment.mapValues { $0.replacing("$", with: directory.path) }
    environment["HOME"] = directory.path
    return try await body(credentials, environment)
  }

  private func yaml(_ credentials: String, _ cloud: CloudSimulator) -> String {
    """
    projects:
      - {name: prod, region: cn-north-4, requests_per_second: 1000, \(credentials) \(endpoints(cloud.url))}
    """
  }

  @Test(arguments: kinds) func letsEveryCollectorIn(_ kind: Kind) async throws {
    var world = World.demo(beginning: TimeSource.system.now())
    world.projects[0].instances.removeAll { !$0.listsArtifacts }
    let cloud = try CloudSimulator(world: world, authentication: .required(Self.accounts()))
    defer { cloud.stop() }
    try await withFiles(kind) { credentials, environment in
      let (page, result) = try await collectOnce(yaml(credentials, cloud), environment: environment)
      let hasSucceeded = result.hasSucceeded
      #expect(hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
      #expect(page.data.count > 100)
      #expect(!cloud.requests.contains { $0.status == 401 })
      let text = page.lines.joined()
      for secret in ["permanent-secret", "temporary-secret", "user-password", "ready-token", "projected-token"] {
        #expect(!text.contains(secret))
      }
    }
  }

  /// What is issued lasts a second and is withdrawn besides; the refreshes in between go on.
  @Test(arguments: kinds.filter { ["IAM user", "OIDC", "metadata"].contains($0.name) })
  func survivesItsEndAndItsWithdrawal(_ kind: Kind) async throws {
    var accounts = Self.accounts()
    accounts.tokenLifetime = .seconds(1)
    accounts.keyLifetime = .seconds(1)
    accounts.metadata.keyLifetime = .seconds(1)
    let world = World.generated(instances: 0, imageCaches: 3)
    let cloud = try CloudSimulator(world: world, authentication: .required(accounts))
    defer { cloud.stop() }
    try await withFiles(kind) { credentials, environment in
      var project = try #require(
        try Configuration(yaml: Array(yaml(credentials, cloud).utf8), source: "", environment: environment)
          .projects.first)
      project.cloud.projectID = world.projects[0].id
      let transport = HTTPClient()
      defer { transport.shutdown() }
      let client = CloudClient(
        project: project.cloud, transport: transport, breakers: AccessKeyBreakers(), log: silence,
        environment: environment)
      let end = ContinuousClock.now + .seconds(3)
      var asked = 0
      while ContinuousClock.now < end {
        #expect(try await client.all(of: Self.imageCaches).count == 3)
        asked += 1
        if asked == 5 {
          cloud.revokeTokens()
          cloud.revokeIssuedKeys()
        }
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(asked > 10)
      // The withdrawal is met once or twice, not over and over.
      #expect(cloud.requests.filter { $0.status == 401 }.count <= 2)
    }
  }

  @Test func tenThousandRepositoriesAreAskedAtThePaceThatIsSet() async throws {
    let world = World.generated(instances: 0, imageRepositories: 10_000)
    let cloud = try CloudSimulator(world: world)
    defer { cloud.stop() }
    let (_, result) = try await collectOnce(
      """
      projects:
        - {name: prod, region: cn-north-4, project_id: \(world.projects[0].id), requests_per_second: 100, credentials: {token: t},
           \(endpoints(cloud.url)), collectors: {sync_rules: {refresh_timeout: 3s}}}
      """)
    let asked = cloud.requests(of: .listImageAutoSyncRepos)
    let first = try #require(asked.first?.uptime)
    let last = try #require(asked.last?.uptime)
    let seconds = (last - first) / .seconds(1)
    #expect(asked.count > 50)
    #expect(Double(asked.count) <= 100 * seconds + 20)
    let statuses = result.statuses.filter { $0.target.collector == "sync_rules" }
    #expect(statuses.reduce(0) { $0 + $1.objects } == 10_000)
    #expect(statuses.allSatisfy { $0.lastError?.reason == .timeout })
    // Those that were on their way when the time was up may have been asked and count all the same.
    let unreached = statuses.reduce(0) { $0 + $1.failedObjects }
    #expect((10_000 - asked.count...10_000 - asked.count + 8).contains(unreached))
  }
}
