import ArgumentParser
import Logging

struct LogOptions: ParsableArguments {
  enum Level: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warn, error
  }

  @Option(name: .customLong("log.level"), help: "Only log messages of this severity or above.")
  var level = Level.info

  @Option(name: .customLong("log.format"), help: "How log lines are written.")
  var format = StructuredLogHandler.Format.logfmt

  func logger() -> Logger {
    let threshold: Logger.Level =
      switch level {
      case .debug: .debug
      case .info: .info
      case .warn: .warning
      case .error: .error
      }
    return Logger(label: "exporter") { _ in StructuredLogHandler(format: format, level: threshold) }
  }
}

extension StructuredLogHandler.Format: ExpressibleByArgument {}
