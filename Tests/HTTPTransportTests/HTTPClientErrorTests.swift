import Testing

@testable import HTTPTransport

@Suite struct HTTPClientErrorTests {
  @Test(arguments: [
    ("Could not resolve host: cloud.example", "Could not resolve host: cloud.example"),
    ("Unsupported proxy scheme for 'foo://me:sesame@proxy'", "Unsupported proxy scheme for (URL)"),
    ("Unsupported proxy syntax in 'me:sesame@proxy:x'", "Unsupported proxy syntax in (URL)"),
  ])
  func leavesOutURLs(words: String, expected: String) {
    #expect(HTTPClientError.withoutURLs(words) == expected)
  }
}
