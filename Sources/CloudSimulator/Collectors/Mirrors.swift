import System

extension Operation {
  package static let showRemoteMirror = Operation("ShowRemoteMirror")
}

extension Route {
  static let mirrors = [
    Route(
      .showRemoteMirror, path: "/v4/repositories/{repository_id}/remote-mirror", service: .codeArtsRepo,
      answer: showRemoteMirror)
  ]

  private static func showRemoteMirror(_ request: RouteRequest) -> Reply {
    guard let id = Int64(request.parameters["repository_id"] ?? ""), (1...2_147_483_647).contains(id) else {
      return request.failure(400, "CH.004400", "The parameter repository_id is invalid")
    }
    guard let repository = request.project?.codeRepositories.first(where: { $0.id == id }) else {
      return request.failure(404, "CH.004404", "Repository Not Found")
    }
    if repository.isForbidden {
      return request.failure(403, "CH.004403", "You have no permission to perform this operation")
    }
    guard let mirror = repository.mirror else { return request.failure(404, "CH.004404", "Repository Not Found") }
    let state = mirror.course.state(at: request.now, since: request.world.beginning)
    // A secret can be planted only if there is an error.
    let lastError = state.lastError ?? (request.tampering.secret == nil ? nil : "")
    var json = request.writer()
    json.object(replacing: mirror.replacements) {
      $0.integer("id", mirror.id)
      $0.integer("repository_id", repository.id)
      $0.string("update_status", state.status)
      $0.time("last_update_at", state.lastUpdate) { CloudDate.rfc3339($0, digits: 3, offsetHours: 8) }
      $0.string("url", mirror.url)
      $0.time("last_successful_update_at", state.lastSuccess) { CloudDate.rfc3339($0, digits: 3, offsetHours: 8) }
      $0.integer("number_of_failures", state.failures)
      $0.flag("mirroring_enabled", mirror.isEnabled)
      $0.flag("is_private", mirror.isPrivate)
      $0.null("endpoint_uuid")
      if let lastError { $0.string("last_error", lastError) } else { $0.null("last_error") }
    }
    return .json(json)
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

/// The course of the updates of a mirror.
package enum MirrorCourse: Sendable {
  case fixed(MirrorState)
  /// An attempt at each interval: first `succeeding` good ones, then `failing` bad ones, and again.
  case attempts(every: Duration, succeeding: Int, failing: Int, phase: Duration = .zero)

  /// Returns the state at a time of a world with this beginning.
  package func state(at now: Timestamp, since beginning: Timestamp) -> MirrorState {
    switch self {
    case .fixed(let state): return state
    case .attempts(let every, let succeeding, let failing, let phase):
      let interval = every / .seconds(1)
      let first = beginning + .seconds(-(phase / .seconds(1)))
      let elapsed = (now - first) / .seconds(1)
      let attempt = Int((elapsed / interval).rounded(.down))
      // An attempt runs for a sixth of the interval, and its result counts only after that.
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

/// The state of a mirror, as the answer gives it.
package struct MirrorState: Sendable, Hashable {
  package var status: String?
  package var failures: Int64?
  package var lastUpdate: SimulatedTime
  package var lastSuccess: SimulatedTime
  /// The last error, usually JSON in a string; nil gives null.
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

extension GeneratedProject {
  /// Returns the mirror of the repository with this number, if it has one: every seventh has none, and the others are
  /// in all known states and an unknown one.
  func mirror(_ index: Int) -> SimulatedMirror? {
    guard index % 7 != 6 else { return nil }
    let states: [String?] = [
      "finished", "failed", "started", "none", "scheduled", "canceled", "to_retry", "hibernating", nil,
    ]
    let errors: [String?] = [
      nil, #"{"msg":"exit status 128","code":"7"}"#, "plain text", "", #"{"msg":"no code"}"#,
      #"{"code":"not a code!"}"#,
    ]
    let state = MirrorState(
      status: states[index % states.count], failures: index % 19 == 18 ? nil : Int64(hash.number(below: 5, 8, index)),
      lastUpdate: index % 23 == 22 ? .null : .at(time(index, 9)),
      lastSuccess: index % 5 == 4 ? .empty : .at(time(index, 10)), lastError: errors[index % errors.count])
    return SimulatedMirror(
      id: Int64(10_000 + index), url: "https://user:password@example.com/mirrors/\(index).git?ref=main#top",
      isEnabled: index % 2 == 0, isPrivate: index % 3 == 0 ? nil : true, course: .fixed(state))
  }
}

extension DemoProject {
  private static let courses: [String: MirrorCourse] = [
    "linux-config": .attempts(every: .seconds(15), succeeding: 3, failing: 4, phase: .seconds(20)),
    "payments-api": .attempts(every: .seconds(25), succeeding: 6, failing: 2, phase: .seconds(100)),
    "terraform-modules": .attempts(every: .seconds(3600), succeeding: 1000, failing: 1),
    "upstream-nginx": .attempts(every: .seconds(30), succeeding: 2, failing: 2),
  ]

  /// Returns the mirror of the repository with this name and number, if it has one.
  func mirror(_ repository: String, _ index: Int) -> SimulatedMirror? {
    Self.courses[repository].map {
      SimulatedMirror(
        id: Int64(11_887 + index), url: "https://git.example.com/mirrors/\(repository).git", isPrivate: index == 1,
        course: $0)
    }
  }
}
