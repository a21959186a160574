import Testing

@testable import ExporterCore

@Suite struct PublicURLTests {
  @Test(arguments: [
    ("https://example.com/foo/bar.git", "https://example.com/foo/bar.git"),
    ("https://user:password@example.com:8443/foo?token=x#frag", "https://example.com:8443/foo"),
    ("https://user@example.com", "https://example.com"), ("https://a@b@example.com/x", "https://example.com/x"),
    ("https://user:p/ss@example.com/x", ""), ("ssh://git@example.com/x", "ssh://example.com/x"),
    ("git@example.com:foo/bar.git", ""), ("example.com/foo", ""), ("", ""), ("https://", ""), ("://x", ""),
    ("https://us er@exa mple.com", ""), (#"https://user:pa\ss@example.com"#, ""), ("1https://example.com", ""),
    ("https://[::1]:80/x", "https://[::1]:80/x"), ("https://user:p?ss@example.com/x", ""),
    ("HTTPS://Example.com/", "HTTPS://Example.com/"), ("https://u:p#w@example.com", ""), ("https://:80/", ""),
    ("https://user:password", ""), ("https://user%3Asecret%40example.com/x", ""), ("https://secret＠example.com/", ""),
    ("https://[user:secret]example.com/", ""), ("https://example.com;token=secret/", ""), ("https://[::1]x/", ""),
  ])
  func aURLIsReducedToWhatMayBeShown(_ text: String, _ shown: String) {
    #expect(publicURL(text) == shown)
  }
}
