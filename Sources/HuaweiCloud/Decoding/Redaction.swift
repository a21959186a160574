import System

/// The redaction of text that the cloud sent: whatever could be a secret is removed before it reaches a log or a page.
package enum Redaction {
  /// Returns `text` on one line of at most `limit` bytes, with everything that is not known to be harmless replaced by
  /// `…`; another `…` follows if it was cut.
  ///
  /// White space, control characters, Chinese, Japanese and Korean characters and full-width punctuation end a token,
  /// and nothing else does: text joined by hyphens, slashes, dots or equals signs is one token and passes or not as a
  /// whole. Up to three punctuation marks, brackets or quotation marks are kept on each side. A token passes if it is
  ///
  /// - one of the names that we `sent`, or several joined by slashes: never a part of a longer text, so that a short
  ///   name lets nothing else through,
  /// - a word: up to 20 ASCII letters, lower-case except for the first of the word or of each part, as in `NotFound`,
  ///   where each part has at least three letters; or up to 16 capitals; endings such as `n't` and `'s` belong to it,
  /// - a number of up to six digits,
  /// - an error code such as `APIGW.0301`,
  /// - some of these joined by commas or semicolons, or a word joined by a colon to a number, a code or a name that we
  ///   `sent`, as in `limit:200,time:5`,
  /// - a single ASCII character such as `=`.
  ///
  /// A run of up to 40 Chinese, Japanese or Korean characters passes too. A secret that is spelt as a single word
  /// passes, which cannot be helped: the request's own secrets are removed before.
  package static func clean(_ text: String, sent: Set<String> = [], limit: Int = 300) -> String {
    var line = CleanedLine(sent: sent, limit: limit)
    var read = 0
    for scalar in text.unicodeScalars {
      read += 1
      // Most of a much longer text would not fit. Its last token is dropped: half of a secret may look like a word.
      guard !line.isFull, read <= limit * 16 else { return line.cut() }
      line.take(scalar)
    }
    return line.end()
  }

  /// Returns whether this may be a part of a code, between dots, underscores or hyphens, in a field for codes: `SWR`,
  /// `4030170`, `NamespaceNotFound`.
  static func isPartOfCode(_ part: [UInt8]) -> Bool {
    isWord(part, longest: 40) || isNumber(part, longest: 10) || isService(part, longestNumber: 2)
  }

  static func isNumber(_ bytes: some Collection<UInt8>, longest: Int) -> Bool {
    1...longest ~= bytes.count && bytes.allSatisfy(\.isASCIIDigit)
  }

  fileprivate static func isWord(_ bytes: [UInt8], longest: Int = 20) -> Bool {
    guard 1...longest ~= bytes.count else { return false }
    if bytes.count <= 16, bytes.allSatisfy(\.isASCIICapital) { return true }
    // The number of letters since the last capital, which is included.
    var part = 0
    for (index, byte) in bytes.enumerated() {
      if byte.isASCIISmallLetter {
        part += 1
      } else if byte.isASCIICapital, index == 0 || part >= 3 {
        part = 1
      } else {
        return false
      }
      if part > 20 { return false }
    }
    return part >= 3 || part == bytes.count
  }

  /// Returns whether this is an error code such as `APIGW.0301` or `SVCSTG.SWR.4030170`.
  fileprivate static func isCode(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard 2...4 ~= parts.count, let number = parts.last, number.count >= 3 else { return false }
    return isNumber(number, longest: 10) && parts.dropLast().allSatisfy { isService(Array($0), longestNumber: 1) }
  }

  /// Returns whether this is a service's name in a code: capitals, and the number of its generation if it has one.
  private static func isService(_ bytes: [UInt8], longestNumber: Int) -> Bool {
    let letters = bytes.prefix(while: \.isASCIICapital)
    return 1...10 ~= letters.count && bytes.count - letters.count <= longestNumber
      && bytes[letters.endIndex...].allSatisfy(\.isASCIIDigit)
  }
}

/// The text cleaned so far, and the token that is being read.
private struct CleanedLine {
  private enum Run { case token, ideographs }

  private static let hidden = "…"
  private static let longestRun = 40

  private let sent: Set<String>
  private let limit: Int
  private var line = ""
  private var run: [Unicode.Scalar] = []
  private var kind = Run.token
  private var isSpaceDue = false
  private(set) var isFull = false

