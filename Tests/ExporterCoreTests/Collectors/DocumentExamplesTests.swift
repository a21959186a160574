import ExporterCore
import HTTPTransport
import Testing

/// The example responses of the five endpoint documents behind a real server, and what one would write by hand from them.
@Suite struct DocumentExamplesTests {
  private static let registries = """
    {"total": 1, "registries": [{"id": 24, "name": "test-swr", "description": "", "type": "huawei-SWR",
      "url": "https://10.185.79.188", "credential": {"type": "basic", "access_key": "cn-cmcc1@R5172VW6FEW6MZFP2W1S",
      "access_secret": ""}, "insecure": true, "status": "healthy", "created_at": "2021-02-05T09:31:00.298426Z",
      "updated_at": "2021-02-19T12:19:51.912632Z", "region_id": "", "instance_id": ""}]}
    """
  private static let artifacts = """
    {"next_marker": 10, "artifacts": [{"id": 3804, "pull_time": "0001-01-01T00:00:00.000Z",
      "push_time": "2021-02-03T10:22:11.840Z", "repository_id": 402,
      "digest": "sha256:3ee2a6bffb6dfec67be23fd0f6c0e8a48620277582e01800b4ad3c03ad0d9489",
      "manifest_media_type": "application/vnd.docker.distribution.manifest.v2+json",
      "media_type": "application/vnd.docker.container.image.v1+json", "namespace_id": 87, "size": 8049952,
      "type": "IMAGE"}]}
    """
  private static let syncRules = """
    [{"createdAt": "2020-04-17T02:11:03.53183Z", "domainID": "8b1e81************************633fb",
      "domainName": "p*********59", "id": 45, "namespace": "test", "override": true, "remoteNamespace": "sdsad",
      "remoteRegionId": "cn-north-1", "repoName": "grpc-helloworld", "syncAuto": true,
      "updatedAt": "2020-04-17T02:11:03.531831Z"}]
    """
  private static let mirror = #"""
    {"id": 11887, "repository_id": 2111985337, "update_status": "failed",
      "last_update_at": "2024-12-27T18:52:21.000+08:00", "url": "https://example.com/foo/bar.git",
      "last_successful_update_at": "2024-12-27T04:15:00.000+08:00", "number_of_failures": 1, "mirroring_enabled": false,
      "is_private": false, "endpoint_uuid": null, "last_error": "{\"msg\":\"exit status 128\",\"code\":\"7\"}"}
    """#
  private static let imageCaches = """
    {"image_caches": [{"name": "test-imagecache", "id": "c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",
      "created_at": "2024-11-25 06:32:34.923248 +0000 UTC",
      "images": ["swr.xxxxx.com/xxxxx/nginx:latest", "busybox:latest"], "image_cache_size": 25, "retention_days": 7,
      "building_config": {"cluster": "c271e39f-1a6e-4d3d-8fa8-2a36329c68d2",
      "image_pull_secrets": ["default:secret1", "default:secret2", "kube-system:secret3"]}, "status": "Available"}]}
    """

  private static func answer(_ request: HTTPServerRequest) -> HTTPServerAnswer {
    let body: String? =
      switch request.path {
      case "/v2/p1/instances/i1/registries": registries
      case "/v2/p1/instances/i1/artifacts":
        request.query?.contains("marker=1&") == true ? artifacts : #"{"artifacts": []}"#
      case "/v2/p1/instances/i1/namespaces": #"{"namespaces": [{"name": "library", "namespace_id": 87}], "total": 1}"#
      case "/v2/p1/instances": #"{"instances": [], "total": 0}"#
      case "/v2/manage/namespaces/test/repos/grpc-helloworld/sync_repo": syncRules
      case "/v4/repositories/2111985337/remote-mirror": mirror
      case "/v5/imagecaches": imageCaches
      default: nil
      }
    guard let body else { return .response(HTTPServerResponse(status: 404, text: request.path)) }
    return .response(HTTPServerResponse(status: 200, text: body, contentType: "application/json"))
  }

  @Test func givesExactlyTheSeriesOneWouldWrite() async throws {
    let server = try HTTPServer(listening: [.tcp(host: "127.0.0.1", port: 0)]) { Self.answer($0) }
    defer { server.stop() }
    let address = try #require(server.addresses.first)
    let (page, result) = try await collectOnce(
      """
      projects:
        - name: prod
          region: cn-north-4
          project_id: p1
          credentials: {access_key: AK, secret_key: SK}
          \(endpoints("http://\(address)"))
          collectors:
            registries: {instances: [i1]}
            artifacts: {instances: [i1]}
            sync_rules: {repositories: [test/grpc-helloworld]}
            mirrors: {repository_ids: [2111985337]}
            image_caches:
      """)
    #expect(result.hasSucceeded, "\(result.statuses.compactMap(\.lastError))")
    #expect(page.data == Self.expected.split(separator: "\n").map(String.init))
    #expect(!page.lines.joined().contains("access_key"))
    #expect(!page.lines.joined().contains("R5172VW6FEW6MZFP2W1S"))
  }

  static let expected = """
    huaweicloud_swr_registries{project="prod",instance_id="i1"} 1
    huaweicloud_swr_registry_healthy{project="prod",instance_id="i1",registry_id="24",registry="test-swr"} 1
    huaweicloud_swr_registry_status{project="prod",instance_id="i1",registry_id="24",registry="test-swr",status="healthy"} 1
    huaweicloud_swr_registry_status{project="prod",instance_id="i1",registry_id="24",registry="test-swr",status="unhealthy"} 0
    huaweicloud_swr_registry_status{project="prod",instance_id="i1",registry_id="24",registry="test-swr",status="unknown"} 0
    huaweicloud_swr_registry_created_timestamp_seconds{project="prod",instance_id="i1",registry_id="24",registry="test-swr"} 1612517460.298426
    huaweicloud_swr_registry_updated_timestamp_seconds{project="prod",instance_id="i1",registry_id="24",registry="test-swr"} 1613737191.912632
    huaweicloud_swr_registry_info{project="prod",instance_id="i1",registry_id="24",registry="test-swr",registry_type="huawei-SWR",url="https://10.185.79.188",remote_region="",remote_instance_id="",insecure="true"} 1
    huaweicloud_swr_artifacts{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 1
    huaweicloud_swr_artifacts_size_bytes{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 8049952
    huaweicloud_swr_artifacts_largest_size_bytes{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 8049952
    huaweicloud_swr_artifacts_tags{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 0
    huaweicloud_swr_artifacts_untagged{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 1
    huaweicloud_swr_artifacts_untagged_size_bytes{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 8049952
    huaweicloud_swr_artifacts_never_pulled{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 1
    huaweicloud_swr_artifacts_idle{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE",idle_for="30d"} 1
    huaweicloud_swr_artifacts_idle{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE",idle_for="90d"} 1
    huaweicloud_swr_artifacts_idle_size_bytes{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE",idle_for="30d"} 8049952
    huaweicloud_swr_artifacts_idle_size_bytes{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE",idle_for="90d"} 8049952
    huaweicloud_swr_artifacts_last_push_timestamp_seconds{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 1612347731.84
    huaweicloud_swr_repository_info{project="prod",instance_id="i1",repository_id="402",repository="",namespace_id="87",swr_namespace="library"} 1
    huaweicloud_swr_sync_rules{project="prod",swr_namespace="test",repository="grpc-helloworld"} 1
    huaweicloud_swr_sync_rule_auto_enabled{project="prod",swr_namespace="test",repository="grpc-helloworld",rule_id="45",remote_region="cn-north-1",remote_namespace="sdsad"} 1
    huaweicloud_swr_sync_rule_override_enabled{project="prod",swr_namespace="test",repository="grpc-helloworld",rule_id="45",remote_region="cn-north-1",remote_namespace="sdsad"} 1
    huaweicloud_swr_sync_rule_created_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld",rule_id="45",remote_region="cn-north-1",remote_namespace="sdsad"} 1587089463.53183
    huaweicloud_swr_sync_rule_updated_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld",rule_id="45",remote_region="cn-north-1",remote_namespace="sdsad"} 1587089463.531831
    huaweicloud_codearts_mirrors{project="prod"} 1
    huaweicloud_codearts_mirror_failures{project="prod",repository_id="2111985337"} 1
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="none"} 0
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="scheduled"} 0
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="started"} 0
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="finished"} 0
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="failed"} 1
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="canceled"} 0
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="to_retry"} 0
    huaweicloud_codearts_mirror_status{project="prod",repository_id="2111985337",status="unknown"} 0
    huaweicloud_codearts_mirror_enabled{project="prod",repository_id="2111985337"} 0
    huaweicloud_codearts_mirror_private{project="prod",repository_id="2111985337"} 0
    huaweicloud_codearts_mirror_last_update_timestamp_seconds{project="prod",repository_id="2111985337"} 1735296741
    huaweicloud_codearts_mirror_last_successful_update_timestamp_seconds{project="prod",repository_id="2111985337"} 1735244100
    huaweicloud_codearts_mirror_last_error_info{project="prod",repository_id="2111985337",error_code="7"} 1
    huaweicloud_codearts_mirror_info{project="prod",repository_id="2111985337",mirror_id="11887",url="https://example.com/foo/bar.git",repository=""} 1
    huaweicloud_cce_image_caches{project="prod"} 1
    huaweicloud_cce_image_cache_status{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",status="Available"} 1
    huaweicloud_cce_image_cache_status{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",status="Unavailable"} 0
    huaweicloud_cce_image_cache_status{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",status="Creating"} 0
    huaweicloud_cce_image_cache_status{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",status="Deleting"} 0
    huaweicloud_cce_image_cache_status{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",status="Failed"} 0
    huaweicloud_cce_image_cache_status{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",status="unknown"} 0
    huaweicloud_cce_image_cache_size_bytes{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 26843545600
    huaweicloud_cce_image_cache_images{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 2
    huaweicloud_cce_image_cache_created_timestamp_seconds{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 1732516354.923248
    huaweicloud_cce_image_cache_expiry_timestamp_seconds{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 1733121154.923248
    huaweicloud_cce_image_cache_info{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",cluster_id="c271e39f-1a6e-4d3d-8fa8-2a36329c68d2"} 1
    huaweicloud_cce_image_cache_image_info{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",image="swr.xxxxx.com/xxxxx/nginx:latest"} 1
    huaweicloud_cce_image_cache_image_info{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",image="busybox:latest"} 1
    """
}
