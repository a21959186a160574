import CloudSimulator
import Foundation
import HuaweiCloud
import Testing

extension EndToEnd {
  /// Environments as people write them: each works, or is told in one line what is wrong with it, before a request is sent.
  @Suite struct EnvironmentTests {
    enum Outcome: Sendable {
      /// `check` ends well, and its report has these words.
      case works(String)
      /// It ends with 1 and one line that has these words.
      case fails(String)
    }

    struct Row: Sendable, CustomTestStringConvertible {
      let name: String
      /// `$` is the directory of the test, `URL` the cloud's address.
      var environment: [String: String] = [:]
      var files: [String: String] = [:]
      /// The configuration's credentials; nil leaves them to the chain, and `none` has no configuration.
      var configured: String?
      var hasConfiguration = true
      let outcome: Outcome

      var testDescription: String { name }
    }

    private static let ak = "SIMULATEDACCESSKEY01"
    private static let sk = "simulated-secret-key-of-the-demo"

    private static func chain(
      _ name: String, _ environment: [String: String], _ files: [String: String] = [:], _ outcome: Outcome
    ) -> Row {
      Row(name: name, environment: environment, files: files, outcome: outcome)
    }

    private static func alone(_ name: String, _ environment: [String: String], _ outcome: Outcome) -> Row {
      Row(name: name, environment: environment, hasConfiguration: false, outcome: outcome)
    }

    private static func named(_ name: String, _ environment: [String: String], _ outcome: Outcome) -> Row {
      Row(
        name: name, environment: environment, configured: "{access_key: \"${AK}\", secret_key: \"${SK}\"}",
        outcome: outcome)
    }

