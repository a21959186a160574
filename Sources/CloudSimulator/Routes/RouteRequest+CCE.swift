/// CCE Autopilot: image caches.
extension RouteRequest {
  func listImageCaches() -> Reply {
    var caches = (project?.imageCaches ?? []).compactMap { $0.cache(at: now, since: world.beginning) }
    if let name = value("name") { caches = caches.filter { $0.name == name } }
    var json = writer()
    json.object {
      $0.array("image_caches") { json in
        for cache in caches { write(cache, &json) }
      }
    }
    return .json(json)
  }

  private func write(_ cache: SimulatedImageCache, _ json: inout JSONWriter) {
    json.object(replacing: cache.replacements) {
      $0.string("name", cache.name)
      $0.string("id", cache.id)
      $0.time("created_at", cache.createdAt, CloudDate.goString)
      $0.array("images") { json in
        for image in cache.images { json.string(nil, image) }
      }
      $0.integer("image_cache_size", cache.size)
      $0.integer("retention_days", cache.retentionDays)
      if cache.clusterID != nil || !cache.pullSecrets.isEmpty {
        $0.object("building_config") {
          $0.string("cluster", cache.clusterID)
          if !cache.pullSecrets.isEmpty {
            $0.array("image_pull_secrets") { json in
              for secret in cache.pullSecrets { json.string(nil, secret) }
            }
          }
        }
      }
      $0.string("status", cache.status)
      $0.string("message", cache.message ?? (tampering.secret == nil ? nil : ""))
    }
  }
}
