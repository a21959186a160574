import Foundation
import System
import TestSupport
import Testing

@testable import HuaweiCloud

/// Documents that a seeded generator breaks. `FUZZ_CASES` sets how many (`make fuzz` asks for a million), `TEST_SEED` which.
@Suite struct DecodingFuzzTests {
  static let environment = ProcessInfo.processInfo.environment
  static let cases = environment["FUZZ_CASES"].flatMap(Int.init) ?? 5_000
  static let seed = TestSeed.value

  static let documents: [[UInt8]] =
    [
      #"{"a":[1,-2.5e+3,true,false,null,"\u00e9\ud83d\ude00\\\"/"],"b":{"c":{}},"é漢😀":[[],[{}]]}"#,
      #"["\ud800\udc00","\uD7FF\uE000","a\/b\b\f\n\r\t",0,-0,0.0,1e0,1E-7,9223372036854775808]"#,
      #"{"error_code":"APIGW.0308","error_msg":"limit:200,time:5 minute token=abc https://u:p@h/","details":[{"code":1}]}"#,
      """
      {"next_marker": 10, "artifacts": [{"id": 3804, "pull_time": "0001-01-01T00:00:00.000Z", "repository_id": 402,
        "digest": "sha256:3ee2", "size": 8049952, "type": "IMAGE", "tags": [{"id": 1, "name": "v1"}]}, null]}
      """,
      #"{"total": 1, "registries": [{"id": 24, "url": "https://10.185.79.188", "credential": {"type": "basic"}}]}"#,
      #"{"id": 11887, "last_error": "{\"msg\":\"exit status 128\",\"code\":\"7\"}", "endpoint_uuid": null}"#,
      #"{"image_caches": [{"images": ["nginx:latest"], "building_config": {"cluster": "c271"}, "status": "Available"}]}"#,
      #"[{"createdAt": "2020-04-17T02:11:03.53183Z", "id": 45, "override": true, "repoName": "grpc"}]"#,
      " [ \"x\" ,\n\t{ \"k\" : \"v\" } ]\r\n", "\"\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}\"", "-12.34e-5",
      "null",
    ].map { Array($0.utf8) }

