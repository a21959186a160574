import System
import Testing

@testable import ExporterCore
@testable import HuaweiCloud

/// What each endpoint's body says, and what is made of one that says it differently.
@Suite struct DecodingTests {
  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// A page of a listing whose list stands in `field`.
  static func page<Object: ListedObject>(
    _ object: Object.Type, in field: String?, _ text: String
  ) throws(JSONError) -> ListingPage<Object> {
    try page(object, in: field, .offset(), text)
  }

  static func page<Object: ListedObject>(
    _ object: Object.Type, in field: String?, _ pages: Paging, _ text: String
  ) throws(JSONError) -> ListingPage<Object> {
    try ListingPage(bytes(text), of: listing(object, in: field, pages))
  }

  static func listing<Object: ListedObject>(_ object: Object.Type, in field: String?, _ pages: Paging) -> Listing<
    Object
  > {
    Listing(object, in: field, .get(.swr, "ListThings", "/things", permission: .notDocumented), pages: pages)
  }

  static func mirror(_ text: String) throws(JSONError) -> Mirror? {
    try mirror(bytes(text))
  }

  static func mirror(_ bytes: [UInt8]) throws(JSONError) -> Mirror? {
    try JSONReader.readAnswer(bytes) { json throws(JSONFault) in
      try Mirror(json, of: WatchedObject(key: "2111985337", name: "", isConfigured: true))
    }
  }

  static func artifactPage(_ text: String) throws(JSONError) -> ArtifactPage {
    var page = ArtifactPage()
    try page.read(bytes(text))
    return page
  }

  @Test func registries() throws {
    let page = try Self.page(Registry.self, in: "registries", ExampleBody.registries)
    #expect(page.facts.total == 1)
    let registry = try #require(page.objects.first)
    #expect(page.objects.count == 1)
    #expect(registry.id == "24")
    #expect(registry.name == "test-swr")
    #expect(registry.type == "huawei-SWR")
    #expect(registry.url == "https://10.185.79.188")
    #expect(registry.insecure == true)
    #expect(registry.status == "healthy")
    #expect(registry.createdAt == Timestamp(seconds: 1_612_517_460, nanoseconds: 298_426_000))
    #expect(registry.updatedAt == Timestamp(seconds: 1_613_737_191, nanoseconds: 912_632_000))
    #expect(registry.regionID == "")
    #expect(registry.instanceID == "")
    #expect(!"\(page)".contains("R5172VW6FEW6MZFP2W1S"))
  }

