import CloudSimulator
import Foundation
import HuaweiCloud
import System
import Testing

@testable import ExporterCore

/// A day in minutes, as pages that `deploy/prometheus/day` shows to the alerts.
///
/// `DAY_DIRECTORY` says where they go; without it there is nothing to do. `DAY_MINUTES` makes the days shorter.
@Suite struct DayTests {
  private struct Told: Encodable {
    let beginning: Int64
    let alerts: [Trouble.Alert]
  }

  private static let environment = ProcessInfo.processInfo.environment
  private static let directory = environment["DAY_DIRECTORY"].map { URL(filePath: $0) }
  private static let most = environment["DAY_MINUTES"].flatMap(Int.init) ?? .max

  /// A 5xx in a hundred requests, a throttle an hour, a repository forbidden, an instance unsupported, a restart.
  @Test(.enabled(if: directory != nil)) func withOrdinaryNoise() async throws {
    try await pass("quiet", minutes: min(1440, Self.most), isTroubled: false)
  }

  /// As long as the last alert wants, which is about a mirror that is a day and two hours old.
  @Test(.enabled(if: directory != nil)) func withEachTroubleOnce() async throws {
    try await pass("troubled", minutes: min(1620, Self.most), isTroubled: true)
  }

  private func pass(_ name: String, minutes: Int, isTroubled: Bool) async throws {
    let directory = try #require(Self.directory).appending(path: name)
    let day = try Day(pagesIn: directory, isTroubled: isTroubled)
    var coming = (isTroubled ? Trouble.all(day.cloud.world) : []).filter { $0.minute < minutes }[...]
    let alerts = coming.flatMap(\.alerts)
    day.setFaults()
    // Among the troubles there is one hour in which no alert waits to fire.
    let restart = isTroubled ? 1350 : minutes * 2 / 3
    for minute in 0..<minutes {
      while let trouble = coming.first, trouble.minute <= minute {
        try await trouble.happen(day)
        coming.removeFirst()
      }
      if minute % 60 == 0 { day.setFaults(throttlesNext: true) }
      if minute == restart { try await day.restart(away: 2) }
      try await day.pass(until: minute)
    }
    #expect(day.statuses.count > 30)
    let told = Told(beginning: day.beginning.seconds, alerts: alerts)
    await day.end()
    try JSONEncoder().encode(told).write(to: directory.appending(path: "day.json"))
  }
}