  init(sent: Set<String>, limit: Int) {
    self.sent = sent
    self.limit = limit
  }

  mutating func take(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x20 || scalar.value == 0x7F || scalar.properties.isWhitespace {
      endRun()
      isSpaceDue = !line.isEmpty
    } else if Self.isFullWidthMark(scalar) {
      endRun()
      append(String(Character(scalar)))
    } else {
      let kind = Self.isIdeograph(scalar) ? Run.ideographs : .token
      if kind != self.kind { endRun() }
      self.kind = kind
      run.append(scalar)
    }
  }

  mutating func end() -> String {
    endRun()
    return isFull ? cut() : line
  }

  mutating func cut() -> String {
    if !line.hasSuffix(Self.hidden) { line += Self.hidden }
    return line
  }

  private mutating func endRun() {
    guard !run.isEmpty else { return }
    switch kind {
    case .ideographs: append(run.count <= Self.longestRun ? text(of: run[...]) : Self.hidden)
    case .token: appendToken()
    }
    run.removeAll(keepingCapacity: true)
  }

  private mutating func appendToken() {
    if sent.contains(text(of: run[...])) { return append(text(of: run[...])) }
    let before = run.prefix(3).prefix(while: Self.isMark)
    let after = run.dropFirst(before.count).suffix(3).reversed().prefix(while: Self.isMark).count
    let token = run[before.endIndex..<(run.endIndex - after)]
    guard !token.isEmpty else { return append(text(of: run[...])) }
    append(text(of: before) + (passes(token) ? text(of: token) : Self.hidden) + text(of: run.suffix(after)))
  }

  /// Appends a piece; consecutive hidden pieces show as one `…`.
  private mutating func append(_ piece: String) {
    defer { isSpaceDue = false }
    if piece == Self.hidden, line.hasSuffix(Self.hidden) { return }
    guard line.utf8.count + (isSpaceDue ? 1 : 0) + piece.utf8.count <= limit else {
      isFull = true
      return
    }
    if isSpaceDue { line += " " }
    line += piece
  }

  private func passes(_ token: ArraySlice<Unicode.Scalar>) -> Bool {
    if isKnown(token) || token.count == 1 && token.allSatisfy(\.isASCII) { return true }
    return token.split(omittingEmptySubsequences: false) { $0 == "," || $0 == ";" }.allSatisfy { item in
      if isKnown(item) { return true }
      let pair = item.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, let name = bytes(of: pair[0]), let value = bytes(of: pair[1]) else { return false }
      return Redaction.isWord(name)
        && (Redaction.isNumber(value, longest: 6) || Redaction.isCode(value) || isSent(pair[1]))
    }
  }

  private func isKnown(_ token: ArraySlice<Unicode.Scalar>) -> Bool {
    if isSent(token) { return true }
    guard let bytes = bytes(of: token) else { return false }
    return Redaction.isWord(bytes) || Redaction.isNumber(bytes, longest: 6) || Redaction.isCode(bytes)
      || isShortened(bytes)
  }

  /// Returns whether this is a word with an apostrophe, such as `doesn't` or `user's`.
  private func isShortened(_ bytes: [UInt8]) -> Bool {
    guard let mark = bytes.lastIndex(of: UInt8(ascii: "'")), bytes.count - mark <= 3 else { return false }
    return Redaction.isWord(Array(bytes[..<mark])) && Redaction.isWord(Array(bytes[(mark + 1)...]))
  }

  private func isSent(_ token: ArraySlice<Unicode.Scalar>) -> Bool {
    let parts = token.split(separator: "/", omittingEmptySubsequences: true)
    return !parts.isEmpty && (sent.contains(text(of: token)) || parts.allSatisfy { sent.contains(text(of: $0)) })
  }

  private func text(of scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// Returns the bytes, or nil if some are not ASCII.
  private func bytes(of scalars: ArraySlice<Unicode.Scalar>) -> [UInt8]? {
    guard scalars.allSatisfy(\.isASCII) else { return nil }
    return scalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool { ".,:;!?()[]{}\"'`".unicodeScalars.contains(scalar) }

  private static func isFullWidthMark(_ scalar: Unicode.Scalar) -> Bool {
    "、。，：；！？（）【】《》「」“”‘’".unicodeScalars.contains(scalar)
  }

  /// Returns whether this is a Chinese, Japanese or Korean character.
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3: true
    default: false
    }
  }
}
