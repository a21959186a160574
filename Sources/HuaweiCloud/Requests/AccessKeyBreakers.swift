/// The breakers of all access keys in use, shared by every client of the process: a key that the cloud refuses is one for all.
package final class AccessKeyBreakers: Sendable {
  package init() {}
}
