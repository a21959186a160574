import System

extension Operation {
  package static let listInstanceRegistries = Operation("ListInstanceRegistries")
}

extension Route {
  static let registries = [
    Route(
      .listInstanceRegistries, path: "/v2/{project_id}/instances/{instance_id}/registries", service: .swrEnterprise,
      answer: listInstanceRegistries)
  ]

  private static func listInstanceRegistries(_ request: RouteRequest) throws(PageError) -> Reply {
    guard let instance = request.instance else { return request.missingInstance }
    let page = try OffsetPage(request)
    guard request.value("order_type") == nil || request.value("order_column") != nil else {
      throw PageError(message: "order_type must be used together with order_column")
    }
    var registries = instance.registries
    if let name = request.value("name") { registries = registries.filter { $0.name.contains(name) } }
    if let type = request.value("type") { registries = registries.filter { $0.type == type } }
    let column = request.value("order_column") ?? "created_at"
    let beginning = Timestamp(seconds: Int64.min)
    registries.sort { left, right in
      switch column {
      case "name": (left.name, left.id) < (right.name, right.id)
      case "updated_at":
        (left.updatedAt.timestamp ?? beginning, left.id) < (right.updatedAt.timestamp ?? beginning, right.id)
      default: (left.createdAt.timestamp ?? beginning, left.id) < (right.createdAt.timestamp ?? beginning, right.id)
      }
    }
    if request.value("order_type") ?? "desc" == "desc" { registries.reverse() }
    var json = request.writer()
    json.object {
      $0.integer("total", page.total(of: registries))
      $0.array("registries") { json in
        for registry in page.elements(of: registries) { json.registry(registry, request) }
      }
    }
    return .json(json)
  }
}

extension JSONWriter {
  fileprivate mutating func registry(_ registry: SimulatedRegistry, _ request: RouteRequest) {
    let (status, since) = registry.status.state(at: request.now, since: request.world.beginning)
    var updatedAt = registry.updatedAt
    if case .round = registry.status { updatedAt = .at(since) }
    object(replacing: registry.replacements) {
      $0.integer("id", registry.id)
      $0.string("name", registry.name)
      $0.string("description", registry.description)
      $0.string("type", registry.type)
      $0.string("url", registry.url)
      $0.object("credential") {
        $0.string("type", "basic")
        $0.string("access_key", registry.accessKey)
        $0.string("access_secret", "")
      }
      $0.flag("insecure", registry.isInsecure)
      $0.string("status", status)
      $0.time("created_at", registry.createdAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.time("updated_at", updatedAt) { CloudDate.rfc3339($0, digits: 6) }
      $0.string("region_id", registry.regionID)
      $0.string("instance_id", registry.instanceID)
    }
  }
}

/// A target registry of an instance.
package struct SimulatedRegistry: Sendable {
  package var id: Int64
  package var name: String
  package var description: String
  package var type: String
  package var url: String
  package var accessKey: String
  package var isInsecure: Bool?
  /// The status; nil leaves the field out.
  package var status: Changing<String?>
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  package var regionID: String
  package var instanceID: String
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64, name: String, description: String = "", type: String = "huawei-SWR",
    url: String = "https://10.185.79.188", accessKey: String = "cn-north-4@SIMULATEDKEY", isInsecure: Bool? = true,
    status: Changing<String?> = .always("healthy"),
    createdAt: SimulatedTime = .at(Timestamp(seconds: 1_612_517_460, nanoseconds: 298_426_000)),
    updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_613_737_191, nanoseconds: 912_632_000)),
    regionID: String = "", instanceID: String = ""
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.type = type
    self.url = url
    self.accessKey = accessKey
    self.isInsecure = isInsecure
    self.status = status
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.regionID = regionID
    self.instanceID = instanceID
  }
}

extension GeneratedProject {
  func registries(_ count: Int) -> [SimulatedRegistry] {
    (0..<count).map { SimulatedRegistry(id: Int64($0 + 1), name: name("registry", $0)) }
  }
}

extension DemoProject {
  /// The registries of the demo, of which most become unhealthy and recover, each at its own pace.
  var registries: [SimulatedRegistry] {
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
}
