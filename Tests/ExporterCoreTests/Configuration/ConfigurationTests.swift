import HuaweiCloud
import TestSupport
import Testing

@testable import ExporterCore

@Suite struct ConfigurationTests {
  private func read(_ yaml: String, environment: [String: String] = [:]) throws -> Configuration {
    try Configuration(yaml: Array(yaml.utf8), source: "config.yaml", environment: environment)
  }

  @Test func aProjectNeedsOnlyNameAndRegion() throws {
    let project = try #require(try read("projects: [{name: prod, region: cn-north-4}]").projects.first)
    let minutes = [
      "registries": 5, "artifacts": 30, "sync_rules": 30, "mirrors": 10, "image_caches": 5, "replications": 10,
      "sync_jobs": 10, "repositories": 30, "basic_repositories": 30, "namespaces": 30, "statistics": 10, "quotas": 60,
      "long_term_credentials": 60, "retentions": 60,
    ]
    #expect(project.collectors.map(\.collector.key) == Catalog.standard.collectors.map(\.key))
    for configured in project.collectors {
      let interval = minutes[configured.collector.key].map { Duration.seconds($0 * 60) }
      #expect(configured.settings.interval == interval, "\(configured.collector.key)")
    }
    #expect(project.collectors[0].settings.staleAfter == .seconds(900))
    #expect(project.collectors[0].settings.refreshTimeout == .seconds(600))
    #expect(project.collectors[1].settings.refreshTimeout == .seconds(3600))
    #expect(project.discovery.interval == .seconds(3600))
    #expect(project.cloud.credentials == .chain)
    #expect(project.cloud.requestsPerSecond == 2)
    #expect(project.collectors[1].setup.shown == ["instances discovered", "idle for 30d, 90d"])
  }

  @Test func settingsAreInheritedFromDefaultsOverProjectToCollector() throws {
    let configuration = try read(
      """
      defaults: {interval: 1m, request_timeout: 7s}
      projects:
        - name: prod
          region: cn-north-4
          interval: 2m
          collectors:
            registries: {interval: 3m, stale_after: 20m}
            image_caches:
      """)
    let collectors = try #require(configuration.projects.first?.collectors)
    #expect(collectors.map(\.collector.key) == ["registries", "image_caches"])
    #expect(collectors.map(\.settings.interval) == [.seconds(180), .seconds(120)])
    #expect(collectors.map(\.settings.staleAfter) == [.seconds(1200), .seconds(360)])
    #expect(collectors.map(\.settings.requestTimeout) == [.seconds(7), .seconds(7)])
  }