  @Test func artifacts() throws {
    let page = try Self.artifactPage(ExampleBody.artifacts)
    #expect(page.facts.nextMarker == 10)
    #expect(page.artifacts.count == 1)
    let artifact = try #require(page.artifacts.first)
    #expect(artifact.id == 3804)
    #expect(artifact.repositoryID == 402)
    #expect(artifact.repositoryName == nil)
    #expect(artifact.namespaceID == 87)
    #expect(artifact.type.map(page.text) == "IMAGE")
    #expect(
      artifact.digest.map(page.text)
        == "sha256:3ee2a6bffb6dfec67be23fd0f6c0e8a48620277582e01800b4ad3c03ad0d9489")
    #expect(artifact.size == 8_049_952)
    #expect(artifact.tags == 0)
    #expect(artifact.pushedAt == Timestamp(seconds: 1_612_347_731, nanoseconds: 840_000_000))
    #expect(artifact.pulledAt == nil)
    #expect(artifact.isNeverPulled)
  }

  @Test(arguments: [
    ("null", 0), ("[]", 0), (#"[{"name":"a"}]"#, 1), (#"[{},{"x":[1,{}]},null]"#, 2), ("{}", 0), (#""x""#, 0),
  ])
  func tags(_ text: String, _ count: Int) throws {
    let page = try Self.artifactPage(#"{"artifacts":[{"tags":\#(text),"id":1}]}"#)
    #expect(page.artifacts.first?.tags == count)
    #expect(page.artifacts.first?.id == 1)
  }

  @Test(arguments: [
    (#""2021-02-03T10:22:11.840Z""#, true, false), (#""0001-01-01T00:00:00.000Z""#, false, true),
    ("null", false, false),
    (#""""#, false, false), (#""soon""#, false, false), (#""1969-01-01T00:00:00Z""#, false, false), ("0", false, false),
    (#""2021\u002d02-03T10:22:11.840Z""#, true, false),
  ])
  func pulls(_ text: String, _ isPulled: Bool, _ isNeverPulled: Bool) throws {
    let artifact = try #require(try Self.artifactPage(#"{"artifacts":[{"pull_time":\#(text)}]}"#).artifacts.first)
    #expect((artifact.pulledAt != nil) == isPulled)
    #expect(artifact.isNeverPulled == isNeverPulled)
  }

  @Test func aPageReplacesTheLast() throws {
    var page = ArtifactPage()
    try page.read(Self.bytes(#"{"artifacts":[{"id":1,"type":"A"},{"id":2}],"next_marker":"5"}"#))
    #expect(page.facts.nextMarker == 5)
    try page.read(Self.bytes(#"{"artifacts":[{"id":3,"type":"\u0042C"}]}"#))
    #expect(page.artifacts.map(\.id) == [3])
    #expect(page.artifacts[0].type.map(page.text) == "BC")
    #expect(page.facts.nextMarker == nil)
    #expect(throws: JSONError.self) { try page.read(Self.bytes(#"{"artifacts":[{"id":3},"#)) }
    try page.read(Self.bytes(#"{"artifacts":null}"#))
    #expect(page.artifacts.isEmpty)
  }

  @Test func syncRules() throws {
    let rules = try Self.page(SyncRule.self, in: nil, .one, ExampleBody.syncRules).objects
    let rule = try #require(rules.first)
    #expect(rules.count == 1)
    #expect(rule.id == "45")
    #expect(rule.remoteRegionID == "cn-north-1")
    #expect(rule.remoteNamespace == "sdsad")
    #expect(rule.isAutomatic == true)
    #expect(rule.overrides == true)
    #expect(rule.createdAt == Timestamp(seconds: 1_587_089_463, nanoseconds: 531_830_000))
    #expect(rule.updatedAt == Timestamp(seconds: 1_587_089_463, nanoseconds: 531_831_000))
    #expect(try Self.page(SyncRule.self, in: nil, .one, "null").objects.isEmpty)
    #expect(try Self.page(SyncRule.self, in: nil, .one, "[]").objects.isEmpty)
    #expect(try Self.page(SyncRule.self, in: nil, .one, #"[{"id":"45"}]"#).objects.map(\.id) == ["45"])
  }

  @Test func remoteMirror() throws {
    let mirror = try #require(try Self.mirror(ExampleBody.remoteMirror))
    #expect(mirror.id == "11887")
    #expect(mirror.status == "failed")
    #expect(mirror.lastUpdateAt == Timestamp(seconds: 1_735_296_741))
    #expect(mirror.lastSuccessfulUpdateAt == Timestamp(seconds: 1_735_244_100))
    #expect(mirror.url == "https://example.com/foo/bar.git")
    #expect(mirror.failures == 1)
    #expect(mirror.isEnabled == false)
    #expect(mirror.isPrivate == false)
    #expect(mirror.errorCode == "7")
  }

  @Test(arguments: ["null", "{}", #"{"id":null,"url":null,"repository_id":7}"#])
  func noMirror(_ text: String) throws {
    #expect(try Self.mirror(text) == nil)
  }

  @Test(
    arguments: [
      ("null", nil), (#""""#, nil), (#""fatal: unable to access""#, "unknown"), (#""{\"code\":\"7\"}""#, "7"),
      (#""{\"code\":7}""#, "7"),
      (#""{\"msg\":\"x\"}""#, "unknown"), (#""{\"code\":\"a b\"}""#, "unknown"), (#""{\"code\":null}""#, "unknown"),
      (#""{\"code\":\"7\"""#, "unknown"),
      (#""{\"code\":\"\"}""#, "unknown"), (#"{"code":"E-1.x_2","msg":"x"}"#, "E-1.x_2"), ("[]", "unknown"),
      ("true", "unknown"), ("{}", "unknown"),
      (#""[1]""#, "unknown"),
      (#""null""#, "unknown"), (#""{\"code\":{\"code\":\"7\"}}""#, "unknown"),
    ] as [(String, String?)])
  func mirrorErrors(_ text: String, _ code: String?) throws {
    let mirror = try #require(try Self.mirror(#"{"id":1,"last_error":\#(text)}"#))
    #expect(mirror.errorCode == code)
  }

  @Test func longMirrorErrors() throws {
    let long = String(repeating: "x", count: 64)
    for (code, expected) in [(long, long), (long + "x", "unknown")] {
      let mirror = try Self.mirror(#"{"id":1,"last_error":"{\"code\":\"\#(code)\"}"}"#)
      #expect(mirror?.errorCode == expected)
    }
    let megabyte = String(repeating: "x", count: 1 << 20)
    let mirror = try Self.mirror(#"{"id":1,"last_error":"{\"code\":\"7\",\"msg\":\"\#(megabyte)\"}"}"#)
    #expect(mirror?.errorCode == "unknown")
  }

  @Test func imageCaches() throws {
    let cache = try #require(
      try Self.page(ImageCache.self, in: "image_caches", .one, ExampleBody.imageCaches).objects.first)
    #expect(cache.id == "c271e39e-1a6e-4d3d-8fa8-2a36329c68d2")
    #expect(cache.name == "test-imagecache")
    #expect(cache.status == "Available")
    #expect(cache.createdAt == Timestamp(seconds: 1_732_516_354, nanoseconds: 923_248_000))
    #expect(cache.size == 26_843_545_600)
    #expect(cache.images == ["swr.xxxxx.com/xxxxx/nginx:latest", "busybox:latest"])
    #expect(cache.retentionDays == 7)
    #expect(cache.clusterID == "c271e39f-1a6e-4d3d-8fa8-2a36329c68d2")
    let odd = try #require(
      try Self.page(
        ImageCache.self, in: "image_caches", .one,
        #"{"image_caches":[{"id":"a","images":[null,"x",{}],"image_cache_size":-1,"building_config":[]}]}"#
      ).objects.first)
    #expect(odd.id == "a")
    #expect(odd.images == ["x"])
    #expect(odd.size == nil)
    #expect(odd.clusterID == nil)
  }

  /// The documents say that one that is not sent is 0, which is for ever; nonsense is neither.
  @Test(
    arguments: [
      ("", 0), (#","retention_days":null"#, 0), (#","retention_days":0"#, 0), (#","retention_days":30"#, 30),
      (#","retention_days":"30""#, 30), (#","retention_days":-1"#, nil), (#","retention_days":"for ever""#, nil),
      (#","retention_days":{}"#, nil),
    ] as [(String, Int64?)])
  func retentionOfImageCaches(_ field: String, _ days: Int64?) throws {
    let text = #"{"image_caches":[{"id":"a","created_at":"2026-01-01T00:00:00Z"\#(field)}]}"#
    let cache = try #require(try Self.page(ImageCache.self, in: "image_caches", .one, text).objects.first)
    #expect(cache.retentionDays == days)
    let expiry: Double? = days == 30 ? 1_767_225_600 + 30 * 86_400 : nil
    #expect(cache.expiry == expiry)
  }

  @Test func instances() throws {
    let page = try Self.page(
      Instance.self, in: "instances",
      #"{"instances":[{"id":"i-1","name":"a","spec":"swr.ee.professional","version":"25.9.0","status":"Running","#
        + #""created_at":"2024-01-01T00:00:00Z","expires_at":""}],"total":"1"}"#)
    let instance = try #require(page.objects.first)
    #expect(page.facts.total == 1)
    #expect(instance.id == "i-1")
    #expect(instance.name == "a")
    #expect(instance.version == "25.9.0")
    #expect(instance.spec == "swr.ee.professional")
    #expect(instance.status == "Running")
    #expect(instance.createdAt == Timestamp(seconds: 1_704_067_200))
    #expect(instance.expiresAt == nil)
  }

  @Test func namespaces() throws {
    let page = try Self.page(
      Namespace.self, in: "namespaces",
      #"{"namespaces":[{"name":"library","namespace_id":87,"metadata":{"public":"true"}}],"total":1}"#)
    #expect(page.objects.map(\.id) == ["87"])
    #expect(page.objects.map(\.name) == ["library"])
    #expect(page.facts.total == 1)
  }

  @Test func imageRepositories() throws {
    let byMarker = try Self.page(
      ImageRepository.self, in: "repos", .marker(in: "nextMarker", limit: 1000),
      #"{"repos":[{"id":1,"name":"a$b","namespace_name":"team","size":1}],"nextMarker":77}"#)
    let nested = ImageRepository(namespace: "team", name: "a/b")
    #expect(byMarker.objects == [nested])
    #expect(byMarker.facts.nextMarker == 77)
    let byOffset = try Self.page(
      ImageRepository.self, in: nil, .offset(total: .objectField("total_range")),
      #"[{"name":"a/b","namespace":"team","status":"x","tags":["1"],"total_range":250}]"#)
    #expect(byOffset.objects == [nested])
    #expect(byOffset.facts.total == 250)
    #expect(ImageRepository.nameInPath("a/b") == "a$b")
  }

  @Test func codeRepositories() throws {
    let page = try Self.page(
      CodeRepository.self, in: nil, .offset(total: .none),
      #"[{"id":2111985337,"name":"a","archived":false},{"id":"7"}]"#)
    #expect(page.objects.map(\.id) == ["2111985337", "7"])
    #expect(page.objects.map(\.name) == ["a", nil])
  }

  @Test func projects() throws {
    let page = try Self.page(
      IAMProject.self, in: "projects", .one,
      #"{"projects":[{"id":"0b7a","name":"cn-north-4","enabled":true,"links":{}}],"links":{"next":null}}"#)
    #expect(page.objects.map(\.id) == ["0b7a"])
    #expect(page.objects.map(\.name) == ["cn-north-4"])
  }
}
