extension HTTPServerSecurity {
  /// Whether a server can do all of this, now: files are read, keys tried, hashes looked at.
  ///
  /// The error's `setting` says which key of the file it is about.
  package func validate() throws(HTTPServerError) {
    if let tls { _ = try TLSContext(tls) }
    for (user, hash) in users.sorted(by: { $0.key < $1.key }) {
      guard !user.contains(":") else {
        throw HTTPServerError(setting: "basic_auth_users", "a user name must not contain a colon")
      }
      // The hash itself is a secret.
      guard let cost = Bcrypt.cost(of: hash) else {
        throw HTTPServerError(
          setting: "basic_auth_users", "the password of \(user) is no bcrypt hash ($2a, $2b or $2y)")
      }
      guard cost <= Bcrypt.maximumCost else {
        throw HTTPServerError(
          setting: "basic_auth_users",
          "the password of \(user) has cost \(cost), which takes too long to check; the limit is \(Bcrypt.maximumCost)")
      }
    }
    for header in headers {
      guard let values = Self.allowedHeaders[header.name] else {
        throw HTTPServerError(setting: "http_server_config.headers", "the header \(header.name) cannot be configured")
      }
      guard values.isEmpty || values.contains(header.value) else {
        throw HTTPServerError(
          setting: "http_server_config.headers",
          "\(header.name) must be \(values.joined(separator: " or ")), not \(header.value)")
      }
      guard !header.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) else {
        throw HTTPServerError(
          setting: "http_server_config.headers", "the value of \(header.name) contains a control character")
      }
    }
    if let rateLimit, rateLimit.interval < .zero || rateLimit.burst < 0 {
      throw HTTPServerError(setting: "rate_limit", "interval and burst must not be negative")
    }
  }
}
