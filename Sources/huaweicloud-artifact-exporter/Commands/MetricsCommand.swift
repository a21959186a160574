import ArgumentParser
import ExporterCore

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print the catalogue of metrics as Markdown.")

  func run() {
    print(CollectorCatalog.document.markdown, terminator: "")
  }
}
