import CGnuTLS

/// SHA-256 and its HMAC, from GnuTLS, which libmicrohttpd brings along.
package enum SHA256 {
  private static let size = 32

  /// Returns the digest of the bytes (FIPS 180-4), which has 32 bytes.
  package static func digest(_ bytes: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: size) { output, count in
      let result = unsafe gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, bytes.count, output.baseAddress)
      precondition(result == 0, "gnutls_hash_fast failed: \(result)")
      count = size
    }
  }

  /// Returns the keyed digest of the bytes (RFC 2104), which has 32 bytes, for a key of any length.
  package static func hmac(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: size) { output, count in
      let result = unsafe gnutls_hmac_fast(
        GNUTLS_MAC_SHA256, key, key.count, bytes, bytes.count, output.baseAddress)
      precondition(result == 0, "gnutls_hmac_fast failed: \(result)")
      count = size
    }
  }
}
