/// Makes a text that came from outside fit for one line of a log: short, printable, and without secrets.
enum MessageCleaner {
  private static let maximumLength = 300
  /// From this length on, a word of mixed letters and digits is taken for a key or token.
  private static let secretLength = 20
  private static let mask = "***"

  /// `secrets` are our own, which a server may repeat; others are known by their look or by the name before them.
  static func clean(_ text: String, hiding secrets: [Secret]) -> String {
    var text = text.prefix(maximumLength * 8).description
    for secret in secrets where secret.value.count >= 4 {
      text = text.replacing(secret.value, with: mask)
    }
    text = maskingUserInfo(String(text.map { $0.isWhitespace || $0.isControl ? " " : $0 }))
    let words = text.split(separator: " ")
    var isSecretNext = false
    let cleaned = words.map { word -> String in
      let isSecret = isSecretNext && !word.allSatisfy { ":=".contains($0) }
      isSecretNext = announcesSecret(word) || (isSecretNext && !isSecret)
      return isSecret ? mask : maskingSecrets(in: word)
    }
    let line = cleaned.joined(separator: " ")
    return line.count <= maximumLength ? line : line.prefix(maximumLength) + "…"
  }

  /// A short identifier, such as a request id or an error code; nil for anything else.
  static func token(_ text: String?) -> String? {
    guard let text, 1...128 ~= text.utf8.count,
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._:".contains($0)) })
    else { return nil }
    return text
  }

  /// `scheme://user:password@host` without user and password.
  private static func maskingUserInfo(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let divider = rest.firstRange(of: "://") {
      result += rest[..<divider.upperBound]
      rest = rest[divider.upperBound...]
      let authority = rest.prefix { !" /?#\"'<>".contains($0) }
      if let at = authority.lastIndex(of: "@") {
        result += mask
        rest = rest[at...]
      }
    }
    return result + rest
  }

  private static let secretNames = [
    "password", "passwd", "secret", "secret_key", "secretkey", "token", "access_key", "accesskey", "credential",
    "signature", "authorization", "ak", "sk", "access", "x-auth-token", "x-subject-token", "x-security-token",
    "security_token", "securitytoken", "id_token", "access_secret", "accesssecret",
  ]

  /// True for `Bearer`, and for a name that ends in `:` or `=`, whose value is the next word.
  private static func announcesSecret(_ word: Substring) -> Bool {
    let lowered = word.lowercased()
    if lowered == "bearer" || lowered == "basic" { return true }
    guard lowered.last == ":" || lowered.last == "=" else { return false }
    return secretNames.contains { lowered.dropLast().trimmingQuotes == $0 }
  }

  /// Masks values in `name=value`, and anything that looks like a key.
  private static func maskingSecrets(in word: Substring) -> String {
    var result = ""
    var rest = word
    var lastName = ""
    while let character = rest.first {
      let run = rest.prefix { isPartOfToken($0) }
      if run.isEmpty {
        result.append(character)
        if !":=\"'".contains(character) { lastName = "" }
        rest = rest.dropFirst()
        continue
      }
      let isSecret = secretNames.contains(lastName) || looksLikeSecret(run)
      result += isSecret ? mask : String(run)
      lastName = run.lowercased()
      rest = rest.dropFirst(run.count)
    }
    return result
  }

  private static func isPartOfToken(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "-_.+/".contains(character)
  }

  /// Identifiers that people need, such as a project's 32 hexadecimal digits or a UUID, are no secrets.
  private static func looksLikeSecret(_ run: Substring) -> Bool {
    guard run.count >= secretLength else { return false }
    let isHexadecimal = run.allSatisfy { $0.isHexDigit || $0 == "-" }
    if isHexadecimal && run.count <= 36 { return false }
    let isMixed = run.contains(where: \.isNumber) && run.contains(where: \.isLetter)
    let isActionOrPath = run.contains("/") && !run.contains(where: \.isUppercase) && run.count <= 200
    return isMixed && !isActionOrPath
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
  }
}

extension Substring {
  fileprivate var trimmingQuotes: Substring {
    var result = drop { $0 == "\"" || $0 == "'" || $0 == "{" }
    while let last = result.last, last == "\"" || last == "'" { result.removeLast() }
    return result
  }
}
