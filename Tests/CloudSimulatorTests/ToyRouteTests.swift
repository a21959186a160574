import CloudSimulator
import HTTPTransport
import Testing

extension Operation {
  fileprivate static let listToys = Operation("ListToys")
}

extension Route {
  /// A route that only this file knows, made from what other targets see.
  fileprivate static let toys = Route(
    .listToys, path: "/v2/{project_id}/instances/{instance_id}/toys", service: .swrEnterprise
  ) { request throws(PageError) in
    guard request.instance != nil else { return request.missingInstance }
    let page = try OffsetPage(request)
    let toys = ["ball", "kite", "top"]
    var json = request.writer()
    json.object {
      $0.array("toys") { json in
        for toy in page.elements(of: toys) {
          json.object {
            $0.string("name", toy)
            $0.string("description", "a \(toy)")
          }
        }
      }
      $0.integer("total", page.total(of: toys))
    }
    return .json(json)
  }
}

/// A test may add a route, which is then one like any other.
@Suite struct ToyRouteTests {
  private let target = "/v2/\(projectID)/instances/i/toys"
  private let token = [HTTPHeader("X-Auth-Token", "ready")]

  private func cloud(_ change: (inout Faults) -> Void = { _ in }) throws -> CloudSimulator {
    var faults = Faults()
    change(&faults)
    return try CloudSimulator(
      world: world { $0.instances = [SimulatedInstance(id: "i", name: "n")] },
      authentication: .required(Accounts(tokens: ["ready": projectID, "any": nil])), faults: faults,
      routes: Route.all + [.toys])
  }

  @Test func itIsAnsweredBesideTheOthers() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    let asked = try cloud.ask(target + "?offset=2&limit=2", headers: token)
    #expect(asked.text == #"{"toys":[{"name":"top","description":"a top"}],"total":3}"#)
    #expect(cloud.requests(of: .listToys).map(\.status) == [200])
    #expect(try cloud.ask("/v5/imagecaches", headers: token).status == 200)
  }

  @Test func itIsRefused() throws {
    let cloud = try cloud()
    defer { cloud.stop() }
    func refusal(_ target: String, _ headers: [HTTPHeader]) throws -> String {
      let asked = try cloud.ask(target, headers: headers)
      return "\(asked.status) \(asked.object["error_code"] ?? "")"
    }
    #expect(try refusal(target, []) == "401 APIGW.0301")
    #expect(try refusal("/v2/other/instances/i/toys", [HTTPHeader("X-Auth-Token", "any")]) == "403 APIGW.0302")
    #expect(try refusal("/v2/\(projectID)/instances/j/toys", token) == "404 SWR.404001")
    #expect(try refusal(target + "?offset=1&limit=2", token) == "400 SWR.400003")
  }

  @Test func itIsFaulted() throws {
    let cloud = try cloud {
      $0.add(.status(503, code: "X.1", message: "no"), to: .listToys, .next(1))
      $0.add(.paging(.totalOff(by: 4)), to: .listToys, .next(1))
      $0.add(.paging(.repeatsObjects), to: .listToys, .next(1))
      $0.add(.tampering(Tampering(numbers: "NaN", secret: "s3cr3t")), to: .listToys, .next(1))
      $0.add(.truncatedJSON, to: .listToys, .next(1))
    }
    defer { cloud.stop() }
    #expect(try cloud.ask("/v5/imagecaches", headers: token).status == 200)
    #expect(try cloud.ask(target, headers: token).text == #"{"error_code":"X.1","error_msg":"no"}"#)
    #expect(try cloud.ask(target, headers: token).object["total"] as? Int == 7)
    #expect(try cloud.ask(target + "?offset=2&limit=2", headers: token).list("toys").count == 2)
    let tampered = try cloud.ask(target, headers: token).text
    #expect(tampered.hasSuffix(#""total":NaN}"#) && tampered.contains("token=s3cr3t"))
    #expect(try cloud.ask(target, headers: token).json == nil)
    #expect(try cloud.ask(target, headers: token).status == 200)
  }

  @Test func nobodyElseKnowsIt() throws {
    let cloud = try CloudSimulator(world: world { $0.instances = [SimulatedInstance(id: "i", name: "n")] })
    defer { cloud.stop() }
    #expect(try cloud.ask(target).object["error_code"] as? String == "APIGW.0101")
  }
}
