import Testing

@testable import HTTPTransport

@Suite struct HTTPClientResponseHeadTests {
  private func head(_ lines: String...) -> ResponseHead {
    var head = ResponseHead()
    for line in lines { head.append(Array(line.utf8)) }
    return head
  }

  @Test func keepsTheFinalHeadOnly() {
    let head = head(
      "HTTP/1.1 100 Continue\r\n", "X-Interim: 1\r\n", "\r\n", "HTTP/2 404 \r\n", "a: b\r\n", "\r\n", "X-Trailer: 1\r\n"
    )
    #expect(head.isComplete)
    #expect(head.status == 404)
    #expect(head.fields() == [HTTPHeader("a", "b")])
    #expect(head.bytesSeen == 23 + 14 + 2 + 13 + 6 + 2 + 14)
  }

  @Test func readsOddFields() {
    let head = head(
      "HTTP/1.1 200 OK\n", "A:1\n", "b :\t2 \r\n", "no colon\r\n", "c: x\r\n", "  y\r\n", "d: \u{FF}\r\n", "\n")
    #expect(
      head.fields() == [
        HTTPHeader("A", "1"), HTTPHeader("b", "2"), HTTPHeader("c", "x y"), HTTPHeader("d", "\u{FF}"),
      ])
    #expect(head.isComplete)
  }

  @Test(arguments: [("HTTP/1.1\r\n", 0), ("HTTP/1.1 2x0 OK\r\n", 20), ("\r\n", 0), ("HTTP/1.0 299\r\n", 299)])
  func readsStatus(line: String, status: Int) {
    #expect(head(line).status == status)
  }
}
