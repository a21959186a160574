import HTTPTransport
import System

/// A log of the cloud's answers to a few requests, to be looked at once as a whole.
///
/// It is kept in memory only, since it holds whatever the cloud said. No more requests are sent than the log has room
/// for, and none of a project whose credentials were refused.
package final class AnswerLog: Sendable {
  package struct Entry: Sendable {
    package let project: String
    /// The name of the asker, on whose behalf the request was sent.
    package let asker: String
    package let operation: String
    /// Nil if no answer came.
    package let status: Int?
    /// The cloud's own code, if it has one that can be shown.
    package let code: String?
    /// Nil for a success.
    package let reason: FailureReason?
    package let duration: Duration
    package let headers: [HTTPHeader]
    package let body: [UInt8]
  }

  private struct Asker: Hashable {
    let project: String
    let name: String
  }

  private struct State {
    var entries: [Entry] = []
    var asked: [Asker: Int] = [:]
    var refused: Set<String> = []
  }

  /// The number of requests that each asker may send in each project.
  private let limit: Int
  /// Protects the entries: requests end on any thread.
  private let state = Locked(State())

  package init(limit: Int) { self.limit = limit }

  /// The entries in the order in which they came.
  package var entries: [Entry] { state.withLock(\.entries) }

  /// Counts a request that is about to be sent; throws if it must not be.
  func admit(_ asker: String, of project: String) throws(CloudError) {
    let error: CloudError? = state.withLock { state in
      if state.refused.contains(project) {
        return CloudError(.unauthorized, message: "not asked, since the cloud refused the credentials before")
      }
      let count = state.asked[Asker(project: project, name: asker), default: 0]
      guard count < limit else { return CloudError(.timeout, message: "not asked more than \(limit) times") }
      state.asked[Asker(project: project, name: asker)] = count + 1
      return nil
    }
    if let error { throw error }
  }

  func add(_ entry: Entry) {
    state.withLock { state in
      state.entries.append(entry)
      if entry.reason == .unauthorized { state.refused.insert(entry.project) }
    }
  }
}
