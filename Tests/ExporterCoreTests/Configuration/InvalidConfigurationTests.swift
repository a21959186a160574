import ExporterCore
import Foundation
import Testing

/// One file for each mistake; its first line says what the error must say, place included.
@Suite struct InvalidConfigurationTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Invalid")
  static let files =
    (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
      .map(\.lastPathComponent).sorted()) ?? []

  @Test func theGalleryIsThere() {
    #expect(Self.files.count >= 28)
  }

  @Test(arguments: files) func isRefusedWithPlaceAndKey(_ name: String) throws {
    let file = Self.directory.appending(path: name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let expected = try #require(text.split(separator: "\n").first?.dropFirst("# expect ".count))
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(yaml: Array(text.utf8), source: name, environment: [:])
    }
    let message = try #require(error?.description)
    #expect(message.hasPrefix(name + ": " + expected) || message.hasPrefix(name + ":" + expected), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(file: "/nonexistent/config.yaml", environment: [:])
    }
    #expect(error?.description == "/nonexistent/config.yaml: cannot be read: No such file or directory")
  }

  @Test func withoutFileAndRegionTheErrorSaysWhatToSet() {
    let error = #expect(throws: ConfigurationError.self) { try Configuration(environment: [:]) }
    #expect(error?.description.contains("HUAWEICLOUD_REGION") == true)
  }
}
