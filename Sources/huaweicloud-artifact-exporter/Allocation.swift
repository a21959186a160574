import CLinux

enum Allocation {
  /// Gives large blocks back to the system as soon as they are freed, and keeps small ones in one place.
  ///
  /// Left alone, glibc raises the size from which it does so with each large block that it sees, and has an arena for each
  /// thread: what a refresh of a million artifacts has used would stay with the process, in pieces, 4 of 27 MB. With one
  /// arena threads wait for each other where they allocate at the same moment.
  static func returnLargeBlocks() {
    _ = mallopt(M_MMAP_THRESHOLD, 256 << 10)
    _ = mallopt(M_ARENA_MAX, 1)
  }
}
