import CloudSimulator
import ExporterCore
import Foundation
import HTTPTransport
import HuaweiCloud
import System
import TestSupport
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
    accounts.agencies = [
      SimulatedAgency(
        urn: "iam::a:agency:exporter", providerURN: "iam::a:oidcProvider:cluster",
        idTokens: ["projected-token": true, "stranger-token": false])
    ]
    accounts.podTokens = ["pod-token": true, "lonely-pod-token": false]
    accounts.metadata = MetadataService(tokenRefusal: 400)
    return accounts
  }

  /// One of the configuration's `credentials`, the files it names (in `$`), and the environment it needs; `URL` is the
  /// cloud's.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    /// Nil leaves the key out, for the provider chain.
    var credentials: String?
    var files: [String: String] = [:]
    var environment: [String: String] = [:]
    /// What goes wrong with the metadata service's token.
    var fault: Fault?
    /// The operation that issues it, where it ends.
    var issuer: String?

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
      credentials: "{iam_user: {domain_name: company, user_name: exporter, password: user-password}}",
      issuer: "KeystoneCreateUserTokenByPassword"),
    Kind(
      name: "IAM user with a password file",
      credentials: "{iam_user: {domain_name: company, user_name: exporter, password_file: $/password}}",
      files: ["password": "user-password"]),
    Kind(name: "token", credentials: "{token: ready-token}"),
    Kind(name: "token file", credentials: "{token_file: $/token}", files: ["token": "ready-token\n"]),
    Kind(
      name: "OIDC", credentials: "{oidc: {idp_id: cluster, id_token_file: $/jwt}}", files: ["jwt": "projected-token"],
      issuer: "CreateTokenWithIdToken"),
    Kind(
      name: "OIDC through STS", credentials: agency(), files: ["jwt": "projected-token\n"],
      issuer: "AssumeAgencyWithOIDC"),
    Kind(
      name: "Pod identity", credentials: "{pod_identity: {url: \"URL/v1/credentials\", token_file: $/pod}}",
      files: ["pod": "pod-token\n"], issuer: "AssumeAgencyForPodIdentity"),
    Kind(
      name: "Pod identity of the environment", credentials: "{pod_identity: {}}", files: ["pod": "pod-token"],
      environment: podEnvironment),
    Kind(name: "metadata", credentials: "{metadata: {}}", issuer: "ShowSecurityKey"),
    Kind(name: "metadata whose token request is reset", credentials: "{metadata: {}}", fault: .reset),
    Kind(name: "metadata whose token request is never answered", credentials: "{metadata: {}}", fault: .neverAnswers),
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
      name: "STS environment", files: ["jwt": "projected-token"],
      environment: [
        "HUAWEICLOUD_OIDC_PROVIDER_URN": "iam::a:oidcProvider:cluster",
        "HUAWEICLOUD_OIDC_AGENCY_URN": "iam::a:agency:exporter", "HUAWEICLOUD_OIDC_TOKEN_FILE": "$/jwt",
      ]),
    Kind(name: "Pod identity in the chain", files: ["pod": "pod-token"], environment: podEnvironment),
    Kind(
      name: "profile", files: ["credentials": "[basic]\nak = PERMANENTKEY\nsk = permanent-secret\n"],
      environment: ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "$/credentials"]),
    Kind(
      name: "profile as the SDK's client builder spells it",
      files: ["credentials": "[basiccredentials]\nak = PERMANENTKEY\nsk = permanent-secret\n"],
      environment: ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "$/credentials"]),
    Kind(name: "chain down to the metadata service"),
  ]

  private static let podEnvironment = [
    "HC_CONTAINER_CREDENTIALS_FULL_URI": "URL/v1/credentials", "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE": "$/pod",
  ]

  private static func agency(urn: String = "iam::a:agency:exporter") -> String {
    "{oidc: {provider_urn: 'iam::a:oidcProvider:cluster', agency_urn: '\(urn)', id_token_file: $/jwt}}"
  }

  private func withFiles<Result>(
    _ kind: Kind, of cloud: CloudSimulator,
    _ body: (_ credentials: String, _ environment: [String: String]) async throws -> Result
  ) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in kind.files {
      try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
    }
    func filled(_ text: String) -> String {
      text.replacing("$", with: directory.path).replacing("URL", with: cloud.url)
    }
    let credentials = kind.credentials.map { "credentials: " + filled($0) + "," } ?? ""
    var environment = kind.environment.mapValues(filled)
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
    if let fault = kind.fault { cloud.changeFaults { $0.add(fault, to: .createMetadataToken) } }
    try await withFiles(kind, of: cloud) { credentials, environment in
      let (page, result) = try await collectOnce(yaml(credentials, cloud), environment: environment)
      let hasSucceeded = result.hasSucceeded
      #expect(hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
      #expect(page.data.count > 100)
      #expect(!cloud.requests.contains { $0.status == 401 })
      let text = page.lines.joined()
      for secret in [
        "permanent-secret", "temporary-secret", "user-password", "ready-token", "projected-token", "pod-token",
      ] {
        #expect(!text.contains(secret))
      }
    }
  }

  /// What is issued lasts a second and is withdrawn besides; the refreshes in between go on.
  @Test(arguments: kinds.filter { $0.issuer != nil })
  func survivesItsEndAndItsWithdrawal(_ kind: Kind) async throws {
    var accounts = Self.accounts()
    accounts.tokenLifetime = .seconds(1)
    accounts.keyLifetime = .seconds(1)
    accounts.metadata.keyLifetime = .seconds(1)
    let world = World.generated(instances: 0, imageCaches: 3)
    let cloud = try CloudSimulator(world: world, authentication: .required(accounts))
    defer { cloud.stop() }
    try await withFiles(kind, of: cloud) { credentials, environment in
      let transport = HTTPClient()
      defer { transport.shutdown() }
      let client = try client(credentials, environment, of: cloud, transport)
      let end = ContinuousClock.now + .seconds(2)
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

  private func client(
    _ credentials: String, _ environment: [String: String], of cloud: CloudSimulator, _ transport: HTTPClient,
    _ renewals: Renewals = Renewals()
  ) throws -> CloudClient {
    var project = try #require(
      try Configuration(yaml: Array(yaml(credentials, cloud).utf8), source: "", environment: environment)
        .projects.first)
    project.cloud.projectID = cloud.world.projects[0].id
    var observer = RequestObserver()
    observer.renewalEnded = { renewals.add($0) }
    var policy = RetryPolicy()
    policy.firstDelay = .milliseconds(10)
    policy.maximumAttempts = 2
    return CloudClient(
      project: project.cloud, transport: transport, breakers: AccessKeyBreakers(), observer: observer,
      log: silence, environment: environment, retryPolicy: policy)
  }

  /// What a client told of its renewals.
  private final class Renewals: Sendable {
    /// Protects the counts.
    private let counts = Locked((successes: 0, failures: 0))

    var successes: Int { counts.withLock { $0.successes } }
    var failures: Int { counts.withLock { $0.failures } }

    func add(_ isSuccess: Bool) {
      counts.withLock { if isSuccess { $0.successes += 1 } else { $0.failures += 1 } }
    }
  }

  private static func shortLived(_ life: Duration) -> Accounts {
    var accounts = accounts()
    accounts.tokenLifetime = life
    accounts.keyLifetime = life
    accounts.metadata.keyLifetime = life
    return accounts
  }

  @Test(arguments: kinds.filter { $0.issuer != nil }) func isRenewedBeforeItEndsWithoutARefusal(_ kind: Kind)
    async throws
  {
    let world = World.generated(instances: 0, imageCaches: 3)
    let cloud = try CloudSimulator(world: world, authentication: .required(Self.shortLived(.seconds(1))))
    defer { cloud.stop() }
    try await withFiles(kind, of: cloud) { credentials, environment in
      let transport = HTTPClient()
      defer { transport.shutdown() }
      let renewals = Renewals()
      let client = try client(credentials, environment, of: cloud, transport, renewals)
      let end = ContinuousClock.now + .milliseconds(2500)
      while ContinuousClock.now < end {
        #expect(try await client.all(of: Self.imageCaches).count == 3)
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(renewals.successes >= 2)
      #expect(renewals.failures == 0)
      #expect(!cloud.requests.contains { $0.status == 401 })
    }
  }

  /// The metadata service hands out the same keys until it rotates them, which is asked about more and more often.
  @Test func keysThatAreNotRotatedYetAreAskedForAgain() async throws {
    var accounts = Self.shortLived(.seconds(4))
    accounts.metadata.keyRotation = .milliseconds(3900)
    let world = World.generated(instances: 0, imageCaches: 3)
    let cloud = try CloudSimulator(world: world, authentication: .required(accounts))
    defer { cloud.stop() }
    let kind = try #require(Self.kinds.first { $0.name == "metadata" })
    try await withFiles(kind, of: cloud) { credentials, environment in
      let transport = HTTPClient()
      defer { transport.shutdown() }
      let renewals = Renewals()
      let client = try client(credentials, environment, of: cloud, transport, renewals)
      let end = ContinuousClock.now + .seconds(6)
      while ContinuousClock.now < end {
        // The same keys once more shortly before their end, and none new before the end: that is waited for.
        _ = try? await client.all(of: Self.imageCaches)
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(Set(cloud.requests(of: .listImageCaches).map(\.accessKey)).count >= 2)
      #expect((3...8).contains(renewals.successes))
      #expect(!cloud.requests(of: .listImageCaches).contains { $0.status == 401 })
    }
  }

  /// What holds goes on, the failures are counted, and nothing is sent with what has ended.
  @Test(arguments: kinds.filter { $0.issuer != nil }) func outlivesAnIssuerThatIsDown(_ kind: Kind) async throws {
    let issuer = try #require(kind.issuer)
    let world = World.generated(instances: 0, imageCaches: 3)
    let cloud = try CloudSimulator(world: world, authentication: .required(Self.shortLived(.seconds(2))))
    defer { cloud.stop() }
    try await withFiles(kind, of: cloud) { credentials, environment in
      let transport = HTTPClient()
      defer { transport.shutdown() }
      let renewals = Renewals()
      let client = try client(credentials, environment, of: cloud, transport, renewals)
      #expect(try await client.all(of: Self.imageCaches).count == 3)
      cloud.changeFaults { $0.add(.status(503), to: FaultScope(operation: .init(issuer))) }
      var hasFailedBeforeTheEnd = false
      var failure: CloudError?
      while failure == nil {
        do throws(CloudError) {
          _ = try await client.all(of: Self.imageCaches)
          hasFailedBeforeTheEnd = hasFailedBeforeTheEnd || renewals.failures > 0
        } catch { failure = error }
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(hasFailedBeforeTheEnd, "the failure was visible while the old ones held")
      #expect(failure?.reason == .serverError)
      cloud.changeFaults { $0.clear() }
      let limit = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < limit, (try? await client.all(of: Self.imageCaches)) == nil {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(try await client.all(of: Self.imageCaches).count == 3)
      #expect(renewals.successes == 2)
      #expect(!cloud.requests(of: .listImageCaches).contains { $0.status == 401 })
    }
  }

  /// As a projected volume changes: a new directory, then the link `..data` moved to it.
  @Test(arguments: ["OIDC", "OIDC through STS", "Pod identity", "key files", "token file"])
  func followsTheFilesOfAProjectedVolume(_ name: String) async throws {
    var kind = try #require(Self.kinds.first { $0.name == name })
    let files = kind.files
    kind.files = [:]
    var accounts = Self.shortLived(.seconds(1))
    // As a rotated token is: good for a while beside the new one.
    accounts.identityProviders["cluster"]?.insert("projected-token-2")
    accounts.agencies[0].idTokens["projected-token-2"] = true
    accounts.podTokens["pod-token-2"] = true
    accounts.keys.append(SimulatedKey(accessKey: "PERMANENTKEY-2", secretKey: Secret("permanent-secret-2")))
    accounts.tokens["ready-token-2"] = World.demoProjects[0].projectID
    let world = World.generated(instances: 0, imageCaches: 3)
    accounts.tokens = accounts.tokens.mapValues { _ in world.projects[0].id }
    let cloud = try CloudSimulator(world: world, authentication: .required(accounts))
    defer { cloud.stop() }
    try await withFiles(kind, of: cloud) { credentials, environment in
      let directory = try #require(environment["HOME"])
      let manager = FileManager.default
      func publish(_ number: Int) throws {
        let version = "\(directory)/..v\(number)"
        try manager.createDirectory(atPath: version, withIntermediateDirectories: true)
        for (name, text) in files {
          let text = text.trimmingCharacters(in: .whitespacesAndNewlines) + (number == 1 ? "\n" : "-\(number)\n")
          try text.write(toFile: "\(version)/\(name)", atomically: false, encoding: .utf8)
        }
        try manager.createSymbolicLink(atPath: "\(directory)/..data_tmp", withDestinationPath: "..v\(number)")
        #expect(unsafe rename("\(directory)/..data_tmp", "\(directory)/..data") == 0)
      }
      try publish(1)
      for name in files.keys {
        try manager.createSymbolicLink(atPath: "\(directory)/\(name)", withDestinationPath: "..data/\(name)")
      }
      let transport = HTTPClient()
      defer { transport.shutdown() }
      let renewals = Renewals()
      let client = try client(credentials, environment, of: cloud, transport, renewals)
      func ask(for duration: Duration) async throws {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
          #expect(try await client.all(of: Self.imageCaches).count == 3)
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      try await ask(for: .milliseconds(500))
      try publish(2)
      try await ask(for: .milliseconds(2700))
      var later = accounts
      later.identityProviders = ["cluster": ["projected-token-2"]]
      later.agencies[0].idTokens = ["projected-token-2": true]
      later.podTokens = ["pod-token-2": true]
      later.keys.removeAll { $0.accessKey == "PERMANENTKEY" }
      later.tokens["ready-token"] = nil
      cloud.authentication = .required(later)
      try await ask(for: .milliseconds(1500))
      #expect(renewals.failures == 0)
      #expect(!cloud.requests.contains { $0.status == 401 })
    }
  }

  /// Each is told what to mend, and asked for no more than twice.
  @Test(arguments: [
    (agency(), ["jwt": "token-of-another-audience"], "oidc: STS does not accept the id token"),
    (agency(), ["jwt": "stranger-token"], "oidc: the agency iam::a:agency:exporter does not trust the id token"),
    (
      agency(urn: "iam::a:agency:other"), ["jwt": "projected-token"], "oidc: there is no agency iam::a:agency:other"
    ),
    (
      "{pod_identity: {url: \"URL/v1/credentials\", token_file: $/jwt}}", ["jwt": "token-of-another-audience"],
      "pod_identity: the token of the Pod's service account is not accepted"
    ),
    (
      "{pod_identity: {url: \"URL/v1/credentials\", token_file: $/jwt}}", ["jwt": "lonely-pod-token"],
      "pod_identity: no agency is associated with the Pod's service account"
    ),
    ("{pod_identity: {url: \"URL/v1/credentials\", token_file: $/no}}", [:], "pod_identity.token_file"),
    (
      "{oidc: {idp_id: other, id_token_file: $/jwt}}", ["jwt": "projected-token"],
      "oidc: IAM does not accept the id token"
    ),
    (
      "{iam_user: {domain_name: company, user_name: exporter, password: wrong-password}}", [:],
      "iam_user: the cloud refuses the credentials"
    ),
    ("{access_key: PERMANENTKEY, secret_key: wrong-secret}", [:], "the cloud refuses the credentials"),
    ("{access_key_file: $/jwt, secret_key: wrong-secret}", ["jwt": "\"PERMANENTKEY\""], "is between quotation marks"),
    ("{token: wrong-token}", [:], "the cloud refuses the credentials"),
    ("{token_file: $/jwt}", ["jwt": "\u{FEFF}ready-token"], "begins with a byte order mark"),
  ])
  func whatIsWrongIsSaid(_ credentials: String, _ files: [String: String], _ words: String) async throws {
    let world = World.generated(instances: 0, imageCaches: 3)
    let cloud = try CloudSimulator(world: world, authentication: .required(Self.accounts()))
    defer { cloud.stop() }
    try await withFiles(Kind(name: "", credentials: credentials, files: files), of: cloud) { credentials, environment in
      let (page, result) = try await collectOnce(
        yaml("project_id: \(world.projects[0].id), collectors: {image_caches: {}}, " + credentials, cloud),
        environment: environment)
      let error = try #require(result.statuses.first { $0.target.collector == "image_caches" }?.lastError)
      #expect(error.reason == .unauthorized)
      #expect(error.message.contains(words), "\(error.message)")
      for secret in files.values.filter({ $0.count > 10 }) + ["wrong-password", "wrong-secret", "wrong-token"] {
        #expect(!error.message.contains(secret) && !page.lines.joined().contains(secret))
      }
      #expect(cloud.requests.count <= 2)
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
