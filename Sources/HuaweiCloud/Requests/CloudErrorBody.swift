import FoundationEssentials

struct CloudErrorBody {
  var code: String?
  var message: String?

  static func parse(_ body: [UInt8]) -> Self {
    struct Plain: Decodable { var error_code: String?, error_msg: String? }
    let plain = try? JSONDecoder().decode(Plain.self, from: Data(body))
    return Self(code: plain?.error_code, message: plain?.error_msg)
  }
}