  @Test func everyKeyOfTheReferenceIsRead() throws {
    let configuration = try read(
      """
      defaults:
        {interval: 5m, stale_after: 15m, refresh_timeout: 10m, request_timeout: 30s, discovery_interval: 1h,
         max_response_bytes: 33554432, max_series: 100000}
      projects:
        - name: prod
          region: cn-north-4
          project_id: 0b7a
          credentials: {access_key_file: /k/ak, secret_key: "${SK}", security_token: t}
          endpoints: {swr: "https://swr.example/", codearts_repo: "http://127.0.0.1:1", metadata: "http://m", iam: "http://i", sts: "https://s", cce: "http://c"}
          tls: {ca_file: /ca.pem, insecure_skip_verify: true}
          proxy_url: http://proxy:3128
          requests_per_second: 2.5
          max_concurrent_requests: 3
          collectors:
            registries: {instances: [a, b]}
            artifacts: {instances: [a], interval: 1h, stale_after: 3h, repositories: {include: ["x.*"], exclude: [y]}, idle_for: [720h, 90m]}
            sync_rules: {repositories: [ns/a/b]}
            mirrors: {repository_ids: [2111985337]}
      """, environment: ["SK": "secret"])
    let project = try #require(configuration.projects.first)
    #expect(
      project.cloud.credentials
        == .keys(
          accessKey: .file("/k/ak"), secretKey: .variable("SK", Secret("secret")), securityToken: .value(Secret("t"))))
    #expect(try project.cloud.baseURL(of: .swr) == "https://swr.example")
    #expect(try project.cloud.baseURL(of: .sts) == "https://s")
    #expect(project.cloud.caFile == "/ca.pem")
    #expect(project.cloud.skipsTLSVerification)
    #expect(project.cloud.proxyURL == "http://proxy:3128")
    #expect(project.cloud.requestsPerSecond == 2.5)
    #expect(project.cloud.maximumConcurrentRequests == 3)
    #expect(
      project.collectors.map(\.setup.shown) == [
        ["2 instances"], ["1 instances", "only x.*, without y", "idle for 30d, 90m"], ["1 repositories"],
        ["1 repositories"],
      ])
    #expect(project.collectors.map { $0.work.scopes(Facts()) } == [["a", "b"], ["a"], ["ns"], [""]])
    guard case .objects(let watched, _, _) = project.collectors[2].work.method else {
      Issue.record("its objects are not asked one by one")
      return
    }
    #expect(try watched(Facts(), "ns").map(\.key) == ["a/b"])
  }

  @Test func staleAfterOfAllGivesWayToAnIntervalOfOne() throws {
    let collectors = try #require(
      try read(
        """
        defaults: {interval: 5m, stale_after: 15m}
        projects:
          - {name: prod, region: cn-north-4, collectors: {registries: {}, artifacts: {interval: 1h}}}
        """
      ).projects.first?.collectors)
    #expect(collectors.map(\.settings.staleAfter) == [.seconds(900), .seconds(10_800)])
  }

  @Test func aSecretInTheWrongPlaceIsNotRepeated() {
    for text in ["defaults: {interval: \"${SK}\"}", "projects: \"${SK}\"", "projects: [{name: p, region: \"${SK} \"}]"]
    {
      let error = #expect(throws: ConfigurationError.self) { try read(text, environment: ["SK": "PLANTED"]) }
      #expect(error?.description.contains("PLANTED") == false)
    }
  }

  @Test(arguments: [
    (
      "oidc: {idp_id: i, id_token_file: /f}", CredentialSource.oidc(identityProviderID: "i", idTokenFile: "/f")
    ),
    (
      "oidc: {provider_urn: p, agency_urn: a, id_token_file: /f}",
      .agency(TrustAgency(providerURN: "p", agencyURN: "a"), idTokenFile: "/f")
    ),
    ("pod_identity: {}", .podIdentity(nil)), ("pod_identity:", .podIdentity(nil)),
    (
      "pod_identity: {url: 'http://127.0.0.1/v1', token_file: /f}",
      .podIdentity(PodIdentity(url: "http://127.0.0.1/v1", tokenFile: "/f"))
    ),
    ("metadata: {}", .metadata), ("metadata:", .metadata),
  ])
  func keylessCredentialsAreRead(_ text: String, _ source: CredentialSource) throws {
    let pod = ["HC_CONTAINER_CREDENTIALS_FULL_URI": "http://h", "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/f"]
    let yaml = "projects:\n- name: p\n  region: r\n  credentials:\n    \(text)\n"
    #expect(try read(yaml, environment: pod).projects.first?.cloud.credentials == source)
  }

  @Test func sessionAndDurationOfAnAgencyAreRead() throws {
    let oidc = "{provider_urn: p, agency_urn: a, id_token_file: /f, session_name: s, duration: 30m}"
    let source = try read("projects: [{name: p, region: r, credentials: {oidc: \(oidc)}}]").projects.first?.cloud
      .credentials
    guard case .agency(let agency, _) = source else {
      Issue.record("no agency")
      return
    }
    #expect(agency.sessionName == "s")
    #expect(agency.duration == .seconds(1800))
  }

  @Test func whiteSpaceAroundAVariableIsNoPartOfIt() throws {
    let project = try read(
      "projects: [{name: p, region: '${REGION}', credentials: {access_key: '${AK}', secret_key: '${SK}'}}]",
      environment: ["REGION": " cn-north-4\n", "AK": "a\r\n", "SK": "\ts "]
    ).projects.first
    #expect(project?.cloud.region == "cn-north-4")
    #expect(
      project?.cloud.credentials
        == .keys(
          accessKey: .variable("AK", Secret("a")), secretKey: .variable("SK", Secret("s")), securityToken: nil))
  }

  @Test func theEnvironmentAloneIsEnough() throws {
    let configuration = try Configuration(environment: [
      "HW_REGION_NAME": "cn-east-3", "HUAWEICLOUD_SDK_PROJECT_ID": "0b7a",
    ])
    let project = try #require(configuration.projects.first)
    #expect(project.name == "cn-east-3")
    let named = try Configuration(environment: [
      "HUAWEICLOUD_REGION": " cn-north-4\n", "HW_PROJECT_NAME": "cn-north-4_research", "HW_PROJECT_ID": "",
    ]).projects.first?.cloud
    #expect(named?.region == "cn-north-4" && named?.lookupName == "cn-north-4_research" && named?.projectID == nil)
    #expect(project.cloud.projectID == "0b7a")
    #expect(project.collectors.count == Catalog.standard.collectors.count)
  }

  @Test func aSecretIsNeverPrinted() throws {
    let configuration = try read(
      "projects: [{name: p, region: r, credentials: {access_key: AKPLANTED, secret_key: SKPLANTED}}]")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in [dumped, "\(configuration)", String(reflecting: configuration)] { #expect(!text.contains("PLANTED")) }
  }

  @Test(arguments: [
    ("30d", "30d"), ("720h", "30d"), ("7d", "7d"), ("1w", "7d"), ("90m", "90m"), ("1h30m", "90m"), ("365d", "1y"),
    ("1h1s", "1h1s"), ("500ms", "500ms"),
  ]) func durationsHaveOneShortestForm(_ written: String, _ shortest: String) throws {
    #expect(try #require(Duration(configuration: written)).shortestForm == shortest)
  }

  @Test(arguments: ["", "5", "m", "5m5m", "5s5m", "-5m", "5 m", "1.5h", "٥m", "99999999999999999999y"])
  func noDuration(_ text: String) {
    #expect(Duration(configuration: text) == nil)
  }
}
