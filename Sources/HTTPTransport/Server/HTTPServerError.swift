import Glibc

/// Why a server could not start, or could not apply new settings.
package struct HTTPServerError: Error, Equatable, CustomStringConvertible {
  /// The reason, with the address if the server could not listen on it.
  package var message: String
  /// The system's error number; 0 if there was none.
  package var code: Int32 = 0

  /// The security setting that the error is about; nil for other errors.
  package var setting: HTTPServerSecurity.Setting?

  package init(_ message: String) { self.message = message }

  package init(_ setting: HTTPServerSecurity.Setting, _ reason: String) {
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
