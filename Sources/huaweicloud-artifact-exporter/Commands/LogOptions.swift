import ArgumentParser
import Logging

struct LogOptions: ParsableArguments {
  enum Level: String, ExpressibleByArgument {
    case debug, info, warn, error

    // From a type that is `CaseIterable` the parser takes them by itself, by key paths and dictionaries at each start.
    static let allValueStrings = [debug, info, warn, error].map { $0.rawValue }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
  }

  @Option(name: .customLong("log.level"), help: "Only log messages of this severity or above. (default: info)")
  var level: Level?

  @Option(name: .customLong("log.format"), help: "How log lines are written. (default: logfmt)")
  var format: StructuredLogHandler.Format?

  func logger() -> Logger {
    let threshold: Logger.Level =
      switch level {
      case .debug: .debug
      case .info, nil: .info
      case .warn: .warning
      case .error: .error
      }
    return Logger(label: "exporter") { _ in StructuredLogHandler(format: format ?? .logfmt, level: threshold) }
  }
}

extension StructuredLogHandler.Format: ExpressibleByArgument {
  static let allValueStrings = [logfmt, json].map { $0.rawValue }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
