import HTTPTransport

/// An answer before any fault is done to it.
struct Reply: Sendable {
  var status: Int
  var headers: [HTTPHeader]
  var body: [UInt8]

  static func json(_ json: JSONWriter, status: Int = 200, headers: [HTTPHeader] = []) -> Reply {
    Reply(status: status, headers: [HTTPHeader("Content-Type", "application/json")] + headers, body: json.bytes)
  }

  static func failure(
    _ status: Int, _ code: String, _ message: String, shape: ErrorShape = .gateway, requestID: String,
    tampering: Tampering = Tampering(), headers: [HTTPHeader] = []
  ) -> Reply {
    let contentType = shape == .html ? "text/html" : "application/json"
    return Reply(
      status: status, headers: [HTTPHeader("Content-Type", contentType)] + headers,
      body: shape.body(
        status: status, code: code, message: message, requestID: requestID, tampering: tampering))
  }
}
