/// A complete answer, of any status, also 4xx and 5xx.
package struct HTTPResponse: Sendable {
  package var status: Int
  /// The decompressed body.
  package var body: [UInt8]
  private let head: ResponseHead

  init(_ head: ResponseHead, body: [UInt8]) {
    status = head.status
    self.body = body
    self.head = head
  }

  /// The header fields, which are parsed on each access, since hardly any answer is asked for them.
  package var headers: [HTTPHeader] { head.fields() }
}

/// The status line and fields of an answer, gathered line by line as they arrive.
///
/// Interim answers (1xx) are forgotten when the next head begins; what comes after the final head (trailers) is not
/// kept.
struct ResponseHead: Sendable {
  private(set) var status = 0
  /// Whether the empty line after the final fields was seen.
  private(set) var isComplete = false
  /// The number of bytes received, including those that are not kept.
  private(set) var bytesSeen = 0
  private var lines: [UInt8] = []
  private var expectsStatusLine = true

  /// Appends one line with its line break.
  mutating func append(_ line: some Collection<UInt8>) {
    bytesSeen += line.count
    if isComplete { return }
    if expectsStatusLine {
      status = Self.status(of: line)
      lines.removeAll(keepingCapacity: true)
      lines.reserveCapacity(1024)
      expectsStatusLine = false
    } else if line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") {
      expectsStatusLine = (100..<200).contains(status)
      isComplete = !expectsStatusLine
    } else {
      lines.append(contentsOf: line)
    }
  }

  /// Returns the fields in the order received; a folded one (RFC 9112, 5.2) is unfolded.
  func fields() -> [HTTPHeader] {
    var fields: [HTTPHeader] = []
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      if line.first?.isBlank == true {
        if let last = fields.indices.last {
          fields[last].value += " " + Self.text(line)
        }
      } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
        fields.append(HTTPHeader(Self.text(line[..<colon]), Self.text(line[(colon + 1)...])))
      }
    }
    return fields
  }

  /// Returns the number after the first space of `HTTP/1.1 200 OK`; 0 if there is none.
  private static func status(of line: some Collection<UInt8>) -> Int {
    line.drop { $0 != UInt8(ascii: " ") }.dropFirst().prefix(3).reduce(0) { number, byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number * 10 + Int(byte - UInt8(ascii: "0"))
      default: number
      }
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    var bytes = bytes
    while bytes.first?.isBlank == true { bytes.removeFirst() }
    while bytes.last?.isBlank == true { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
  }
}
