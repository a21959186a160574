import HTTPTransport
import HuaweiCloud
import System

/// The answers to scrapes: one for each snapshot, format and encoding, built by the first scrape that asks for it.
///
/// Metrics that change all the time (requests, the process) are a last block, which is rendered at most once a second.
final class ScrapeResponses: Sendable {
  /// The age at which the counters are rendered again.
  private static let liveLifetime: Duration = .seconds(1)

  private struct Live {
    /// A number that rises with each rendering that is kept, so that a counter never goes back.
    let number: Int
    let families: [Family]
    let expiry: Duration
    var versions: [ExpositionFormat: DeflatedBlock] = [:]
  }

  private struct Entry {
    let answer: HTTPServerAnswer
    let live: Int
    let expiry: Duration
  }

  private struct State {
    var snapshot = Snapshot.empty
    /// The number of snapshots so far, so that an answer built from an old one is not kept.
    var generation = 0
    /// Nil until the first scrape, so that a start does not wait for what only scrapes show.
    var live: Live?
    /// Whether a scrape is rendering the next `live`; meanwhile the others use this one.
    var isRenewing = false
    var entries: [ContentNegotiation: Entry] = [:]
  }

  private enum Step {
    case take(HTTPServerAnswer)
    case build(from: Snapshot, generation: Int, Live?, renews: Bool)
  }

  private let time: TimeSource
  private let liveFamilies: @Sendable () -> [Family]
  /// Protects the current snapshot and the answers made of it; held for look-ups only, never while building.
  private let state = Locked(State())

  init(time: TimeSource, liveFamilies: @escaping @Sendable () -> [Family]) {
    self.time = time
    self.liveFamilies = liveFamilies
  }

  func show(_ snapshot: Snapshot) {
    state.withLock { state in
      state.snapshot = snapshot
      state.generation += 1
      state.entries = [:]
    }
  }

  func answer(_ request: HTTPServerRequest) -> HTTPServerAnswer {
    answer(ContentNegotiation(request))
  }

  private func answer(_ wanted: ContentNegotiation) -> HTTPServerAnswer {
    let now = time.uptime()
    switch next(for: wanted, now: now) {
    case .take(let answer):
      return answer
    case .build(let snapshot, let generation, let present, let renews):
      var live: Live
      if let present, !renews {
        live = present
      } else {
        live = Live(number: (present?.number ?? 0) + 1, families: liveFamilies(), expiry: now + Self.liveLifetime)
      }
      let version = live.versions[wanted.format] ?? Self.version(of: live.families, in: wanted.format)
      live.versions[wanted.format] = version
      let answer = Self.answer(snapshot, wanted, followedBy: version)
      let entry = Entry(answer: answer, live: live.number, expiry: live.expiry)
      // Scrapes that come together may each render the first counters; all use those that were ready first.
      return keep(entry, for: wanted, generation: generation, live, renewed: renews) ? answer : self.answer(wanted)
    }
  }

  private func next(for wanted: ContentNegotiation, now: Duration) -> Step {
    state.withLock { state in
      let renews = state.live.map { now >= $0.expiry && !state.isRenewing } ?? true
      if let entry = state.entries[wanted], now < entry.expiry || entry.live == state.live?.number && !renews {
        return .take(entry.answer)
      }
      if renews { state.isRenewing = true }
      return .build(from: state.snapshot, generation: state.generation, state.live, renews: renews)
    }
  }

  /// Keeps an answer and its counters; returns false if counters that are no older have been kept meanwhile.
  private func keep(
    _ entry: Entry, for wanted: ContentNegotiation, generation: Int, _ live: Live, renewed: Bool
  ) -> Bool {
    state.withLock { state in
      if renewed {
        state.isRenewing = false
        guard (state.live?.number ?? 0) < live.number else { return false }
        state.live = live
      } else if state.live?.number == live.number {
        state.live?.versions.merge(live.versions) { present, _ in present }
      }
      if state.generation == generation, (state.entries[wanted]?.live ?? 0) <= entry.live {
        state.entries[wanted] = entry
      }
      return true
    }
  }

  private static func version(of families: [Family], in format: ExpositionFormat) -> DeflatedBlock {
    var renderer = Renderer()
    for family in families { renderer.append(family, in: format) }
    renderer.append(format.ending)
    return DeflatedBlock(renderer.bytes)
  }

  private static func answer(
    _ snapshot: Snapshot, _ wanted: ContentNegotiation, followedBy last: DeflatedBlock
  ) -> HTTPServerAnswer {
    var headers = [
      HTTPHeader("Content-Type", wanted.format.contentType), HTTPHeader("Vary", "Accept, Accept-Encoding"),
    ]
    guard wanted.usesGzip else {
      // A body that is inflated while it is sent has one buffer, so each request needs its own.
      let body = snapshot.identityBody(wanted.format, followedBy: last)
      return .response(HTTPServerResponse(status: 200, headers: headers, body: body))
    }
    headers.append(HTTPHeader("Content-Encoding", "gzip"))
    let body = snapshot.gzipBody(wanted.format, followedBy: last)
    return .prepared(PreparedResponse(HTTPServerResponse(status: 200, headers: headers, body: body)))
  }
}
