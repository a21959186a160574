import Glibc

/// Why a server could not start, or not take new settings.
package struct HTTPServerError: Error, Equatable, CustomStringConvertible {
  /// Names the address and the reason.
  package var message: String
  /// The system's error number, where there was one.
  package var code: Int32 = 0

  /// Which key of the web configuration it is about, such as `tls_server_config.cipher_suites`; nil for other errors.
  package var setting: String?

  package init(_ message: String) { self.message = message }

  init(setting: String, _ reason: String) {
    self.init("\(setting): \(reason)")
    self.setting = setting
  }

  init(listeningOn address: ListenAddress, reason: String) {
    self.init("cannot listen on \(address): \(reason)")
  }

  init(listeningOn address: ListenAddress, code: Int32) {
    self.init(listeningOn: address, reason: unsafe String(cString: strerror(code)))
    self.code = code
  }

  package var description: String { message }
}

extension ListenAddress: CustomStringConvertible {
  /// As a flag says it: `127.0.0.1:9100`, `[::1]:9100`, `:9100`, `unix:/run/x.sock?mode=0660`.
  package var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path, nil): "unix:\(path)"
    case .unix(let path, let mode?): "unix:\(path)?mode=0\(String(mode, radix: 8))"
    }
  }
}
