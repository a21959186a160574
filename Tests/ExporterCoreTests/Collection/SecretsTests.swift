import CloudSimulator
import ExporterCore
import Foundation
import HTTPTransport
import HuaweiCloud
import TestSupport
import Testing

/// What nobody may see is planted wherever it could come from, and looked for wherever it could come out.
@Suite struct SecretsTests {
  /// In the cloud's answers.
  private let planted = "Zq7Yw3Xk9Pv5Rt1Nb8Lm4Jh6Gf2Dc0SaUeIoTrWqAz"
  /// In the configuration.
  private let configured = [
    "AKOFTHECONFIGURATION", "the-secret-key-of-the-keys", "the-security-token-of-the-keys", "the-ready-token",
    "the-password-of-the-user", "the-password-of-the-proxy", "the-token-in-the-file",
  ]

  private let projectIDs = ["ofkeys", "oftokens", "ofuser", "oftokens", "oftokens", "ofuser", "ofuser", "ofuser"]

  private func yaml(_ cloud: CloudSimulator, tokenFile: String) -> String {
    let credentials = [
      "access_key: AKOFTHECONFIGURATION, secret_key: the-secret-key-of-the-keys,"
        + " security_token: the-security-token-of-the-keys",
      "token: \"${TOKEN}\"",
      "iam_user: {domain_name: domain, user_name: user, password: the-password-of-the-user}",
      "token: the-ready-token", "token: the-ready-token",
      "oidc: {provider_urn: p, agency_urn: a, id_token_file: \(tokenFile)}",
      "pod_identity: {url: \"\(cloud.url)/v1/credentials\", token_file: \(tokenFile)}",
      "oidc: {idp_id: i, id_token_file: \(tokenFile)}",
    ]
    let more = [
      "", "", "", "proxy_url: \"http://someone:the-password-of-the-proxy@127.0.0.1:1\",",
      "proxy_url: \"http://someone:the-password-of-the-proxy@no-such-host.invalid\",",
      "", "", "",
    ]
    return "defaults: {interval: 100ms, stale_after: 10m, request_timeout: 1s, refresh_timeout: 1s}\nprojects:\n"
      + credentials.indices.map { index in
        """
          - {name: p\(index), region: cn-north-4, project_id: \(projectIDs[index]), requests_per_second: 100000,
             credentials: {\(credentials[index])}, \(more[index]) \(endpoints(cloud.url)),
             collectors: \(more[index].isEmpty ? SmallCloud.listed : "{image_caches: {}}")}

        """
      }.joined()
  }

  /// The answers' own secrets, and errors of every shape that repeat them and ours.
  private var faults: [Faults] {
    var honest = Faults()
    honest.add(.tampering(Tampering(secret: planted)))
    let errors = ErrorShape.allCases.enumerated().map { index, shape in
      var faults = Faults()
      // A cloud can only repeat what it was told.
      for (projectID, told) in [
        ("ofkeys", "the-secret-key-of-the-keys, the-security-token-of-the-keys, AKOFTHECONFIGURATION"),
        ("oftokens", "the-ready-token"), (nil, "the-password-of-the-user"),
      ] {
        let fault = Fault.status(
          [400, 403, 404, 500][index % 4], shape: shape, code: "X.\(index)", message: "no: \(planted) and \(told)")
        faults.add(fault, to: FaultScope(projectID: projectID))
      }
      return faults
    }
    var redirect = Faults()
    redirect.add(.redirect(to: "http://127.0.0.1:1/?token=\(planted)"))
    return [honest, redirect] + errors
  }

  @Test func noneIsEverShown() async throws {
    let projects = Set(projectIDs).sorted().map { SmallCloud.project(id: $0, name: $0, registries: 3, artifacts: 3) }
    let cloud = try CloudSimulator(world: World(projects: projects))
    defer { cloud.stop() }
    let environment = ["TOKEN": "the-ready-token"]
    let tokenFile = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: tokenFile) }
    try "the-token-in-the-file\n".write(to: tokenFile, atomically: true, encoding: .utf8)
    var accounts = Accounts()
    accounts.agencies = [SimulatedAgency(urn: "a", providerURN: "p", idTokens: ["the-token-in-the-file": true])]
    accounts.podTokens = ["the-token-in-the-file": true]
    accounts.identityProviders = ["i": ["the-token-in-the-file"]]
    accounts.users = [SimulatedUser(domainName: "domain", name: "user", password: Secret("the-password-of-the-user"))]
    accounts.keys = [
      SimulatedKey(
        accessKey: "AKOFTHECONFIGURATION", secretKey: Secret("the-secret-key-of-the-keys"),
        securityToken: "the-security-token-of-the-keys")
    ]
    accounts.tokens = ["the-ready-token": "oftokens"]
    cloud.authentication = .required(accounts)
    let configuration = try configuration(yaml(cloud, tokenFile: tokenFile.path), environment: environment)
    let logged = LogRecorder()
    var seen: [String] = [
      ConfigurationReport(configuration, environment: environment).text, "\(configuration)",
      String(reflecting: configuration),
    ]
    var dumped = ""
    dump(configuration, to: &dumped)
    seen.append(dumped)
    let options = Exporter.Options(source: .fixed(configuration), environment: environment)
    try await withExporter(options, log: logged.logger) { running in
      for faults in faults {
        cloud.faults = faults
        let asked = cloud.requestCount
        for _ in 0..<80 where cloud.requestCount < asked + 40 { try await Task.sleep(for: .milliseconds(5)) }
        for path in ["/metrics", "/", "/-/ready"] { seen.append(try await running.text(path)) }
      }
      #expect(try await running.text("/metrics").contains("huaweicloud_swr_registry_info{"))
    }
    let transport = HTTPClient()
    for faults in faults.prefix(4) {
      cloud.faults = faults
      let probe = await SingleCollection(
        configuration: configuration, transport: transport, build: BuildInformation(), environment: environment,
        log: logged.logger, probe: .once
      ).run()
      seen.append(ProbeReport(probe, of: configuration).text)
      seen.append(String(decoding: probe.text, as: UTF8.self))
    }
    transport.shutdown()
    let lines = logged.text
    #expect(lines.contains("target failed") && lines.contains("debug request"))
    let everything = Data((seen + [lines]).joined(separator: "\n").utf8)
    #expect(everything.range(of: Data("…".utf8)) != nil, "nothing was hidden")
    for secret in configured + [planted, String(planted.prefix(20))] {
      let place = everything.range(of: Data(secret.utf8))
      let around = place.map { everything[max(0, $0.lowerBound - 200)..<$0.upperBound] } ?? Data()
      #expect(place == nil, "\(String(decoding: around, as: UTF8.self))")
    }
  }

  @Test func errorsOfTheConfigurationDoNotRepeatThem() throws {
    let credentials = [
      "access_key: AKOFTHECONFIGURATION, secret_key: the-secret-key-of-the-keys, token: the-ready-token",
      "access_key: AKOFTHECONFIGURATION", "token: [the-ready-token]", "token: {the-ready-token: 1}",
      "iam_user: {domain_name: d, password: the-password-of-the-user}",
      "access_key: a, secret_key: the-secret-key-of-the-keys, secret_key_file: f",
    ]
    for text in credentials {
      let yaml = "projects:\n  - {name: p, region: r, credentials: {\(text)}}\n"
      let error = #expect(throws: ConfigurationError.self, "\(text)") { try configuration(yaml) }
      let words = error?.description ?? ""
      #expect(words.contains("credentials"))
      if text.contains("{the-") { continue }
      for secret in configured { #expect(!words.contains(secret), "\(words)") }
    }
  }
}
