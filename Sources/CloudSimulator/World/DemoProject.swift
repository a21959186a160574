import HuaweiCloud

/// Makes one project of the demo.
struct DemoProject {
  var hash: SeededHash
  var beginning: Timestamp
  var isProduction = true
  var region = "cn-north-4"

  private static let day: Duration = .seconds(86400)

  func project(id: String) -> SimulatedProject {
    SimulatedProject(
      id: id, name: region, instances: instances, organisations: organisations, codeRepositories: codeRepositories,
      imageCaches: imageCaches)
  }

  private func ago(_ days: Int) -> SimulatedTime {
    .at(
      Timestamp(
        seconds: beginning.seconds - Int64(days) * 86400 - Int64(hash.number(below: 80_000, 1, days)),
        nanoseconds: Int32(hash.number(below: 1_000_000, 2, days)) * 1000))
  }

  private var instances: [SimulatedInstance] {
    var images = SimulatedInstance(
      id: hash.uuid(3), name: isProduction ? "prod-images" : "staging-images", version: "25.8.2", createdAt: ago(400))
    images.expiresAt = .at(beginning + Self.day * (isProduction ? 200 : 20))
    images.registries = registries
    images.namespaces = ["platform", "payments", "web"].enumerated().map {
      SimulatedNamespace(id: Int64(80 + $0), name: $1, isPublic: $0 == 2)
    }
    images.artifacts = shelf(repositories: 18, initially: isProduction ? 900 : 240)
    guard isProduction else { return [images] }
    var archive = SimulatedInstance(
      id: hash.uuid(4), name: "prod-archive", version: "25.6.0", spec: "swr.ee.basic", createdAt: ago(900))
    archive.registries = [SimulatedRegistry(id: 31, name: "archive-copy", createdAt: ago(800), updatedAt: ago(3))]
    archive.namespaces = [SimulatedNamespace(id: 80, name: "archive")]
    let edge = SimulatedInstance(
      id: hash.uuid(5), name: "prod-edge", version: "25.9.0",
      status: .round([("Creating", .seconds(300)), ("Running", .seconds(3600))]), createdAt: ago(0))
    return [images, archive, edge]
  }

  private func shelf(repositories: Int, initially: Int) -> ArtifactShelf {
    var maker = ArtifactMaker(hash: SeededHash(seed: hash.bits(6)), repositories: repositories, beginning: beginning)
    maker.namespaces = 3
    maker.names = ["api", "worker", "web-frontend", "jobs/cleanup", "base/alpine", "charts/gateway"]
    maker.initialCount = initially
    maker.growth = .seconds(isProduction ? 12 : 20)
    maker.pullInterval = .seconds(40)
    let growth = maker.growth / .seconds(1)
    let beginning = beginning
    return ArtifactShelf(
      count: { now in initially + max(0, min(100_000, Int((now - beginning) / .seconds(1) / growth))) },
      artifact: { [maker] index, now in maker.artifact(index, at: now) })
  }

  private var registries: [SimulatedRegistry] {
    typealias Plan = (name: String, type: String, url: String, healthy: Int, ill: Int)
    let plans: [Plan] = [
      ("dr-cn-east-3", "swr-pro-internal", "https://dr.swr-pro.cn-east-3.myhuaweicloud.com", 0, 0),
      ("onprem-harbor", "swr-pro", "https://harbor.example.com", 70, 35),
      ("swr-hongkong", "huawei-SWR", "https://swr-api.ap-southeast-1.myhuaweicloud.com", 240, 60),
      ("edge-shanghai", "swr-pro", "https://registry.edge.example.com:8443", 50, 50),
      ("partner", "swr-pro", "https://images.partner.example.net", 900, 120),
    ]
    return plans.prefix(isProduction ? 5 : 2).enumerated().map { index, plan in
      let status: Changing<String?>
      if plan.healthy == 0 {
        status = .always("healthy")
      } else {
        let phase = hash.number(below: plan.healthy / 2, 7, index)
        status = .round(
          [("healthy", .seconds(plan.healthy)), ("unhealthy", .seconds(plan.ill))], phase: .seconds(phase))
      }
      let isInternal = plan.type == "swr-pro-internal"
      return SimulatedRegistry(
        id: Int64(24 + index), name: plan.name, type: plan.type, url: plan.url, isInsecure: index == 3, status: status,
        createdAt: ago(300 - index), updatedAt: ago(2), regionID: isInternal ? "cn-east-3" : "",
        instanceID: isInternal ? hash.uuid(8) : "")
    }
  }

