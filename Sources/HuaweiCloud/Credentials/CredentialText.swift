import System

/// The check of a value that a person gave before it is sent: the cloud counts a wrong key, and says little about it.
package enum CredentialText {
  package enum Form: Sendable {
    /// A key, a token or an id: visible characters of ASCII, without spaces and quotation marks.
    case word
    /// A password or a path: anything on one line.
    case line
  }

  /// Returns what is wrong with a text that is not empty, as the end of a sentence that begins with its name; nil if it
  /// may be right. The result never holds a character of the text.
  package static func problem(with text: String, as form: Form) -> String? {
    // Nearly every text is, and it is checked before each request: taken apart into characters, that would take as long as
    // signing does.
    if text.utf8.allSatisfy(isOrdinary) { return nil }
    let scalars = text.unicodeScalars
    if scalars.first == "\u{FEFF}" { return "begins with a byte order mark: save it without one" }
    if isQuoted(text) { return "is between quotation marks, which would be part of it: leave them out" }
    if scalars.contains(where: isControl) { return "holds a line break or another control character" }
    guard form == .word else { return nil }
    if text.contains(where: \.isWhitespace) { return "holds a space" }
    if !scalars.allSatisfy(\.isASCII) { return "holds a character that is not ASCII" }
    if text.contains(where: { "\"'`".contains($0) }) { return "holds a quotation mark" }
    if text.contains(where: { "<>{}$".contains($0) }) {
      return "is a placeholder such as <name> or ${NAME}: put the value itself there"
    }
    return nil
  }

  /// Returns whether the byte is a visible ASCII character that may be anywhere in any text.
  private static func isOrdinary(_ byte: UInt8) -> Bool {
    byte.isASCIILetter || byte.isASCIIDigit || "!#%&()*+,-./:;=?@[]^_|~".utf8.contains(byte)
  }

  private static func isQuoted(_ text: String) -> Bool {
    guard text.count >= 2, let first = text.first, let last = text.last else { return false }
    let pairs: [(Character, Character)] = [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’")]
    return pairs.contains { $0 == (first, last) }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
    default: false
    }
  }
}

/// The environment as people write it: white space around a value is not part of it, and an empty variable is not set.
package struct EnvironmentVariables: Sendable {
  private let variables: [String: String]

  package init(_ variables: [String: String]) { self.variables = variables }

  package func isSet(_ name: String) -> Bool { !(variables[name]?.trimmed.isEmpty ?? true) }

  /// Returns the value of a variable, nil if it is not set; throws `unauthorized`, naming it, if it can't be right.
  package func value(of name: String, as form: CredentialText.Form = .word) throws(CloudError) -> String? {
    guard let text = variables[name]?.trimmed, !text.isEmpty else { return nil }
    if let problem = CredentialText.problem(with: text, as: form) { throw .badCredentials("\(name) \(problem)") }
    return text
  }

  /// Returns the value of the first of these variables that is set.
  package func first(of names: [String], as form: CredentialText.Form = .word) throws(CloudError) -> String? {
    for name in names {
      if let value = try value(of: name, as: form) { return value }
    }
    return nil
  }
}
