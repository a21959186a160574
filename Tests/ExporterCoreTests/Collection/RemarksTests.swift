import CloudSimulator
import Testing

import struct CloudSimulator.Operation

@testable import ExporterCore

/// What the cloud says of single objects in words of its own: cleaned, for the status page, and in no series.
@Suite struct RemarksTests {
  private func remarks(of collector: String, _ operation: Operation, _ body: [UInt8]) async throws -> (
    [ObjectRemark], page: ExposedPage, failed: Int
  ) {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults { $0.add(.answer(status: 200, body: body), to: operation) }
    let (page, result) = try await collectOnce(SmallCloud.yaml(cloud, defaults: "interval: 5m"))
    let status = try #require(result.statuses.first { $0.target.collector == collector })
    #expect(status.lastSucceeded == true, "\(String(describing: status.lastError))")
    return (status.remarks, page, status.failedObjects)
  }

  @Test func ofACacheItsMessage() async throws {
    let body = #"{"image_caches":[{"id":"c1","name":"gpu","message":"pull failed: denied for token abc-def-1"}]}"#
    let (remarks, page, _) = try await remarks(of: "image_caches", .listImageCaches, Array(body.utf8))
    #expect(remarks == [ObjectRemark(object: "gpu", text: "pull failed: denied for token …")])
    #expect(!page.lines.contains { $0.contains("denied") })
  }

  @Test(arguments: [
    (#""{\"code\":\"CH.1\",\"message\":\"login failed for ab12-cd34-ef\"}""#, "login failed for …"),
    (#""login failed for ab12-cd34-ef""#, "login failed for …"),
  ])
  func ofAMirrorItsLastError(error: String, words: String) async throws {
    let body = #"{"id":7,"update_status":"failed","url":"https://h/r.git","last_error":\#(error)}"#
    let (remarks, page, _) = try await remarks(of: "mirrors", .showRemoteMirror, Array(body.utf8))
    #expect(!remarks.isEmpty)
    #expect(remarks.allSatisfy { $0.text == words }, "\(remarks)")
    #expect(!page.lines.contains { $0.contains("login") })
  }

  /// A message in another encoding is no reason to lose its object.
  @Test func oneThatIsNoTextCostsNothing() async throws {
    let start = #"{"image_caches":[{"id":"c1","name":"gpu","message":""#
    let body = Array(start.utf8) + [0xC4, 0xE3] + Array("\"}]}".utf8)
    let (remarks, page, failed) = try await remarks(of: "image_caches", .listImageCaches, body)
    #expect(remarks.isEmpty)
    #expect(failed == 0)
    #expect(page.lines.contains { $0.contains("image_cache=\"gpu\"") })
  }

  @Test func thereAreTwentyOfATargetAtMost() {
    var sheet = Sheet(common: LabelSet(), columns: 0)
    for number in 0..<30 { sheet.note(ObjectRemark(object: "\(number)", text: "words")) }
    #expect(sheet.remarks.map(\.object) == (0..<20).map(String.init))
  }
}
