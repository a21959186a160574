import TestSupport
import Testing

@testable import HuaweiCloud

/// What was read before must never change what is read now.
@Suite struct DecodingKeyMemoryTests {
  static let objects = [
    #"{"id":1,"repository_name":"a","tags":[{"k":1,"value":2},{"k":3,"value":4}],"size":5}"#,
    #"{"id":2,"repository_name":"b","tags":[{"value":2,"k":3},{"k":4}],"size":5}"#,
    #"{"id":2,"repository_nama":"b","tags":null,"size":5,"x":{}}"#,
    #"{ "id" : 3 , "repository_name" : "c" , "tags" : [ ] , "size" : 5 }"#,
    #"{ "id" : 4 , "repository_name" : "d" , "tags" : [ ] , "size" : 5 }"#,
    #"{"size":5,"id":6,"repository_name":"a longer name than the others have"}"#,
    #"{"i\u0064":7,"repository\u005fname":"e","é漢":1}"#, #"{"i\u0064":8,"repository\u005fname":"f","é漢":1}"#,
    #"{"é漢字":1,"":2}"#, "{}", "null",
    #"{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0,"q":0,"r":0}"#,
    #"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"b":[[{"c":1,"a":2}]],"c":3},"d":4},"e":5},"f":6},"g":7},"h":8}}}}"#,
    #"{"a_name_of_27_letters_and_28":1,"a_name_of_28_letters_and_more":2,"a_name_that_is_too_long_for_it":3}"#,
  ]

  /// What stands near the end is read without the memory, so objects that should be read with it need something behind.
  static let rest = [UInt8](repeating: UInt8(ascii: " "), count: 40)

  /// All keys of a document with their depth, in order.
  static func keys(_ text: String) throws(JSONError) -> [String] {
    try JSONReader.read(Array(text.utf8) + rest) { reader throws(JSONFault) in
      var keys: [String] = []
      try collect(&reader, "", &keys)
      return keys
    }
  }

  static func collect(_ reader: inout JSONReader, _ path: String, _ keys: inout [String]) throws(JSONFault) {
    switch reader.peek() {
    case UInt8(ascii: "{"):
      guard try reader.beginObject() else { return }
      while try reader.nextKey() {
        let key = path + "." + reader.key.string(in: reader.bytes, limit: 64)
        keys.append(key)
        try collect(&reader, key, &keys)
      }
    case UInt8(ascii: "["):
      guard try reader.beginArray() else { return }
      while try reader.nextElement() { try collect(&reader, path, &keys) }
    default: try reader.skip()
    }
  }

  @Test func everyObjectReadsLikeTheFirst() throws {
    for first in Self.objects {
      for second in Self.objects {
        for third in [first, second] {
          let apart = try [first, second, third].flatMap { object throws(JSONError) in try Self.keys(object) }
          #expect(try Self.keys("[\(first),\(second),\(third)]") == apart)
        }
      }
    }
  }

  private enum Own: String, CaseIterable, Sendable { case id, size }
  private enum Other: String, CaseIterable, Sendable { case name, id }

  /// Two kinds of objects at one depth, whose keys are equal and mean something else.
  @Test func fieldsAreRememberedForTheirKind() throws {
    let list = #"[{"id":1,"size":2},{"id":3,"size":4},{"id":5,"size":6},{"id":7,"size":8}]"#
    let (own, other) = (JSONFields(Own.self), JSONFields(Other.self))
    var found: [[String?]] = []
    try JSONReader.read(Array(list.utf8) + Self.rest) { reader throws(JSONFault) in
      _ = try reader.beginArray()
      while try reader.nextElement() {
        _ = try reader.beginObject()
        var names: [String?] = []
        let isOwn = found.count % 2 == 0
        while let field = try reader.nextField(of: isOwn ? own : other) {
          names.append(isOwn ? Own.allCases[at: field]?.rawValue : Other.allCases[at: field]?.rawValue)
          try reader.skip()
        }
        found.append(names)
      }
    }
    #expect(found == [["id", "size"], ["id", nil], ["id", "size"], ["id", nil]])
  }

  @Test func mistakesAreFoundInEveryObject() throws {
    var random = SplitMix64(state: TestSeed.value &+ 6)
    let tokens = Array("\"\\{}[],: \n0-ée\u{1}".utf8)
    var refused = 0
    for _ in 0..<20_000 {
      let object = Self.objects.randomElement(using: &random) ?? ""
      var broken = Array(object.utf8)
      let position = Int.random(in: 0..<broken.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: broken[position] = tokens.randomElement(using: &random) ?? 0
      case 1: broken.remove(at: position)
      default: broken.insert(tokens.randomElement(using: &random) ?? 0, at: position)
      }
      let prefix = Array("[\(object),\(object),".utf8)
      let list = prefix + broken + Array("]".utf8) + Self.rest
      do throws(JSONError) {
        try DecodingGrammarTests.read(broken)
        #expect(throws: Never.self) { try DecodingGrammarTests.read(list) }
      } catch {
        refused += 1
        // What follows an object is part of the list, and an empty place in it is no value.
        if error.problem == .trailingBytes || error.problem == .unexpectedEnd { continue }
        let inList = #expect(throws: JSONError.self) { try DecodingGrammarTests.read(list) }
        #expect(inList?.problem == error.problem)
        #expect(inList?.offset == prefix.count + error.offset)
      }
    }
    #expect(refused > 5_000)
  }

  @Test func numbersOfEveryLengthHaveTheirValues() throws {
    for digits in 1...22 {
      for sign in ["", "-"] {
        let text = sign + "1234567890987654321234".prefix(digits)
        for end in ["", ",2", "]", " ", "\n,12345678", ",\"12345678\""] {
          let list = Array("[\(text)\(end)".utf8)
          let number = try JSONGrammar.number(list.span, 1)
          #expect(number.end == 1 + text.utf8.count)
          #expect(number.integer == Int64(text))
          let read = try JSONReader.read(Array("[\(text)]".utf8) + Self.rest) { reader throws(JSONFault) in
            guard try reader.beginArray(), try reader.nextElement() else { return nil as Int64? }
            let integer = try reader.integer()
            return try reader.nextElement() ? nil : integer
          }
          #expect(read == Int64(text))
        }
      }
    }
  }

  @Test func whatIsNoDigitEndsANumber() throws {
    for byte in UInt8.min...UInt8.max where JSONGrammar.digit(byte) == nil {
      // These go on.
      if [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(byte) { continue }
      for count in 1...9 {
        let bytes = [UInt8](repeating: UInt8(ascii: "7"), count: count) + [byte] + Array("99999999".utf8)
        let number = try JSONGrammar.number(bytes.span, 0)
        #expect(number.end == count)
        #expect(number.integer == Int64(String(repeating: "7", count: count)))
        let farFromTheEnd = try JSONGrammar.number((bytes + Self.rest).span, 0)
        #expect(farFromTheEnd.end == count)
        #expect(farFromTheEnd.integer == number.integer)
      }
    }
  }
}
