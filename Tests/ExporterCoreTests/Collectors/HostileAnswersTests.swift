import Foundation
import TestSupport
import Testing

@testable import ExporterCore
@testable import HuaweiCloud

/// Bodies that no document shows: every endpoint either gives what is usable or names what is not.
@Suite struct HostileAnswersTests {
  /// Each endpoint's decoding, by name, and the document's example where there is one.
  static let decoders: [(name: String, example: String, decode: @Sendable ([UInt8]) throws(JSONError) -> Int)] = [
    decoder("registries", ExampleBody.registries, Registry.self, in: "registries"),
    (
      "artifacts", ExampleBody.artifacts,
      { bytes throws(JSONError) in
        var page = ArtifactPage()
        try page.read(bytes)
        return page.artifacts.count
      }
    ),
    decoder("syncRules", ExampleBody.syncRules, SyncRule.self, in: nil, .one),
    (
      "remoteMirror", ExampleBody.remoteMirror,
      { bytes throws(JSONError) in try DecodingTests.mirror(bytes) == nil ? 0 : 1 }
    ),
    decoder("imageCaches", ExampleBody.imageCaches, ImageCache.self, in: "image_caches", .one),
    decoder(
      "instances", #"{"instances":[{"id":"i-1","name":"a","expires_at":"2025-01-01T00:00:00Z"}],"total":1}"#,
      Instance.self, in: "instances"),
    decoder(
      "namespaces", #"{"namespaces":[{"name":"library","namespace_id":87}],"total":1}"#, Namespace.self,
      in: "namespaces"),
    decoder(
      "repositoriesByMarker", #"{"repos":[{"name":"a$b","namespace_name":"team"}],"nextMarker":77}"#,
      ImageRepository.self, in: "repos", .marker(in: "nextMarker", limit: 1000)),
    decoder(
      "repositoriesByOffset", #"[{"name":"a","namespace":"team","total_range":1}]"#, ImageRepository.self, in: nil,
      .offset(total: .objectField("total_range"))),
    decoder("codeRepositories", #"[{"id":2111985337,"name":"a"}]"#, CodeRepository.self, in: nil),
    decoder("projects", #"{"projects":[{"id":"0b7a","name":"cn-north-4"}]}"#, IAMProject.self, in: "projects", .one),
  ]

  private static func decoder<Object: ListedObject>(
    _ name: String, _ example: String, _ object: Object.Type, in field: String?, _ pages: Paging = .offset()
  ) -> (name: String, example: String, decode: @Sendable ([UInt8]) throws(JSONError) -> Int) {
    let listing = DecodingTests.listing(object, in: field, pages)
    return (name, example, { bytes throws(JSONError) in try ListingPage(bytes, of: listing).objects.count })
  }

  @Test(arguments: decoders.indices)
  func everyTruncationIsRefused(_ index: Int) throws {
    let decoder = Self.decoders[index]
    let body = Array(decoder.example.utf8)
    #expect(try decoder.decode(body) == 1)
    for end in 0..<body.count {
      let error = #expect(throws: JSONError.self) { try decoder.decode(Array(body[..<end])) }
      #expect(error?.problem == .unexpectedEnd)
    }
  }

  @Test(arguments: decoders.indices)
  func everyGarbledByteIsRefusedOrRead(_ index: Int) {
    let decoder = Self.decoders[index]
    let body = Array(decoder.example.utf8)
    for position in body.indices {
      for byte: UInt8 in [0x00, 0x22, 0x2C, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] {
        var garbled = body
        garbled[position] = byte
        // Reaching the end is the test: nothing here may trap or hang.
        _ = try? decoder.decode(garbled)
      }
      var control = body
      control[position] = 0x01
      #expect(throws: JSONError.self) { try decoder.decode(control) }
    }
  }

  @Test(arguments: decoders.indices)
  func foreignRootsAreRefused(_ index: Int) {
    let decoder = Self.decoders[index]
    for root in ["1", #""x""#, "true", "<html>", "", #"{"error_code":"SWR.500"}x"#] {
      #expect(throws: JSONError.self, "\(decoder.name): \(root)") { try decoder.decode(Array(root.utf8)) }
    }
  }

  @Test(arguments: decoders.indices)
  func deepNestingIsRefused(_ index: Int) {
    let decoder = Self.decoders[index]
    for opening in ["[", #"{"x":"#, #"{"artifacts":["#] {
      let error = #expect(throws: JSONError.self) {
        try decoder.decode(Array(String(repeating: opening, count: 100_000).utf8))
      }
      #expect([.tooDeep, .notAnObject, .notAnArray].contains(error?.problem))
    }
  }

  /// Every value replaced by every type: the object goes without the field, or is refused with the field's path.
  @Test(arguments: decoders.indices)
  func everyFieldMayHaveAnyType(_ index: Int) throws {
    let decoder = Self.decoders[index]
    let lines = decoder.example.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      guard let colon = line.range(of: "\": "), !line.hasSuffix("{"), !line.hasSuffix("[") else { continue }
      for value in [
        "null", "true", "-1", "1e999", "99999999999999999999", #""""#, #""NaN""#, "[]", "{}", #"[{"a":[null]}]"#,
      ] {
        var changed = lines
        changed[number] = line[..<colon.upperBound] + value + (line.hasSuffix(",") ? "," : "")
        do throws(JSONError) {
          _ = try decoder.decode(Array(changed.joined(separator: "\n").utf8))
        } catch {
          let field = line.split(separator: "\"")[1]
          #expect(["id", "next_marker"].contains(field))
          #expect(error.path.hasSuffix(".\(field)"))
        }
      }
    }
  }

