import HTTPTransport
import HuaweiCloud
import Logging
import System

/// Writes each message as one line of key-value pairs, logfmt or JSON, to the error stream.
struct StructuredLogHandler: LogHandler {
  enum Format: String, CaseIterable {
    case logfmt
    case json
  }

  let format: Format
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  init(format: Format, level: Logger.Level) {
    self.format = format
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields: [(String, String)] = [
      ("time", TimeSource.system.now().rfc3339(fractionDigits: 3)), ("level", Self.name(of: event.level)),
      ("msg", "\(event.message)"),
    ]
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
    fields += all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    StandardStream.error.write(Array((format == .json ? Self.json(fields) : Self.logfmt(fields)).utf8))
  }

  private static func name(of level: Logger.Level) -> String {
    switch level {
    case .trace, .debug: "debug"
    case .info, .notice: "info"
    case .warning: "warn"
    case .error, .critical: "error"
    }
  }

  private static func logfmt(_ fields: [(String, String)]) -> String {
    fields.map { key, value in
      let isBare =
        !value.isEmpty && value.utf8.allSatisfy { $0.isVisibleASCII && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }
      return isBare ? "\(key)=\(value)" : "\(key)=\(quoted(value))"
    }.joined(separator: " ") + "\n"
  }

  private static func json(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}\n"
  }

  /// Returns the text as a JSON string, which logfmt's readers accept too.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        let hexadecimal = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
