/// The changes that a dishonest or broken service makes to the values of an answer, whose shape stays right.
package struct Tampering: Sendable, Equatable {
  /// The raw text to write in place of every number: `NaN`, `-1`, `1e400`, `99999999999999999999`, `"12"`, `null`.
  package var numbers: String?
  /// The raw bytes to write between the quotes of every string: a megabyte, invalid UTF-8, an escape.
  package var strings: [UInt8]?
  /// The only fields to which `numbers` and `strings` apply; nil is all.
  package var fields: Set<String>?
  /// A secret that is planted wherever the cloud could send one back: credentials, user info and query of URLs, error
  /// texts, messages, descriptions.
  package var secret: String?
  /// Whether every field is written twice, the second time as null.
  package var repeatsFields = false

  package init(
    numbers: String? = nil, strings: [UInt8]? = nil, fields: Set<String>? = nil, secret: String? = nil,
    repeatsFields: Bool = false
  ) {
    self.numbers = numbers
    self.strings = strings
    self.fields = fields
    self.secret = secret
    self.repeatsFields = repeatsFields
  }

  func touches(_ field: String) -> Bool { fields?.contains(field) ?? true }

  /// Returns the text of a field with the secret planted in it, or nil if the field is no place for one.
  func planted(in field: String, value: String) -> String? {
    guard let secret else { return nil }
    switch field {
    case "access_key", "access_secret": return "cn-north-4@" + secret
    case "last_error": return #"{"msg":"could not read from https://user:\#(secret)@example.com","code":"7"}"#
    case "message", "description", "error_msg", "errorMessage", "detail", "title",
      "encoded_authorization_message", "import_error", "status_text", "reason", "user_profile":
      return "rejected \(secret) of token=\(secret)"
    case "url":
      guard let scheme = value.firstRange(of: "://") else { return value }
      return value[..<scheme.upperBound] + "user:\(secret)@" + value[scheme.upperBound...] + "?private_token=\(secret)"
    default: return nil
    }
  }
}
