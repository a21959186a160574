import HTTPTransport
import System

extension JSONGrammar {
  /// A number and, where it is written without fraction and exponent and fits, its value.
  struct Number {
    var end: Int
    var integer: Int64?
  }

  /// A number, from its first character.
  @inline(__always)
  static func number(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Number {
    if let natural = natural(bytes, start) { return natural }
    return try anyNumber(bytes, start)
  }

  /// A natural number as nearly all are written: up to eighteen digits that something else than more of a number follows.
  @inline(__always)
  private static func natural(_ bytes: Span<UInt8>, _ start: Int) -> Number? {
    guard start <= bytes.count &- 32 else { return nil }
    let word = bytes.word(at: start)
    let head = leadingDigits(word)
    // What begins with 0 is the number 0, or none.
    guard head.count > 0, word & 0xFF != 0x30 else { return nil }
    var value = Int64(truncatingIfNeeded: head.value)
    var end = start &+ head.count
    while let digit = digit(bytes[end]) {
      guard end < start &+ 18 else { return nil }
      value = value &* 10 &+ Int64(digit)
      end &+= 1
    }
    return isFractionOrExponent(bytes[end]) ? nil : Number(end: end, integer: value)
  }

  private static func anyNumber(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Number {
    let isNegative = bytes[start] == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    var position = first
    var magnitude: UInt64 = 0
    while position < bytes.count, let digit = digit(bytes[position]) {
      magnitude = magnitude &* 10 &+ UInt64(digit)
      position &+= 1
    }
    guard position > first, bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
      throw fault(bytes, at: position == first ? position : first + 1)
    }
    guard position < bytes.count, isFractionOrExponent(bytes[position]) else {
      // Nineteen digits fit the magnitude; longer numbers wrapped around.
      guard position &- first <= 19, magnitude <= UInt64(Int64.max) &+ (isNegative ? 1 : 0) else {
        return Number(end: position, integer: nil)
      }
      return Number(end: position, integer: Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude))
    }
    return Number(end: try fractionAndExponent(bytes, position), integer: nil)
  }

  /// How many of eight bytes, from the lowest on, are digits, and the number that they write.
  ///
  /// All eight at a time: what is no digit carries into the bytes above it only, and those are cut off.
  @inline(__always)
  private static func leadingDigits(_ word: UInt64) -> (count: Int, value: UInt64) {
    let values = word ^ 0x3030_3030_3030_3030
    let marks = ((values &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
    let count = marks.trailingZeroBitCount / 8
    guard count > 0 else { return (0, 0) }
    // As if zeros stood before the number: then units, tens and so on have their places.
    let digits = values &<< (64 &- UInt64(count) &* 8)
    let pairs = digits &* 10 &+ digits &>> 8
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let value = (pairs & mask) &* 0x000F_4240_0000_0064 &+ (pairs &>> 16 & mask) &* 0x0000_2710_0000_0001
    return (count, value &>> 32)
  }

  @inline(__always)
  static func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  private static func isFractionOrExponent(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
  }

  private static func fractionAndExponent(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Int {
    var position = start
    if bytes[position] == UInt8(ascii: ".") { position = try digits(bytes, position + 1) }
    guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return position }
    position += 1
    if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
      position += 1
    }
    return try digits(bytes, position)
  }

  private static func digits(_ bytes: Span<UInt8>, _ start: Int) throws(JSONFault) -> Int {
    var position = start
    while position < bytes.count, digit(bytes[position]) != nil { position += 1 }
    guard position > start else { throw fault(bytes, at: position) }
    return position
  }

  private static func fault(_ bytes: Span<UInt8>, at position: Int) -> JSONFault {
    JSONFault(position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
  }
}
