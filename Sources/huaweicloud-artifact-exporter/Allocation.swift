import CMalloc

enum Allocation {
  /// Gives large blocks back to the system as soon as they are freed.
  ///
  /// Left alone, glibc raises the size from which it does so with each large block that it sees, and what a refresh of a
  /// million series has used stays with the process, in pieces.
  static func returnLargeBlocks() {
    _ = mallopt(M_MMAP_THRESHOLD, 256 << 10)
  }
}
