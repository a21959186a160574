import ArgumentParser
import ExporterCore
import FoundationEssentials

struct ConfigurationOptions: ParsableArguments {
  @Option(
    name: .customLong("config.file"),
    help: ArgumentHelp(
      "Configuration file (environment: EXPORTER_CONFIG_FILE). Without one, the environment alone gives one project.",
      valueName: "file"))
  var file: String?

  func source(in environment: [String: String]) -> Exporter.ConfigurationSource {
    let fromEnvironment = environment["EXPORTER_CONFIG_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    return (file ?? fromEnvironment).map { .file($0) } ?? .environment
  }
}

enum Environment {
  static var all: [String: String] { ProcessInfo.processInfo.environment }
}

/// Ends the program with one clear line and exit code 1.
func failing<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw Failure(error)
  }
}

/// An error as a person reads it: swift-argument-parser prints it after `Error: ` and exits with 1.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error) { description = "\(error)" }
  init(_ description: String) { self.description = description }
}
