/// The example responses of the five endpoints' documents.
enum ExampleBody {
  static let registries = #"""
    {
      "total": 1,
      "registries": [
        {
          "id": 24,
          "name": "test-swr",
          "description": "",
          "type": "huawei-SWR",
          "url": "https://10.185.79.188",
          "credential": {
            "type": "basic",
            "access_key": "cn-cmcc1@R5172VW6FEW6MZFP2W1S",
            "access_secret": ""
          },
          "insecure": true,
          "status": "healthy",
          "created_at": "2021-02-05T09:31:00.298426Z",
          "updated_at": "2021-02-19T12:19:51.912632Z",
          "region_id": "",
          "instance_id": ""
        }
      ]
    }
    """#

  static let artifacts = #"""
    {
      "next_marker": 10,
      "artifacts": [
        {
          "id": 3804,
          "pull_time": "0001-01-01T00:00:00.000Z",
          "push_time": "2021-02-03T10:22:11.840Z",
          "repository_id": 402,
          "digest": "sha256:3ee2a6bffb6dfec67be23fd0f6c0e8a48620277582e01800b4ad3c03ad0d9489",
          "manifest_media_type": "application/vnd.docker.distribution.manifest.v2+json",
          "media_type": "application/vnd.docker.container.image.v1+json",
          "namespace_id": 87,
          "size": 8049952,
          "type": "IMAGE"
        }
      ]
    }
    """#

  static let syncRules = #"""
    [
      {
        "createdAt": "2020-04-17T02:11:03.53183Z",
        "domainID": "8b1e81************************633fb",
        "domainName": "p*********59",
        "id": 45,
        "namespace": "test",
        "override": true,
        "remoteNamespace": "sdsad",
        "remoteRegionId": "cn-north-1",
        "repoName": "grpc-helloworld",
        "syncAuto": true,
        "updatedAt": "2020-04-17T02:11:03.531831Z"
      }
    ]
    """#

  static let remoteMirror = #"""
    {
      "id": 11887,
      "repository_id": 2111985337,
      "update_status": "failed",
      "last_update_at": "2024-12-27T18:52:21.000+08:00",
      "url": "https://example.com/foo/bar.git",
      "last_successful_update_at": "2024-12-27T04:15:00.000+08:00",
      "number_of_failures": 1,
      "mirroring_enabled": false,
      "is_private": false,
      "endpoint_uuid": null,
      "last_error": "{\"msg\":\"exit status 128\",\"code\":\"7\"}"
    }
    """#

  static let imageCaches = #"""
    {
      "image_caches": [
        {
          "name": "test-imagecache",
          "id": "c271e39e-1a6e-4d3d-8fa8-2a36329c68d2",
          "created_at": "2024-11-25 06:32:34.923248 +0000 UTC",
          "images": [
            "swr.xxxxx.com/xxxxx/nginx:latest",
            "busybox:latest"
          ],
          "image_cache_size": 25,
          "retention_days": 7,
          "building_config": {
            "cluster": "c271e39f-1a6e-4d3d-8fa8-2a36329c68d2",
            "image_pull_secrets": [
              "default:secret1",
              "default:secret2",
              "kube-system:secret3"
            ]
          },
          "status": "Available"
        }
      ]
    }
    """#
}
