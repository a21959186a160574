import Glibc

/// Why a server could not start, or not take new settings.
package struct HTTPServerError: Error, Equatable, CustomStringConvertible {
  /// Names the address and the reason; of a setting, the reason alone.
  package var message: String
  /// The system's error number, where there was one.
  package var code: Int32 = 0

  /// What in the security settings it is about; nil for other errors.
  package var setting: HTTPServerSecurity.Setting?

  package init(_ message: String) { self.message = message }

  init(_ setting: HTTPServerSecurity.Setting, _ reason: String) {
    self.init(reason)
    self.setting = setting
  }

  init(listeningOn address: ListenAddress, reason: String) {
    self.init("cannot listen on \(address): \(reason)")
  }

  init(listeningOn address: ListenAddress, code: Int32) {
    self.init(listeningOn: address, reason: unsafe String(cString: strerror(code)))
    self.code = code
  }

  package var description: String { setting.map { "\($0.rawValue): \(message)" } ?? message }
}
