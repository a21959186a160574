import Testing

@testable import HuaweiCloud

/// Scalars as the cloud means them.
@Suite struct DecodingValuesTests {
  static func read<Value>(
    _ text: String, _ body: (inout JSONReader) throws(JSONFault) -> Value
  ) throws(JSONError) -> Value {
    try JSONReader.read(Array(text.utf8), body)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999999999", nil), ("25.0", 25),
      ("1e3", 1000), ("1.5e1", 15), ("2.5", nil), ("1e999", nil), ("-1e999", nil), ("1e18", nil),
      ("9007199254740993.0", nil),
      (#""42""#, 42), (#""-42""#, -42), (#""4.2e1""#, 42), (#""""#, nil), (#"" 42""#, nil), (#""42x""#, nil),
      (#""042""#, nil),
      (#""NaN""#, nil), (#""9223372036854775808""#, nil), ("null", nil), ("true", nil), ("[1]", nil),
      (#"{"a":1}"#, nil),
    ] as [(String, Int64?)])
  func integers(_ text: String, _ value: Int64?) throws {
    // Also far from the end, where more than the number is looked at at once.
    for text in [text, text + String(repeating: " ", count: 40)] {
      #expect(try Self.read(text) { reader throws(JSONFault) in try reader.integer() } == value)
    }
  }

  @Test func negativeCountsAreAbsent() throws {
    #expect(try Self.read("-1") { reader throws(JSONFault) in try reader.count() } == nil)
    #expect(try Self.read("0") { reader throws(JSONFault) in try reader.count() } == 0)
  }

  @Test(
    arguments: [
      (#""a""#, "a"), (#""""#, ""), ("12", "12"), ("-1.50", "-1.50"), ("null", nil), ("true", nil), ("[]", nil),
      (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000""#, "\"\\/\u{8}\u{c}\n\r\té😀\0"), (#""a\u005Cb""#, "a\\b"),
    ] as [(String, String?)])
  func strings(_ text: String, _ value: String?) throws {
    #expect(try Self.read(text) { reader throws(JSONFault) in try reader.string() } == value)
  }

  @Test(arguments: 0..<12)
  func cutsOnACharacter(_ limit: Int) throws {
    for text in ["aé漢😀b", #"aé\u6f22\ud83d\ude00b"#] {
      let bytes = Array("\"\(text)\"".utf8)
      let found = try JSONReader.read(bytes) { reader throws(JSONFault) in try reader.text() }
      let cut = try #require(found).string(in: bytes, limit: limit)
      let whole = "aé漢😀b"
      #expect(whole.hasPrefix(cut))
      #expect(cut.utf8.count <= limit)
      #expect(cut.utf8.count > limit - 4 || cut == whole)
    }
  }

  @Test func boundsStrings() throws {
    let long = "\"" + String(repeating: "x", count: 1 << 20) + "\""
    #expect(try Self.read(long) { reader throws(JSONFault) in try reader.string() }?.utf8.count == 4096)
    #expect(try Self.read(long) { reader throws(JSONFault) in try reader.value().uncutString } == nil)
    #expect(try Self.read(long) { reader throws(JSONFault) in try reader.value().identifier } == nil)
    #expect(try Self.read(#""""#) { reader throws(JSONFault) in try reader.value().identifier } == nil)
  }

  @Test(
    arguments: [
      ("true", true), ("false", false), (#""true""#, true), (#""false""#, false), (#""yes""#, nil), ("1", nil),
      ("null", nil),
      ("{}", nil),
    ] as [(String, Bool?)])
  func booleans(_ text: String, _ value: Bool?) throws {
    #expect(try Self.read(text) { reader throws(JSONFault) in try reader.value().boolean } == value)
  }

  @Test(
    arguments: [
      ("null", nil), (#""""#, nil), ("7", 7), (#""7""#, 7), ("-3", -3),
    ] as [(String, Int64?)])
  func markers(_ text: String, _ value: Int64?) throws {
    #expect(try Self.read(text) { reader throws(JSONFault) in try reader.marker() } == value)
  }

  @Test(arguments: [#""x""#, "1.5", "99999999999999999999", "true", "{}", #"["a"]"#])
  func refusesMarkers(_ text: String) {
    let error = #expect(throws: JSONError.self) {
      try Self.read(text) { reader throws(JSONFault) in try reader.marker() }
    }
    #expect(error?.problem == .notAnInteger)
  }

  private enum Field: String, CaseIterable, Sendable {
    case a, ab
    case exactly = "exactly8"
    case sixteen = "sixteen_letters_"
    case seventeen = "seventeen_letters"
    case twentyFive = "last_successful_update_at"
    case thirtyTwo = "thirty_two_letters_in_this_name_"
  }

  @Test func findsFieldsByName() throws {
    let fields = JSONFields(Field.self)
    func find(_ name: String) throws -> Field? {
      try Self.read(#"{"\#(name)":1}"#) { reader throws(JSONFault) in
        _ = try reader.beginObject()
        let field = try reader.nextField(of: fields).flatMap { Field.allCases[at: $0] }
        try reader.skip()
        _ = try reader.nextKey()
        return field
      }
    }
    for field in Field.allCases {
      #expect(try find(field.rawValue) == field)
      let name = Array(field.rawValue.utf8)
      for position in name.indices {
        var other = name
        other[position] ^= 1
        let text = String(decoding: other, as: UTF8.self)
        #expect(try find(text) == Field(rawValue: text))
        let shorter = String(decoding: name[..<position], as: UTF8.self)
        #expect(try find(shorter) == Field(rawValue: shorter))
      }
      #expect(try find(field.rawValue + "b") == Field(rawValue: field.rawValue + "b"))
    }
    #expect(try find(#"\u0061b"#) == .ab)
    #expect(try find(String(repeating: "x", count: 100)) == nil)
  }
}
