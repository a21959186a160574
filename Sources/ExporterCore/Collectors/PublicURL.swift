/// Reduces a URL to what may be shown: scheme, host, port and path; user, password, query and fragment are dropped.
///
/// Empty where the text is no URL with a scheme and a host (`git@host:path`, say), since then no part of it is known to be safe.
func publicURL(_ text: String) -> String {
  guard let separator = text.firstRange(of: "://") else { return "" }
  let scheme = text[..<separator.lowerBound]
  guard let first = scheme.utf8.first, isLetter(first),
    scheme.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
  else { return "" }
  let rest = text[separator.upperBound...]
  let authorityEnd = rest.firstIndex { "/?#\\".contains($0) } ?? rest.endIndex
  var authority = rest[..<authorityEnd]
  if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
  guard !authority.isEmpty, authority.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return "" }
  let path = rest[authorityEnd...].prefix { $0 != "?" && $0 != "#" }
  // An `@` behind the first `/` may be a password that held an unescaped slash.
  guard !path.contains("@"), !path.contains("\\") else { return "" }
  return "\(scheme)://\(authority)\(path)"
}

private func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
