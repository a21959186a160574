import Glibc

/// A bound, listening socket; a socket file that it made is removed with it.
final class ListenSocket: Sendable {
  let descriptor: Int32
  /// The address, with the actual port.
  let address: ListenAddress
  private let path: BoundPath?

  /// The identity of a unix socket's file, so that another file of the same name is left alone.
  private struct BoundPath {
    var name: String
    var device: dev_t
    var inode: ino_t
  }

  /// Binds and listens.
  init(_ wanted: ListenAddress) throws(HTTPServerError) {
    switch wanted {
    case .tcp(let host, let port):
      descriptor = try Self.listen(host: host, port: port, as: wanted)
      address = .tcp(host: host, port: Self.port(of: descriptor))
      path = nil
    case .unix(let name, let mode):
      descriptor = try Self.listen(path: name, mode: mode, as: wanted)
      address = wanted
      var status = stat()
      path =
        unsafe stat(name, &status) == 0
        ? BoundPath(name: name, device: status.st_dev, inode: status.st_ino) : nil
    }
  }

  deinit {
    close(descriptor)
    guard let path else { return }
    var status = stat()
    guard unsafe stat(path.name, &status) == 0, status.st_dev == path.device, status.st_ino == path.inode else {
      return
    }
    unsafe unlink(path.name)
  }

  private static func listen(host: String, port: UInt16, as wanted: ListenAddress) throws(HTTPServerError) -> Int32 {
    var failure: HTTPServerError?
    for (family, name) in host.isEmpty ? [(AF_INET6, "::"), (AF_INET, "0.0.0.0")] : [(AF_UNSPEC, host)] {
      do {
        return try listen(family: family, host: name, port: port, dualStack: Self.meansAll(host), as: wanted)
      } catch {
        // The first failure is the better explanation, unless it only says that there is no IPv6 here.
        if failure == nil || family == AF_INET { failure = error }
        if error.code == EADDRINUSE || error.code == EACCES { break }
      }
    }
    throw failure ?? HTTPServerError(listeningOn: wanted, code: EADDRNOTAVAIL)
  }

  /// Returns whether the host is empty or `::`, in any of its forms, which accepts IPv4 clients too, as in other
  /// servers.
  private static func meansAll(_ host: String) -> Bool {
    host.isEmpty || host.contains(":") && host.allSatisfy { $0 == ":" || $0 == "0" }
  }

  private static func listen(
    family: Int32, host: String, port: UInt16, dualStack: Bool, as wanted: ListenAddress
  ) throws(HTTPServerError) -> Int32 {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = family
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let result = unsafe getaddrinfo(host, String(port), &hints, &found)
    guard result == 0, let first = unsafe found else {
      throw HTTPServerError(listeningOn: wanted, reason: unsafe String(cString: gai_strerror(result)))
    }
    defer { unsafe freeaddrinfo(first) }
    // A name such as localhost means IPv4 if it has both, as in other exporters.
    var choice = unsafe first
    var candidate: UnsafeMutablePointer<addrinfo>? = unsafe first
    while let entry = unsafe candidate {
      if unsafe entry.pointee.ai_family == AF_INET {
        unsafe choice = entry
        break
      }
      unsafe candidate = entry.pointee.ai_next
    }
    let descriptor = try unsafe open(family: choice.pointee.ai_family, as: wanted)
    var on: Int32 = 1
    var onlyIPv6: Int32 = dualStack ? 0 : 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if unsafe choice.pointee.ai_family == AF_INET6 {
      unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &onlyIPv6, size)
    }
    try unsafe start(descriptor, at: choice.pointee.ai_addr, length: choice.pointee.ai_addrlen, as: wanted)
    return descriptor
  }

  private static func listen(
    path: String, mode: UInt32?, as wanted: ListenAddress
  ) throws(HTTPServerError) -> Int32 {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: name.sun_path) else {
      throw HTTPServerError(listeningOn: wanted, code: ENAMETOOLONG)
    }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    return try unsafe withUnsafePointer(to: &name) { pointer throws(HTTPServerError) in
      try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address throws(HTTPServerError) in
        try unsafe removeStaleSocket(path, address, length, as: wanted)
        let descriptor = try open(family: AF_UNIX, as: wanted)
        // Nobody can connect before it listens, so nobody sees the mode that it had first.
        try unsafe start(descriptor, at: address, length: length, as: wanted) {
          mode.map { unsafe chmod(path, $0) } ?? 0
        }
        return descriptor
      }
    }
  }

  /// Removes a socket file that nobody listens on, since it is left over from a process that died.
  private static func removeStaleSocket(
    _ path: String, _ address: UnsafePointer<sockaddr>, _ length: socklen_t, as wanted: ListenAddress
  ) throws(HTTPServerError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw HTTPServerError(listeningOn: wanted, reason: "the file exists and is no socket")
    }
    let probe = try open(family: AF_UNIX, as: wanted)
    defer { close(probe) }
    guard unsafe connect(probe, address, length) != 0, errno == ECONNREFUSED else {
      throw HTTPServerError(listeningOn: wanted, code: EADDRINUSE)
    }
    unsafe unlink(path)
  }

  private static func open(family: Int32, as wanted: ListenAddress) throws(HTTPServerError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, type, 0)
    guard descriptor >= 0 else { throw HTTPServerError(listeningOn: wanted, code: errno) }
    return descriptor
  }

  private static func start(
    _ descriptor: Int32, at address: UnsafePointer<sockaddr>, length: socklen_t, as wanted: ListenAddress,
    onceBound prepare: () -> Int32 = { 0 }
  ) throws(HTTPServerError) {
    guard unsafe bind(descriptor, address, length) == 0, prepare() == 0, Glibc.listen(descriptor, SOMAXCONN) == 0 else {
      let code = errno
      close(descriptor)
      throw HTTPServerError(listeningOn: wanted, code: code)
    }
  }

  private static func port(of descriptor: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      guard unsafe getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return 0 }
      // The port stands at the same place in sockaddr_in and sockaddr_in6, in network order.
      return unsafe UInt16(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    }
  }
}
