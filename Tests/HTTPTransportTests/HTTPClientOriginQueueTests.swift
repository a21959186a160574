import Testing

@testable import HTTPTransport

@Suite struct HTTPClientTurnQueueTests {
  private final class Guest {}

  @Test func letsInUpToTheLimitAndThenInOrder() {
    let guests = (0..<5).map { _ in Guest() }
    var queue = OriginQueue<Guest>(limit: 2)
    let isFirst = guests.map { queue.enter($0, at: "a") }
    #expect(isFirst == [true, true, false, false, false])
    let isOtherFirst = queue.enter(Guest(), at: "b")
    #expect(isOtherFirst)
    let afterOne = queue.leave("a")
    #expect(afterOne === guests[2])
    let withdrawn = [guests[3], guests[3], guests[0]].map { queue.withdraw($0, at: "a") }
    #expect(withdrawn == [true, false, false])
    let afterTwo = queue.leave("a")
    #expect(afterTwo === guests[4])
    let afterAll = queue.leave("a")
    #expect(afterAll == nil)
  }

  @Test func forgetsThoseThatAreRemoved() {
    let guests = (0..<3).map { _ in Guest() }
    var queue = OriginQueue<Guest>(limit: 1)
    let isFirst = guests.map { queue.enter($0, at: "a") }
    #expect(isFirst == [true, false, false])
    let removed = queue.removeWaiting()
    #expect(removed.map { ObjectIdentifier($0) } == guests.dropFirst().map { ObjectIdentifier($0) })
    let next = queue.leave("a")
    #expect(next == nil)
    let isFirstAgain = queue.enter(guests[1], at: "a")
    #expect(isFirstAgain)
  }
}
