import FoundationEssentials
import Testing

@testable import ExporterCore

@Suite struct MemoryLimitTests {
  /// As the kernel shows groups in a Pod, on a machine, to a container without a cgroup namespace, and in the first version.
  @Test(
    arguments: [
      (["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "268435456\n"], 268_435_456),
      (["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"], nil),
      (["proc/self/cgroup": "0::/\n"], nil), ([:], nil), (["proc/self/cgroup": "nonsense"], nil),
      (
        [
          "proc/self/cgroup": "0::/system.slice/exporter.service\n", "sys/fs/cgroup/system.slice/memory.max": "1000\n",
          "sys/fs/cgroup/system.slice/exporter.service/memory.max": "2000\n",
        ], 1000
      ),
      (
        ["proc/self/cgroup": "0::/kubepods/pod1/2\n", "sys/fs/cgroup/memory.max": "4096\n"], 4096
      ),
      (
        [
          "proc/self/cgroup": "5:cpu,cpuacct:/a\n4:hugetlb,memory:/docker/1\n0::/\n",
          "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
          "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "8192\n",
        ], 8192
      ),
      (
        [
          "proc/self/cgroup": "4:memory:/\n",
          "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ], nil
      ),
    ] as [([String: String], Double?)])
  func findsTheLimitOfItsGroup(files: [String: String], limit: Double?) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    #expect(MemoryLimit.bytes(root: root.path) == limit)
  }
}
