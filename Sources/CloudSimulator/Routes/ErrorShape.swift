/// The shapes in which the services wrap an error.
package enum ErrorShape: String, Sendable, CaseIterable {
  /// `{"error_code","error_msg","encoded_authorization_message"}`
  case flat
  /// SWR today: a list of errors, with the first again at the top level.
  case swr
  /// SWR, older: a bare array.
  case swrArray
  /// SWR, older: `{"errors":[…]}`
  case swrErrors
  /// CCE: `{"errorCode","errorMessage"}`
  case cce
  /// CCE's other shape: `{"error_code","error_msg","message"}`
  case cceFlat
  /// The gateway in front of all services: with `request_id`.
  case gateway
  /// IAM: `{"error":{"code": a number,"message","title"}}`
  case iam
  /// CodeArts V2: `{"error":{"code","message"},"status":"failed"}`
  case codeArtsV2
  /// The HTML page of a proxy.
  case html
  case empty

  func body(status: Int, code: String, message: String, requestID: String, tampering: Tampering) -> [UInt8] {
    var json = JSONWriter(tampering: Tampering(secret: tampering.secret))
    func element(_ json: inout JSONWriter) {
      json.object {
        $0.string("errorCode", code)
        $0.string("errorMessage", message)
        $0.string("detail", "")
      }
    }
    switch self {
    case .flat:
      json.object {
        $0.string("error_code", code)
        $0.string("error_msg", message)
        if status == 403 { $0.string("encoded_authorization_message", "XQE4OMJyBzHfRnLJq0dEmsoxYpCy") }
      }
    case .swr:
      json.object {
        $0.array("errors") { element(&$0) }
        $0.string("error_code", code)
        $0.string("error_msg", message)
        $0.array("details") {
          $0.object {
            $0.string("error_code", code)
            $0.string("error_msg", message)
          }
        }
      }
    case .swrArray: json.array { element(&$0) }
    case .swrErrors: json.object { $0.array("errors") { element(&$0) } }
    case .cce:
      json.object {
        $0.string("errorCode", code)
        $0.string("errorMessage", message)
      }
    case .cceFlat:
      json.object {
        $0.string("error_code", code)
        $0.string("error_msg", message)
        $0.string("message", message)
      }
    case .gateway:
      json.object {
        $0.string("error_msg", message)
        $0.string("error_code", code)
        $0.string("request_id", requestID)
      }
    case .iam:
      json.object {
        $0.object("error") {
          $0.integer("code", status)
          $0.string("message", message)
          $0.string("title", ErrorShape.title(status))
        }
      }
    case .codeArtsV2:
      json.object {
        $0.object("error") {
          $0.string("code", code)
          $0.string("message", message)
        }
        $0.string("status", "failed")
      }
    case .html:
      let secret = tampering.secret.map { "<!-- token=\($0) -->" } ?? ""
      return Array(
        "<html><head><title>\(status) \(message)</title></head><body>\(secret)<h1>Sorry</h1></body></html>".utf8)
    case .empty: return []
    }
    return json.bytes
  }

  private static func title(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    default: "Error"
    }
  }
}
