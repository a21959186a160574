extension UInt8 {
  @inlinable package var isASCIIDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  @inlinable package var isASCIICapital: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }
  @inlinable package var isASCIISmallLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
  @inlinable package var isASCIILetter: Bool { isASCIICapital || isASCIISmallLetter }
  /// The byte in lower case if it is an ASCII letter, and unchanged otherwise.
  @inlinable package var lowercase: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }
  /// Whether the byte is ASCII, and neither a space nor a control character.
  @inlinable package var isVisibleASCII: Bool { self > 0x20 && self < 0x7F }
}

extension [UInt8] {
  /// The bytes as lower-case hexadecimal.
  package var hexadecimal: String {
    var text: [UInt8] = []
    text.append(hexadecimal: self)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the lower-case hexadecimal text of `bytes`.
  package mutating func append(hexadecimal bytes: [UInt8]) {
    append(addingCapacity: bytes.count * 2) { space in
      for byte in bytes {
        space.append(UInt8(hexadecimalDigit: byte >> 4))
        space.append(UInt8(hexadecimalDigit: byte & 15))
      }
    }
  }
}

extension UInt8 {
  /// Creates the lower-case hexadecimal digit of a value below 16.
  package init(hexadecimalDigit value: UInt8) {
    self = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
  }

  /// The value of a hexadecimal digit in either case; nil for any other byte.
  @inlinable
  package var hexadecimalValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
