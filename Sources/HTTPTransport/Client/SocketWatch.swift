import CCurl
import Glibc

/// Waits for libcurl's sockets, all at once, with epoll: one system call where `curl_multi_perform` needs 17 for each page
/// of 32 listings.
///
/// Belongs to the curl thread, except `wake`. Safe: the buffer lives from init to deinit and never leaves this file.
@safe
final class SocketWatch {
  /// A socket that something happened to, and what, in libcurl's words.
  struct Ready {
    var socket: CInt
    var events: CInt
  }

  /// More wait in the kernel for the next time.
  private static let mostAtOnce = 64

  private let poller: CInt
  private let waker: CInt
  private let events: UnsafeMutablePointer<epoll_event>
  /// What the kernel tells us of each socket.
  private var watched: [CInt: UInt32] = [:]
  /// Those that libcurl opens and closes through us; others it closes without a word.
  private var connections: Set<CInt> = []
  /// Connections that are watched though libcurl no longer asks for it: mostly the next request on one begins before the
  /// next wait, and the kernel need not hear of either.
  private var leaving: [CInt] = []

  init() throws(HTTPClientError) {
    poller = epoll_create1(CInt(EPOLL_CLOEXEC))
    waker = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    unsafe events = .allocate(capacity: Self.mostAtOnce)
    unsafe events.initialize(repeating: epoll_event(), count: Self.mostAtOnce)
    // Edge-triggered: each wake is an event of its own, and nobody needs to read it away.
    guard poller >= 0, waker >= 0, control(EPOLL_CTL_ADD, waker, EPOLLIN.rawValue | EPOLLET.rawValue) else {
      throw HTTPClientError(.connection, "no epoll or eventfd: error \(errno)")
    }
  }

  deinit {
    close(poller)
    close(waker)
    unsafe events.deallocate()
  }

  /// Takes over what libcurl wants to know about a socket; false where the kernel refuses to watch it.
  func set(_ socket: CInt, _ what: CInt) -> Bool {
    guard what != CURL_POLL_REMOVE else {
      if connections.contains(socket) { leaving.append(socket) } else { forget(socket) }
      return true
    }
    leaving.removeAll { $0 == socket }
    var wanted: UInt32 = 0
    if what & CURL_POLL_IN != 0 { wanted |= EPOLLIN.rawValue }
    if what & CURL_POLL_OUT != 0 { wanted |= EPOLLOUT.rawValue }
    let known = watched.updateValue(wanted, forKey: socket)
    return known == wanted || control(known == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, wanted)
  }

  /// A socket of this number is new, whatever we knew of one before.
  func opened(_ socket: CInt) {
    connections.insert(socket)
    watched[socket] = nil
  }

  /// With it the kernel forgets what it watched.
  func closeConnection(_ socket: CInt) {
    connections.remove(socket)
    watched[socket] = nil
    leaving.removeAll { $0 == socket }
    close(socket)
  }

  /// One that libcurl no longer names may be closed already, and the kernel knows nothing of it then.
  private func forget(_ socket: CInt) {
    if watched.removeValue(forKey: socket) != nil { _ = control(EPOLL_CTL_DEL, socket, 0) }
  }

  /// Sleeps for so long at most, or without end where negative; what is ready then.
  func wait(milliseconds: CInt) throws(HTTPClientError) -> [Ready] {
    for socket in leaving { forget(socket) }
    leaving.removeAll(keepingCapacity: true)
    let count = unsafe epoll_wait(poller, events, CInt(Self.mostAtOnce), milliseconds)
    guard count >= 0 else {
      if errno == EINTR { return [] }
      throw HTTPClientError(.connection, "epoll_wait failed: error \(errno)")
    }
    var ready: [Ready] = []
    for index in 0..<Int(count) {
      let (socket, flags) = unsafe (events[index].data.fd, events[index].events)
      if socket == waker { continue }
      // What is wrong with a socket is learnt by reading from it or writing to it.
      let isBroken = flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
      var happened: CInt = 0
      if flags & EPOLLIN.rawValue != 0 || isBroken { happened |= CURL_CSELECT_IN }
      if flags & EPOLLOUT.rawValue != 0 || isBroken { happened |= CURL_CSELECT_OUT }
      ready.append(Ready(socket: socket, events: happened))
    }
    return ready
  }

  /// Ends the present or the next `wait`; from any thread. It fails only where so many wakes are pending already that the
  /// counter is full.
  func wake() {
    eventfd_write(waker, 1)
  }

  private func control(_ operation: CInt, _ descriptor: CInt, _ wanted: UInt32) -> Bool {
    var event = unsafe epoll_event(events: wanted, data: epoll_data_t(fd: descriptor))
    return unsafe epoll_ctl(poller, operation, descriptor, &event) == 0
  }
}