  private var organisations: [SimulatedOrganisation] {
    let names = isProduction ? ["platform", "payments"] : ["platform-staging"]
    return names.enumerated().map { number, name in
      let repositories = ["api", "worker", "tools/build", "grpc-helloworld", "tools/lint/go"].enumerated().map {
        index, repository in
        var made = SimulatedImageRepository(
          name: repository, size: Int64(50_000_000 * (index + 1)), images: 3 + index, downloads: Int64(100 * index))
        made.rules = (0..<[1, 0, 2, 1, 0][index]).map { rule in
          SimulatedSyncRule(
            id: Int64(45 + number * 100 + index * 10 + rule), remoteRegionID: rule == 0 ? "cn-north-1" : "cn-south-1",
            remoteNamespace: name + "-mirror", isAutomatic: index != 3, overrides: rule == 0,
            createdAt: ago(100 + index),
            updatedAt: ago(index))
        }
        return made
      }
      return SimulatedOrganisation(id: Int64(1 + number), name: name, repositories: repositories)
    }
  }

  private var codeRepositories: [SimulatedCodeRepository] {
    let plans: [(name: String, course: MirrorCourse?)] = [
      ("linux-config", .attempts(every: .seconds(15), succeeding: 3, failing: 4, phase: .seconds(20))),
      ("payments-api", .attempts(every: .seconds(25), succeeding: 6, failing: 2, phase: .seconds(100))),
      ("terraform-modules", .attempts(every: .seconds(3600), succeeding: 1000, failing: 1)),
      ("handbook", nil),
      ("upstream-nginx", .attempts(every: .seconds(30), succeeding: 2, failing: 2)),
      ("docs", nil),
    ]
    return plans.enumerated().map { index, plan in
      let id = Int64(2_111_985_337 + index + (isProduction ? 0 : 100))
      var repository = SimulatedCodeRepository(id: id, name: plan.name)
      repository.mirror = plan.course.map {
        SimulatedMirror(
          id: Int64(11_887 + index), url: "https://git.example.com/mirrors/\(plan.name).git", isPrivate: index == 1,
          course: $0)
      }
      // Somebody else's repository, which the key may list but not read.
      repository.isForbidden = !isProduction && plan.name == "docs"
      return repository
    }
  }

  private var imageCaches: [SimulatedCacheSlot] {
    var slots: [SimulatedCacheSlot] = [
      .fixed(
        SimulatedImageCache(
          id: hash.uuid(9), name: "base-images", createdAt: ago(60),
          images: ["swr.\(region).myhuaweicloud.com/platform/base/alpine:3.20", "busybox:latest"], size: 20,
          retentionDays: 0)),
      .fixed(
        SimulatedImageCache(
          id: hash.uuid(10), name: "gpu-runtime", createdAt: ago(1), images: ["nvidia/cuda:12.4"], size: 400,
          retentionDays: nil, status: "Failed", message: "pull image failed: manifest unknown")),
    ]
    // Kept for a day: the first ends a minute after the beginning, the next ones later and later.
    for (index, seconds) in [60, 110, 200, 400, 900, 3600].prefix(isProduction ? 6 : 2).enumerated() {
      let lifetime = Self.day
      slots.append(
        .renewed(
          cache("web-\(index)", retentionDays: 1), seed: SeededHash(seed: hash.bits(11, index)),
          creating: .seconds(15), available: lifetime - .seconds(15), ending: .seconds(25), away: .seconds(5),
          phase: lifetime - .seconds(seconds)))
    }
    // Deleted and created again, round and round.
    slots.append(
      .renewed(
        cache("nightly", retentionDays: 7), seed: SeededHash(seed: hash.bits(12)), creating: .seconds(30),
        available: .seconds(60), ending: .seconds(15), away: .seconds(15), phase: .zero))
    return slots
  }

  private func cache(_ name: String, retentionDays: Int64) -> SimulatedImageCache {
    SimulatedImageCache(
      id: "", name: name, createdAt: .absent,
      images: ["swr.\(region).myhuaweicloud.com/web/\(name):latest", "nginx:1.27"],
      size: 25, retentionDays: retentionDays, clusterID: hash.uuid(13), pullSecrets: ["default:swr-pull"])
  }
}
