import System

/// Reduces a URL to what may be shown: scheme, host, port and path; user, password, query and fragment are dropped.
///
/// The result is empty if the text is no URL with a scheme and a host (such as `git@host:path`), since then no part of
/// it is known to be safe.
func publicURL(_ text: String) -> String {
  guard let separator = text.firstRange(of: "://") else { return "" }
  let scheme = text[..<separator.lowerBound]
  guard let first = scheme.utf8.first, first.isASCIILetter,
    scheme.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    )
  else { return "" }
  let rest = text[separator.upperBound...]
  let authorityEnd = rest.firstIndex { "/?#\\".contains($0) } ?? rest.endIndex
  var authority = rest[..<authorityEnd]
  if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
  // An `@` after the first `/`, `?` or `#` may belong to a password that held one of them unescaped.
  guard isHostAndPort(authority), !rest[authorityEnd...].contains("@") else { return "" }
  let path = rest[authorityEnd...].prefix { $0 != "?" && $0 != "#" }
  guard !path.contains("\\") else { return "" }
  return "\(scheme)://\(authority)\(path)"
}

/// Returns whether the text is like `example.com`, `example.com:8443` or `[::1]:80`.
///
/// A port that is not a number is more likely half of a password.
private func isHostAndPort(_ text: Substring) -> Bool {
  var rest = text
  if text.hasPrefix("[") {
    guard let end = text.firstIndex(of: "]") else { return false }
    let address = text[text.index(after: text.startIndex)..<end]
    guard !address.isEmpty, address.utf8.allSatisfy({ $0.hexadecimalValue != nil || ":.".utf8.contains($0) }) else {
      return false
    }
    rest = text[text.index(after: end)...]
  } else {
    // A text with other characters may be a user and a password.
    let host = text.prefix { $0 != ":" }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || "-._".utf8.contains($0) }) else {
      return false
    }
    rest = text[host.endIndex...]
  }
  return rest.isEmpty || rest.hasPrefix(":") && rest.dropFirst().utf8.allSatisfy(\.isASCIIDigit)
}
