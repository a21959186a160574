/// Writes JSON field by field, in the order of the examples in the documents of the endpoints.
///
/// Answers are written by hand and without models, so that a wrong name in the code under test meets a right one here.
package struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private let tampering: Tampering
  private var needsComma = false
  /// Raw JSON for fields of the object being written, in place of what the caller writes or in addition to it.
  private var replacements: [String: String] = [:]

  init(tampering: Tampering = Tampering()) { self.tampering = tampering }

  /// Writes an object; `replacements` are raw JSON texts by field, of which an empty one leaves the field out.
  package mutating func object(
    _ key: String? = nil, replacing replacements: [String: String] = [:], _ fields: (inout Self) -> Void
  ) {
    guard begin(key) else { return }
    nested("{", "}", replacements) { json in
      fields(&json)
      for (key, text) in json.replacements.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
        json.replacements[key] = nil
        json.raw(key, text)
      }
    }
    end(key)
  }

  package mutating func array(_ key: String? = nil, _ elements: (inout Self) -> Void) {
    guard begin(key) else { return }
    nested("[", "]", [:], elements)
    end(key)
  }

  package mutating func string(_ key: String? = nil, _ value: String?) {
    guard let value, begin(key) else { return }
    bytes.append(UInt8(ascii: "\""))
    if let strings = tampering.strings, tampering.touches(key ?? "") {
      bytes += strings
    } else {
      escape(key.flatMap { tampering.planted(in: $0, value: value) } ?? value)
    }
    bytes.append(UInt8(ascii: "\""))
    end(key)
  }

  package mutating func integer(_ key: String? = nil, _ value: Int64?) {
    guard let value, begin(key) else { return }
    if let numbers = tampering.numbers, tampering.touches(key ?? "") {
      bytes += numbers.utf8
    } else {
      bytes += String(value).utf8
    }
    end(key)
  }

  package mutating func integer(_ key: String? = nil, _ value: Int) { integer(key, Int64(value)) }

  package mutating func flag(_ key: String, _ value: Bool?) {
    guard let value, begin(key) else { return }
    bytes += (value ? "true" : "false").utf8
    end(key)
  }

  /// Writes JSON text as it is.
  package mutating func raw(_ key: String? = nil, _ text: String) {
    guard begin(key) else { return }
    bytes += text.utf8
    end(key)
  }

  package mutating func null(_ key: String) { raw(key, "null") }

  /// Writes the comma, the key and a replacement if there is one; returns whether a value is still to be written.
  private mutating func begin(_ key: String?) -> Bool {
    guard let key else {
      separate()
      return true
    }
    if !replacements.isEmpty, let text = replacements.removeValue(forKey: key) {
      if !text.isEmpty {
        separate()
        writeKey(key)
        bytes += text.utf8
        needsComma = true
      }
      return false
    }
    separate()
    writeKey(key)
    return true
  }

  private mutating func end(_ key: String?) {
    needsComma = true
    if let key, tampering.repeatsFields {
      separate()
      writeKey(key)
      bytes += "null".utf8
      needsComma = true
    }
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = false
  }

  private mutating func writeKey(_ key: String) {
    bytes.append(UInt8(ascii: "\""))
    bytes += key.utf8
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func nested(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ inner: [String: String], _ body: (inout Self) -> Void
  ) {
    let outer = replacements
    replacements = inner
    bytes.append(UInt8(ascii: open))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: close))
    replacements = outer
  }

  private mutating func escape(_ text: String) {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    guard !isPlain else {
      bytes += text.utf8
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes += "\\n".utf8
      case 0..<0x20:
        bytes += "\\u00".utf8
        bytes.append(SeededHash.digits[Int(byte >> 4)])
        bytes.append(SeededHash.digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
  }
}
