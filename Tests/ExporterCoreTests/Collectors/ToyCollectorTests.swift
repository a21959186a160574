import CloudSimulator
import HTTPTransport
import HuaweiCloud
import TestSupport
import Testing

import struct CloudSimulator.Route

@testable import ExporterCore

// A collector beyond those of the program, declared as a real one is, with its route in the simulated cloud.

extension Collector {
  fileprivate static let toys = Collector(
    "toys", "Toys of SWR Enterprise instances.", every: .seconds(420), targets: .instances,
    rows: .of(Toy.self) { setup throws(ConfigurationError) in
      let toys = setup.asks(
        Listing(
          Toy.self, in: "toys",
          .get(.swr, "ListToys", "/v2/{project_id}/instances/{instance_id}/toys", permission: "swr:toy:list"),
          pages: .offset()), costs: .each(.instances))
      let colour = try setup.option(
        "colour", [.init("colour", standard: "every colour", "only toys of this colour")],
        { field throws(ConfigurationError) in try field.nonEmptyText() }, show: { $0.map { "only \($0) ones" } })
      return { run, emit throws(CloudError) in
        try await run.each(toys) { toy throws(CloudError) in
          if colour == nil || colour == toy.colour { try emit(toy) }
        }
      }
    },
    labels: ["toy": { $0.name }],
    metrics: [
      .count("huaweicloud_toys", "Toys of the instance."),
      .gauge("huaweicloud_toy_wheels", "Wheels of the toy.") { $0.wheels },
      .info("huaweicloud_toy_info", "How the toy looks.", ["colour": { $0.colour }]),
    ])
}

private struct Toy: ListedObject {
  let name: String
  let colour: String?
  let wheels: Int64?

  var identity: String { name }

  init(_ json: JSON) throws(JSONFault) {
    name = try json.required("name", \.identifier)
    colour = json["colour"].string
    wheels = json["wheels"].count
  }
}

extension Operation { fileprivate static let listToys = Operation("ListToys") }

extension Route {
  fileprivate static let toys = Route(
    .listToys, path: "/v2/{project_id}/instances/{instance_id}/toys", service: .swrEnterprise
  ) { request throws(PageError) in
    var json = request.writer()
    json.raw(nil, #"{"toys":[{"name":"car","colour":"red","wheels":4},{"name":"ball","colour":"blue"}],"total":2}"#)
    return .json(json)
  }
}

@Suite struct ToyCollectorTests {
  private let catalog = Catalog(collectors: Catalog.standard.collectors + [.toys])

  private func read(_ cloud: String, _ collectors: String) throws -> Configuration {
    try Configuration(
      yaml: Array(
        """
        projects:
          - {name: prod, region: cn-north-4, project_id: \(SmallCloud.projectID), credentials: {token: t},
             \(endpoints(cloud)), collectors: \(collectors)}
        """.utf8), source: "toys.yaml", environment: [:], catalog: catalog)
  }

  private func collect(_ collectors: String, faults: Faults = .none) async throws -> SingleCollection.Result {
    let cloud = try CloudSimulator(world: SmallCloud.world(), faults: faults, routes: Route.all + [.toys])
    defer { cloud.stop() }
    let transport = HTTPClient()
    defer { transport.shutdown() }
    return await SingleCollection(
      configuration: try read(cloud.url, collectors), catalog: catalog, transport: transport,
      build: BuildInformation(), environment: [:], log: silence
    ).run()
  }

  @Test func isCollected() async throws {
    let result = try await collect("{toys: {}}")
    #expect(result.hasSucceeded)
    let page = ExposedPage(result.text)
    #expect(
      page.lines.filter { $0.contains("huaweicloud_toy") } == [
        "# HELP huaweicloud_toys Toys of the instance.", "# TYPE huaweicloud_toys gauge",
        #"huaweicloud_toys{project="prod",instance_id="instance-a"} 2"#,
        "# HELP huaweicloud_toy_wheels Wheels of the toy.", "# TYPE huaweicloud_toy_wheels gauge",
        #"huaweicloud_toy_wheels{project="prod",instance_id="instance-a",toy="car"} 4"#,
        "# HELP huaweicloud_toy_info How the toy looks.", "# TYPE huaweicloud_toy_info gauge",
        #"huaweicloud_toy_info{project="prod",instance_id="instance-a",toy="car",colour="red"} 1"#,
        #"huaweicloud_toy_info{project="prod",instance_id="instance-a",toy="ball",colour="blue"} 1"#,
      ])
    #expect(
      page.value(
        #"huaweicloud_exporter_refresh_success{project="prod",collector="toys",target="instance-a"}"#) == 1)
    #expect(page.lines.contains { $0.hasPrefix("huaweicloud_exporter_api_requests_total{") && $0.contains("ListToys") })
  }

  @Test func isConfigured() async throws {
    let page = ExposedPage(try await collect("{toys: {instances: [instance-a], colour: red, interval: 2m}}").text)
    #expect(page.value(#"huaweicloud_toys{project="prod",instance_id="instance-a"}"#) == 1)
    let error = #expect(throws: ConfigurationError.self) { try read("http://h", "{toys: {colours: red}}") }
    #expect(
      error?.description.contains("projects[0].collectors.toys.colours: unknown key; known here: colour, instances")
        == true)
    #expect(try read("http://h", "{toys: }").projects[0].collectors[0].settings.interval == .seconds(420))
    #expect(try read("http://h", "{toys: {colour: a}}") != read("http://h", "{toys: {colour: b}}"))
  }

  @Test func isShown() throws {
    let report = ConfigurationReport(try read("http://h", "{toys: {colour: red}}")).text
    #expect(report.contains("\n  toys: every 7m, stale after 21m,"))
    #expect(report.contains("instances discovered, only red ones, about 18 requests/h\n"))
  }

  @Test func namesThePermissionThatIsMissing() async throws {
    var faults = Faults()
    faults.add(.status(403), to: .listToys)
    let result = try await collect("{toys: {}}", faults: faults)
    let report = ProbeReport(result, of: try read("http://h", "{toys: {}}"), catalog: catalog).text
    #expect(report.contains("the permission swr:toy:list is missing"))
    #expect(report.contains("\n  toys  lacks swr:toy:list; may ListInstance\n"))
  }

  @Test func isDocumented() {
    let document = MetricsDocument(catalog).markdown
    #expect(document.contains("## toys\n\nToys of SWR Enterprise instances.\n"))
    #expect(
      document.contains(
        "| `huaweicloud_toy_info` | info | `project`, `instance_id`, `toy`, `colour` | How the toy looks. |"))
    let tables = CatalogTables(catalog)
    #expect(tables.options.contains("| `toys` | 7m | `instances` | discovered | ids of SWR Enterprise instances |\n"))
    #expect(tables.options.contains("| | | `colour` | every colour | only toys of this colour |\n"))
    #expect(
      tables.permissions.contains(
        "| `toys` | ListToys, `GET /v2/{project_id}/instances/{instance_id}/toys` | `swr:toy:list` |\n"))
    #expect(tables.costs.contains("| `toys` | 7m | 1 for each of the instances | 18 |\n"))
    #expect(tables.permissions.contains(", `toys` | ListInstance,"))
  }
}
