import CPCRE2

/// A regular expression in PCRE2's syntax (pcre2pattern(3)) whose matching is bounded.
///
/// Letters and digits are those of Unicode. Two expressions are equal if their texts are.
@safe
package final class RegularExpression: Sendable, Hashable {
  /// Why a text is not a regular expression.
  package struct SyntaxError: Error, Equatable {
    /// The library's message.
    package let reason: String
    /// The position of the error, in bytes from the start of the text.
    package let offset: Int
  }

  /// The error of a match that was given up because there are too many ways in which the expression could fit.
  package struct TakesTooLong: Error, Equatable {}

  /// The maximum number of attempts of a match, which take some milliseconds. An expression that needs more for one
  /// name would need far more for the next.
  private static let maximumTries: UInt32 = 100_000
  /// The maximum memory that a match may use for what it backtracks to, in KiB.
  private static let maximumMemory: UInt32 = 4_096

  package let text: String
  // Safe: compiled code and the context with its limits are only read once they are made (pcre2api(3), Multithreading).
  private nonisolated(unsafe) let code: OpaquePointer
  private nonisolated(unsafe) let limits: OpaquePointer

  package init(_ text: String) throws(SyntaxError) {
    self.text = text
    var error: Int32 = 0
    var offset = 0
    let bytes = Array(text.utf8)
    let options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_ANCHORED | PCRE2_ENDANCHORED
    guard let code = unsafe regex_compile(bytes, bytes.count, options, &error, &offset),
      let limits = unsafe regex_match_context_create(Self.maximumTries, Self.maximumMemory)
    else { throw SyntaxError(reason: Self.message(for: error), offset: offset) }
    unsafe self.code = code
    unsafe self.limits = limits
  }

  deinit {
    unsafe regex_code_free(code)
    unsafe regex_match_context_free(limits)
  }

  /// Returns whether the whole of `text` matches, from its first to its last character.
  package func matches(_ text: String) throws(TakesTooLong) -> Bool {
    guard let data = unsafe regex_match_data_create() else { throw TakesTooLong() }
    defer { unsafe regex_match_data_free(data) }
    var text = text
    // Safe: the text is alive during the call, and its own count is passed.
    let result = text.withUTF8 { unsafe regex_match(code, $0.baseAddress, $0.count, data, limits) }
    switch result {
    case 0...: return true
    case PCRE2_ERROR_NOMATCH: return false
    default: throw TakesTooLong()
    }
  }

  private static func message(for error: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      // Safe: the library ends what it writes with a zero byte, within the length that is passed.
      guard unsafe regex_error_message(error, buffer.baseAddress, buffer.count) > 0, let text = buffer.baseAddress
      else { return "error \(error)" }
      return unsafe String(cString: text)
    }
  }

  package static func == (left: RegularExpression, right: RegularExpression) -> Bool { left.text == right.text }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
