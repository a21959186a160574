import HTTPTransport
import TestSupport
import Testing

@testable import HuaweiCloud

@Suite struct ClientAddressTests {
  @Test func unknownHostIsExplained() async throws {
    let cloud = try CloudFixture { _, _ in HTTPServerResponse(status: 200) }
    var project = CloudProject(name: "p", region: "mars-1")
    project.projectID = "p"
    project.credentials = .token(.value(Secret("t")))
    let request = APIRequest(.codeArtsRepo, "Any", path: ["v"])
    let error = await cloudError { () throws(CloudError) in _ = try await cloud.client(project).send(request) }
    #expect(error?.reason == .unsupported)
    #expect(error?.message.contains("endpoints.codearts_repo") == true)
    #expect(error?.message.contains("mars-1") == true)
    #expect(error?.operation == "Any")
    #expect(cloud.logged.text.contains("the region mars-1 is not known: the hosts of swr, cce, iam are what"))
  }

  @Test(
    arguments: [
      ("cn-nort-4", "cn-north-4"), ("cn-north4", "cn-north-4"), ("ap-southest-3", "ap-southeast-3"), ("mars-1", nil),
      ("eu-west-102", "eu-west-101"), ("cn-north-4", "cn-north-4"),
    ] as [(String, String?)])
  func aRegionThatIsNotKnownIsLikelyAnother(_ region: String, _ meant: String?) {
    #expect(ServiceHosts.nearest(to: region) == meant)
    let warning = CloudProject(name: "p", region: region).regionWarning
    if region == meant { #expect(warning == nil) } else { #expect(warning != nil) }
    if let meant, meant != region { #expect(warning?.contains("did you mean \(meant)?") == true) }
    var configured = CloudProject(name: "p", region: region)
    configured.endpoints = [.swr: "https://h", .cce: "https://h", .iam: "https://h"]
    #expect(configured.regionWarning == nil)
  }

  @Test(arguments: [
    "https://iam.example", "https://iam.example/", "https://iam.example/v3", "https://iam.example/v3/",
  ])
  func iamMayBeWrittenWithItsVersion(_ url: String) throws {
    var project = CloudProject(name: "p", region: "r")
    project.endpoints = [.iam: url, .swr: url]
    #expect(try project.baseURL(of: .iam) == "https://iam.example")
    #expect(try project.baseURL(of: .swr).hasSuffix("/v3") == url.contains("v3"))
  }

  @Test(
    arguments: [
      (CloudService.swr, "cn-north-4", "https://swr-api.cn-north-4.myhuaweicloud.com"),
      (.swr, "eu-west-101", "https://swr-api.eu-west-101.myhuaweicloud.eu"),
      (.cce, "ap-southeast-3", "https://cce.ap-southeast-3.myhuaweicloud.com"), (.cce, "sa-peru-1", nil),
      (.codeArtsRepo, "cn-north-4", "https://codehub-ext.cn-north-4.myhuaweicloud.com"),
      (.codeArtsRepo, "tr-west-1", "https://codeartsrepo-ext.tr-west-1.myhuaweicloud.com"),
      (.codeArtsRepo, "me-east-1", "https://repo.me-east-1.myhuaweicloud.com"), (.codeArtsRepo, "cn-north-9", nil),
      (.swr, "mars-1", "https://swr-api.mars-1.myhuaweicloud.com"),
      (.cce, "mars-1", "https://cce.mars-1.myhuaweicloud.com"),
      (.iam, "mars-1", "https://iam.mars-1.myhuaweicloud.com"), (.codeArtsRepo, "mars-1", nil),
      (.iam, "ap-southeast-5", "https://iam.myhuaweicloud.com"), (.iam, "sa-peru-1", "https://iam.myhuaweicloud.com"),
      (.sts, "ap-southeast-3", "https://sts.ap-southeast-3.myhuaweicloud.com"),
      (.sts, "cn-north-9", "https://sts.cn-north-4.myhuaweicloud.com"), (.podIdentity, "cn-north-4", nil),
      (.iam, "eu-west-101", "https://iam.eu-west-101.myhuaweicloud.eu"), (.metadata, "x", "http://169.254.169.254"),
    ] as [(CloudService, String, String?)])
  func hostsAreKnown(_ service: CloudService, _ region: String, _ url: String?) {
    #expect((try? CloudProject(name: "p", region: region).baseURL(of: service)) == url)
  }

  @Test(arguments: [
    ("https://h", "h", "https://h/a"), ("https://h:443/", "h", "https://h:443/a"),
    ("http://h:8080", "h:8080", "http://h:8080/a"),
    ("HTTP://[::1]:80/x/", "[::1]", "http://[::1]:80/x/a"), ("ftp://h", nil, ""), ("h", nil, ""), ("https://", nil, ""),
    ("https://u:p@h", nil, ""), ("https://h?x", nil, ""), ("https://h/#f", nil, ""),
  ])
  func addressIsMadeOfTheBase(_ base: String, _ host: String?, _ url: String) {
    var project = CloudProject(name: "p", region: "r")
    project.endpoints[.cce] = base
    let request = APIRequest(.cce, "Any", path: ["a"])
    let base = (try? project.baseURL(of: .cce)).flatMap(BaseURL.init)
    let address = base.map { RequestAddress(of: request, below: $0) }
    #expect(address?.host == host)
    if host != nil { #expect(address?.url == url) }
  }
}
