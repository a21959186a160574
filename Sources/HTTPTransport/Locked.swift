import Glibc

/// A value that threads take turns with.
///
/// A pthread mutex, because the thread sanitizer reports false races on `Synchronization.Mutex` with this toolchain.
/// Hold it for a few instructions only: no I/O, no `await`, no call out.
@safe
package final class Locked<Value>: @unchecked Sendable {
  // Safe: the mutex lives at one address from init to deinit, and `value` is touched only while it is held.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline var value: Value

  package init(_ value: sending Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    let result = unsafe pthread_mutex_init(mutex, nil)
    precondition(result == 0, "pthread_mutex_init failed: \(result)")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` alone with the value.
  ///
  /// Inlinable, since the generic code costs many times what is done under a lock.
  @inlinable
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
