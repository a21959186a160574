/// Places that are taken in the order of asking, and given back.
package final class Semaphore: Sendable {
  private struct Queue: Sendable {
    var places: Int
    /// Below zero while more are taken than there are by now.
    var free: Int
    var waiting: [Permit] = []
  }

  /// Protects the free places and the order of those who wait.
  private let queue: Locked<Queue>

  package init(places: Int) { queue = Locked(Queue(places: max(places, 1), free: max(places, 1))) }

  /// Queues up at once; the place is there when `Permit.granted` says so. Must be followed by `release`.
  package func acquire() -> Permit {
    queue.withLock { queue in
      if queue.free > 0 {
        queue.free -= 1
        return .free
      }
      let permit = Permit()
      queue.waiting.append(permit)
      return permit
    }
  }

  /// Gives a place to the next in line, or gives up waiting for one.
  package func release(_ permit: Permit) {
    let next = queue.withLock { queue -> Permit? in
      if let index = queue.waiting.firstIndex(where: { $0 === permit }) {
        queue.waiting.remove(at: index)
        return nil
      }
      guard !queue.waiting.isEmpty, queue.free >= 0 else {
        queue.free += 1
        return nil
      }
      return queue.waiting.removeFirst()
    }
    next?.granted.fulfil(())
  }

  /// There are `places` from now on; who has one keeps it.
  package func change(places: Int) {
    let granted = queue.withLock { queue -> [Permit] in
      queue.free += max(places, 1) - queue.places
      queue.places = max(places, 1)
      let count = min(max(queue.free, 0), queue.waiting.count)
      queue.free -= count
      defer { queue.waiting.removeFirst(count) }
      return Array(queue.waiting.prefix(count))
    }
    for permit in granted { permit.granted.fulfil(()) }
  }

  package final class Permit: Sendable {
    /// All that need not wait share one, since nobody has to find them in the queue.
    static let free: Permit = {
      let permit = Permit()
      permit.granted.fulfil(())
      return permit
    }()

    package let granted = Promise<Void>()
  }
}
