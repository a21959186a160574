import Glibc
import HTTPTransport
import System

/// Metrics of this process from the kernel (proc(5)), under the names that every exporter uses.
struct ProcessMetrics: Sendable {
  static let cpu = MetricDescriptor(
    "process_cpu_seconds_total", .counter, help: "Total user and system CPU time spent in seconds.")
  static let residentMemory = MetricDescriptor(
    "process_resident_memory_bytes", help: "Resident memory size in bytes.")
  static let virtualMemory = MetricDescriptor("process_virtual_memory_bytes", help: "Virtual memory size in bytes.")
  static let openFiles = MetricDescriptor("process_open_fds", help: "Number of open file descriptors.")
  static let maximumFiles = MetricDescriptor("process_max_fds", help: "Maximum number of open file descriptors.")
  static let startTime = MetricDescriptor(
    "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds.")

  static let all = [cpu, residentMemory, virtualMemory, openFiles, maximumFiles, startTime]

  /// The units of the kernel's numbers: clock ticks per second, and bytes per page.
  private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
  private let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
  /// Unix time at which the machine started.
  private static let bootTime: Double? = read("/proc/stat")?.split(separator: UInt8(ascii: "\n"))
    .first { $0.starts(with: "btime ".utf8) }
    .flatMap { Double(String(decoding: $0.dropFirst("btime ".utf8.count), as: UTF8.self)) }

  /// Returns the families; what can't be read is left out.
  func families() -> [Family] {
    let stat = Self.read("/proc/self/stat").flatMap(Self.fields)
    return [
      family(Self.cpu, stat.map { ($0[11] + $0[12]) / ticksPerSecond }),
      family(Self.residentMemory, stat.map { $0[21] * pageSize }),
      family(Self.virtualMemory, stat.map { $0[20] }),
      family(Self.openFiles, Self.openFileCount),
      family(Self.maximumFiles, Self.softFileLimit),
      family(Self.startTime, stat.flatMap { fields in Self.bootTime.map { $0 + fields[19] / ticksPerSecond } }),
    ]
  }

  private func family(_ descriptor: MetricDescriptor, _ value: Double?) -> Family {
    Family(descriptor, value.map { [Sample(LabelSet(), $0)] } ?? [])
  }

  /// Returns the fields from the third on, with the state, which is a letter, as 0.
  ///
  /// The second field, the program's name, may hold spaces and parentheses.
  private static func fields(ofStat stat: [UInt8]) -> [Double]? {
    guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[end...].dropFirst().split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
      .map { Double(String(decoding: $0, as: UTF8.self)) ?? 0 }
    return fields.count > 21 ? fields : nil
  }

  /// The number of open file descriptors, without the one that counting them opens.
  private static var openFileCount: Double? {
    FileSystem.entryCount(of: "/proc/self/fd").map { Double($0 - 1) }
  }

  private static var softFileLimit: Double? {
    let limit = sysconf(Int32(_SC_OPEN_MAX))
    return limit < 0 ? .infinity : Double(limit)
  }

  private static func read(_ path: String) -> [UInt8]? { try? FileSystem.contents(of: path, limit: 1 << 20) }
}
