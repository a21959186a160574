import Foundation
import HTTPTransport
import System
import Testing

@testable import HuaweiCloud

@Suite struct SigningTests {
  @Test(arguments: try SigningVector.all())
  func vectorIsSignedAsPinned(_ vector: SigningVector) {
    let canonical = CanonicalRequest(
      method: vector.method, path: vector.wirePath, query: vector.wireQuery, signedHeaders: vector.headers,
      body: Array(vector.body.utf8))
    #expect(written { CanonicalRequest.append(uri: vector.wirePath, to: &$0) } == vector.canonicalURI)
    #expect(written { CanonicalRequest.append(query: vector.wireQuery, to: &$0) } == vector.canonicalQuery)
    #expect(canonical.text == vector.canonicalRequest)
    let text = RequestSigner.stringToSign(canonical, date: vector.date)
    #expect(String(decoding: text, as: UTF8.self) == vector.stringToSign)
    let signer = RequestSigner(accessKey: vector.accessKey, secretKey: Secret(vector.secretKey))
    let authorization = signer.authorization(
      method: vector.method, path: vector.wirePath, query: vector.wireQuery, signedHeaders: vector.headers,
      body: Array(vector.body.utf8))
    #expect(authorization == vector.authorization)
  }

  private func written(_ write: (inout [UInt8]) -> Void) -> String {
    var text: [UInt8] = []
    write(&text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test(arguments: [
    ("", ""), ("a", "a="), ("a=", "a="), ("=", "="), ("=b", "=b"), ("&&", ""), ("b&a&&", "a=&b="),
    ("a=2&a=10&a=1", "a=1&a=10&a=2"), ("a=b=c", "a=b%3Dc"), ("%62=1&a=2", "a=2&b=1"), ("a%3Db=1&a=2", "a=2&a%3Db=1"),
    ("a=%zz%4&b=%", "a=%25zz%254&b=%25"), ("a=+ä", "a=%2B%C3%A4"), ("aa=1&a=2", "a=2&aa=1"),
  ])
  func queryIsSortedAsItReads(_ wire: String, _ canonical: String) {
    #expect(written { CanonicalRequest.append(query: wire, to: &$0) } == canonical)
  }

  @Test(arguments: [
    ("", "/"), ("/", "/"), ("/a", "/a/"), ("/a/", "/a/"), ("//a//b", "//a//b/"), ("/a%2Fb", "/a/b/"),
    ("/a%2F", "/a/"), ("/%2f%252F%", "//%252F%25/"), ("/$a%24~", "/%24a%24~/"),
  ])
  func pathEndsWithSlash(_ wire: String, _ canonical: String) {
    #expect(written { CanonicalRequest.append(uri: wire, to: &$0) } == canonical)
  }

  @Test func fieldsAreSortedWithoutTheirCase() {
    let headers = [
      HTTPHeader("X-B", " \t1 2\t "), HTTPHeader("x_c", "no"), HTTPHeader("X-a", "  "), HTTPHeader("x-b", "3"),
      HTTPHeader("X-Sdk-Content-SHA256", " digest "), HTTPHeader("X", ""),
    ]
    let canonical = CanonicalRequest(method: "GET", path: "/", query: "", signedHeaders: headers, body: [1])
    #expect(
      canonical.text == """
        GET
        /

        x:
        x-a:
        x-b:1 2
        x-b:3
        x-sdk-content-sha256:digest

        x;x-a;x-b;x-b;x-sdk-content-sha256
        digest
        """)
  }

  @Test(arguments: try SigningVector.all())
  func pathIsEncodedOnce(_ vector: SigningVector) {
    #expect("/" + vector.segments.map(percentEncoded).joined(separator: "/") == vector.wirePath)
  }

  @Test func vectorsAreAllThere() throws {
    #expect(try SigningVector.all().count == 22)
  }

  @Test(arguments: [
    ("x", RequestSigner.Verification.unsigned),
    ("SDK-HMAC-SHA256 Access=K", .malformed),
    ("SDK-HMAC-SHA256 Access=K, SignedHeaders=x-sdk-date;absent, Signature=00", .malformed),
    ("SDK-HMAC-SHA256 Access=K, SignedHeaders=host, Signature=00", .malformed),
    ("SDK-HMAC-SHA256 Access=other, SignedHeaders=host;x-sdk-date, Signature=00", .unknownKey("other")),
    ("SDK-HMAC-SHA256 Access=K, SignedHeaders=host;x-sdk-date, Signature=00", .wrongSignature(accessKey: "K")),
  ])
  func badSignatureIsToldApart(_ authorization: String, _ verdict: RequestSigner.Verification) {
    let headers = [
      HTTPHeader("Host", "h"), HTTPHeader("X-Sdk-Date", "20250102T030405Z"),
      HTTPHeader("Authorization", authorization),
    ]
    #expect(verify(headers, path: "/a") == verdict)
  }

  @Test func changedRequestIsRefused() {
    let signed = [HTTPHeader("Host", "h:8080"), HTTPHeader("X-Sdk-Date", "20250102T030405Z")]
    let authorization = RequestSigner(accessKey: "K", secretKey: Secret("S")).authorization(
      method: "GET", path: "/a", query: "b=1", signedHeaders: signed, body: [])
    let headers = signed + [HTTPHeader("Authorization", authorization)]
    #expect(verify(headers, path: "/a", query: "b=1") == .valid(accessKey: "K"))
    #expect(verify(headers, path: "/a", query: "b=2") == .wrongSignature(accessKey: "K"))
    #expect(verify(headers, path: "/ab", query: "b=1") == .wrongSignature(accessKey: "K"))
  }

  private func verify(_ headers: [HTTPHeader], path: String, query: String = "") -> RequestSigner.Verification {
    RequestSigner.verify(method: "GET", path: path, query: query, headers: headers, body: []) {
      $0 == "K" ? Secret("S") : nil
    }
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (-1, "19691231T235959Z"), (951_782_399, "20000228T235959Z"),
    (951_782_400, "20000229T000000Z"), (1_709_251_199, "20240229T235959Z"), (1_735_787_045, "20250102T030405Z"),
    (4_107_542_400, "21000301T000000Z"),
  ])
  func dateIsWrittenAsTheGatewayReadsIt(_ seconds: Int64, _ text: String) {
    let moment = Timestamp(seconds: seconds)
    #expect(moment.signingDate == text)
    #expect(Timestamp(moment.calendar) == moment)
  }
}

