import Testing

@testable import HuaweiCloud

/// What each endpoint's body says, and what is made of one that says it differently.
@Suite struct ServicesDecodingTests {
  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  static func artifactPage(_ text: String) throws(JSONError) -> ArtifactPage {
    var page = ArtifactPage()
    try page.read(bytes(text))
    return page
  }

  @Test func registries() throws {
    let page = try Registry.page(Self.bytes(ExampleBody.registries))
    #expect(page.total == 1)
    let registry = try #require(page.elements.first)
    #expect(page.elements.count == 1)
    #expect(registry.id == 24)
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
    #expect(page.nextMarker == 10)
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
    #expect(page.nextMarker == 5)
    try page.read(Self.bytes(#"{"artifacts":[{"id":3,"type":"\u0042C"}]}"#))
    #expect(page.artifacts.map(\.id) == [3])
    #expect(page.artifacts[0].type.map(page.text) == "BC")
    #expect(page.nextMarker == nil)
    #expect(throws: JSONError.self) { try page.read(Self.bytes(#"{"artifacts":[{"id":3},"#)) }
    try page.read(Self.bytes("{}"))
    #expect(page.artifacts.isEmpty)
  }

  @Test func syncRules() throws {
    #expect(
      try SyncRule.list(Self.bytes(ExampleBody.syncRules)) == [
        SyncRule(
          id: 45, remoteRegionID: "cn-north-1", remoteNamespace: "sdsad", isAutomatic: true, overrides: true,
          createdAt: Timestamp(seconds: 1_587_089_463, nanoseconds: 531_830_000),
          updatedAt: Timestamp(seconds: 1_587_089_463, nanoseconds: 531_831_000))
      ])
    #expect(try SyncRule.list(Self.bytes("null")) == [])
    #expect(try SyncRule.list(Self.bytes("[]")) == [])
    #expect(try SyncRule.list(Self.bytes(#"[{"id":"45"}]"#)) == [SyncRule(id: 45)])
  }

  @Test func remoteMirror() throws {
    let mirror = try #require(try RemoteMirror.answer(Self.bytes(ExampleBody.remoteMirror)))
    #expect(mirror.id == 11887)
    #expect(mirror.updateStatus == "failed")
    #expect(mirror.lastUpdateAt == Timestamp(seconds: 1_735_296_741))
    #expect(mirror.lastSuccessfulUpdateAt == Timestamp(seconds: 1_735_244_100))
    #expect(mirror.url == "https://example.com/foo/bar.git")
    #expect(mirror.failures == 1)
    #expect(mirror.isEnabled == false)
    #expect(mirror.isPrivate == false)
    #expect(mirror.lastErrorCode == "7")
  }

  @Test(arguments: ["null", "{}", #"{"id":null,"url":null,"repository_id":7}"#])
  func noMirror(_ text: String) throws {
    #expect(try RemoteMirror.answer(Self.bytes(text)) == nil)
  }

  @Test(
    arguments: [
      ("null", nil), (#""""#, nil), (#""fatal: unable to access""#, ""), (#""{\"code\":\"7\"}""#, "7"),
      (#""{\"code\":7}""#, "7"),
      (#""{\"msg\":\"x\"}""#, ""), (#""{\"code\":\"a b\"}""#, ""), (#""{\"code\":null}""#, ""),
      (#""{\"code\":\"7\"""#, ""),
      (#""{\"code\":\"\"}""#, ""), (#"{"code":"E-1.x_2","msg":"x"}"#, "E-1.x_2"), ("[]", ""), ("true", ""), ("{}", ""),
      (#""[1]""#, ""),
      (#""null""#, ""), (#""{\"code\":{\"code\":\"7\"}}""#, ""),
    ] as [(String, String?)])
  func mirrorErrors(_ text: String, _ code: String?) throws {
    let mirror = try #require(try RemoteMirror.answer(Self.bytes(#"{"id":1,"last_error":\#(text)}"#)))
    #expect(mirror.lastErrorCode == code)
  }

  @Test func longMirrorErrors() throws {
    let long = String(repeating: "x", count: 64)
    for (code, expected) in [(long, long), (long + "x", "")] {
      let mirror = try RemoteMirror.answer(Self.bytes(#"{"id":1,"last_error":"{\"code\":\"\#(code)\"}"}"#))
      #expect(mirror?.lastErrorCode == expected)
    }
    let megabyte = String(repeating: "x", count: 1 << 20)
    let mirror = try RemoteMirror.answer(
      Self.bytes(#"{"id":1,"last_error":"{\"code\":\"7\",\"msg\":\"\#(megabyte)\"}"}"#))
    #expect(mirror?.lastErrorCode == "")
  }

  @Test func imageCaches() throws {
    #expect(
      try ImageCache.list(Self.bytes(ExampleBody.imageCaches)) == [
        ImageCache(
          id: "c271e39e-1a6e-4d3d-8fa8-2a36329c68d2", name: "test-imagecache", status: "Available",
          createdAt: Timestamp(seconds: 1_732_516_354, nanoseconds: 923_248_000), size: 25,
          images: ["swr.xxxxx.com/xxxxx/nginx:latest", "busybox:latest"], retentionDays: 7,
          clusterID: "c271e39f-1a6e-4d3d-8fa8-2a36329c68d2")
      ])
    #expect(
      try ImageCache.list(
        Self.bytes(#"{"image_caches":[{"id":"a","images":[null,"x",{}],"image_cache_size":-1,"building_config":[]}]}"#))
        == [ImageCache(id: "a", images: ["x"])])
  }

  @Test func instances() throws {
    let page = try RegistryInstance.page(
      Self.bytes(
        #"{"instances":[{"id":"i-1","name":"a","spec":"swr.ee.professional","version":"25.9.0","status":"Running","#
          + #""created_at":"2024-01-01T00:00:00Z","expires_at":""}],"total":"1"}"#))
    #expect(
      page
        == ListingPage(
          elements: [
            RegistryInstance(
              id: "i-1", name: "a", version: "25.9.0", spec: "swr.ee.professional", status: "Running",
              createdAt: Timestamp(seconds: 1_704_067_200))
          ], total: 1))
  }

  @Test func namespaces() throws {
    let page = try RegistryNamespace.page(
      Self.bytes(#"{"namespaces":[{"name":"library","namespace_id":87,"metadata":{"public":"true"}}],"total":1}"#))
    #expect(page == ListingPage(elements: [RegistryNamespace(id: 87, name: "library")], total: 1))
  }

  @Test func imageRepositories() throws {
    let byMarker = try ImageRepository.pageByMarker(
      Self.bytes(#"{"repos":[{"id":1,"name":"a$b","namespace_name":"team","size":1}],"nextMarker":77}"#))
    let nested = ImageRepository(namespace: "team", name: "a/b")
    #expect(byMarker == ListingPage(elements: [nested], nextMarker: 77))
    let byOffset = try ImageRepository.pageByOffset(
      Self.bytes(#"[{"name":"a/b","namespace":"team","status":"x","tags":["1"],"total_range":250}]"#))
    #expect(byOffset == ListingPage(elements: [nested], total: 250))
    #expect(nested.nameInPath == "a$b")
  }

  @Test func codeRepositories() throws {
    let page = try CodeRepository.page(Self.bytes(#"[{"id":2111985337,"name":"a","archived":false},{"id":"7"}]"#))
    #expect(page.elements == [CodeRepository(id: 2_111_985_337, name: "a"), CodeRepository(id: 7, name: nil)])
  }

  @Test func projects() throws {
    let projects = try IAMProject.iamProjects(
      Self.bytes(#"{"projects":[{"id":"0b7a","name":"cn-north-4","enabled":true,"links":{}}],"links":{"next":null}}"#))
    #expect(projects == [IAMProject(id: "0b7a", name: "cn-north-4")])
  }
}
