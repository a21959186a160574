/// The services that are asked, by their names for people.
package enum CloudService: String, Sendable, CaseIterable, Hashable {
  case swr
  case codeArtsRepo = "codearts_repo"
  case cce
  case iam
  case sts
  case metadata
  /// CCE's pod identity has no host of its own: the Pod is given its whole address.
  case podIdentity = "pod_identity"

  /// The services whose address the configuration may name.
  package static let addressable = allCases.filter { $0 != .podIdentity }
}
