import Foundation
import HTTPTransport
import System
import TestSupport
import Testing

@testable import HuaweiCloud

@Suite struct CredentialsTests {
  private let file = SecretFile(key: "token_file", path: "/f")
  private let pair = [SecretFile(key: "access_key_file", path: "/a"), SecretFile(key: "secret_key_file", path: "/s")]

  @Test func filesAreTakenOverTogether() throws {
    var files = RotatingFiles(pair)
    #expect(try files.take([.text("a1"), .text("s1")], at: .zero) == ["a1", "s1"])
    #expect(try files.take([.text("a2"), .text("s1")], at: .seconds(2)) == ["a1", "s1"])
    #expect(try files.take([.text("a2"), .text("s2")], at: .seconds(4)) == ["a2", "s2"])
    #expect(try files.take([.text("a2"), .text("s3")], at: .seconds(6)) == ["a2", "s2"])
    #expect(try files.take([.text("a2"), .text("s3")], at: .seconds(16)) == ["a2", "s3"])
  }

  @Test func emptyFileKeepsTheLastGoodText() throws {
    var files = RotatingFiles([file])
    #expect(throws: CloudError.self) { try files.take([.problem("is empty")], at: .zero) }
    _ = try files.take([.text("t1")], at: .seconds(1))
    #expect(try files.take([.problem("is empty")], at: .seconds(3)) == ["t1"])
    #expect(try files.take([.text("t2")], at: .seconds(5)) == ["t2"])
  }

  @Test func missingFileIsNamed() {
    var files = RotatingFiles([file])
    do throws(CloudError) { _ = try files.take([SecretFile(key: "k", path: "/no/such").read()], at: .zero) } catch {
      #expect(error.reason == .unauthorized)
      #expect(error.message == "token_file /f cannot be read: No such file or directory")
    }
  }