  @Test(arguments: [
    (0, #"{"registries":"x"}"#, "$.registries", JSONProblem.notAnArray),
    (0, #"{"registries":[7]}"#, "$.registries[0]", .notAnObject),
    (0, "{}", "$.registries", .missing("registries")),
    (0, #"{"message":"busy"}"#, "$.registries", .missing("registries")), (0, "null", "$", .notAnObject),
    (1, #"{"artifacts":[{"id":1},7]}"#, "$.artifacts[1]", .notAnObject),
    (1, #"{"artifacts":{}}"#, "$.artifacts", .notAnArray),
    (1, #"{"artifacts":[],"next_marker":"x"}"#, "$.next_marker", .notAnInteger), (1, "[]", "$", .notAnObject),
    (1, "{}", "$.artifacts", .missing("artifacts")), (1, #"{"error":{}}"#, "$.artifacts", .missing("artifacts")),
    (2, "{}", "$", .notAnArray),
    (3, "[]", "$", .notAnObject), (3, #"{"id":[],"url":{}}"#, "$.id", .missing("id")),
  ])
  func whatIsNoListingIsNamed(_ index: Int, _ text: String, _ path: String, _ problem: JSONProblem) {
    let error = #expect(throws: JSONError.self) { try Self.decoders[index].decode(Array(text.utf8)) }
    #expect(error?.path == path)
    #expect(error?.problem == problem)
  }

  @Test(arguments: [
    (0, #"{"total":0}"#, 0), (0, #"{"total":"0","x":1}"#, 0), (0, #"{"registries":null,"x":1}"#, 0),
    (0, #"{"registries":[null,{"id":"7"}]}"#, 1),
    (0, #"{"registries":[{"id":1,"id":2}],"registries":[{"id":3},{"id":4}]}"#, 2),
    (1, #"{"artifacts":null,"x":1}"#, 0),
    (1, #"{"artifacts":[null,{}]}"#, 1), (1, #"{"artifacts":[{},{}],"artifacts":[{}]}"#, 1),
    (4, #"{"image_caches":null}"#, 0),
  ])
  func absentListsAreEmpty(_ index: Int, _ text: String, _ count: Int) throws {
    #expect(try Self.decoders[index].decode(Array(text.utf8)) == count)
  }

  /// An object without what tells it from others is none; the listing goes on.
  @Test(
    arguments: [
      (
        #"{"registries":[{"id":1},{"name":"x"},{},{"id":null},{"id":"b"}],"total":5}"#, ["1", "b"], 3,
        "$.registries[1].id"
      ),
      (#"{"registries":[{"id":""},{"id":[]},{"id":1e999}]}"#, [], 3, "$.registries[0].id"),
      (#"{"registries":[{"id":1,"name":"\uFFFD"},{"id":2}]}"#, ["1", "2"], 0, nil),
    ] as [(String, [String], Int, String?)])
  func objectsWithoutIdentityAreNone(_ text: String, _ ids: [String], _ unusable: Int, _ path: String?) throws {
    let page = try DecodingTests.page(Registry.self, in: "registries", text)
    #expect(page.objects.map(\.id) == ids)
    #expect(page.notes.unusable == unusable)
    #expect(page.notes.fault?.path == path)
    #expect(page.facts.count == ids.count + unusable, "all of them count for the pages")
  }

  /// A byte that is no UTF-8 costs the object that would show it, and nothing where nobody reads it.
  @Test func aTextInAnotherEncodingCostsItsObject() throws {
    func body(_ field: String) -> [UInt8] {
      Array(#"{"registries":[{"id":1,"\#(field)":""#.utf8) + [0xC4, 0xE3, 0xBA, 0xC3] + Array(#""},{"id":2}]}"#.utf8)
    }
    let listing = DecodingTests.listing(Registry.self, in: "registries", .offset())
    #expect(try ListingPage(body("description"), of: listing).objects.map(\.id) == ["1", "2"])
    let shown = try ListingPage(body("name"), of: listing)
    #expect(shown.objects.map(\.id) == ["2"])
    #expect(shown.notes.fault?.problem == .invalidUTF8)
    var page = ArtifactPage()
    for (field, isUsable) in [("digest", true), ("media_type", true), ("repository_name", false), ("type", false)] {
      try page.read(
        Array(#"{"artifacts":[{"id":1,"\#(field)":""#.utf8) + [0xFF] + Array(#""}]}"#.utf8))
      #expect(page.artifacts.map(\.isUsable) == [isUsable], "\(field)")
    }
  }

  /// Whatever an answer says with a status of success, an error in it is one.
  @Test(
    arguments: decoders.indices,
    [
      #"{"error":{"code":"CH.080504","message":"busy"},"result":null,"status":"failed"}"#,
      #"{"error_code":"CH.00500","error_msg":"busy"}"#, #"{"errorCode":"CCE.01500001","errorMessage":"busy"}"#,
      #"{"status":"failed","result":null}"#, #"{"error":"busy"}"#, #"{"error_code":500}"#,
    ])
  func anErrorIsNoAnswer(_ index: Int, _ body: String) {
    let error = #expect(throws: JSONError.self) { try Self.decoders[index].decode(Array(body.utf8)) }
    #expect(error?.problem == .isError, "\(Self.decoders[index].name)")
  }

  @Test(arguments: decoders.indices.filter { decoders[$0].name != "remoteMirror" })
  func moreElementsThanWereAskedForAreRefused(_ index: Int) {
    let decoder = Self.decoders[index]
    let element = decoder.example.contains("artifacts") ? "{}" : "null"
    let list = "[" + String(repeating: element + ",", count: 10_001) + element + "]"
    let field = decoder.example.firstMatch(of: /"([a-z_]+)":\s*\[/)?.1
    let text = decoder.example.hasPrefix("[") ? list : "{\"\(field ?? "")\":\(list)}"
    let error = #expect(throws: JSONError.self, "\(decoder.name)") { try decoder.decode(Array(text.utf8)) }
    #expect(error?.problem == .tooManyElements, "\(decoder.name)")
  }

  @Test func longListsInsideAnObjectAreRefused() {
    let many = "[" + String(repeating: "{},", count: 1000) + "{}]"
    for (index, text) in [
      (0, #"{"registries":[{"id":1,"x":\#(many)}]}"#), (1, #"{"artifacts":[{"id":1,"tags":\#(many)}]}"#),
      (3, #"{"id":1,"x":\#(many)}"#), (4, #"{"image_caches":[{"id":"a","images":\#(many)}]}"#),
    ] {
      let error = #expect(throws: JSONError.self) { try Self.decoders[index].decode(Array(text.utf8)) }
      #expect(error?.problem == .tooManyElements)
    }
    let keys = (0..<30_000).map { "\"k\($0)\":0" }.joined(separator: ",")
    let error = #expect(throws: JSONError.self) {
      try Self.decoders[0].decode(Array("{\"registries\":[{\(keys)}]}".utf8))
    }
    #expect(error?.problem == .tooManyElements)
  }

  @Test func whatTheDocumentsDoNotHaveIsNoted() throws {
    let page = try DecodingTests.page(
      Registry.self, in: "registries",
      #"{"registries":[{"id":1,"name":7,"insecure":"true","created_at":5},{"id":2,"status":["x"]},{"name":"x"}]}"#)
    #expect(page.notes.unexpected == ["name": 1, "insecure": 1, "created_at": 1, "status": 1, "id": 1])
    let good = try DecodingTests.page(Registry.self, in: "registries", ExampleBody.registries)
    #expect(good.notes.unexpected.isEmpty)
  }

  @Test func theLastOfRepeatedFieldsCounts() throws {
    var page = ArtifactPage()
    try page.read(Array(#"{"artifacts":[{"size":1,"size":2,"type":"A","type":null,"tags":[{}],"tags":[]}]}"#.utf8))
    #expect(page.artifacts[0].size == 2)
    #expect(page.artifacts[0].type == nil)
    #expect(page.artifacts[0].tags == 0)
    let registry = try DecodingTests.page(
      Registry.self, in: "registries", #"{"registries":[{"id":1,"status":"healthy","status":null}]}"#)
    #expect(registry.objects[0].status == nil)
  }

  /// A URL that is cut could show a part of its user as its host.
  @Test func longURLsAreAbsent() throws {
    let url = "https://" + String(repeating: "s3cret", count: 2000) + "@example.com/"
    let registries = try DecodingTests.page(
      Registry.self, in: "registries", #"{"registries":[{"id":1,"url":"\#(url)"}]}"#)
    #expect(registries.objects[0].url == nil)
    #expect(try DecodingTests.mirror(#"{"id":1,"url":"\#(url)"}"#)?.url == nil)
  }
}

/// The decoders under the fuzzer: no answer may stop the process, whatever reads it.
@Suite struct DecoderFuzzTests {
  private static let cases = ProcessInfo.processInfo.environment["FUZZ_CASES"].flatMap(Int.init) ?? 2000
  private static let seed = TestSeed.value

  private static let tokens =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "-1", "1e999", "99999999999999999999", "\\ud800", "{}",
      "[]",
      "\"id\":", "\"artifacts\":", "0001-01-01T00:00:00Z",
    ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0]]

  /// What is read points into the bytes, and is a whole document.
  @Test func everyDecoderSurvives() {
    var random = SplitMix64(state: Self.seed)
    let decoders = HostileAnswersTests.decoders
    for number in 0..<Self.cases {
      let example = Array(decoders[number % decoders.count].example.utf8)
      let bytes = random.mutate(example, tokens: Self.tokens)
      let decoder = decoders.randomElement(using: &random)
      if (try? decoder?.decode(bytes)) != nil {
        #expect((try? JSONReader.read(bytes) { reader throws(JSONFault) in try reader.skip() }) != nil)
      }
      var page = ArtifactPage()
      if (try? page.read(bytes)) != nil {
        for artifact in page.artifacts {
          for text in [artifact.digest, artifact.type, artifact.repositoryName] { _ = text.map(page.text) }
        }
      }
    }
  }
}