  /// Bytes that matter to a grammar, or to UTF-8.
  static let tokens: [[UInt8]] =
    [
      "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "E+", "1", "null", "true", "\\u", "\\ud83d",
      "\\ude00", " ",
      "\n", "\0", "\u{1}", "\u{7f}", "é", "漢", "😀", "\"a\":", "[[", "{}", "[]", "99999999999999999999", "NaN", "\\\"",
      "/", "+",
    ].map { Array($0.utf8) } + [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0xFF], [0xE2]]

  /// What another parser says; nil where it judges by other rules: encodings that we don't take, bytes that are no UTF-8, a comma
  /// after the last element, which it lets pass, and numbers beyond what a Double holds and zeros with an exponent, which it refuses.
  static func otherParserAccepts(_ bytes: [UInt8]) -> Bool? {
    let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE]]
    guard !bytes.contains(0), !marks.contains(where: bytes.starts(with:)), !hasCommaBeforeEnd(bytes),
      !hasOddExponent(bytes), String(validating: bytes, as: UTF8.self) != nil
    else { return nil }
    return (try? JSONDecoder().decode(AnyJSON.self, from: Data(bytes))) != nil
  }

  static func hasOddExponent(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { position in
      guard bytes[position] | 0x20 == UInt8(ascii: "e") else { return false }
      let exponent = bytes[(position + 1)...].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
      let isOfZero = bytes[..<position].last == UInt8(ascii: "0")
      return isOfZero || exponent.prefix { JSONGrammar.digit($0) != nil }.count >= 3
    }
  }

  /// Whether some field's name stands twice in the document, in one object or in two.
  static func hasRepeatedName(_ bytes: [UInt8]) -> Bool {
    var names: Set<ArraySlice<UInt8>> = []
    let pieces = bytes.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
    return zip(pieces, pieces.dropFirst()).contains { name, rest in
      rest.first { $0 > 0x20 } == UInt8(ascii: ":") && !names.insert(name).inserted
    }
  }

  static func hasCommaBeforeEnd(_ bytes: [UInt8]) -> Bool {
    var followsComma = false
    for byte in bytes where ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
      if followsComma, byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { return true }
      followsComma = byte == UInt8(ascii: ",")
    }
    return false
  }

  @Test func agreesWithAnotherParser() {
    var random = SplitMix64(state: Self.seed)
    var accepted = 0
    var passedOver = 0
    for _ in 0..<Self.cases {
      let document = Self.documents.randomElement(using: &random) ?? []
      let bytes = random.mutate(document, tokens: Self.tokens)
      guard let expected = Self.otherParserAccepts(bytes) else { continue }
      let accepts = (try? DecodingGrammarTests.read(bytes)) != nil
      if accepts { accepted += 1 }
      // It does not look at the second value of a field that is repeated.
      if !accepts, expected, Self.hasRepeatedName(bytes) {
        passedOver += 1
        continue
      }
      #expect(accepts == expected, "\(String(decoding: bytes, as: UTF8.self)) \(bytes)")
    }
    #expect(accepted > Self.cases / 50)
    #expect(passedOver <= Self.cases / 10_000)
  }

  /// No body may stop the process.
  @Test func everyErrorBodySurvives() {
    var random = SplitMix64(state: Self.seed &+ 1)
    for _ in 0..<Self.cases {
      let bytes = random.mutate(Self.documents.randomElement(using: &random) ?? [], tokens: Self.tokens)
      // A tree is read exactly where the document is right.
      let tree = try? JSONReader.read(bytes) { reader throws(JSONFault) in try reader.value() }
      #expect((tree != nil) == ((try? DecodingGrammarTests.read(bytes)) != nil))
      let error = CloudErrorBody.parse(bytes)
      #expect((error.code.flatMap(CloudErrorBody.usableCode)?.utf8.count ?? 0) <= 64)
      let shown = Redaction.clean(error.message ?? "", sent: ["a", "u"])
      #expect(shown.utf8.count <= 303)
      #expect(!shown.utf8.contains { $0 < 0x20 })
    }
  }

  private struct Object: ListedObject {
    let identity: String

    init(_ json: JSON) throws(JSONFault) { identity = try json.required("id", \.identifier) }
  }

  /// However often a body repeats what is cheap to send, a page of it costs no more than this in memory.
  static let bytesOfMemoryPerByte = 100
  /// What a page may cost whose body is short.
  static let bytesOfMemoryAtLeast = 256 << 10

  /// A list in whose elements something small stands again and again; some thousand bytes, as a rule.
  static func repetitive(list: String, _ random: inout SplitMix64) -> [UInt8] {
    let pieces = [
      "{}", "[]", "1", "null", "\"\"", #"{"id":1}"#, #"{"id":"x","tags":[{},{},{}]}"#, "[[[]]]", "{\"a\":{}}",
    ]
    let piece = pieces.randomElement(using: &random) ?? "{}"
    let count = 1 << Int.random(in: 0...13, using: &random)
    let inner = Array(repeating: piece, count: count).joined(separator: ",")
    let whole =
      Bool.random(using: &random)
      ? "{\"\(list)\":[\(inner)],\"total\":\(count)}" : "{\"\(list)\":[{\"id\":1,\"tags\":[\(inner)]}]}"
    return Int.random(in: 0..<4, using: &random) == 0
      ? random.mutate(Array(whole.utf8), tokens: tokens) : Array(whole.utf8)
  }

  @Test func everyPageCostsMemoryInProportion() throws {
    var random = SplitMix64(state: Self.seed &+ 5)
    let endpoint = Endpoint.get(.swr, "List", "/v2/list", permission: .notNeeded)
    let listing = Listing(Object.self, in: "objects", endpoint, pages: .offset())
    var refused = 0
    // Each takes as long as a hundred of the others.
    for _ in 0..<max(Self.cases / 100, 200) {
      let bytes = Self.repetitive(list: "objects", &random)
      let before = heap()
      let page = try? ListingPage(bytes, of: listing)
      let cost = heap() - before
      if page == nil { refused += 1 }
      #expect(page?.objects.count ?? 0 <= 1_000)
      #expect(
        cost <= bytes.count * Self.bytesOfMemoryPerByte + Self.bytesOfMemoryAtLeast,
        "\(cost) bytes for \(bytes.count): \(String(decoding: bytes.prefix(80), as: UTF8.self))")
    }
    #expect(refused > 0)
  }

  @Test func everyTimestampSurvives() {
    let texts = [
      "2021-02-05T09:31:00.298426Z", "2024-11-25 06:32:34.923248 +0000 UTC m=+0.01", "2024-12-27T18:52:21.000+08:00",
      "0001-01-01T00:00:00.000Z", "2020-07-22 10:45:56",
    ].map { Array($0.utf8) }
    var random = SplitMix64(state: Self.seed &+ 2)
    for _ in 0..<Self.cases {
      let bytes = random.mutate(texts.randomElement(using: &random) ?? [], tokens: Self.tokens)
      if case .moment(let moment) = ParsedTimestamp(bytes.span, 0..<bytes.count) {
        #expect((0...253_402_387_200).contains(moment.seconds))
        #expect((0..<1_000_000_000).contains(moment.nanoseconds))
      }
    }
  }
}

/// Any document, every value of it taken.
private struct AnyJSON: Decodable {
  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: AnyKey.self) {
      for key in object.allKeys { _ = try object.decode(AnyJSON.self, forKey: key) }
      return
    }
    if var array = try? decoder.unkeyedContainer() {
      while !array.isAtEnd { _ = try array.decode(AnyJSON.self) }
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() || (try? value.decode(Bool.self)) != nil { return }
    if (try? value.decode(String.self)) != nil { return }
    _ = try value.decode(Double.self)
  }

  private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
