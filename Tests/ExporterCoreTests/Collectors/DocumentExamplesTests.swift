import ExporterCore
import HTTPTransport
import TestSupport
import Testing

/// The example responses of the endpoint documents behind a real server, and what one would write by hand from them.
///
/// The documents of the newer endpoints have no examples: their answers are written from the fields that they list.
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

  private static let replicationPolicies = """
    {"policies": [{"id": 3, "name": "to-dr", "description": "", "dest_registry": {"id": 24}, "dest_namespace": "mirror",
      "filters": [{"type": "name", "value": "library/**"}], "repo_scope_mode": "regular",
      "trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 0 2 * * ?"}}, "override": true, "enabled": true,
      "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z"}], "total": 1}
    """
  private static let replications = """
    {"executions": [{"id": 70, "policy_id": 3, "status": "Succeed", "status_text": "", "total": 5, "failed": 0,
      "succeed": 5, "in_progress": 0, "stopped": 0, "trigger": "scheduled", "created_at": "2026-10-01T02:00:00.000Z",
      "updated_at": "2026-10-01T02:04:00.000Z"}, {"id": 71, "policy_id": 3, "status": "Failed",
      "status_text": "2 tasks failed", "total": 5, "failed": 2, "succeed": 3, "in_progress": 0, "stopped": 0,
      "trigger": "scheduled", "created_at": "2026-10-02T02:00:00.000Z", "updated_at": "2026-10-02T02:05:00.000Z"}],
      "total": 2}
    """
  private static let syncJobs = """
    [{"id": 12, "createdAt": "2026-10-02T03:00:00.53183Z", "updatedAt": "2026-10-02T03:10:00Z", "namespace": "test",
      "repoName": "grpc-helloworld", "tag": "v2", "remoteRegionId": "cn-north-1", "remoteNamespace": "sdsad",
      "override": true, "status": "failed", "syncOperatorId": "05949a", "syncOperatorName": "builder",
      "domainID": "8b1e81", "domainName": "p59"},
     {"id": 11, "createdAt": "2026-10-02T02:00:00Z", "updatedAt": "2026-10-02T02:00:00Z", "namespace": "test",
      "repoName": "grpc-helloworld", "tag": "v3", "remoteRegionId": "cn-north-1", "remoteNamespace": "sdsad",
      "override": true, "status": "waiting"},
     {"id": 10, "createdAt": "2026-10-01T03:00:00Z", "updatedAt": "2026-10-01T03:30:00Z", "namespace": "test",
      "repoName": "grpc-helloworld", "tag": "v1", "remoteRegionId": "cn-north-1", "remoteNamespace": "sdsad",
      "override": true, "status": "success"}]
    """
  private static let repositories = """
    {"repositories": [{"id": 402, "name": "nginx", "namespace_name": "library", "namespace_id": 87, "tag_count": 3,
      "pull_count": 12, "artifact_count": 1, "description": "", "created_at": "2021-02-01T08:00:00.000Z",
      "updated_at": "2021-02-03T10:22:11.000Z"}], "total": 1}
    """
  private static let basicRepositories = """
    {"repos": [{"name": "grpc-helloworld", "category": "linux", "description": "", "size": 1946933102,
      "is_public": false, "num_images": 17, "num_download": 345, "created_at": "2020-04-17T02:11:03.53183Z",
      "updated_at": "2026-10-01T03:30:00Z", "domain_name": "p59", "namespace_name": "test"}]}
    """
  private static let namespaces = """
    {"namespaces": [{"name": "library", "namespace_id": 87, "repo_count": 1, "metadata": {"public": "false",
      "auto_scan": "true", "prevent_vul": "false", "severity": "none"}, "created_at": "2021-02-01T08:00:00.000Z",
      "updated_at": "2021-02-01T08:00:00.000Z"}], "total": 1}
    """
  private static let statistics = """
    {"storage_used": 123456789, "total_namespace_count": 1, "total_image_count": 2, "namespace_quota": 50,
      "image_repo_quota": 500, "replica_policy_quota": 10, "replica_policy_count": 3, "replica_registry_quota": 20,
      "replica_registry_count": 4, "retention_policy_quota": 30, "retention_policy_count": 5, "notify_policy_quota": 40,
      "notify_policy_count": 6, "sign_policy_quota": 60, "sign_policy_count": 7, "intranet_endpoint_quota": 70,
      "intranet_endpoint_count": 8, "long_term_quota": 90}
    """
  private static let quotas = """
    {"quotas": [{"quota_key": "namespace", "quota_limit": 5, "used": 2, "unit": ""},
      {"quota_key": "repository", "quota_limit": 1000, "used": 17, "unit": ""}]}
    """
  private static let credentials = #"""
    {"auth_tokens": [{"token_id": "5f0a", "name": "ci", "enable": true, "created_at": "2026-01-01T00:00:00.000Z",
      "expire_date": "2027-01-01T00:00:00.000Z", "instance_id": "i1", "user_id": "05949a",
      "user_profile": "{\"access_secret\":\"R5172VW6FEW6MZFP2W1S\"}"}], "total": 1}
    """#
  private static let retentionPolicies = """
    {"retentions": [{"id": 5, "name": "keep-ten", "namespace_id": 87, "namespace_name": "library", "enabled": true,
      "algorithm": "or", "trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 0 0 * * 1"}},
      "rules": [{"id": 1, "template": "latestPushedK", "disabled": false}]}], "total": 1}
    """
  private static let retentions = """
    {"executions": [{"id": 9, "policy_id": 5, "dry_run": true, "status": "Failed", "trigger": "manual",
      "start_time": "2026-10-02T02:00:00.000Z", "end_time": "2026-10-02T02:05:00.000Z"}, {"id": 8, "policy_id": 5,
      "dry_run": false, "status": "Succeed", "trigger": "scheduled", "start_time": "2026-09-28T00:00:00.000Z",
      "end_time": "2026-09-28T00:01:00.000Z"}], "total": 2}
    """

  private static func answer(_ request: HTTPServerRequest) -> HTTPServerAnswer {
    let body: String? =
      switch request.path {
      case "/v2/p1/instances/i1/registries": registries
      case "/v2/p1/instances/i1/artifacts":
        request.query?.contains("marker=1&") == true ? artifacts : #"{"artifacts": []}"#
      case "/v2/p1/instances/i1/namespaces": namespaces
      case "/v2/p1/instances": #"{"instances": [], "total": 0}"#
      case "/v2/manage/namespaces/test/repos/grpc-helloworld/sync_repo": syncRules
      case "/v4/repositories/2111985337/remote-mirror": mirror
      case "/v5/imagecaches": imageCaches
      case "/v2/p1/instances/i1/replication/policies": replicationPolicies
      case "/v2/p1/instances/i1/replication/executions":
        request.query?.contains("policy_id=3&") == true ? replications : nil
      case "/v2/manage/namespaces/test/repos/grpc-helloworld/sync_job": syncJobs
      case "/v2/p1/instances/i1/repositories": repositories
      case "/v3/manage/repos": basicRepositories
      case "/v2/p1/instances/i1/statistics": statistics
      case "/v2/manage/projects/p1/quotas": quotas
      case "/v2/p1/instances/i1/long-term-credentials": credentials
      case "/v2/p1/instances/i1/retention/policies": retentionPolicies
      case "/v2/p1/instances/i1/namespaces/library/retention/policies/5/executions": retentions
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
            replications: {instances: [i1]}
            sync_jobs: {repositories: [test/grpc-helloworld]}
            repositories: {instances: [i1]}
            basic_repositories:
            namespaces: {instances: [i1]}
            statistics: {instances: [i1]}
            quotas:
            long_term_credentials: {instances: [i1]}
            retentions: {instances: [i1]}
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
    huaweicloud_swr_artifacts_oldest_push_timestamp_seconds{project="prod",instance_id="i1",repository_id="402",repository="",artifact_type="IMAGE"} 1612347731.84
    huaweicloud_swr_repository_info{project="prod",instance_id="i1",repository_id="402",repository="",namespace_id="87",swr_namespace="library"} 1
    huaweicloud_swr_artifacts_by_media_type{project="prod",instance_id="i1",manifest_media_type="application/vnd.docker.distribution.manifest.v2+json"} 1
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
    huaweicloud_cce_image_cache_retention_seconds{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 604800
    huaweicloud_cce_image_cache_created_timestamp_seconds{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 1732516354.923248
    huaweicloud_cce_image_cache_expiry_timestamp_seconds{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache"} 1733121154.923248
    huaweicloud_cce_image_cache_info{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",cluster_id="c271e39f-1a6e-4d3d-8fa8-2a36329c68d2"} 1
    huaweicloud_cce_image_cache_image_info{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",image="swr.xxxxx.com/xxxxx/nginx:latest"} 1
    huaweicloud_cce_image_cache_image_info{project="prod",image_cache_id="c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",image_cache="test-imagecache",image="busybox:latest"} 1
    huaweicloud_swr_replication_policies{project="prod",instance_id="i1"} 1
    huaweicloud_swr_replication_policy_enabled{project="prod",instance_id="i1",policy_id="3",policy="to-dr"} 1
    huaweicloud_swr_replication_policy_info{project="prod",instance_id="i1",policy_id="3",policy="to-dr",registry_id="24",direction="push",trigger="scheduled",remote_namespace="mirror"} 1
    huaweicloud_swr_replication_policy_schedule_interval_seconds{project="prod",instance_id="i1",policy_id="3",policy="to-dr"} 86400
    huaweicloud_swr_replication_last_execution_status{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="InProgress"} 0
    huaweicloud_swr_replication_last_execution_status{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="Succeed"} 0
    huaweicloud_swr_replication_last_execution_status{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="Failed"} 1
    huaweicloud_swr_replication_last_execution_status{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="Stopped"} 0
    huaweicloud_swr_replication_last_execution_status{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="unknown"} 0
    huaweicloud_swr_replication_last_execution_tasks{project="prod",instance_id="i1",policy_id="3",policy="to-dr",result="succeed"} 3
    huaweicloud_swr_replication_last_execution_tasks{project="prod",instance_id="i1",policy_id="3",policy="to-dr",result="failed"} 2
    huaweicloud_swr_replication_last_execution_tasks{project="prod",instance_id="i1",policy_id="3",policy="to-dr",result="in_progress"} 0
    huaweicloud_swr_replication_last_execution_tasks{project="prod",instance_id="i1",policy_id="3",policy="to-dr",result="stopped"} 0
    huaweicloud_swr_replication_last_execution_created_timestamp_seconds{project="prod",instance_id="i1",policy_id="3",policy="to-dr"} 1790906400
    huaweicloud_swr_replication_last_execution_updated_timestamp_seconds{project="prod",instance_id="i1",policy_id="3",policy="to-dr"} 1790906700
    huaweicloud_swr_replication_last_success_timestamp_seconds{project="prod",instance_id="i1",policy_id="3",policy="to-dr"} 1790820240
    huaweicloud_swr_replication_consecutive_failures{project="prod",instance_id="i1",policy_id="3",policy="to-dr"} 1
    huaweicloud_swr_replication_executions{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="InProgress"} 0
    huaweicloud_swr_replication_executions{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="Succeed"} 1
    huaweicloud_swr_replication_executions{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="Failed"} 1
    huaweicloud_swr_replication_executions{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="Stopped"} 0
    huaweicloud_swr_replication_executions{project="prod",instance_id="i1",policy_id="3",policy="to-dr",status="unknown"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="waiting"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="running"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="success"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="failed"} 1
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="timeout"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="cancel"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="existed"} 0
    huaweicloud_swr_sync_last_job_status{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="unknown"} 0
    huaweicloud_swr_sync_last_job_created_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad"} 1790910000.53183
    huaweicloud_swr_sync_last_success_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad"} 1790825400
    huaweicloud_swr_sync_failing_tags{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad"} 1
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="waiting"} 1
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="running"} 0
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="success"} 1
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="failed"} 1
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="timeout"} 0
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="cancel"} 0
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="existed"} 0
    huaweicloud_swr_sync_jobs{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad",status="unknown"} 0
    huaweicloud_swr_sync_oldest_waiting_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld",remote_region="cn-north-1",remote_namespace="sdsad"} 1790906400
    huaweicloud_swr_repositories{project="prod",instance_id="i1"} 1
    huaweicloud_swr_repository_pulls_total{project="prod",instance_id="i1",repository_id="402",swr_namespace="library",repository="nginx"} 12
    huaweicloud_swr_repository_artifacts{project="prod",instance_id="i1",repository_id="402",swr_namespace="library",repository="nginx"} 1
    huaweicloud_swr_repository_tags{project="prod",instance_id="i1",repository_id="402",swr_namespace="library",repository="nginx"} 3
    huaweicloud_swr_repository_created_timestamp_seconds{project="prod",instance_id="i1",repository_id="402",swr_namespace="library",repository="nginx"} 1612166400
    huaweicloud_swr_repository_updated_timestamp_seconds{project="prod",instance_id="i1",repository_id="402",swr_namespace="library",repository="nginx"} 1612347731
    huaweicloud_swr_basic_repositories{project="prod"} 1
    huaweicloud_swr_basic_repository_size_bytes{project="prod",swr_namespace="test",repository="grpc-helloworld"} 1946933102
    huaweicloud_swr_basic_repository_images{project="prod",swr_namespace="test",repository="grpc-helloworld"} 17
    huaweicloud_swr_basic_repository_downloads_total{project="prod",swr_namespace="test",repository="grpc-helloworld"} 345
    huaweicloud_swr_basic_repository_public{project="prod",swr_namespace="test",repository="grpc-helloworld"} 0
    huaweicloud_swr_basic_repository_created_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld"} 1587089463.53183
    huaweicloud_swr_basic_repository_updated_timestamp_seconds{project="prod",swr_namespace="test",repository="grpc-helloworld"} 1790825400
    huaweicloud_swr_namespaces{project="prod",instance_id="i1"} 1
    huaweicloud_swr_namespace_public{project="prod",instance_id="i1",namespace_id="87",swr_namespace="library"} 0
    huaweicloud_swr_namespace_auto_scan_enabled{project="prod",instance_id="i1",namespace_id="87",swr_namespace="library"} 1
    huaweicloud_swr_namespace_vulnerability_block_enabled{project="prod",instance_id="i1",namespace_id="87",swr_namespace="library"} 0
    huaweicloud_swr_namespace_repositories{project="prod",instance_id="i1",namespace_id="87",swr_namespace="library"} 1
    huaweicloud_swr_namespace_created_timestamp_seconds{project="prod",instance_id="i1",namespace_id="87",swr_namespace="library"} 1612166400
    huaweicloud_swr_instance_storage_used{project="prod",instance_id="i1"} 123456789
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="namespace"} 50
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="repository"} 500
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="replication_policy"} 10
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="target_registry"} 20
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="retention_policy"} 30
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="trigger"} 40
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="signature_policy"} 60
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="internal_endpoint"} 70
    huaweicloud_swr_instance_quota_limit{project="prod",instance_id="i1",resource="long_term_credential"} 90
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="namespace"} 1
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="repository"} 2
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="replication_policy"} 3
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="target_registry"} 4
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="retention_policy"} 5
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="trigger"} 6
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="signature_policy"} 7
    huaweicloud_swr_instance_quota_used{project="prod",instance_id="i1",resource="internal_endpoint"} 8
    huaweicloud_swr_quota_limit{project="prod",resource="namespace"} 5
    huaweicloud_swr_quota_limit{project="prod",resource="repository"} 1000
    huaweicloud_swr_quota_used{project="prod",resource="namespace"} 2
    huaweicloud_swr_quota_used{project="prod",resource="repository"} 17
    huaweicloud_swr_credentials{project="prod",instance_id="i1",scope="all"} 1
    huaweicloud_swr_credential_enabled{project="prod",instance_id="i1",credential_id="5f0a",credential="ci"} 1
    huaweicloud_swr_credential_created_timestamp_seconds{project="prod",instance_id="i1",credential_id="5f0a",credential="ci"} 1767225600
    huaweicloud_swr_credential_expiry_timestamp_seconds{project="prod",instance_id="i1",credential_id="5f0a",credential="ci"} 1798761600
    huaweicloud_swr_retention_policies{project="prod",instance_id="i1"} 1
    huaweicloud_swr_retention_policy_enabled{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten"} 1
    huaweicloud_swr_retention_policy_schedule_interval_seconds{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten"} 604800
    huaweicloud_swr_retention_last_execution_status{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten",status="InProgress"} 0
    huaweicloud_swr_retention_last_execution_status{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten",status="Succeed"} 1
    huaweicloud_swr_retention_last_execution_status{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten",status="Failed"} 0
    huaweicloud_swr_retention_last_execution_status{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten",status="Stopped"} 0
    huaweicloud_swr_retention_last_execution_status{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten",status="unknown"} 0
    huaweicloud_swr_retention_last_execution_timestamp_seconds{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten"} 1790553600
    huaweicloud_swr_retention_last_success_timestamp_seconds{project="prod",instance_id="i1",swr_namespace="library",policy_id="5",policy="keep-ten"} 1790553660
    """
}
