/// The body of an answer that reports an error, in any of the shapes that the services and the gateway use.
package enum CloudErrorBody {
  private enum Field: String, CaseIterable {
    case errorCode = "error_code"
    case errorCodeCamel = "errorCode"
    case code
    case errorMessage = "error_msg"
    case errorMessageCamel = "errorMessage"
    case errorMsgCamel = "errorMsg"
    case message
    case title
    case error
    case errors
    case details
  }

  /// The code and message found in one value and the values inside it.
  private struct Finding {
    var code: String?
    var message: String?

    mutating func fill(from other: Finding) {
      if code == nil { code = other.code }
      if message == nil { message = other.message }
    }
  }

  private static let fields = JSONFields(Field.self)
  /// No service writes a longer error, and a body that is not an error may be as long as any answer.
  private static let longestBody = 1 << 20

  /// Returns the cloud's own error code and message as it wrote them; nil if there is none, as in a proxy's HTML page.
  ///
  /// They are for classifying the error: before anybody reads them, they must pass `usableCode` and `Redaction.clean`.
  /// `encoded_authorization_message` is never read.
  package static func parse(_ body: [UInt8]) -> (code: String?, message: String?) {
    guard body.count <= longestBody, let first = body.first(where: { $0 > 0x20 }) else { return (nil, nil) }
    let finding: Finding?
    switch first {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      finding = try? JSONReader.read(body) { reader throws(JSONFault) in try find(&reader) }
    case UInt8(ascii: "<"): finding = nil
    default: finding = Finding(message: plainText(body))
    }
    return (finding?.code, finding?.message)
  }

  private static func find(_ reader: inout JSONReader) throws(JSONFault) -> Finding {
    switch reader.peek() {
    case UInt8(ascii: "{"): return try findInObject(&reader)
    case UInt8(ascii: "["):
      var finding = Finding()
      guard try reader.beginArray() else { return finding }
      while try reader.nextElement() { finding.fill(from: try find(&reader)) }
      return finding
    default:
      try reader.skip()
      return Finding()
    }
  }

  private static func findInObject(_ reader: inout JSONReader) throws(JSONFault) -> Finding {
    // The first that is present counts: the service's own, the general one, one of a nested value, and last the title.
    var codes: (own: String?, general: String?)
    var messages: (own: String?, general: String?, title: String?)
    var nested = Finding()
    guard try reader.beginObject() else { return nested }
    while let field = try reader.nextField(of: fields) {
      switch Field.allCases[at: field] {
      case .errorCode, .errorCodeCamel: codes.own = try reader.string().flatMap(nonEmpty) ?? codes.own
      case .code: codes.general = try reader.string().flatMap(nonEmpty)
      case .errorMessage, .errorMessageCamel, .errorMsgCamel:
        messages.own = try reader.string().flatMap(nonEmpty) ?? messages.own
      case .message: messages.general = try reader.string().flatMap(nonEmpty)
      case .title: messages.title = try reader.string().flatMap(nonEmpty)
      case .error:
        if reader.peek() == UInt8(ascii: "\"") {
          messages.title = try reader.string().flatMap(nonEmpty)
        } else {
          nested.fill(from: try find(&reader))
        }
      case .errors, .details: nested.fill(from: try find(&reader))
      case nil: try reader.skip()
      }
    }
    var finding = Finding(code: codes.own ?? codes.general, message: messages.own ?? messages.general)
    finding.fill(from: nested)
    finding.fill(from: Finding(message: messages.title))
    return finding
  }

  /// Returns the code if it can't be one of the cloud's secrets: words and numbers joined by dots, underscores or
  /// hyphens; with hyphens, one of them must be a number.
  static func usableCode(_ code: String) -> String? {
    guard 1...64 ~= code.utf8.count else { return nil }
    let parts = code.utf8.split(omittingEmptySubsequences: false) { ".-_".utf8.contains($0) }.map(Array.init)
    guard parts.count <= 6, parts.allSatisfy(Redaction.isPartOfCode) else { return nil }
    let isNumbered = parts.contains { Redaction.isNumber($0, longest: 10) }
    return isNumbered || !code.utf8.contains(UInt8(ascii: "-")) ? code : nil
  }

  private static func plainText(_ body: [UInt8]) -> String {
    String(decoding: body.prefix(4096), as: UTF8.self)
  }

  private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}