    private static let agency = [
      "HUAWEICLOUD_OIDC_PROVIDER_URN": "iam::a:oidcProvider:cluster", "HUAWEICLOUD_OIDC_AGENCY_URN": "iam::a:agency:e",
      "HUAWEICLOUD_OIDC_TOKEN_FILE": "$/jwt",
    ]
    private static let pod = [
      "HC_CONTAINER_CREDENTIALS_FULL_URI": "URL/v1/credentials", "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE": "$/pod",
    ]
    private static let provider = ["HUAWEICLOUD_SDK_IDP_ID": "cluster", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": "$/jwt"]
    private static let jwt = ["jwt": "projected-token\n"]

    static let rows: [Row] = [
      chain(
        "keys", ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk], [:],
        .works("access key from HUAWEICLOUD_SDK_AK, secret key from HUAWEICLOUD_SDK_SK (step 1 of 5")),
      chain(
        "keys with line feeds", ["HUAWEICLOUD_SDK_AK": ak + "\n", "HUAWEICLOUD_SDK_SK": sk + "\r\n"], [:],
        .works("HUAWEICLOUD_SDK_AK")),
      chain(
        "keys in spaces", ["HUAWEICLOUD_SDK_AK": "  \(ak) ", "HUAWEICLOUD_SDK_SK": "\t\(sk)\t"], [:],
        .works("HUAWEICLOUD_SDK_AK")),
      chain(
        "an empty security token",
        ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HUAWEICLOUD_SDK_SECURITY_TOKEN": " "], [:],
        .works("secret key from HUAWEICLOUD_SDK_SK (step")),
      chain(
        "keys of the samples", ["CLOUD_SDK_AK": ak, "CLOUD_SDK_SK": sk], [:], .works("access key from CLOUD_SDK_AK")),
      chain(
        "temporary keys of Terraform",
        [
          "HW_ACCESS_KEY": "TEMPORARYKEY", "HW_SECRET_KEY": "temporary-secret-key",
          "HW_SECURITY_TOKEN": "temporary-security-token\n",
        ], [:], .works("security token from HW_SECURITY_TOKEN")),
      chain(
        "empty keys before good ones",
        ["HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": "", "HW_ACCESS_KEY": ak, "HW_SECRET_KEY": sk], [:],
        .works("access key from HW_ACCESS_KEY")),
      chain("identity provider", provider, jwt, .works("step 2 of 5 of the chain: OIDC")),
      chain(
        "identity provider with line feeds", provider.mapValues { $0 + "\n" }, jwt,
        .works("id token from HUAWEICLOUD_SDK_ID_TOKEN_FILE")),
      chain("agency", agency, jwt, .works("agency from HUAWEICLOUD_OIDC_AGENCY_URN")),
      chain(
        "agency with session and duration",
        agency.merging(["HUAWEICLOUD_OIDC_SESSION_NAME": "me", "HUAWEICLOUD_OIDC_DURATION_SECONDS": "900\n"]) { $1 },
        jwt, .works("agency from")),
      chain("pod identity", pod, ["pod": "pod-token"], .works("step 3 of 5 of the chain: pod identity")),
      chain(
        "pod identity with line feeds", pod.mapValues { " \($0)\n" }, ["pod": "pod-token"], .works("pod identity at")),
      chain(
        "profile that a variable names", ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "$/profile "],
        ["profile": "[basic]\r\nak = \(ak)\r\nsk = \(sk)\r\n"], .works("step 4 of 5 of the chain: profile file")),
      chain(
        "profile at home", [:], [".huaweicloud/credentials": "[basic]\nak=\(ak)\nsk=\(sk)\n"],
        .works("profile file $/.huaweicloud/credentials")),
      chain("metadata service", [:], [:], .works("step 5 of 5 of the chain: metadata service")),
      chain(
        "two kinds at once", pod.merging(["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk]) { $1 }, [:],
        .works("not used, since they come later in the chain: HC_CONTAINER_CREDENTIALS_FULL_URI")),
      chain(
        "keys, and a half of something later",
        ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HUAWEICLOUD_SDK_IDP_ID": "x"], [:],
        .works("not used, since they come later in the chain: HUAWEICLOUD_SDK_IDP_ID")),
      chain(
        "authorities of the environment",
        ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "SSL_CERT_FILE": "$/ca.pem\n", "SSL_CERT_DIR": "$"],
        ["ca.pem": ""], .works("HUAWEICLOUD_SDK_AK")),
      chain(
        "proxies of the environment",
        [
          "HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HTTPS_PROXY": "http://127.0.0.1:1",
          "NO_PROXY": "localhost,127.0.0.1",
        ], [:], .works("HUAWEICLOUD_SDK_AK")),

      chain(
        "no secret key", ["HUAWEICLOUD_SDK_AK": ak], [:],
        .fails("HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not")),
      chain(
        "an empty secret key", ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": "\n"], [:],
        .fails("HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not")),
      chain("no access key", ["HW_SECRET_KEY": sk], [:], .fails("HW_SECRET_KEY is set, but HW_ACCESS_KEY is not")),
      chain(
        "a security token alone", ["HW_SECURITY_TOKEN": "temporary-security-token"], [:],
        .fails("HW_SECURITY_TOKEN is set, but HW_ACCESS_KEY and HW_SECRET_KEY are not")),
      chain(
        "keys of two sets", ["HUAWEICLOUD_SDK_AK": ak, "HW_SECRET_KEY": sk], [:],
        .fails("HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not")),
      chain(
        "quotation marks of an env file", ["HUAWEICLOUD_SDK_AK": "\"\(ak)\"", "HUAWEICLOUD_SDK_SK": "\"\(sk)\""], [:],
        .fails("HUAWEICLOUD_SDK_AK is between quotation marks")),
      chain(
        "single quotation marks", ["CLOUD_SDK_AK": ak, "CLOUD_SDK_SK": "'\(sk)'\n"], [:],
        .fails("CLOUD_SDK_SK is between quotation marks")),
      chain(
        "typographic quotation marks", ["CLOUD_SDK_AK": ak, "CLOUD_SDK_SK": "“\(sk)”"], [:],
        .fails("CLOUD_SDK_SK is between quotation marks")),
      chain(
        "one quotation mark", ["CLOUD_SDK_AK": ak, "CLOUD_SDK_SK": sk + "\""], [:],
        .fails("CLOUD_SDK_SK holds a quotation mark")),
      chain(
        "a byte order mark", ["HUAWEICLOUD_SDK_AK": "\u{FEFF}" + ak, "HUAWEICLOUD_SDK_SK": sk], [:],
        .fails("HUAWEICLOUD_SDK_AK begins with a byte order mark")),
      chain(
        "a space in a key", ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": "simulated-secret -key-of-the-demo"], [:],
        .fails("HUAWEICLOUD_SDK_SK holds a space")),
      chain(
        "two lines in a key", ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": "simulated-secret\n-key-of-the-demo"],
        [:], .fails("HUAWEICLOUD_SDK_SK holds a line break")),
      chain(
        "an escape in a key", ["HUAWEICLOUD_SDK_AK": "\u{1B}[0m" + ak, "HUAWEICLOUD_SDK_SK": sk], [:],
        .fails("HUAWEICLOUD_SDK_AK holds a line break or another control character")),
      chain(
        "a letter that looks like another", ["HUAWEICLOUD_SDK_AK": "Ѕ" + ak.dropFirst(), "HUAWEICLOUD_SDK_SK": sk], [:],
        .fails("HUAWEICLOUD_SDK_AK holds a character that is not ASCII")),
      chain(
        "a placeholder", ["HUAWEICLOUD_SDK_AK": "<your-access-key>", "HUAWEICLOUD_SDK_SK": sk], [:],
        .fails("HUAWEICLOUD_SDK_AK is a placeholder")),
      chain(
        "a variable that nobody filled in", ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": "${SECRET}"], [:],
        .fails("HUAWEICLOUD_SDK_SK is a placeholder")),
      chain(
        "keys in each other's place",
        ["HUAWEICLOUD_SDK_AK": "simulated-secret-key-of-forty-characters", "HUAWEICLOUD_SDK_SK": ak], [:],
        .fails("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are in each other's place")),
      chain(
        "an identity provider alone", ["HUAWEICLOUD_SDK_IDP_ID": "cluster"], [:],
        .fails("HUAWEICLOUD_SDK_IDP_ID is set, but HUAWEICLOUD_SDK_ID_TOKEN_FILE is not")),
      chain("no token file", provider, [:], .fails("HUAWEICLOUD_SDK_ID_TOKEN_FILE $/jwt cannot be read")),
      chain("an empty token file", provider, ["jwt": "\n"], .fails("HUAWEICLOUD_SDK_ID_TOKEN_FILE $/jwt is empty")),
      chain(
        "a token file of two lines", agency, ["jwt": "projected-token\nprojected-token\n"],
        .fails("HUAWEICLOUD_OIDC_TOKEN_FILE $/jwt holds a line break")),
      chain(
        "a token file with a byte order mark", agency, ["jwt": "\u{FEFF}projected-token"],
        .fails("HUAWEICLOUD_OIDC_TOKEN_FILE $/jwt begins with a byte order mark")),
      chain(
        "no agency", agency.filter { !$0.key.hasSuffix("AGENCY_URN") }, jwt,
        .fails("are set, but HUAWEICLOUD_OIDC_AGENCY_URN is not")),
      chain(
        "a duration that is none", agency.merging(["HUAWEICLOUD_OIDC_DURATION_SECONDS": "1h"]) { $1 }, jwt,
        .fails("HUAWEICLOUD_OIDC_DURATION_SECONDS must be a number of seconds")),
      chain(
        "half a pod identity", pod.filter { $0.key.hasSuffix("URI") }, [:],
        .fails("HC_CONTAINER_CREDENTIALS_FULL_URI is set, but HC_CONTAINER_AUTHORIZATION_TOKEN_FILE is not")),
      chain("no token of the Pod", pod, [:], .fails("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE $/pod cannot be read")),
      chain(
        "no profile", ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "$/profile"], [:],
        .fails("HUAWEICLOUD_SDK_CREDENTIALS_FILE $/profile cannot be read")),
      chain(
        "a profile with quotation marks", [:], [".huaweicloud/credentials": "[basic]\nak=\"\(ak)\"\nsk=\"\(sk)\"\n"],
        .fails("ak of profile file $/.huaweicloud/credentials is between quotation marks")),
      chain(
        "a profile without its section", [:], [".huaweicloud/credentials": "ak=\(ak)\nsk=\(sk)\n"],
        .fails("profile file $/.huaweicloud/credentials has no section [basic]")),
      chain(
        "authorities that are not there",
        ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "SSL_CERT_FILE": "$/ca.pem"], [:],
        .fails("SSL_CERT_FILE: there is no $/ca.pem")),
      chain(
        "a proxy with a line feed",
        ["HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HTTPS_PROXY": "http://127.0.0.1:1\n"], [:],
        .fails("HTTPS_PROXY holds white space")),

