import CloudSimulator
import HuaweiCloud
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
    (#""{\"msg\":\"exit status 128\",\"code\":\"7\"}""#, "exit status 128"),
    (#""{\"msg\":\"login failed for ab12-cd34-ef\",\"code\":\"7\"}""#, "login failed for …"),
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

  /// Nor does the text of an error in an answer, or a name in one that can't be read, reach a log or a page as it is.
  @Test(arguments: [
    (
      #"{"error_code":"SWR.400003","error_msg":"denied for token abc-def-1"}"#,
      "the cloud answered with an error in spite of the status 200 (SWR.400003: denied for token …)"
    ),
    (
      #"{"error":{"code":"zq9X-abc-77Kp","message":"token abc-def-1"},"result":null}"#,
      "the cloud answered with an error in spite of the status 200 (token …)"
    ),
    (#"{"image_caches":[{"abc-def-1":tru}]}"#, "$.image_caches[0].…: unexpected character (byte 33)"),
    (#"{"image_caches":[{"image_size":tru}]}"#, "$.image_caches[0].image_size: unexpected character (byte 34)"),
  ])
  func ofAnAnswerThatIsNone(body: String, message: String) async throws {
    let cloud = try CloudSimulator(world: SmallCloud.world())
    defer { cloud.stop() }
    cloud.changeFaults { $0.add(.answer(status: 200, body: Array(body.utf8)), to: .listImageCaches) }
    let (_, result) = try await collectOnce(SmallCloud.yaml(cloud, defaults: "interval: 5m"))
    let status = try #require(result.statuses.first { $0.target.collector == "image_caches" })
    #expect(status.lastError?.message == message)
    #expect(status.lastError?.code.map { $0 == "SWR.400003" } ?? true)
  }

  @Test func thereAreTwentyOfATargetAtMost() {
    var sheet = Sheet(common: LabelSet(), columns: 0)
    for number in 0..<30 { sheet.note(ObjectRemark(object: "\(number)", text: "words")) }
    #expect(sheet.remarks.map(\.object) == (0..<20).map(String.init))
  }
}
