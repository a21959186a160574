import CCurl
import Glibc

/// Waits for all of libcurl's sockets at once with epoll.
///
/// Unchecked: it belongs to the curl thread, except `wake`. Safe: the buffer lives from init to deinit and never leaves
/// this file.
@safe
final class SocketWatch: @unchecked Sendable {
  /// A socket and what happened to it, as `CURL_CSELECT_` flags.
  struct Ready {
    var socket: CInt
    var events: CInt
  }

  /// The maximum number of events of one `wait`; the kernel keeps more for the next.
  private static let mostAtOnce = 64

  private let poller: CInt
  private let waker: CInt
  private let events: UnsafeMutablePointer<epoll_event>
  /// The epoll events that the kernel watches for, for each socket.
  private var watched: [CInt: UInt32] = [:]
  /// The sockets that libcurl opens and closes through our callbacks; it closes others without telling us.
  private var connections: Set<CInt> = []
  /// Connections that are still watched though libcurl no longer asks for it: in most cases the next request on one
  /// begins before the next `wait`, and the kernel need not be told of either change.
  private var leaving: [CInt] = []

  init() throws(HTTPClientError) {
    poller = epoll_create1(CInt(EPOLL_CLOEXEC))
    waker = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    unsafe events = .allocate(capacity: Self.mostAtOnce)
    unsafe events.initialize(repeating: epoll_event(), count: Self.mostAtOnce)
    // The event is edge-triggered: each wake is an event of its own, and the counter need not be read.
    guard poller >= 0, waker >= 0, control(EPOLL_CTL_ADD, waker, EPOLLIN.rawValue | EPOLLET.rawValue) else {
      throw HTTPClientError(.connection, "no epoll or eventfd: error \(errno)")
    }
  }

  deinit {
    close(poller)
    close(waker)
    unsafe events.deallocate()
  }

  /// Watches a socket for the events that libcurl asks for; returns false if the kernel refuses.
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

  /// Notes a connection that libcurl opened: its number is new, whatever was known of it before.
  func opened(_ socket: CInt) {
    connections.insert(socket)
    watched[socket] = nil
  }

  /// Closes a connection, which also makes the kernel forget it.
  func closeConnection(_ socket: CInt) {
    connections.remove(socket)
    watched[socket] = nil
    leaving.removeAll { $0 == socket }
    close(socket)
  }

  /// Stops watching a socket. It may be closed already, and then the kernel knows nothing of it, so an error is
  /// ignored.
  private func forget(_ socket: CInt) {
    if watched.removeValue(forKey: socket) != nil { _ = control(EPOLL_CTL_DEL, socket, 0) }
  }

  /// Returns the sockets that are ready, after a sleep of at most `milliseconds`, or without a limit if negative.
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
      // libcurl learns what is wrong with a socket when it reads from it or writes to it.
      let isBroken = flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
      var happened: CInt = 0
      if flags & EPOLLIN.rawValue != 0 || isBroken { happened |= CURL_CSELECT_IN }
      if flags & EPOLLOUT.rawValue != 0 || isBroken { happened |= CURL_CSELECT_OUT }
      ready.append(Ready(socket: socket, events: happened))
    }
    return ready
  }

  /// Ends the current or the next `wait`; may be called from any thread. It fails only if so many wakes are pending
  /// already that the counter is full.
  func wake() {
    eventfd_write(waker, 1)
  }

  private func control(_ operation: CInt, _ descriptor: CInt, _ wanted: UInt32) -> Bool {
    var event = unsafe epoll_event(events: wanted, data: epoll_data_t(fd: descriptor))
    return unsafe epoll_ctl(poller, operation, descriptor, &event) == 0
  }
}
