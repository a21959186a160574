/// A counting semaphore for tasks, which grants its places in the order in which they were asked for.
package final class Semaphore: Sendable {
  private struct Queue: Sendable {
    var places: Int
    /// The number of free places; below zero while more are taken than there are now.
    var free: Int
    var waiting: [Permit] = []
  }

  /// Protects the free places and the order of the waiting permits.
  private let queue: Locked<Queue>

  package init(places: Int) { queue = Locked(Queue(places: max(places, 1), free: max(places, 1))) }

  /// Asks for a place and returns at once; the place is granted when `Permit.granted` is fulfilled. Each permit must be
  /// released.
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

  /// Gives the permit's place to the next in line, or stops waiting if the permit has no place yet.
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

  /// Changes the number of places; places that are taken stay taken.
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
    /// The one permit of all who need not wait: it is never in the queue, so it need not be told from others.
    static let free: Permit = {
      let permit = Permit()
      permit.granted.fulfil(())
      return permit
    }()

    package let granted = Promise<Void>()
  }
}
