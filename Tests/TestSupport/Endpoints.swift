import HuaweiCloud

/// The line of a project's configuration that sends every service to one address.
package func endpoints(_ url: String) -> String {
  "endpoints: {" + CloudService.addressable.map { "\($0.rawValue): \"\(url)\"" }.joined(separator: ", ") + "}"
}
