extension String {
  /// The text without the white space around it, which is not part of a value that a person wrote.
  package var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
