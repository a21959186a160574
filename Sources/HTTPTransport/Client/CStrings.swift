/// Texts for C, each ended by NUL, in one piece of memory.
struct CStrings {
  private(set) var bytes: [UInt8] = []
  private(set) var starts: [Int] = []

  /// `capacity` is a guess at their bytes.
  init(capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  /// Appends a text that is given in pieces, which hold no NUL.
  mutating func append(_ first: String, _ second: String, _ third: String = "") {
    starts.append(bytes.count)
    bytes.append(utf8: first)
    bytes.append(utf8: second)
    bytes.append(utf8: third)
    bytes.append(0)
  }
}
