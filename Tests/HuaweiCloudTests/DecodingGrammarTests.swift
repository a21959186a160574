import Testing

@testable import HuaweiCloud

/// What RFC 8259 allows, and nothing else.
@Suite struct DecodingGrammarTests {
  static func read(_ text: String) throws(JSONError) { try read(Array(text.utf8)) }

  static func read(_ bytes: [UInt8]) throws(JSONError) {
    try JSONReader.read(bytes) { reader throws(JSONFault) in try reader.skip() }
  }

  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1", "-1", "12", "0.5", "1.0e5", "1E+5", "1e-5", "-0.0e0",
    "9223372036854775807",
    "123456789012345678901234567890", "1e999", #""""#, #""a""#, "[]", "{}", "[[]]", "[1,2]", #"{"a":1}"#,
    #"{"a":1,"a":2}"#, " \t\r\n[ 1 , 2 ] \n", #"{ "a" : [ { } , null ] }"#, #""\"\\\/\b\f\n\r\tÿ""#,
    #""\ud83d\ude00""#, #""\uD83D\uDE00""#, #""\u0000""#, "\"\u{7f}\"", "\"é漢😀\u{10FFFF}\"", #"{"":0}"#,
    #""12345678\n12345678""#, "\"1234567é890\"",
  ])
  func accepts(_ text: String) throws {
    try Self.read(text)
  }

  @Test(arguments: [
    ("", JSONProblem.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3),
    ("nulL", .unexpectedByte, 3),
    ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0),
    ("-Infinity", .invalidNumber, 1), ("+1", .unexpectedByte, 0), ("01", .invalidNumber, 1), ("-01", .invalidNumber, 2),
    ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), (".5", .unexpectedByte, 0), ("1.e5", .invalidNumber, 2),
    ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3), ("0x10", .trailingBytes, 1), ("1 2", .trailingBytes, 2),
    ("[] []", .trailingBytes, 3), ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1),
    ("[1 2]", .unexpectedByte, 3),
    ("[1,,2]", .unexpectedByte, 3), ("[1", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1), ("]", .unexpectedByte, 0),
    ("[1}", .unexpectedByte, 2), ("{", .unexpectedEnd, 1), (#"{"a"}"#, .unexpectedByte, 4),
    (#"{"a":}"#, .unexpectedByte, 5),
    (#"{"a":1,}"#, .unexpectedByte, 7), (#"{,"a":1}"#, .unexpectedByte, 1), (#"{"a":1 "b":2}"#, .unexpectedByte, 7),
    ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), (#"{"a":1]"#, .unexpectedByte, 6),
    ("'a'", .unexpectedByte, 0),
    (#""a"#, .unexpectedEnd, 2), (#""a\"#, .unexpectedEnd, 3), (#""\x""#, .invalidEscape, 1),
    (#""\u12"#, .unexpectedEnd, 5),
    (#""\u12G4""#, .invalidEscape, 1), ("\"a\nb\"", .controlCharacter, 2), ("\"12345678\u{1f}\"", .controlCharacter, 9),
    ("\"\0\"", .controlCharacter, 1), (#""\ud800""#, .unpairedSurrogate, 1),
    (#""\ud800\n12345""#, .unpairedSurrogate, 1),
    (#""\udc00""#, .unpairedSurrogate, 1), (#""\ud800\ud800""#, .unpairedSurrogate, 1),
    ("\u{feff}[]", .unexpectedByte, 0),
    ("[1] /* */", .trailingBytes, 4), ("[\u{a0}1]", .unexpectedByte, 1), ("null\0", .trailingBytes, 4),
  ])
  func refuses(_ text: String, _ problem: JSONProblem, _ offset: Int) {
    let error = #expect(throws: JSONError.self) { try Self.read(text) }
    #expect(error?.problem == problem)
    #expect(error?.offset == offset)
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE2, 0x82],
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x28, 0xA1], [0xF0, 0x90, 0x28, 0xBC],
    ] as [[UInt8]])
  func refusesInvalidUTF8WhereItIsUsed(_ bytes: [UInt8]) throws {
    for prefix in 0...9 {
      let text = [0x22] + [UInt8](repeating: 0x61, count: prefix) + bytes + [0x22]
      #expect(throws: Never.self) { try Self.read(text) }
      let document = Array(#"{"a":1,"b":"#.utf8) + text + Array("}".utf8)
      let json = try JSONReader.read(document) { reader throws(JSONFault) in try reader.value() }
      #expect(json["a"].integer == 1)
      #expect(throws: Never.self) { try json.requireText() }
      #expect(json["b"].string == nil)
      let fault = #expect(throws: JSONFault.self) { try json.requireText() }
      #expect(fault?.problem == .invalidUTF8)
      #expect(fault?.offset == 12)
    }
  }

  /// The plain text before a mark may end anywhere in a block of sixteen bytes, or behind the last one.
  @Test(arguments: [UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x00, 0x1F], 0..<38)
  func findsWhatEndsPlainText(_ mark: UInt8, _ position: Int) {
    var bytes = [UInt8](repeating: UInt8(ascii: "!"), count: 40)
    bytes[0] = UInt8(ascii: "\"")
    bytes[position + 1] = mark
    let error = #expect(throws: JSONError.self) { try Self.read(bytes) }
    #expect(error?.offset == (mark == UInt8(ascii: "\"") ? position + 2 : position + 1))
  }

  @Test func boundsDepth() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    try Self.read(nested(64))
    #expect(throws: JSONError(problem: .tooDeep, offset: 64, path: "$" + String(repeating: "[0]", count: 64))) {
      try Self.read(nested(65))
    }
    #expect(throws: JSONError.self) { try Self.read(String(repeating: #"{"a":"#, count: 100_000)) }
    try Self.read("[" + String(repeating: nested(63) + ",", count: 50) + "0]")
  }

  /// A name that is none of the documents' may be anything, and is not repeated.
  @Test(arguments: [
    (#"{"artifacts":[{},{"size":01}]}"#, "$.artifacts[1].size"), (#"{"a":{"b":[1,[2,x]]}}"#, "$.a.b[1][1]"),
    (#"{"a":1,"b":tru}"#, "$.b"), (#"{"a":1,x}"#, "$"), ("[", "$[0]"), (#"{"a\"]b":x}"#, "$.…"),
    (#"{"a":"[,{","b":x}"#, "$.b"), ("{\"é\u{1}\":1}", "$"), (#"{"é €":x}"#, "$.…"), (#"{"abc-def-1":x}"#, "$.…"),
    (#"{"\#(String(repeating: "k", count: 99))":x}"#, "$.…"),
  ])
  func namesThePath(_ text: String, _ path: String) {
    let error = #expect(throws: JSONError.self) { try Self.read(text) }
    #expect(error?.path == path)
  }

  @Test func describesAnError() {
    let error = #expect(throws: JSONError.self) { try Self.read(#"{"a":[NaN]}"#) }
    #expect(error?.description == "$.a[0]: unexpected character (byte 6)")
  }
}
