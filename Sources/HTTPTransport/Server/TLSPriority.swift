import CGnuTLS

/// The settings of TLS as a priority string of GnuTLS.
enum TLSPriority {
  /// A cipher suite as Go names it.
  private struct Suite {
    var name: String
    /// The number in IANA's registry.
    var id: UInt16
    /// The key exchange; nil in TLS 1.3, whose suites leave it open.
    var exchange: String?
    var cipher: String
    var mac = "AEAD"
  }

  private static let suites: [Suite] =
    [
      Suite(name: "TLS_AES_128_GCM_SHA256", id: 0x1301, cipher: "AES-128-GCM"),
      Suite(name: "TLS_AES_256_GCM_SHA384", id: 0x1302, cipher: "AES-256-GCM"),
      Suite(name: "TLS_CHACHA20_POLY1305_SHA256", id: 0x1303, cipher: "CHACHA20-POLY1305"),
      Suite(name: "TLS_RSA_WITH_AES_128_CBC_SHA", id: 0x002f, exchange: "RSA", cipher: "AES-128-CBC", mac: "SHA1"),
      Suite(name: "TLS_RSA_WITH_AES_256_CBC_SHA", id: 0x0035, exchange: "RSA", cipher: "AES-256-CBC", mac: "SHA1"),
      Suite(name: "TLS_RSA_WITH_AES_128_GCM_SHA256", id: 0x009c, exchange: "RSA", cipher: "AES-128-GCM"),
      Suite(name: "TLS_RSA_WITH_AES_256_GCM_SHA384", id: 0x009d, exchange: "RSA", cipher: "AES-256-GCM"),
    ] + ecdheSuites("ECDSA", 0xc009, 0xc00a, 0xc02b, 0xc02c, 0xcca9)
    + ecdheSuites("RSA", 0xc013, 0xc014, 0xc02f, 0xc030, 0xcca8)

  private static func ecdheSuites(_ key: String, _ ids: UInt16...) -> [Suite] {
    let exchange = "ECDHE-\(key)"
    let prefix = "TLS_ECDHE_\(key)_WITH_"
    return [
      Suite(name: prefix + "AES_128_CBC_SHA", id: ids[0], exchange: exchange, cipher: "AES-128-CBC", mac: "SHA1"),
      Suite(name: prefix + "AES_256_CBC_SHA", id: ids[1], exchange: exchange, cipher: "AES-256-CBC", mac: "SHA1"),
      Suite(name: prefix + "AES_128_GCM_SHA256", id: ids[2], exchange: exchange, cipher: "AES-128-GCM"),
      Suite(name: prefix + "AES_256_GCM_SHA384", id: ids[3], exchange: exchange, cipher: "AES-256-GCM"),
      Suite(name: prefix + "CHACHA20_POLY1305_SHA256", id: ids[4], exchange: exchange, cipher: "CHACHA20-POLY1305"),
    ]
  }

  private static let groups = [
    "CurveP256": "SECP256R1", "CurveP384": "SECP384R1", "CurveP521": "SECP521R1", "X25519": "X25519",
    "X25519MLKEM768": "X25519-MLKEM768",
  ]

  private static let versions: [(HTTPServerSecurity.Version, String)] = [
    (.tls10, "TLS1.0"), (.tls11, "TLS1.1"), (.tls12, "TLS1.2"), (.tls13, "TLS1.3"),
  ]

  /// Returns the string; throws if GnuTLS can't do what the settings say.
  static func text(for settings: HTTPServerSecurity.TLS) throws(HTTPServerError) -> String {
    guard settings.minimumVersion <= settings.maximumVersion else {
      throw HTTPServerError(
        .minimumVersion,
        "\(settings.minimumVersion.rawValue) is newer than the maximum version \(settings.maximumVersion.rawValue)")
    }
    var words = ["NORMAL", "-VERS-ALL"]
    for (version, name) in versions where version >= settings.minimumVersion && version <= settings.maximumVersion {
      words.append("+VERS-\(name)")
    }
    if !settings.curvePreferences.isEmpty {
      words.append("-GROUP-ALL")
      for curve in settings.curvePreferences {
        guard let group = groups[curve] else {
          throw HTTPServerError(.curvePreferences, "unknown curve: \(curve)")
        }
        words.append("+GROUP-\(group)")
      }
    }
    if settings.prefersServerCipherSuites { words.append("%SERVER_PRECEDENCE") }
    guard !settings.cipherSuites.isEmpty else {
      // By default Go offers nothing without forward secrecy by elliptic curves either.
      words += ["-RSA", "-DHE-RSA"]
      let text = words.joined(separator: ":")
      _ = try enabledSuites(by: text, settings)
      return text
    }
    return try text(words, with: settings)
  }

