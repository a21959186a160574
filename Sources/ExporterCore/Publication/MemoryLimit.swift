import HuaweiCloud
import System

/// The memory limit of the process's cgroup, which is that of the Pod or the systemd unit.
enum MemoryLimit {
  /// Returns the limit in bytes, or nil if there is none or it can't be read.
  ///
  /// `root` is the folder in which `/proc` and `/sys` are looked for.
  static func bytes(root: String = "") -> Double? {
    let groups = text("\(root)/proc/self/cgroup")?.split(separator: "\n") ?? []
    var limits: [Double] = []
    for group in groups {
      // A line is hierarchy:controllers:path; there are no controllers in cgroup v2.
      let parts = group.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[1].isEmpty {
        limits += self.limits(under: "\(root)/sys/fs/cgroup", parts[2], "memory.max")
      } else if parts[1].split(separator: ",").contains("memory") {
        limits += self.limits(under: "\(root)/sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes")
      }
    }
    return limits.min()
  }

  /// Returns the limits of the group and of all groups around it, since each of them holds.
  ///
  /// A container that has no cgroup namespace of its own sees the host's path, but its own group at the top.
  private static func limits(under top: String, _ path: Substring, _ file: String) -> [Double] {
    let names = path.split(separator: "/")
    return (0...names.count).compactMap { depth in
      let directory = ([top] + names.prefix(depth).map(String.init)).joined(separator: "/")
      guard let limit = text("\(directory)/\(file)").flatMap({ Double($0.trimmed) }) else { return nil }
      // Without a limit, cgroup v1 writes the largest number of whole pages, and cgroup v2 `max`, which is no number.
      return limit < 0x1p62 ? limit : nil
    }
  }

  private static func text(_ path: String) -> String? {
    (try? FileSystem.contents(of: path, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
  }
}
