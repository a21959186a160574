import Glibc

/// A loopback address that answers no connection attempt: it listens with a queue that is full, and never accepts.
final class FullListener: Sendable {
  let port: UInt16
  private let sockets: [CInt]

  init() throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var sockets = [socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)]
    // Safe: the address lives on the stack during each call, and its own size is passed.
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = unsafe bind(sockets[0], pointer, size)
        listen(sockets[0], 0)
        _ = unsafe getsockname(sockets[0], pointer, &size)
        for _ in 0..<8 {
          let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
          _ = unsafe connect(client, pointer, size)
          sockets.append(client)
        }
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    self.sockets = sockets
  }

  deinit {
    for socket in sockets { close(socket) }
  }
}
