/// Takes secrets out of text that the cloud sent, before it reaches a log or a page.
package enum Redaction {
  /// `text` on one line of printable characters, at most `limit` bytes, with everything that may be a secret as `***`:
  /// the user of a URL, the value after a name like `token` or `access_key`, access keys, and long opaque texts.
  package static func clean(_ text: String, limit: Int = 300) -> String {
    var bytes = text.utf8.prefix(limit * 4).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
    // A word that is cut in the middle could be the half of a secret that no longer looks like one.
    if bytes.count < text.utf8.count { bytes.removeSubrange((bytes.lastIndex(of: 0x20) ?? 0)...) }
    var words: [[UInt8]] = []
    var expectsSecret = false
    for word in bytes.split(separator: 0x20) {
      words.append(mask(word: Array(word), expectsSecret: &expectsSecret))
    }
    var cleaned = Array(words.joined(separator: [0x20]))
    if cleaned.count > limit {
      var end = limit
      while end > 0, cleaned[end] & 0xC0 == 0x80 { end -= 1 }
      cleaned.removeSubrange(end...)
      cleaned += Array("…".utf8)
    }
    return String(decoding: cleaned, as: UTF8.self)
  }

  private static let names: Set<String> = [
    "token", "password", "passwd", "pwd", "secret", "credential", "credentials", "signature", "authorization",
    "accesskey", "secretkey", "accesssecret", "accesskeyid", "secretaccesskey", "securitytoken", "xauthtoken",
    "xsecuritytoken", "xsubjecttoken", "ak", "sk", "encodedauthorizationmessage", "apikey", "privatekey", "idtoken",
  ]

  private static func isSecretName(_ run: ArraySlice<UInt8>) -> Bool {
    let letters = run.filter { isLetterOrDigit($0) }.map { $0 | 0x20 }
    let name = String(decoding: letters, as: UTF8.self)
    return names.contains(name)
      || ["token", "password", "secret", "secretkey", "accesskey"].contains { name.hasSuffix($0) }
  }

  /// Masks within one word; `expectsSecret` carries over from `token:` to the next word.
  private static func mask(word: [UInt8], expectsSecret: inout Bool) -> [UInt8] {
    var masked: [UInt8] = []
    var position = 0
    while position < word.count {
      if let end = endOfUserInfo(word, position) {
        masked += Array("://***@".utf8)
        position = end
        continue
      }
      guard isRunByte(word[position]) || expectsSecret && !isAroundValue(word[position]) else {
        masked.append(word[position])
        position += 1
        continue
      }
      let belongs = expectsSecret ? { !isEndOfValue($0) } : isRunByte
      let run = word[position...].prefix(while: belongs)
      position = run.endIndex
      if expectsSecret {
        masked += Array("***".utf8)
        // `Bearer x` after a name is two words, of which the second is the secret.
        expectsSecret = isScheme(run)
      } else if isSecretName(run), isFollowedByValue(word, run.endIndex) {
        masked += run
        expectsSecret = true
      } else if isBearer(run), position == word.count {
        masked += run
        expectsSecret = true
      } else {
        masked += looksSecret(run) ? Array("***".utf8)[...] : run
      }
    }
    return masked
  }

  private static func isAroundValue(_ byte: UInt8) -> Bool {
    isEndOfValue(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=")
  }

  private static func isEndOfValue(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "&")
      || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: ")")
      || byte == UInt8(ascii: "\\")
  }

  private static func isBearer(_ run: ArraySlice<UInt8>) -> Bool {
    run.map { $0 | 0x20 }.elementsEqual("bearer".utf8)
  }

  private static func isScheme(_ run: ArraySlice<UInt8>) -> Bool {
    ["bearer", "basic", "is"].contains(String(decoding: run.map { $0 | 0x20 }, as: UTF8.self))
  }

  /// Whether a separator of name and value comes next, or the word ends in one.
  private static func isFollowedByValue(_ word: [UInt8], _ end: Int) -> Bool {
    let rest = word[end...].drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\\") }
    guard let separator = rest.first else { return false }
    return separator == UInt8(ascii: ":") || separator == UInt8(ascii: "=")
  }

  /// After `://`, where the part before an `@` ends.
  private static func endOfUserInfo(_ word: [UInt8], _ start: Int) -> Int? {
    guard word[start...].starts(with: Array("://".utf8)) else { return nil }
    let authority = word[(start + 3)...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    return at + 1
  }

  /// An access key (20 capitals and digits), or 40 and more letters and digits in a mixture that no word has.
  private static func looksSecret(_ run: ArraySlice<UInt8>) -> Bool {
    let hasCapital = run.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    let hasDigit = run.contains { JSONGrammar.digit($0) != nil }
    let hasSmall = run.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    if run.count >= 20, run.count < 40 { return hasCapital && hasDigit && !hasSmall && run.allSatisfy(isLetterOrDigit) }
    return run.count >= 40 && hasCapital && hasSmall && hasDigit
  }

  private static func isRunByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%")
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    JSONGrammar.digit(byte) != nil || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