  private static func text(_ words: [String], with settings: HTTPServerSecurity.TLS) throws(HTTPServerError) -> String {
    var wanted: [Suite] = []
    for name in settings.cipherSuites {
      guard let suite = suites.first(where: { $0.name == name }) else {
        throw HTTPServerError(.cipherSuites, "unknown cipher suite: \(name)")
      }
      wanted.append(suite)
    }
    var words = words + ["-KX-ALL", "-CIPHER-ALL", "-MAC-ALL"]
    for word in wanted.compactMap(\.exchange) + wanted.map(\.cipher) + wanted.map(\.mac)
    where !words.contains("+" + word) {
      words.append("+" + word)
    }
    let text = words.joined(separator: ":")
    let enabled = try enabledSuites(by: text, settings)
    // GnuTLS enables every combination of the key exchanges and ciphers it is given. TLS 1.3's suites are no surplus:
    // Go, whose format this is, always enables them all.
    let surplus = enabled.filter { suite in
      suite.id >> 8 != 0x13 && !wanted.contains { $0.id == suite.id }
    }
    guard surplus.isEmpty else {
      throw HTTPServerError(
        .cipherSuites,
        "GnuTLS can only combine key exchanges and ciphers, and these would enable in addition: "
          + surplus.map(\.name).joined(separator: ", "))
    }
    let missing = wanted.filter { suite in
      let isUsable = suite.exchange != nil || settings.maximumVersion >= .tls13
      return isUsable && !enabled.contains { $0.id == suite.id }
    }
    guard missing.isEmpty else {
      throw HTTPServerError(
        .cipherSuites,
        "not possible with these versions and this GnuTLS: " + missing.map(\.name).joined(separator: ", "))
    }
    if settings.maximumVersion >= .tls13, !enabled.contains(where: { $0.id >> 8 == 0x13 }) {
      throw HTTPServerError(
        .cipherSuites,
        "TLS 1.3 has no cipher among these; add one with GCM or CHACHA20, or allow no version above TLS12")
    }
    return text
  }

  /// Returns the cipher suites that GnuTLS enables for a priority string.
  private static func enabledSuites(
    by text: String, _ settings: HTTPServerSecurity.TLS
  ) throws(HTTPServerError) -> [(id: UInt16, name: String)] {
    var made: gnutls_priority_t?
    let result = unsafe gnutls_priority_init(&made, text, nil)
    guard result == GNUTLS_E_SUCCESS, let priorities = unsafe made else {
      throw HTTPServerError(
        settings.curvePreferences.isEmpty ? .tls : .curvePreferences,
        "this GnuTLS does not know all of it: \(GnuTLS.reason(result))")
    }
    defer { unsafe gnutls_priority_deinit(priorities) }
    var enabled: [(id: UInt16, name: String)] = []
    var position: UInt32 = 0
    while true {
      var index: UInt32 = 0
      let result = unsafe gnutls_priority_get_cipher_suite_index(priorities, position, &index)
      position += 1
      if result == GNUTLS_E_UNKNOWN_CIPHER_SUITE { continue }
      guard result == GNUTLS_E_SUCCESS else { break }
      var id: [UInt8] = [0, 0]
      guard let name = unsafe gnutls_cipher_suite_info(Int(index), &id, nil, nil, nil, nil) else { continue }
      let number = UInt16(id[0]) << 8 | UInt16(id[1])
      let known = suites.first { $0.id == number }?.name
      enabled.append((number, unsafe known ?? String(cString: name)))
    }
    return enabled
  }
}
