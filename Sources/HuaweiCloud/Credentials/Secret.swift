/// A text that must never be shown: printing, interpolating or dumping it gives `***`.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package let value: String

  package init(_ value: String) { self.value = value }

  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where a secret comes from.
package enum SecretSource: Sendable, Hashable {
  case value(Secret)
  /// The configuration names the variable, whose value was this when it was read.
  case variable(String, Secret)
  /// Read again when the file changes; white space around the text is not part of it.
  case file(String)
}
