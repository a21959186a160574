/// A complete answer: every status is one, also 4xx and 5xx.
package struct HTTPResponse: Sendable {
  package var status: Int
  /// Decompressed.
  package var body: [UInt8]
  /// What its reader holds for as long as the body is in memory.
  package var permit: (any Sendable)?
  private let head: ResponseHead

  init(_ head: ResponseHead, body: [UInt8]) {
    status = head.status
    self.body = body
    self.head = head
  }

  /// Taken apart each time, since of nearly all answers nobody asks for them.
  package var headers: [HTTPHeader] { head.fields() }
}
