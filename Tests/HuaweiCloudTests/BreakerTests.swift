import System
import TestSupport
import Testing

@testable import HuaweiCloud

@Suite struct BreakerTests {
  private let refusal = CloudError(.unauthorized, status: 401, message: "refused")
  private let skew = CloudError(.clockSkew, status: 401, message: "clock")

  @Test func newKeyIsTriedByOneAlone() throws {
    var breaker = AccessKeyBreaker()
    let grant = try go(&breaker)
    for _ in 0..<8 { #expect(breaker.admit(secret: "s", place: "a", at: .zero) == .wait(until: nil)) }
    breaker.record(.accepted, of: grant, at: .seconds(1))
    for _ in 0..<8 { _ = try go(&breaker) }
  }

  @Test func twoRefusalsHoldTheKeyForATimeThatDoubles() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.refused(refusal), of: try go(&breaker), at: .zero)
    breaker.record(.refused(refusal), of: try go(&breaker), at: .zero)
    var now = Duration.zero
    for hold in [300, 600, 1_200, 2_400, 3_600, 3_600] {
      try expectHeld(&breaker, at: now)
      try expectHeld(&breaker, at: now + .seconds(hold - 1))
      now += .seconds(hold)
      let trial = try go(&breaker, at: now)
      #expect(breaker.admit(secret: "s", place: "a", at: now) == .wait(until: nil))
      breaker.record(.refused(refusal), of: trial, at: now)
    }
  }

  @Test func acceptanceEndsTheCount() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.refused(refusal), of: try go(&breaker), at: .zero)
    breaker.record(.accepted, of: try go(&breaker), at: .zero)
    breaker.record(.refused(refusal), of: try go(&breaker), at: .zero)
    _ = try go(&breaker)
  }

  @Test func noAnswerLeavesTheNextToTry() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.unknown, of: try go(&breaker), at: .zero)
    let trial = try go(&breaker)
    #expect(breaker.admit(secret: "s", place: "a", at: .zero) == .wait(until: nil))
    breaker.record(.accepted, of: trial, at: .zero)
    _ = try go(&breaker)
  }

  @Test func hangingHostHoldsUpNobodyElse() throws {
    var breaker = AccessKeyBreaker()
    let hanging = try go(&breaker, place: "a")
    #expect(breaker.admit(secret: "s", place: "b", at: .seconds(1)) == .wait(until: .seconds(5)))
    #expect(breaker.admit(secret: "s", place: "a", at: .seconds(9)) == .wait(until: nil))
    let second = try go(&breaker, place: "b", at: .seconds(5))
    #expect(breaker.admit(secret: "s", place: "c", at: .seconds(20)) == .wait(until: nil))
    breaker.record(.accepted, of: second, at: .seconds(6))
    _ = try go(&breaker, place: "c", at: .seconds(6))
    breaker.record(.unknown, of: hanging, at: .seconds(30))
    _ = try go(&breaker, place: "a", at: .seconds(30))
  }

  @Test func goodKeyThatIsWithdrawnIsHeldAtOnceWhenManyLearnOfIt() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.accepted, of: try go(&breaker), at: .zero)
    let underWay = try (0..<3).map { _ in try go(&breaker) }
    for grant in underWay { breaker.record(.refused(refusal), of: grant, at: .seconds(1)) }
    try expectHeld(&breaker, at: .seconds(299))
    // Late answers do not make the pause longer.
    _ = try go(&breaker, at: .seconds(301))
  }

  @Test func lateAcceptanceSaysNothing() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.accepted, of: try go(&breaker), at: .zero)
    let early = try go(&breaker)
    breaker.record(.refused(refusal), of: try go(&breaker), at: .seconds(1))
    breaker.record(.accepted, of: early, at: .seconds(1))
    _ = try go(&breaker, at: .seconds(1))
    #expect(breaker.admit(secret: "s", place: "a", at: .seconds(1)) == .wait(until: nil))
  }

  @Test func changedSecretIsNewButTheKeyIsNotRisked() throws {
    var breaker = AccessKeyBreaker()
    for secret in ["1", "1", "2", "2"] {
      breaker.record(.refused(refusal), of: try go(&breaker, secret: secret), at: .zero)
    }
    // A fifth refusal within the cloud's window would be one from locking the key.
    try expectHeld(&breaker, secret: "3", at: .seconds(299))
    breaker.record(.accepted, of: try go(&breaker, secret: "3", at: .seconds(300)), at: .seconds(300))
    _ = try go(&breaker, secret: "3", at: .seconds(300))
  }

  @Test func wrongSiblingLeavesTheRightSecretAlone() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.accepted, of: try go(&breaker, secret: "right"), at: .zero)
    for _ in 0..<2 { breaker.record(.refused(refusal), of: try go(&breaker, secret: "wrong"), at: .zero) }
    _ = try go(&breaker, secret: "right")
    try expectHeld(&breaker, secret: "wrong", at: .seconds(1))
  }

  @Test func heldErrorKeepsTheReason() throws {
    var breaker = AccessKeyBreaker()
    for _ in 0..<2 { breaker.record(.refused(refusal), of: try go(&breaker), at: .zero) }
    let error = try held(&breaker)
    #expect(error.reason == .unauthorized)
    #expect(error.message.contains("300 s"))
  }

  /// No key is to blame, whether it was accepted before or is new.
  @Test(arguments: [true, false])
  func aWrongClockIsTriedByOneEveryTenSeconds(_ isTrusted: Bool) throws {
    var breaker = AccessKeyBreaker()
    if isTrusted { breaker.record(.accepted, of: try go(&breaker), at: .zero) }
    let first = try go(&breaker)
    breaker.record(.skewed(skew), of: first, at: .zero)
    for second in stride(from: 0, to: 600, by: 10) {
      let now = Duration.seconds(second)
      for moment in [now, now + .milliseconds(9_999)] {
        for secret in ["s", "another"] {
          let error = try held(&breaker, secret: secret, at: moment)
          #expect(error.reason == .clockSkew)
          #expect(error.message.contains("10 s") && error.message.hasSuffix("clock"))
        }
      }
      let trial = try go(&breaker, at: now + .seconds(10))
      _ = try held(&breaker, at: now + .seconds(10))
      breaker.record(.skewed(skew), of: trial, at: now + .seconds(10))
    }
    let trial = try go(&breaker, at: .seconds(610))
    breaker.record(.accepted, of: trial, at: .seconds(611))
    for _ in 0..<8 { _ = try go(&breaker, at: .seconds(611)) }
    #expect(breaker.isIdle(at: .seconds(611)) == true)
  }

  @Test func whatWasUnderWaySaysNothingAboutTheClockNow() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.accepted, of: try go(&breaker), at: .zero)
    let underWay = try (0..<3).map { _ in try go(&breaker) }
    breaker.record(.skewed(skew), of: underWay[0], at: .seconds(1))
    breaker.record(.accepted, of: underWay[1], at: .seconds(2))
    _ = try held(&breaker, at: .seconds(3))
    #expect(!breaker.isIdle(at: .seconds(3)))
    let trial = try go(&breaker, at: .seconds(11))
    // A late refusal takes nothing from the trial's answer.
    breaker.record(.skewed(skew), of: underWay[2], at: .seconds(12))
    breaker.record(.accepted, of: trial, at: .seconds(13))
    _ = try go(&breaker, at: .seconds(13))
    _ = try go(&breaker, at: .seconds(13))
  }

  @Test func aTrialOfTheClockThatHangsHoldsNobodyUp() throws {
    var breaker = AccessKeyBreaker()
    breaker.record(.accepted, of: try go(&breaker), at: .zero)
    breaker.record(.skewed(skew), of: try go(&breaker), at: .zero)
    let hanging = try go(&breaker, at: .seconds(10))
    let next = try go(&breaker, at: .seconds(20))
    breaker.record(.unknown, of: hanging, at: .seconds(25))
    _ = try held(&breaker, at: .seconds(25))
    breaker.record(.refused(refusal), of: next, at: .seconds(26))
    // The signature's time was not what was wrong with it: from here on it is the key's turn.
    _ = try go(&breaker, at: .seconds(26))
    #expect(breaker.admit(secret: "s", place: "a", at: .seconds(26)) == .wait(until: nil))
  }

  @Test func eightStartingAtOnceSendTwo() async throws {
    let time = ManualTime()
    let breakers = AccessKeyBreakers()
    let holder = AccessKeyBreakers.Holder(AccessKeys(accessKey: "K", secretKey: Secret("S")))
    let sent = await withTaskGroup(of: Int.self) { group in
      for project in 0..<8 {
        group.addTask {
          var sent = 0
          for _ in 0..<20 {
            switch breakers.admit(holder, place: "\(project)", at: time.uptime) {
            case .go(let grant):
              sent += 1
              await Task.yield()
              breakers.record(.refused(self.refusal), of: grant, by: holder, at: time.uptime)
            case .wait:
              let outlook = breakers.outlook(holder, place: "\(project)", at: time.uptime)
              if case .wait = outlook.admission { try? await outlook.change.value() }
            case .held: break
            }
          }
          return sent
        }
      }
      return await group.reduce(0, +)
    }
    #expect(sent == 2)
  }

  @Test func fingerprintIsNotTheSecret() {
    let holder = AccessKeyBreakers.Holder(
      AccessKeys(accessKey: "K", secretKey: Secret("hush"), securityToken: Secret("token")))
    #expect(!"\(holder)".contains("hush"))
    #expect(!"\(holder)".contains("token"))
    #expect(holder != AccessKeyBreakers.Holder(AccessKeys(accessKey: "K", secretKey: Secret("hush"))))
  }

  private func go(
    _ breaker: inout AccessKeyBreaker, secret: String = "s", place: String = "a", at now: Duration = .zero
  ) throws -> AccessKeyBreaker.Grant {
    let admission = breaker.admit(secret: secret, place: place, at: now)
    guard case .go(let grant) = admission else { throw Refused(admission: admission) }
    return grant
  }

  private func expectHeld(_ breaker: inout AccessKeyBreaker, secret: String = "s", at now: Duration) throws {
    _ = try held(&breaker, secret: secret, at: now)
  }

  private func held(
    _ breaker: inout AccessKeyBreaker, secret: String = "s", at now: Duration = .zero
  ) throws -> CloudError {
    let admission = breaker.admit(secret: secret, place: "a", at: now)
    guard case .held(let error) = admission else { throw Refused(admission: admission) }
    return error
  }

  private struct Refused: Error { var admission: AccessKeyBreaker.Admission }
}
