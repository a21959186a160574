import HTTPTransport
import System

/// Places that are taken in the order of asking, and given back.
final class Turns: Sendable {
  private struct Queue: Sendable {
    var places: Int
    /// Below zero while more are taken than there are by now.
    var free: Int
    var waiting: [Turn] = []
  }

  /// Protects the free places and the order of those who wait.
  private let queue: Locked<Queue>

  init(places: Int) { queue = Locked(Queue(places: max(places, 1), free: max(places, 1))) }

  /// Queues up at once; the place is there when `Turn.granted` says so. Must be followed by `leave`.
  func enter() -> Turn {
    queue.withLock { queue in
      if queue.free > 0 {
        queue.free -= 1
        return .free
      }
      let turn = Turn()
      queue.waiting.append(turn)
      return turn
    }
  }

  /// Gives a place to the next in line, or gives up waiting for one.
  func leave(_ turn: Turn) {
    let next = queue.withLock { queue -> Turn? in
      if let index = queue.waiting.firstIndex(where: { $0 === turn }) {
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
  func change(places: Int) {
    let granted = queue.withLock { queue -> [Turn] in
      queue.free += max(places, 1) - queue.places
      queue.places = max(places, 1)
      let count = min(max(queue.free, 0), queue.waiting.count)
      queue.free -= count
      defer { queue.waiting.removeFirst(count) }
      return Array(queue.waiting.prefix(count))
    }
    for turn in granted { turn.granted.fulfil(()) }
  }

  final class Turn: Sendable {
    /// All that need not wait share one, since nobody has to find them in the queue.
    static let free: Turn = {
      let turn = Turn()
      turn.granted.fulfil(())
      return turn
    }()

    let granted = Promise<Void>()
  }
}
