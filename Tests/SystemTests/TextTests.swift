import System
import Testing

/// Digits, escapes and dates as texts have them.
@Suite struct TextTests {
  /// Every day from 1890 to 2105 against the calendar's plain rule.
  @Test func theCalendarCountsEveryDay() {
    var day = Timestamp.day(year: 1890, month: 1, day: 1)
    for year in 1890...2105 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in zip(1..., [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        for date in 1...length {
          let noon = Timestamp(seconds: day * 86_400 + 43_200)
          let calendar = Timestamp.Calendar(year: year, month: month, day: date, hour: 12, minute: 0, second: 0)
          #expect(noon.calendar == calendar)
          #expect(Timestamp(calendar) == noon)
          day += 1
        }
      }
    }
    #expect(Timestamp.day(year: 1970, month: 1, day: 1) == 0)
  }

  @Test func hexadecimalDigitsAreReadAndWritten() {
    for byte in UInt8.min...UInt8.max {
      let digit = "0123456789abcdef".utf8.firstIndex(of: byte | 0x20)
      let isDigit = digit != nil && (byte | 0x20 == byte || byte >= UInt8(ascii: "A"))
      #expect((byte.hexadecimalValue != nil) == isDigit)
      if let value = byte.hexadecimalValue { #expect(UInt8(hexadecimalDigit: value) == byte | 0x20) }
    }
    #expect([UInt8(0), 1, 0xAB, 0xFF].hexadecimal == "0001abff")
  }

  // RFC 3986, 2.3: these stand bare, and nothing else does.
  @Test func percentEncodingIsUndoneByDecoding() {
    var text: [UInt8] = []
    PercentEncoding.append("a/b c~é%$".utf8.span, to: &text)
    #expect(text == Array("a%2Fb%20c~%C3%A9%25%24".utf8))
    for byte in UInt8.min...UInt8.max {
      var encoded: [UInt8] = []
      PercentEncoding.append([byte].span, to: &encoded)
      let isBare = byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
      #expect((encoded == [byte]) == (isBare || "-_.~".utf8.contains(byte)))
      var decoded: [UInt8] = []
      PercentEncoding.append(decoding: encoded.span, to: &decoded)
      #expect(decoded == [byte])
    }
    var broken: [UInt8] = []
    PercentEncoding.append(decoding: "100%zz%4".utf8.span, to: &broken)
    #expect(broken == Array("100%zz%4".utf8))
    #expect(PercentEncoding.decoded("a%2Fb+%C3%A9") == "a/b+é")
    for broken in ["100%", "%4", "%zz", "%FF"] { #expect(PercentEncoding.decoded(broken[...]) == nil) }
  }

  @Test(arguments: [Int64.min, -10, -1, 0, 7, 9, 10, 99, 100, 99_999, 1_000_000_000_000_000_000, Int64.max])
  func linesArePutTogether(_ integer: Int64) {
    var bytes = Array("before\n".utf8)
    bytes.appendLine(
      "name{".utf8.span, "a=b".utf8.span, ",c=d".utf8.span, ",e=f".utf8.span, closing: UInt8(ascii: "}"), integer)
    bytes.appendLine("bare".utf8.span, Span(), Span(), Span(), closing: nil, integer)
    #expect(String(decoding: bytes, as: UTF8.self) == "before\nname{a=b,c=d,e=f} \(integer)\nbare \(integer)\n")
  }

  @Test func wordsAndBlocksAreTheBytes() {
    let bytes = (0..<48).map { UInt8($0) }
    let block = bytes.span.block(at: 3)
    for index in 0..<4 { #expect(block[index] == bytes.span.word(at: 3 + index * 8)) }
    #expect(bytes.span.word(at: 1) == 0x0807_0605_0403_0201)
  }
}
