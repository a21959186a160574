import Foundation
import System
import Testing

@testable import HuaweiCloud

@Suite struct TimestampParsingTests {
  @Test(
    arguments: [
      ("2021-02-05T09:31:00.298426Z", 1_612_517_460, 298_426_000),
      ("2020-04-17T02:11:03.53183Z", 1_587_089_463, 531_830_000),
      ("2021-02-03T10:22:11.840Z", 1_612_347_731, 840_000_000), ("2017-01-01T00:00:00Z", 1_483_228_800, 0),
      ("2017-09-11T03:00:02.542841141Z", 1_505_098_802, 542_841_141),
      ("2024-12-27T18:52:21.000+08:00", 1_735_296_741, 0),
      ("2024-11-25 06:32:34.923248 +0000 UTC", 1_732_516_354, 923_248_000),
      ("2024-11-25 06:32:34 +0000 UTC", 1_732_516_354, 0),
      ("2024-11-25 14:32:34.9 +0800 CST", 1_732_516_354, 900_000_000),
      ("2024-11-25 14:32:34.9 +0800 +08", 1_732_516_354, 900_000_000),
      ("2024-11-25 06:32:34.923248 +0000 UTC m=+0.012345", 1_732_516_354, 923_248_000),
      ("2020-07-22 10:45:56", 1_595_385_956, 0),
      ("2020-02-29T00:00:00Z", 1_582_934_400, 0), ("2000-02-29T23:59:59.9Z", 951_868_799, 900_000_000),
      ("1970-01-01T00:00:00Z", 0, 0),
      ("1969-12-31T20:00:00-04:00", 0, 0), ("2021-02-05t09:31:00z", 1_612_517_460, 0),
      ("2021-02-05T09:31:00-0030", 1_612_519_260, 0),
      ("9999-12-31T23:59:59Z", 253_402_300_799, 0), ("2100-03-01T00:00:00Z", 4_107_542_400, 0),
    ] as [(String, Int64, Int32)])
  func reads(_ text: String, _ seconds: Int64, _ nanoseconds: Int32) {
    #expect(Timestamp(parsing: text) == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
  }

  /// The usual form is read as words, the one with a small `t` byte by byte: they must judge alike.
  @Test func wordsAndBytesAgree() {
    for text in ["2024-02-29T23:59:59.5Z", "2023-12-31T00:00:00Z", "0001-01-01T00:00:00Z"] {
      for position in text.utf8.indices where text.utf8[position] != UInt8(ascii: "T") {
        for byte in UInt8.min...UInt8.max {
          var words = Array(text.utf8)
          words[text.utf8.distance(from: text.startIndex, to: position)] = byte
          var bytes = words
          bytes[10] = UInt8(ascii: "t")
          #expect(ParsedTimestamp(words.span, 0..<words.count) == ParsedTimestamp(bytes.span, 0..<bytes.count))
        }
      }
    }
  }

  @Test(arguments: [
    "", " ", "x", "null", "2021", "2021-02-05", "2021-02-05T", "2021-02-05T09:31", "2021-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2021-04-31T00:00:00Z", "2021-00-01T00:00:00Z", "2021-13-01T00:00:00Z", "2021-01-00T00:00:00Z",
    "2021-01-32T00:00:00Z",
    "2021-01-01T24:00:00Z", "2021-01-01T00:60:00Z", "2021-01-01T00:00:60Z", "2021-01-01T00:00:00.Z",
    "2021-01-01T00:00:00,5Z",
    "2021-01-01T00:00:00.1234567890Z", "2021-01-01T00:00:00+24:00", "2021-01-01T00:00:00+08:60",
    "2021-01-01T00:00:00+8", "2021-01-01T00:00:00ZZ",
    "2021-01-01T00:00:00Z ", " 2021-01-01T00:00:00Z", "2021-01-01T00:00:00 UTC", "2021-01-01T00:00:00+08:00x",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+08:00", "-001-01-01T00:00:00Z",
    "2021-1-1T00:00:00Z",
    "2021-01-01T00:00:60.000Z", "2021-01-01T00:00:5:.000Z", "2021-01-01T00:00:00.00/Z", "2021-01-01T00:00:00,000Z",
    "2021-01-01T00:00:00.000X", "2021-01-01T00:00;00.000Z",
    "２021-01-01T00:00:00Z", "2021-01-01T00:00:00.5 +0000 UTC m=+0.1 x", "20210101T000000Z",
  ])
  func refuses(_ text: String) {
    #expect(Timestamp(parsing: text) == nil)
  }

  @Test(arguments: [
    ("0001-01-01T00:00:00.000Z", ParsedTimestamp.zero), ("0001-01-01T00:00:00Z", .zero),
    ("0001-01-01 00:00:00 +0000 UTC", .zero),
    ("0001-01-01T08:00:00+08:00", .zero), ("0001-01-01T00:00:00.001Z", .absent), ("0001-01-02T00:00:00Z", .absent),
    ("1960-01-01T00:00:00Z", .absent), ("nonsense", .absent),
  ])
  func tellsTheZeroTime(_ text: String, _ parsed: ParsedTimestamp) {
    let bytes = Array(text.utf8)
    #expect(ParsedTimestamp(bytes.span, 0..<bytes.count) == parsed)
  }

  /// Every day from 1970 to 2105 against the calendar's plain rule.
  @Test func countsEveryDay() {
    var day: Int64 = 0
    for year in 1970...2105 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in zip(1..., [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        for date in [1, 15, length] {
          let text = String(format: "%04d-%02d-%02dT12:00:00Z", year, month, date)
          #expect(Timestamp(parsing: text)?.seconds == (day + Int64(date) - 1) * 86400 + 43200)
        }
        let after = String(format: "%04d-%02d-%02dT12:00:00Z", year, month, length + 1)
        #expect(Timestamp(parsing: after) == nil)
        day += Int64(length)
      }
    }
  }
}
