import Foundation
import TestSupport
import Testing

@testable import ExporterCore

/// What people and scrapers send, broken by a seeded generator. `FUZZ_CASES` sets how many, `TEST_SEED` which.
@Suite struct ParsingFuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let cases = environment["FUZZ_CASES"].flatMap(Int.init) ?? 2_000
  private static let seed = TestSeed.value

  private static let files = [
    """
    defaults: {interval: 5m, stale_after: 4h, max_series: 100000}
    projects:
      - name: prod
        region: cn-north-4
        credentials: {access_key: "${KEY}", secret_key: 'b'}
        endpoints: {swr: https://swr-api.cn-north-4.myhuaweicloud.com}
        tls: {ca_file: /etc/ca.pem, insecure_skip_verify: false}
        requests_per_second: 2.5
        collectors:
          registries: {instances: [a, b]}
          artifacts: {interval: 1h, repositories: {include: ["a.*"], exclude: [b|c]}, idle_for: [30d, 1h30m]}
          sync_rules: {repositories: [group/one, group/a/b]}
          mirrors: {repository_ids: [2111985337, 1]}
          image_caches:
    """,
    """
    # two documents' worth of styles
    projects:
    - &p {name: "a\\u0041", region: r, credentials: {token: t}}
    - name: >
        folded
      region: r
      discovery_interval: 1h
      credentials: {iam_user: {domain_name: d, user_name: u, password: p}}
    """,
  ].map { Array($0.utf8) }

  private static let tokens =
    [
      "\n", "  ", "- ", ": ", ":", "{", "}", "[", "]", ",", "\"", "'", "#", "&a ", "*a", "!!str ", "|", ">", "---\n",
      "...\n",
      "${KEY}", "${", "}", "\t", "\0", "\r", "\u{feff}", "null", "~", "true", "0", "-1", "1e999",
      "99999999999999999999",
      "5m", "(", "*", "\\", "projects", "name", "\u{2028}", "😀", "%YAML 1.2\n", "? ", "<<: ",
    ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]]

  @Test func everyFileIsReadOrRefusedInALine() {
    var random = SplitMix64(state: Self.seed)
    var accepted = 0
    for file in Self.files {
      #expect(throws: Never.self) { try Configuration(yaml: file, source: "f.yaml", environment: ["KEY": "value"]) }
    }
    for number in 0..<Self.cases {
      let yaml = random.mutate(Self.files[number % Self.files.count], tokens: Self.tokens)
      do throws(ConfigurationError) {
        let configuration = try Configuration(yaml: yaml, source: "f.yaml", environment: ["KEY": "value"])
        accepted += 1
        #expect(!configuration.projects.isEmpty)
        #expect(!ConfigurationReport(configuration).text.isEmpty)
        #expect(!TargetPlan.targets(of: configuration).isEmpty)
      } catch {
        #expect(error.description.hasPrefix("f.yaml"))
        #expect(!error.message.isEmpty)
      }
    }
    #expect(accepted > Self.cases / 50)
  }

  /// However often a body repeats what is cheap to send: as in `DecodingFuzzTests`, for the page that is read by hand.
  @Test func everyPageOfArtifactsCostsMemoryInProportion() throws {
    var random = SplitMix64(state: Self.seed &+ 2)
    var refused = 0
    for _ in 0..<max(Self.cases / 100, 200) {
      let piece =
        ["{}", "null", #"{"id":1}"#, #"{"id":2,"tags":[{},{},{}]}"#, "[]"].randomElement(using: &random) ?? "{}"
      let count = 1 << Int.random(in: 0...13, using: &random)
      let inner = Array(repeating: piece, count: count).joined(separator: ",")
      let text = Bool.random(using: &random) ? "[\(inner)]" : "[{\"id\":1,\"tags\":[\(inner)]}]"
      let bytes = Array("{\"artifacts\":\(text),\"next_marker\":2}".utf8)
      var page = ArtifactPage()
      let before = heap()
      let isRead = (try? page.read(bytes)) != nil
      let cost = heap() - before
      if !isRead { refused += 1 }
      #expect(page.artifacts.count <= 1_000)
      #expect(
        cost <= bytes.count * 100 + 512 << 10,
        "\(cost) bytes for \(bytes.count): \(String(decoding: bytes.prefix(80), as: UTF8.self))")
    }
    #expect(refused > 0)
  }

  private static let fields = [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "text/html,application/xhtml+xml,*/*;q=0.8", "gzip, deflate;q=0.5, identity;q=0", "text/*;q=\"0.3\"", "",
  ].map { Array($0.utf8) }

  private static let fieldTokens =
    [
      ",", ";", "q=", "=", "/", "*", "*/*", "0.", "1.000", "1.001", "0.1234", "\"", "\\", " ", "\t", "q=0", "gzip",
      "application/openmetrics-text", "text/plain", "version=1.0.0", ";q=1;q=0", "-1", "NaN",
    ].map { Array($0.utf8) } + [[0xFF], [0]]

  /// Both lists are of the same form: any text is either, and what is no list asks for nothing special.
  @Test func everyAcceptFieldHasAnAnswer() {
    var random = SplitMix64(state: Self.seed &+ 1)
    var openMetrics = 0
    for number in 0..<Self.cases {
      let text = String(
        decoding: random.mutate(Self.fields[number % Self.fields.count], tokens: Self.fieldTokens), as: UTF8.self)
      let negotiated = ContentNegotiation(accept: [text], acceptEncoding: [text])
      if negotiated.format == .openMetrics { openMetrics += 1 }
      if (try? QualityList(text)) == nil {
        #expect(negotiated == ContentNegotiation(format: .text, usesGzip: false), "\(text)")
      }
      for element in (try? QualityList(text).elements) ?? [] { #expect((0...1000).contains(element.quality)) }
    }
    #expect(openMetrics > Self.cases / 100)
  }
}
