import Logging
import System

/// Keeps every line of a log, of any level.
package final class LogRecorder: Sendable {
  package struct Line: Sendable {
    package let level: Logger.Level
    package let message: String
    package let metadata: [String: String]

    package var text: String { "\(level) \(message) \(metadata.sorted { $0.key < $1.key })" }
  }

  /// Protects the lines.
  private let recorded = Locked<[Line]>([])

  package init() {}

  package var lines: [Line] { recorded.withLock { $0 } }
  package var text: String { lines.map(\.text).joined(separator: "\n") }

  /// The lines with this message that name this collector.
  package func lines(_ message: String, of collector: String) -> [Line] {
    lines.filter { $0.message == message && $0.metadata["collector"] == collector }
  }

  package var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(recorder: self) }
    logger.logLevel = .trace
    return logger
  }

  private func record(_ line: Line) { recorded.withLock { $0.append(line) } }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      recorder.record(
        Line(level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" }))
    }
  }
}
