import CMalloc

enum Allocation {
  /// Gives large blocks back to the system as soon as they are freed, and keeps small ones in one place.
  ///
  /// Left alone, glibc raises the size from which it does so with each large block that it sees, and has an arena for each
  /// thread: what a refresh of a million series has used would stay with the process, in pieces.
  static func returnLargeBlocks() {
    _ = mallopt(M_MMAP_THRESHOLD, 256 << 10)
    _ = mallopt(M_ARENA_MAX, 1)
  }
}
