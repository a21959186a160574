/// The services that are asked, as configuration and metrics name them.
package enum CloudService: String, Sendable, CaseIterable, Hashable {
  case swr
  case codeArtsRepo = "codearts_repo"
  case cce
  case iam
  case metadata
}