      named("variables of the configuration", ["AK": ak + "\n", "SK": " \(sk)"], .works("secret key from ${SK}")),
      named("a variable that is not set", ["AK": ak], .fails("secret_key: the environment has no ${SK}")),
      named("a variable that is empty", ["AK": ak, "SK": " "], .fails("secret_key: the environment's ${SK} is empty")),
      named(
        "a variable between quotation marks", ["AK": ak, "SK": "\"\(sk)\""],
        .fails("secret_key: the environment's ${SK} is between quotation marks")),
      named(
        "a variable of two lines", ["AK": "\(ak)\n\(ak)", "SK": sk], .fails("the environment's ${AK} holds a line")),

      alone("a region", ["HUAWEICLOUD_REGION": "cn-north-4"], .works("region: cn-north-4\n")),
      alone(
        "a region with a line feed", ["HW_REGION_NAME": " cn-east-3\n"],
        .works("region: cn-east-3\n  project id: looked up from IAM\n")),
      alone(
        "a region that is not known", ["HUAWEICLOUD_REGION": "cn-nort-4"],
        .works("warning: the region cn-nort-4 is not known (did you mean cn-north-4?)")),
      alone(
        "a project's id", ["HUAWEICLOUD_REGION": "cn-north-4", "HW_PROJECT_ID": "0b7a\n"], .works("project id: 0b7a\n")),
      alone(
        "a project's name", ["HUAWEICLOUD_REGION": "cn-north-4", "HW_PROJECT_NAME": "cn-north-4_research"],
        .works("project id: looked up from IAM by the name cn-north-4_research")),
      alone(
        "a region between quotation marks", ["HUAWEICLOUD_REGION": "\"cn-north-4\""],
        .fails("HUAWEICLOUD_REGION is between quotation marks")),
      alone(
        "a region's name in the console", ["HUAWEICLOUD_REGION": "CN North-Beijing4"],
        .fails("HUAWEICLOUD_REGION holds a space")),
      alone(
        "a region in capitals", ["HW_REGION_NAME": "CN-NORTH-4"],
        .fails("HW_REGION_NAME must be a region's name such as cn-north-4")),
      alone(
        "a project's id between quotation marks",
        ["HUAWEICLOUD_REGION": "cn-north-4", "HUAWEICLOUD_SDK_PROJECT_ID": "'0b7a'"],
        .fails("HUAWEICLOUD_SDK_PROJECT_ID is between quotation marks")),
      alone("no region", ["HUAWEICLOUD_REGION": " "], .fails("no HUAWEICLOUD_REGION or HW_REGION_NAME")),
    ]

    @Test func theTableIsThere() { #expect(Self.rows.count >= 50) }

    @Test(arguments: rows) func worksOrSaysWhatIsWrong(_ row: Row) async throws {
      try await SimulatedAccount.open { account in
        account.cloud.authentication = .required(Self.accounts)
        func filled(_ text: String) -> String {
          text.replacing("$/", with: account.directory.path + "/").replacing("URL", with: account.cloud.url)
        }
        for (name, text) in row.files {
          let file = account.directory.appending(path: name)
          try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
          try text.write(to: file, atomically: true, encoding: .utf8)
        }
        if row.hasConfiguration {
          try account.configure(
            credentials: row.configured, "project_id: 0b7a3c5d9e1f42688ab1c2d3e4f50617\ncollectors: {image_caches: {}}")
        }
        var environment = row.environment.mapValues(filled)
        if environment["SSL_CERT_DIR"] != nil { environment["SSL_CERT_DIR"] = account.directory.path }
        let arguments = row.hasConfiguration ? ["--probe"] + account.arguments : []
        let ended = try await Program.run(
          [Program.exporter, "check"] + arguments, environment: environment, in: account.directory)
        switch row.outcome {
        case .works(let words):
          #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
          #expect(ended.errors.isEmpty)
          #expect(ended.output.contains(filled(words)), "\(ended.output)")
          #expect(!account.cloud.requests.contains { ($0.status ?? 0) >= 400 })
        case .fails(let words):
          #expect(ended.status == 1, "\(ended.output)")
          #expect(ended.errors.hasPrefix("Error: ") && ended.errors.count(where: \.isNewline) == 1, "\(ended.errors)")
          #expect(ended.errors.contains(filled(words)), "\(ended.errors)")
          #expect(account.cloud.requestCount == 0)
        }
        for secret in [
          "simulated-secret", Self.ak, "temporary-secret", "security-token", "projected-token", "pod-token",
        ] {
          #expect(!ended.output.contains(secret) && !ended.errors.contains(secret))
        }
      }
    }

    private static let accounts: Accounts = {
      var accounts = Accounts.demo
      accounts.keys.append(
        SimulatedKey(
          accessKey: "TEMPORARYKEY", secretKey: Secret("temporary-secret-key"),
          securityToken: "temporary-security-token"))
      accounts.identityProviders = ["cluster": ["projected-token"]]
      accounts.agencies = [
        SimulatedAgency(
          urn: "iam::a:agency:e", providerURN: "iam::a:oidcProvider:cluster", idTokens: ["projected-token": true])
      ]
      accounts.podTokens = ["pod-token": true]
      return accounts
    }()
  }
}
