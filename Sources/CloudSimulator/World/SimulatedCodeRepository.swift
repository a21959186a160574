import HuaweiCloud

/// A repository of CodeArts Repo.
package struct SimulatedCodeRepository: Sendable {
  package var id: Int64
  package var name: String
  package var group: String
  /// Nil: the repository has no mirror, and is answered with 404.
  package var mirror: SimulatedMirror?
  /// Whether the caller is no member of it: 403 instead of a mirror.
  package var isForbidden: Bool

  package init(
    id: Int64, name: String, group: String = "platform", mirror: SimulatedMirror? = nil, isForbidden: Bool = false
  ) {
    self.id = id
    self.name = name
    self.group = group
    self.mirror = mirror
    self.isForbidden = isForbidden
  }
}

/// The remote mirror of a repository.
package struct SimulatedMirror: Sendable {
  package var id: Int64
  package var url: String
  package var isEnabled: Bool?
  package var isPrivate: Bool?
  package var course: MirrorCourse
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    id: Int64, url: String = "https://example.com/foo/bar.git", isEnabled: Bool? = true, isPrivate: Bool? = false,
    course: MirrorCourse
  ) {
    self.id = id
    self.url = url
    self.isEnabled = isEnabled
    self.isPrivate = isPrivate
    self.course = course
  }
}

/// How a mirror fares.
package enum MirrorCourse: Sendable {
  case fixed(MirrorState)
  /// An attempt every so often: first `succeeding` good ones, then `failing` bad ones, and again.
  case attempts(every: Duration, succeeding: Int, failing: Int, phase: Duration = .zero)

  /// The state at a time of a world with this beginning.
  package func state(at now: Timestamp, since beginning: Timestamp) -> MirrorState {
    switch self {
    case .fixed(let state): return state
    case .attempts(let every, let succeeding, let failing, let phase):
      let interval = every / .seconds(1)
      let first = beginning + .seconds(-(phase / .seconds(1)))
      let elapsed = (now - first) / .seconds(1)
      let attempt = Int((elapsed / interval).rounded(.down))
      // An attempt is seen to run for a while; only then its outcome counts.
      let isRunning = elapsed - Double(attempt) * interval < interval / 6
      let finished = isRunning ? attempt - 1 : attempt
      let length = succeeding + failing
      let position = ((finished % length) + length) % length
      let failures = max(0, position - succeeding + 1)
      func time(_ attempt: Int) -> Timestamp {
        Timestamp(seconds: (first + .seconds(Double(attempt) * interval)).seconds)
      }
      return MirrorState(
        status: isRunning ? "started" : failures > 0 ? "failed" : "finished", failures: Int64(failures),
        lastUpdate: .at(time(attempt)), lastSuccess: .at(time(finished - failures)),
        lastError: failures > 0 ? #"{"msg":"exit status 128","code":"7"}"# : nil)
    }
  }
}

/// What the listing says of a mirror.
package struct MirrorState: Sendable, Hashable {
  package var status: String?
  package var failures: Int64?
  package var lastUpdate: SimulatedTime
  package var lastSuccess: SimulatedTime
  /// Usually JSON in a string; null where nil.
  package var lastError: String?

  package init(
    status: String?, failures: Int64?, lastUpdate: SimulatedTime, lastSuccess: SimulatedTime, lastError: String? = nil
  ) {
    self.status = status
    self.failures = failures
    self.lastUpdate = lastUpdate
    self.lastSuccess = lastSuccess
    self.lastError = lastError
  }
}
