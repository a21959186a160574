import ArgumentParser
import ExporterCore

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print the catalogue of metrics as Markdown.")

  /// A table that `make docs` writes into other documents.
  enum Table: String, ExpressibleByArgument {
    case options, permissions, actions, policy, costs, assumptions
  }

  @Option(help: .hidden) var table: Table?

  func run() throws {
    let text =
      switch table {
      case nil: MetricsDocument(.standard).markdown
      case .options: CatalogTables(.standard).options
      case .permissions: CatalogTables(.standard).permissions
      case .actions: CatalogTables(.standard).actions
      case .policy: CatalogTables(.standard).policy
      case .costs: CatalogTables(.standard).costs
      case .assumptions: Assumption.document
      }
    try Output.write(Array(text.utf8), to: nil)
  }
}
