import System

/// A request as it is sent: nothing in it is encoded or normalised afterwards, and only missing header fields are
/// added.
package struct HTTPRequest: Sendable {
  package var method: String
  /// The absolute URL, already percent-encoded: path and query are sent byte for byte.
  package var url: String
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// Returns the scheme, host and port in lower case; throws if the request can't be sent exactly as it is.
  ///
  /// libcurl would send a line break in a header as one, cut text at a NUL, drop a fragment, and turn userinfo into an
  /// `Authorization` of its own: none of these is what the request says.
  func checkedOrigin() throws(HTTPClientError) -> String {
    guard !method.isEmpty, method.allBytes(\.isTokenByte) else {
      throw HTTPClientError(.invalidRequest, "the method is not a token")
    }
    if method == "HEAD", !body.isEmpty {
      throw HTTPClientError(.invalidRequest, "a HEAD request has no body")
    }
    for (index, header) in headers.enumerated() {
      guard !header.name.isEmpty, header.name.allBytes(\.isTokenByte) else {
        throw HTTPClientError(.invalidRequest, "header \(index + 1) has a name that is not a token")
      }
      guard header.value.allBytes(\.isFieldByte) else {
        throw HTTPClientError(.invalidRequest, "header \(header.name) contains a control character")
      }
    }
    guard url.allBytes({ $0.isVisibleASCII && $0 != UInt8(ascii: "#") }) else {
      throw HTTPClientError(
        .invalidRequest,
        url.allBytes(\.isVisibleASCII)
          ? "the URL has a fragment" : "the URL contains a character that must be percent-encoded")
    }
    return try origin()
  }

  private func origin() throws(HTTPClientError) -> String {
    let start = url.hasLowercasePrefix("https://") ? 8 : 7
    guard start == 8 || url.hasLowercasePrefix("http://") else {
      throw HTTPClientError(.invalidRequest, "the URL does not begin with http:// or https://")
    }
    let bytes = url.utf8.span
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") {
      guard bytes[end] != UInt8(ascii: "@") else {
        throw HTTPClientError(.invalidRequest, "the URL contains a user name or password")
      }
      end += 1
    }
    guard end > start else {
      throw HTTPClientError(.invalidRequest, "the URL has no host")
    }
    return String(Substring(url.utf8.prefix(end))).lowercased()
  }
}

extension String {
  /// Returns whether the text, in any case, begins with `prefix`, which must be in lower case.
  fileprivate func hasLowercasePrefix(_ prefix: String) -> Bool {
    let (bytes, prefix) = (utf8.span, prefix.utf8.span)
    guard bytes.count >= prefix.count else { return false }
    for index in prefix.indices where bytes[index].lowercase != prefix[index] { return false }
    return true
  }

  /// Returns whether all bytes satisfy the predicate.
  ///
  /// It reads the span, since iterating over the bytes of the text one by one costs ten times as much.
  fileprivate func allBytes(_ isRight: (UInt8) -> Bool) -> Bool {
    let bytes = utf8.span
    for index in bytes.indices where !isRight(bytes[index]) { return false }
    return true
  }
}

extension UInt8 {
  /// Whether the byte may be part of a token (RFC 9110, 5.6.2).
  fileprivate var isTokenByte: Bool {
    switch self {
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
      UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: isASCIILetter || isASCIIDigit
    }
  }

  fileprivate var isFieldByte: Bool { self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t") }
}