/// One entry of the pinned vectors.
struct SigningVector: Sendable, Decodable, CustomTestStringConvertible {
  var name: String
  var accessKey: String
  var secretKey: String
  var method: String
  var segments: [String]
  var fields: [String: String]
  var body: String
  var date: String
  var wirePath: String
  var wireTarget: String
  var canonicalURI: String
  var canonicalQuery: String
  var canonicalRequest: String
  var stringToSign: String
  var authorization: String

  var testDescription: String { name }
  var headers: [HTTPHeader] { fields.map { HTTPHeader($0.key, $0.value) } }
  var wireQuery: String { wireTarget.firstIndex(of: "?").map { String(wireTarget[$0...].dropFirst()) } ?? "" }

  enum CodingKeys: String, CodingKey {
    case name, method, body, authorization
    case accessKey = "access_key"
    case secretKey = "secret_key"
    case segments = "path_segments_decoded"
    case fields = "headers_to_sign"
    case date = "x_sdk_date"
    case wirePath = "wire_path"
    case wireTarget = "wire_request_target"
    case canonicalURI = "canonical_uri"
    case canonicalQuery = "canonical_query_string"
    case canonicalRequest = "canonical_request"
    case stringToSign = "string_to_sign"
  }

  static func all() throws -> [SigningVector] {
    struct File: Decodable { var vectors: [SigningVector] }
    let url = try #require(Bundle.module.url(forResource: "signing-vectors", withExtension: "json"))
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).vectors
  }
}
