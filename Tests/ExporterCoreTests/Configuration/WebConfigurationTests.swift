import ExporterCore
import Foundation
import HTTPTransport
import Testing

@Suite struct WebConfigurationTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "InvalidWeb")
  static let files =
    (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
      .map(\.lastPathComponent).sorted()) ?? []

  private let hash = "$2y$04$kPm/4.RvhVRAsgmYTkSs2.d6fLKe5C5ZXR/VzFdu7LDtQCHGyUkVm"

  private func read(_ yaml: String) throws -> WebConfiguration {
    try WebConfiguration(yaml: Array(yaml.utf8), source: "web.yaml")
  }

  @Test func theGalleryIsThere() { #expect(Self.files.count >= 15) }

  @Test(arguments: files) func aMistakeIsRefusedWithItsPlace(_ name: String) throws {
    let file = Self.directory.appending(path: name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let expected = try #require(text.split(separator: "\n").first?.dropFirst("# expect ".count))
    let error = #expect(throws: ConfigurationError.self) { try WebConfiguration(file: file.path) }
    let message = try #require(error?.description)
    #expect(message.hasPrefix(file.path + ":" + expected), "\(message)")
    #expect(!message.contains("\n"))
    #expect(!message.contains("secret"))
  }

  @Test(arguments: ["", "---\n", "tls_server_config: {}\n", "http_server_config:\nbasic_auth_users:\n"])
  func anEmptyFileAsksForNothing(_ text: String) throws {
    #expect(try read(text).security == HTTPServerSecurity())
  }

  @Test func usersHeadersAndRateLimitAreTaken() throws {
    let web = try read(
      """
      basic_auth_users: {alice: "\(hash)"}
      http_server_config:
        http2: true
        headers: {X-Frame-Options: deny, Content-Security-Policy: "default-src 'self'", X-XSS-Protection: ""}
      rate_limit: {interval: 1s, burst: 20}
      """)
    #expect(web.security.users == ["alice": hash])
    #expect(
      web.security.headers == [
        HTTPHeader("Content-Security-Policy", "default-src 'self'"), HTTPHeader("X-Frame-Options", "deny"),
      ])
    #expect(web.security.rateLimit == HTTPServerSecurity.RateLimit(interval: .seconds(1), burst: 20))
    #expect(web.notes.isEmpty)
  }

  @Test func aHashIsNeverPartOfAnError() {
    let error = #expect(throws: ConfigurationError.self) { try read("basic_auth_users: {'a:b': '\(hash)'}") }
    #expect(error?.description.contains("kPm") == false)
  }
}
