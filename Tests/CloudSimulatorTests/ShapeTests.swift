import HTTPTransport
import HuaweiCloud
import System
import Testing

@testable import CloudSimulator

/// The documents' own examples, written again by the simulator.
@Suite struct ShapeTests {
  @Test func registriesLookAsDocumented() throws {
    let cloud = try CloudSimulator(
      world: world {
        var registry = SimulatedRegistry(id: 24, name: "test-swr", accessKey: "cn-cmcc1@R5172VW6FEW6MZFP2W1S")
        registry.updatedAt = .at(Timestamp(seconds: 1_613_737_191, nanoseconds: 912_632_000))
        $0.instances = [SimulatedInstance(id: "i", name: "n", registries: [registry])]
      })
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v2/\(projectID)/instances/i/registries?offset=0&limit=100"),
      equals: """
        {"total": 1, "registries": [{"id": 24, "name": "test-swr", "description": "", "type": "huawei-SWR",
        "url": "https://10.185.79.188", "credential": {"type": "basic",
        "access_key": "cn-cmcc1@R5172VW6FEW6MZFP2W1S", "access_secret": ""}, "insecure": true, "status": "healthy",
        "created_at": "2021-02-05T09:31:00.298426Z", "updated_at": "2021-02-19T12:19:51.912632Z",
        "region_id": "", "instance_id": ""}]}
        """)
  }

  @Test func artifactsLookAsDocumented() throws {
    let artifact = SimulatedArtifact(
      id: 3804, repositoryID: 402, repositoryName: nil, namespaceID: 87,
      digest: "sha256:3ee2a6bffb6dfec67be23fd0f6c0e8a48620277582e01800b4ad3c03ad0d9489", size: 8_049_952,
      pushedAt: .at(Timestamp(seconds: 1_612_347_731, nanoseconds: 840_000_000)))
    let cloud = try CloudSimulator(
      world: world {
        $0.instances = [SimulatedInstance(id: "i", name: "n", artifacts: ArtifactListing([artifact]))]
      })
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v2/\(projectID)/instances/i/artifacts?marker=1&limit=100"),
      equals: """
        {"artifacts": [{"id": 3804, "pull_time": "0001-01-01T00:00:00.000Z", "push_time": "2021-02-03T10:22:11.840Z",
        "repository_id": 402, "digest": "sha256:3ee2a6bffb6dfec67be23fd0f6c0e8a48620277582e01800b4ad3c03ad0d9489",
        "manifest_media_type": "application/vnd.docker.distribution.manifest.v2+json",
        "media_type": "application/vnd.docker.container.image.v1+json", "namespace_id": 87, "size": 8049952,
        "type": "IMAGE"}]}
        """)
  }

  @Test(arguments: ["grpc$tools", "grpc%24tools"]) func syncRulesLookAsDocumented(wire: String) throws {
    var rule = SimulatedSyncRule(id: 45, remoteNamespace: "sdsad")
    rule.replacements = ["domainID": #""8b1e81""#, "extra": "[1]"]
    let cloud = try CloudSimulator(
      world: world {
        $0.organisations = [
          SimulatedOrganisation(
            id: 1, name: "test", repositories: [SimulatedImageRepository(name: "grpc/tools", rules: [rule])])
        ]
      })
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v2/manage/namespaces/test/repos/\(wire)/sync_repo"),
      equals: """
        [{"createdAt": "2020-04-17T02:11:03.53183Z", "domainID": "8b1e81", "domainName": "simulated", "id": 45,
        "namespace": "test", "override": true, "remoteNamespace": "sdsad", "remoteRegionId": "cn-north-1",
        "repoName": "grpc/tools", "syncAuto": true, "updatedAt": "2020-04-17T02:11:03.531831Z", "extra": [1]}]
        """)
  }

  @Test(arguments: ["grpc/tools", "grpc%2Ftools", "grpc%2ftools"]) func aSlashInARepositoryIsNoPath(wire: String) throws
  {
    let cloud = try CloudSimulator(world: world())
    defer { cloud.stop() }
    let asked = try cloud.ask("/v2/manage/namespaces/test/repos/\(wire)/sync_repo")
    #expect(asked.status == 404)
    #expect(asked.object["error_code"] as? String == "APIGW.0101")
    #expect(asked.object["request_id"] as? String == asked.headers.first(named: "X-Request-Id"))
  }

  @Test func mirrorLooksAsDocumented() throws {
    let state = MirrorState(
      status: "failed", failures: 1, lastUpdate: .at(Timestamp(seconds: 1_735_296_741)),
      lastSuccess: .at(Timestamp(seconds: 1_735_244_100)), lastError: #"{"msg":"exit status 128","code":"7"}"#)
    let cloud = try CloudSimulator(
      world: world {
        $0.codeRepositories = [
          SimulatedCodeRepository(
            id: 2_111_985_337, name: "bar",
            mirror: SimulatedMirror(id: 11887, isEnabled: false, course: .fixed(state))),
          SimulatedCodeRepository(id: 2, name: "none"),
          SimulatedCodeRepository(id: 3, name: "forbidden", isForbidden: true),
        ]
      })
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v4/repositories/2111985337/remote-mirror"),
      equals: #"""
        {"id": 11887, "repository_id": 2111985337, "update_status": "failed",
        "last_update_at": "2024-12-27T18:52:21.000+08:00", "url": "https://example.com/foo/bar.git",
        "last_successful_update_at": "2024-12-27T04:15:00.000+08:00", "number_of_failures": 1,
        "mirroring_enabled": false, "is_private": false, "endpoint_uuid": null,
        "last_error": "{\"msg\":\"exit status 128\",\"code\":\"7\"}"}
        """#)
    let none = try cloud.ask("/v4/repositories/2/remote-mirror")
    #expect(none.status == 404)
    #expect(none.object["error_code"] as? String == "CH.004404")
    let forbidden = try cloud.ask("/v4/repositories/3/remote-mirror")
    #expect(forbidden.status == 403)
    #expect(forbidden.object["error_code"] as? String == "CH.004403")
    #expect(forbidden.object["encoded_authorization_message"] != nil)
  }

  @Test func imageCachesLookAsDocumented() throws {
    let cache = SimulatedImageCache(
      id: "c271e39e-1a6e-4d3d-8fa8-2a36329c68d2", name: "test-imagecache",
      createdAt: .at(Timestamp(seconds: 1_732_516_354, nanoseconds: 923_248_000)),
      images: ["swr.xxxxx.com/xxxxx/nginx:latest", "busybox:latest"],
      pullSecrets: ["default:secret1", "default:secret2", "kube-system:secret3"])
    let cloud = try CloudSimulator(world: world { $0.imageCaches = [.fixed(cache)] })
    defer { cloud.stop() }
    try expect(
      cloud.ask("/v5/imagecaches"),
      equals: """
        {"image_caches": [{"name": "test-imagecache", "id": "c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",
        "created_at": "2024-11-25 06:32:34.923248 +0000 UTC",
        "images": ["swr.xxxxx.com/xxxxx/nginx:latest", "busybox:latest"], "image_cache_size": 25,
        "retention_days": 7, "building_config": {"cluster": "c271e39f-1a6e-4d3d-8fa8-2a36329c68d2",
        "image_pull_secrets": ["default:secret1", "default:secret2", "kube-system:secret3"]},
        "status": "Available"}]}
        """)
  }

  @Test func textOfEveryKindIsValidJSON() throws {
    let texts = [#"a"b\c"#, "line\nbreak\tand\u{1}", "🐳 مرحبا é"]
    let cloud = try CloudSimulator(
      world: world {
        $0.instances = [
          SimulatedInstance(
            id: "i", name: "n",
            registries: texts.enumerated().map { SimulatedRegistry(id: Int64($0), name: $1) })
        ]
      })
    defer { cloud.stop() }
    let asked = try cloud.ask("/v2/\(projectID)/instances/i/registries?offset=0&limit=100&order_column=name")
    #expect(Set(asked.list("registries").compactMap { $0["name"] as? String }) == Set(texts))
  }

  @Test(arguments: ErrorShape.allCases) func errorsHaveTheirShape(shape: ErrorShape) throws {
    var faults = Faults()
    faults.add(.status(403, shape: shape, code: "X.1", message: "no \"way\""), to: .listImageCaches)
    let cloud = try CloudSimulator(world: world(), faults: faults)
    defer { cloud.stop() }
    let asked = try cloud.ask("/v5/imagecaches")
    #expect(asked.status == 403)
    switch shape {
    case .flat, .cceFlat, .gateway:
      #expect(asked.object["error_code"] as? String == "X.1")
      #expect(asked.object["error_msg"] as? String == "no \"way\"")
    case .swr:
      #expect(asked.object["error_code"] as? String == "X.1")
      #expect(asked.list("errors").first?["errorCode"] as? String == "X.1")
    case .swrArray: #expect(asked.list.first?["errorCode"] as? String == "X.1")
    case .swrErrors: #expect(asked.list("errors").first?["errorMessage"] as? String == "no \"way\"")
    case .cce: #expect(asked.object["errorCode"] as? String == "X.1")
    case .iam: #expect((asked.object["error"] as? [String: Any])?["code"] as? Int == 403)
    case .codeArtsV2: #expect((asked.object["error"] as? [String: Any])?["code"] as? String == "X.1")
    case .html: #expect(asked.text.hasPrefix("<html>"))
    case .empty: #expect(asked.body.isEmpty)
    }
  }
}
