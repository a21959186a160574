import CCrypt

/// Password hashes of the form `$2b$10$…`, checked by libcrypt.
enum Bcrypt {
  /// The highest cost that is accepted: each step doubles the time, and this one takes about twenty seconds.
  static let maximumCost = 18

  /// Returns the cost of a well-formed hash; nil for any other text.
  static func cost(of hash: String) -> Int? {
    let bytes = Array(hash.utf8)
    guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(hash.prefix(4)), bytes[6] == UInt8(ascii: "$") else {
      return nil
    }
    guard let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)), (4...31).contains(cost) else { return nil }
    let isText = bytes[7...].allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return isText ? cost : nil
  }

  /// Returns whether the password has this hash; takes as long as the hash's cost says, whatever the password.
  static func matches(_ password: [UInt8], _ hash: String) -> Bool {
    // libcrypt sees a password up to its first zero byte: one with zeros inside would pass for a shorter one.
    let isWhole = !password.contains(0)
    let expected = Array(hash.utf8)
    let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    unsafe data.initialize(to: crypt_data())
    defer {
      // Of the password, libcrypt's own copies are wiped.
      unsafe data.update(repeating: crypt_data(), count: 1)
      unsafe data.deallocate()
    }
    let text = (password + [0]).map { CChar(bitPattern: $0) }
    guard let result = unsafe crypt_r(text, hash, data) else { return false }
    let actual = Array(unsafe String(cString: result).utf8)
    guard actual.count == expected.count else { return false }
    // Every byte is looked at, so that the time says nothing about the first difference.
    var difference: UInt8 = 0
    for (left, right) in zip(actual, expected) { difference |= left ^ right }
    return difference == 0 && isWhole
  }
}