  @Test func fileIsReadAgainThroughASymbolicLink() throws {
    try withDirectory { directory in
      let path = directory.path + "/token"
      try Data(" one\n".utf8).write(to: URL(filePath: directory.path + "/1"))
      try Data("two".utf8).write(to: URL(filePath: directory.path + "/2"))
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: directory.path + "/1")
      let time = ManualTime()
      let logged = LogRecorder()
      let reader = SecretReader(time: time.source, log: logged.logger)
      let files = [SecretFile(key: "token_file", path: path)]
      #expect(try reader.texts(of: files) == ["one"])
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: directory.path + "/2")
      #expect(try reader.texts(of: files) == ["two"])
      try FileManager.default.removeItem(atPath: path)
      for _ in 0..<3 { #expect(try reader.texts(of: files) == ["two"]) }
      try Data("three".utf8).write(to: URL(filePath: path))
      #expect(try reader.texts(of: files) == ["three"])
      #expect(
        logged.text == """
          warning a credential's last good content stays in use: token_file \(path) cannot be read: No such file or directory \
          []
          notice a credential's files are good again []
          """)
    }
  }

  @Test func trustedAuthoritiesFollowTheirFileWhileItIsGood() async throws {
    try await withDirectory { directory in
      let path = directory.path + "/ca.pem"
      func install(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) }
      let pem = { (text: String) in "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n" }
      var project = CloudProject(name: "p", region: "cn-north-4")
      project.caFile = path
      let (time, logged) = (ManualTime(), LogRecorder())
      let authorities = try #require(
        TrustedAuthorities(of: project, environment: [:], time: time.source, log: logged.logger))
      func current() async throws -> String {
        time.advance(by: .seconds(5))
        return String(decoding: try Data(contentsOf: URL(filePath: await authorities.current().path)), as: UTF8.self)
      }
      let error = try await #require(throws: CloudError.self) { _ = try await current() }
      #expect(error.reason == .tls)
      #expect(error.message == "tls.ca_file \(path) cannot be read: No such file or directory")
      try install(pem("one"))
      #expect(try await current() == pem("one"))
      let held = try await authorities.current()
      for text in ["", "nonsense", pem("two") + "-----BEGIN CERTIFICATE-----\nhal"] {
        try install(text)
        for _ in 0..<2 { #expect(try await current() == pem("one")) }
      }
      for text in [
        "\u{FEFF}" + pem("marked"), pem("of Windows").replacing("\n", with: "\r\n"), "# told\n " + pem("two"),
      ] {
        try install(text)
        #expect(try await current() == text)
      }
      #expect(try String(contentsOfFile: held.path, encoding: .utf8) == pem("one"), "a request still uses it")
      #expect(
        logged.text == """
          warning trusted authorities not read again; the last good ones stay: tls.ca_file \(path) cannot be read: it holds \
          no certificate in PEM []
          """)
    }
  }

  @Test(arguments: [
    (Data(), "is empty"), (Data(" \n".utf8), "is empty"), (Data([0xFF, 0xFE]), "is not text in UTF-8"),
    (Data(repeating: 0x61, count: 1 << 20 | 1), "cannot be read: it is larger than 1 MiB"),
  ])
  func unusableFileIsExplained(_ content: Data, _ problem: String) throws {
    try withDirectory { directory in
      try content.write(to: URL(filePath: directory.path + "/f"))
      #expect(SecretFile(key: "k", path: directory.path + "/f").read() == .problem(problem))
      #expect(SecretFile(key: "k", path: directory.path).read() == .problem("cannot be read: Is a directory"))
    }
  }

  @Test(arguments: [
    (["HUAWEICLOUD_SDK_AK": "a", "HUAWEICLOUD_SDK_SK": "s", "CLOUD_SDK_AK": "x", "CLOUD_SDK_SK": "y"], "a/s/-"),
    (["HUAWEICLOUD_SDK_AK": "a", "HUAWEICLOUD_SDK_SK": "s", "HUAWEICLOUD_SDK_SECURITY_TOKEN": "t"], "a/s/t"),
    (["CLOUD_SDK_AK": "a", "CLOUD_SDK_SK": "s", "HW_SECURITY_TOKEN": "t"], "a/s/-"),
    (["CLOUD_SDK_AK": "a", "CLOUD_SDK_SK": "s", "HW_ACCESS_KEY": "x", "HW_SECRET_KEY": "y"], "a/s/-"),
    (["HW_ACCESS_KEY": "a", "HW_SECRET_KEY": "s", "HW_SECURITY_TOKEN": "t"], "a/s/t"),
    (["HUAWEICLOUD_SDK_AK": "", "CLOUD_SDK_AK": " a ", "CLOUD_SDK_SK": "s\n"], "a/s/-"),
  ])
  func environmentKeysHaveAnOrder(_ environment: [String: String], _ expected: String) throws {
    guard case .ready(.keys(let keys)) = try resolver(.chain, environment).plan() else {
      Issue.record("no keys")
      return
    }
    #expect("\(keys.accessKey)/\(keys.secretKey.value)/\(keys.securityToken?.value ?? "-")" == expected)
  }

  @Test(arguments: [
    (CredentialSource.chain, ["HUAWEICLOUD_SDK_AK": "a"], "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not"),
    (.chain, ["HW_SECRET_KEY": "sesame"], "HW_SECRET_KEY is set, but HW_ACCESS_KEY is not"),
    (.chain, ["HW_SECURITY_TOKEN": "sesame"], "HW_SECURITY_TOKEN is set, but HW_ACCESS_KEY and HW_SECRET_KEY are not"),
    (.chain, ["HUAWEICLOUD_SDK_IDP_ID": "i"], "HUAWEICLOUD_SDK_ID_TOKEN_FILE is not"),
    (
      .chain, ["HUAWEICLOUD_OIDC_PROVIDER_URN": "p", "HUAWEICLOUD_OIDC_TOKEN_FILE": "/f"],
      "HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_TOKEN_FILE are set, but HUAWEICLOUD_OIDC_AGENCY_URN is not"
    ),
    (
      .chain,
      [
        "HUAWEICLOUD_OIDC_PROVIDER_URN": "p", "HUAWEICLOUD_OIDC_AGENCY_URN": "a", "HUAWEICLOUD_OIDC_TOKEN_FILE": "/f",
        "HUAWEICLOUD_OIDC_DURATION_SECONDS": "1h",
      ], "HUAWEICLOUD_OIDC_DURATION_SECONDS must be a number of seconds from 900 to 43200"
    ),
    (
      .chain, ["HC_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/v1/credentials"],
      "HC_CONTAINER_CREDENTIALS_FULL_URI is set, but HC_CONTAINER_AUTHORIZATION_TOKEN_FILE is not"
    ),
    (
      .podIdentity(nil), [:],
      "pod_identity: HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    ),
    (.podIdentity(PodIdentity(url: "http://h", tokenFile: "/no/such")), [:], "pod_identity.token_file /no/such cannot"),
    (
      .agency(TrustAgency(providerURN: "p", agencyURN: "a"), idTokenFile: "/no/such"), [:],
      "oidc.id_token_file /no/such cannot be read"
    ),
    (
      .chain,
      [
        "HUAWEICLOUD_SDK_AK": "sesamesesamesesamesesamesesamesesamesesa",
        "HUAWEICLOUD_SDK_SK": "sesamesesamesesamese",
      ], "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are in each other's place"
    ),
    (.chain, ["HUAWEICLOUD_SDK_ID_TOKEN_FILE": "/f"], "HUAWEICLOUD_SDK_IDP_ID is not"),
    (.chain, ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/no/such"], "HUAWEICLOUD_SDK_CREDENTIALS_FILE /no/such cannot be"),
    (.chain, ["CLOUD_SDK_AK": "a\r\nb", "CLOUD_SDK_SK": "sesame"], "CLOUD_SDK_AK holds a line break"),
    (
      .keys(accessKey: .value(Secret("a")), secretKey: .value(Secret("")), securityToken: nil), [:],
      "secret_key is empty"
    ),
    (.keys(accessKey: .value(Secret("a")), secretKey: .file("/no/such"), securityToken: nil), [:], "secret_key_file"),
    (.token(.file("/no/such")), [:], "token_file /no/such cannot be read: No such file or directory"),
    (.iamUser(domainName: "", userName: "u", password: .value(Secret("sesame"))), [:], "iam_user.domain_name is empty"),
    (.iamUser(domainName: "d", userName: "", password: .value(Secret("sesame"))), [:], "iam_user.user_name is empty"),
    (.iamUser(domainName: "d", userName: "u", password: .file("/no/such")), [:], "iam_user.password_file /no/such"),
    (.oidc(identityProviderID: "", idTokenFile: "/f"), [:], "oidc.idp_id is empty"),
    (.oidc(identityProviderID: "i", idTokenFile: "/no/such"), [:], "oidc.id_token_file /no/such"),
  ])
  func halfGivenCredentialIsExplained(
    _ source: CredentialSource, _ environment: [String: String], _ words: String
  ) {
    do throws(CloudError) {
      _ = try resolver(source, environment).plan()
      Issue.record("was taken")
    } catch {
      #expect(error.reason == .unauthorized)
      #expect(error.message.contains(words))
      #expect(!error.message.contains("sesame"))
    }
  }

  @Test(arguments: [
    "[basic]\nak = a\nsk = s\n", "# c\n[global]\nak=g\nsk=g\n\n[BasicCredentials]\r\nAK: a\r\nSK: s\r\n",
    "[basic]\n; c\nak=a\nsk=s\nsecurity_token=\nproject_id=p",
  ])
  func profileIsRead(_ text: String) throws {
    let profile = try CredentialProfile(parsing: text, file: file)
    #expect(profile.content == .keys(AccessKeys(accessKey: "a", secretKey: Secret("s"))))
  }

  @Test(arguments: [
    ("\u{FEFF}[basic]\nak=a\nsk=s", "byte order mark"), ("[basic]\nak=\"a\"\nsk=s", "ak of token_file /f is between"),
    ("ak=a\nsk=s", "no section [basic]"), ("[basic]\nsk=s", "no ak"), ("[basic]\nak=a\n[other]\nsk=s", "no sk"),
    ("", "no section"),
  ])
  func wrongProfileIsExplained(_ text: String, _ words: String) {
    do throws(CloudError) { _ = try CredentialProfile(parsing: text, file: file) } catch {
      #expect(error.message.contains(words))
      #expect(error.message.contains("/f"))
    }
  }

  @Test func chainHasAnOrder() throws {
    try withDirectory { directory in
      for name in ["jwt", "pod"] { try Data(name.utf8).write(to: URL(filePath: "\(directory.path)/\(name)")) }
      try Data("[basic]\nak=pa\nsk=ps\n".utf8).write(to: URL(filePath: directory.path + "/profile"))
      var agency = TrustAgency(providerURN: "p", agencyURN: "a")
      agency.sessionName = "me"
      agency.duration = .seconds(900)
      let steps: [(variables: [String: String], plan: CredentialPlan)] = [
        (
          ["HUAWEICLOUD_SDK_AK": "a", "HUAWEICLOUD_SDK_SK": "s"],
          .ready(.keys(AccessKeys(accessKey: "a", secretKey: Secret("s"))))
        ),
        (
          ["HUAWEICLOUD_SDK_IDP_ID": "i", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": directory.path + "/jwt"],
          .exchange(.idToken(identityProviderID: "i", idToken: Secret("jwt")))
        ),
        (
          [
            "HUAWEICLOUD_OIDC_PROVIDER_URN": "p", "HUAWEICLOUD_OIDC_AGENCY_URN": "a",
            "HUAWEICLOUD_OIDC_TOKEN_FILE": directory.path + "/jwt", "HUAWEICLOUD_OIDC_SESSION_NAME": "me",
            "HUAWEICLOUD_OIDC_DURATION_SECONDS": "900",
          ], .exchange(.agency(agency, idToken: Secret("jwt")))
        ),
        (
          [
            "HC_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/v1/credentials",
            "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE": directory.path + "/pod",
          ], .exchange(.podIdentity(url: "http://127.0.0.1/v1/credentials", token: Secret("pod")))
        ),
        (
          ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": directory.path + "/profile"],
          .ready(.keys(AccessKeys(accessKey: "pa", secretKey: Secret("ps"))))
        ), ([:], .exchange(.metadata)),
      ]
      for first in steps.indices {
        let environment = steps[first...].reduce(into: [:]) { $0.merge($1.variables) { $1 } }
        #expect(try resolver(.chain, environment).plan() == steps[first].plan)
      }
    }
  }

  @Test func originNamesVariablesAndFilesButNoSecret() throws {
    let environment = [
      "HW_ACCESS_KEY": "hush-key", "HW_SECRET_KEY": "hush-secret", "HW_SECURITY_TOKEN": "hush-token",
      "HC_CONTAINER_CREDENTIALS_FULL_URI": "http://h", "HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/no/such",
    ]
    let origin = CredentialSource.chain.origin(in: environment)
    #expect(
      origin.words
        == "access key from HW_ACCESS_KEY, secret key from HW_SECRET_KEY, security token from HW_SECURITY_TOKEN")
    #expect(origin.step == "step 1 of 5 of the chain: keys in the environment")
    #expect(origin.unused == ["HC_CONTAINER_CREDENTIALS_FULL_URI", "HUAWEICLOUD_SDK_CREDENTIALS_FILE"])
    #expect(origin.problem == nil)
    let missing = CredentialSource.chain.origin(in: ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/no/such"])
    #expect(missing.step == "step 4 of 5 of the chain: profile file")
    #expect(
      missing.problem == "HUAWEICLOUD_SDK_CREDENTIALS_FILE /no/such cannot be read: No such file or directory")
    let configured = CredentialSource.keys(
      accessKey: .variable("AK", Secret("hush")), secretKey: .file("/no/such"), securityToken: .value(Secret("hush"))
    ).origin(in: [:])
    #expect(
      configured.words == "access key from ${AK}, secret key from /no/such, security token *** in the configuration")
    #expect(configured.step == nil)
    for text in ["\(origin)", "\(configured)"] { #expect(!text.contains("hush")) }
  }

  @Test(
    arguments: [
      ("AKIA0123", CredentialText.Form.word, nil), ("a+b/c=.~:-_", .word, nil), ("it's \"so\" ünlike", .line, nil),
      ("\u{FEFF}a", .word, "begins with a byte order mark"), ("\"a\"", .word, "is between quotation marks"),
      ("'a'", .line, "is between quotation marks"), ("“a”", .word, "is between quotation marks"),
      ("a b", .word, "holds a space"), ("a\u{A0}b", .word, "holds a space"), ("a\tb", .line, "control character"),
      ("a\r\nb", .line, "holds a line break"), ("a\u{200B}", .word, "not ASCII"),
      ("a\"", .word, "holds a quotation mark"),
      ("<your-ak>", .word, "is a placeholder"), ("${AK}", .word, "is a placeholder"),
    ] as [(String, CredentialText.Form, String?)])
  func whatCannotBeRightIsNamed(_ text: String, _ form: CredentialText.Form, _ words: String?) {
    let problem = CredentialText.problem(with: text, as: form)
    if let words { #expect(problem?.contains(words) == true, "\(problem ?? "")") } else { #expect(problem == nil) }
  }

  @Test func chainFallsThroughToProfileAndMetadata() throws {
    try withDirectory { home in
      #expect(try resolver(.chain, ["HOME": home.path]).plan() == .exchange(.metadata))
      try FileManager.default.createDirectory(atPath: home.path + "/.huaweicloud", withIntermediateDirectories: true)
      let path = home.path + "/.huaweicloud/credentials"
      try Data("[basic]\nak=a\nsk=s\n".utf8).write(to: URL(filePath: path))
      let keys = AccessKeys(accessKey: "a", secretKey: Secret("s"))
      #expect(try resolver(.chain, ["HOME": home.path]).plan() == .ready(.keys(keys)))
      try Data("jwt".utf8).write(to: URL(filePath: home.path + "/jwt"))
      try Data("[basic]\nidp_id=i\nid_token_file=\(home.path)/jwt\n".utf8).write(to: URL(filePath: path))
      let oidc = CredentialPlan.exchange(.idToken(identityProviderID: "i", idToken: Secret("jwt")))
      #expect(try resolver(.chain, ["HOME": home.path]).plan() == oidc)
      let environment = ["HUAWEICLOUD_SDK_IDP_ID": "i", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": home.path + "/jwt"]
      #expect(try resolver(.chain, environment).plan() == oidc)
    }
  }

  @Test func noSecretIsEverPrinted() {
    let keys = AccessKeys(accessKey: "visible-id", secretKey: Secret("hush"), securityToken: Secret("hush"))
    let issued = IssuedCredential(credential: .keys(keys))
    var dumped = ""
    dump([issued, IssuedCredential(credential: .token(Secret("hush")))], to: &dumped)
    dump(CredentialPlan.exchange(.password(domainName: "d", userName: "u", password: Secret("hush"))), to: &dumped)
    for text in [dumped, "\(issued)", String(reflecting: issued), "\(keys)", String(reflecting: keys)] {
      #expect(!text.contains("hush"))
    }
  }

  @Test(arguments: [(86_400, 17_280), (3_600, 720), (1_200, 240), (600, 120), (100, 20), (10, 2)])
  func renewalComesAheadByAFifthOfTheLife(_ life: Int, _ margin: Int) {
    #expect(Renewal<IssuedCredential>.margin(ofLife: .seconds(life)) == .seconds(margin))
  }

  @Test func oneAttemptServesAll() throws {
    var renewal = Renewal<IssuedCredential>()
    let attempt = try #require(renewal.step(at: .zero).started)
    #expect(renewal.step(at: .zero).joined === attempt)
    renewal.land(.success(issued("t1", life: 3_600)), at: .zero, wallTime: wallTime)
    #expect(renewal.step(at: .seconds(2_879)).used == issued("t1", life: 3_600))
    // From a fifth of its life on it is renewed beside its use, by one.
    let second = renewal.step(at: .seconds(2_880))
    #expect(second.started != nil && second.used != nil)
    #expect(renewal.step(at: .seconds(2_881)).started == nil)
    #expect(renewal.step(at: .seconds(3_589)).used != nil)
    // A request takes its time to arrive, so the last seconds are not used.
    #expect(renewal.step(at: .seconds(3_590)).joined != nil)
  }

  @Test func failedRenewalKeepsWhatIsGoodAndWaitsLonger() throws {
    var renewal = Renewal<IssuedCredential>()
    _ = renewal.step(at: .zero)
    renewal.land(.success(issued("t1", life: 3_600)), at: .zero, wallTime: wallTime)
    let error = CloudError(.connection, message: "down")
    var now = Duration.seconds(3_000)
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
      #expect(renewal.step(at: now).started != nil)
      renewal.land(.failure(error), at: now, wallTime: wallTime)
      #expect(renewal.step(at: now + .seconds(wait) - .milliseconds(1)).started == nil)
      #expect(renewal.step(at: now).used != nil)
      now += .seconds(wait)
    }
    #expect(renewal.step(at: .seconds(3_601)).started != nil)
    renewal.land(.failure(error), at: .seconds(3_601), wallTime: wallTime)
    guard case .fail(error) = renewal.step(at: .seconds(3_602)) else {
      Issue.record("should fail")
      return
    }
  }

  @Test func issuerThatHandsOutTheSameIsAskedAgainAtHalfOfWhatIsLeft() {
    var renewal = Renewal<IssuedCredential>()
    let keys = issued("t1", life: 3_600)
    _ = renewal.step(at: .zero)
    renewal.land(.success(keys), at: .zero, wallTime: wallTime)
    #expect(renewal.step(at: .seconds(2_880)).started != nil)
    // 720 s are left, so half of them pass; then 360, and so on, but a minute at least.
    for moment in [2_880, 3_240, 3_420, 3_510, 3_570] {
      renewal.land(.success(keys), at: .seconds(moment), wallTime: wallTime + .seconds(moment))
      let next = moment + max((3_600 - moment) / 2, 60)
      #expect(renewal.step(at: .seconds(min(next, 3_589) - 1)).started == nil, "\(moment)")
      if next < 3_590 { #expect(renewal.step(at: .seconds(next)).started != nil, "\(moment)") }
    }
    #expect(renewal.step(at: .seconds(3_600)).started != nil)
  }

  @Test func refusedTokenIsDroppedOnce() {
    var renewal = Renewal<IssuedCredential>()
    let first = issued("t1", life: 3_600)
    _ = renewal.step(at: .zero)
    renewal.land(.success(first), at: .zero, wallTime: wallTime)
    let answer1 = renewal.refuse(first, at: .seconds(1))
    #expect(!answer1)
    renewal.accept(first)
    let answer2 = renewal.refuse(first, at: .seconds(1))
    #expect(answer2)
    #expect(renewal.step(at: .seconds(1)).started != nil)
    let second = issued("t2", life: 3_600)
    renewal.land(.success(second), at: .seconds(2), wallTime: wallTime)
    // Those who still held the first one take the second.
    let answer3 = renewal.refuse(first, at: .seconds(2))
    #expect(answer3)
    #expect(renewal.step(at: .seconds(2)).used == second)
    // One that was never accepted is not asked for again and again.
    let answer4 = renewal.refuse(second, at: .seconds(3))
    #expect(!answer4)
    let answer5 = renewal.refuse(second, at: .seconds(62))
    #expect(answer5)
  }

  @Test func endInThePastIsNotAskedForWithoutPause() {
    var renewal = Renewal<IssuedCredential>()
    _ = renewal.step(at: .zero)
    renewal.land(.success(issued("t", life: -100)), at: .zero, wallTime: wallTime)
    #expect(renewal.step(at: .seconds(29)).started == nil)
    #expect(renewal.step(at: .seconds(60)).started != nil)
  }

  private var wallTime: Timestamp { Timestamp(seconds: 1_700_000_000) }

  private func issued(_ token: String, life: Int) -> IssuedCredential {
    IssuedCredential(credential: .token(Secret(token)), expiresAt: wallTime + .seconds(life))
  }

  private func resolver(_ source: CredentialSource, _ environment: [String: String]) -> CredentialResolver {
    CredentialResolver(
      source: source, environment: EnvironmentVariables(environment),
      reader: SecretReader(time: ManualTime().source, log: LogRecorder().logger))
  }
}

extension Renewal<IssuedCredential> {
  fileprivate mutating func step(at now: Duration) -> Step { next(at: now) }

  fileprivate mutating func land(
    _ result: Result<IssuedCredential, CloudError>, at now: Duration, wallTime: Timestamp
  ) {
    record(result, expiresAt: (try? result.get())?.expiresAt, at: now, wallTime: wallTime)
  }
}

extension Renewal<IssuedCredential>.Step {
  fileprivate var started: Renewal<IssuedCredential>.Attempt? {
    switch self {
    case .ask(let attempt), .useAndAsk(_, let attempt): attempt
    default: nil
    }
  }

  fileprivate var joined: Renewal<IssuedCredential>.Attempt? {
    if case .wait(let attempt) = self { attempt } else { nil }
  }

  fileprivate var used: IssuedCredential? {
    switch self {
    case .use(let held), .useAndAsk(let held, _): held.value
    default: nil
    }
  }
}
