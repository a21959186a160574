import CMicroHTTPD
import Glibc

/// The last request of a connection, kept because a scraper sends the same one every time: comparing it costs a tenth of
/// taking it apart.
@safe
final class RememberedRequest: Sendable {
  /// Longer ones are not worth the memory that every connection would hold.
  private static let maximumBytes = 4 << 10

  let request: HTTPServerRequest
  /// As it was sent.
  let target: [UInt8]
  /// Each with the zero that ends it.
  private let method: [CChar]
  private let version: [CChar]
  /// Names and values of all fields in order, each after its length.
  private let fields: [UInt8]

  /// nil for a request that must not be kept: with a body, with a password, or long.
  init?(_ request: HTTPServerRequest, target: [UInt8], version: UnsafePointer<CChar>) {
    let isOrdinary = request.headers.allSatisfy { header in
      !["authorization", "cookie", "content-length", "transfer-encoding"].contains(header.name.lowercased())
    }
    guard isOrdinary, request.body.isEmpty else { return nil }
    var fields: [UInt8] = []
    for header in request.headers {
      for text in [header.name, header.value] {
        unsafe withUnsafeBytes(of: text.utf8.count) { unsafe fields.append(contentsOf: $0) }
        fields += text.utf8
      }
    }
    guard fields.count + target.count <= Self.maximumBytes else { return nil }
    self.request = request
    self.fields = fields
    self.target = target
    unsafe self.version = Array(UnsafeBufferPointer(start: version, count: strlen(version) + 1))
    method = Array(request.method.utf8CString)
  }

  func hasTarget(_ other: UnsafePointer<CChar>) -> Bool {
    unsafe strlen(other) == target.count && memcmp(target, other, target.count) == 0
  }

  /// Whether the connection's current request, whose target is the same, is the same altogether.
  func matches(
    _ connection: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
  ) -> Bool {
    guard unsafe strcmp(self.method, method) == 0, unsafe strcmp(self.version, version) == 0 else { return false }
    return unsafe fields.withUnsafeBytes { fields in
      var rest = unsafe fields
      // Safe: the callback runs inside this call, and `rest` is used by nobody else meanwhile.
      let count = unsafe MHD_get_connection_values_n(connection, .HEADER_KIND, compareField, &rest)
      return unsafe Int(count) == request.headers.count && rest.isEmpty
    }
  }
}

/// Takes one field from the front of the bytes that `context` points to, as long as they are the same.
private func compareField(
  _ context: UnsafeMutableRawPointer?, _: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
  _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
  guard let rest = unsafe context?.assumingMemoryBound(to: UnsafeRawBufferPointer.self) else { return .NO }
  let isSame = unsafe rest.pointee.removePrefix(name, nameLength) && rest.pointee.removePrefix(value, valueLength)
  return isSame ? .YES : .NO
}

extension UnsafeRawBufferPointer {
  /// Takes a length and so many bytes away where they are these.
  fileprivate mutating func removePrefix(_ text: UnsafePointer<CChar>?, _ length: Int) -> Bool {
    let size = MemoryLayout<Int>.size
    guard count >= size, unsafe loadUnaligned(as: Int.self) == length, count - size >= length,
      let base = baseAddress
    else { return false }
    if let text = unsafe text, unsafe memcmp(base + size, text, length) != 0 { return false }
    unsafe self = UnsafeRawBufferPointer(rebasing: self[(size + length)...])
    return true
  }
}
