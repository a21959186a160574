import Glibc

/// A value that is protected by a mutex.
///
/// It is a pthread mutex, because the thread sanitizer reports false races on `Synchronization.Mutex` with this
/// toolchain. Hold it for memory only: no I/O, no `await`, no call out. Where a library's call or a system call must see
/// what the lock protects, such as a socket that is still its connection's, that is said there.
@safe
package final class Locked<Value>: @unchecked Sendable {
  // Safe: mutex and value live at one address each from init to deinit, and the value is touched only while the mutex
  // is held. Behind a pointer it also needs no check for overlapping accesses, which the mutex rules out.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  package init(_ value: sending Value) {
    unsafe self.value = .allocate(capacity: 1)
    unsafe self.value.initialize(to: value)
    unsafe mutex = .allocate(capacity: 1)
    let result = unsafe pthread_mutex_init(mutex, nil)
    precondition(result == 0, "pthread_mutex_init failed: \(result)")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
  }

  /// Runs `body` with exclusive access to the value.
  ///
  /// Inlinable because it is called several times for every request, from other modules too.
  @inlinable
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }
}
