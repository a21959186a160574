import CLinux
import Foundation

/// What a process holds of the machine.
package struct Usage: Sendable {
  package private(set) var residentKiB = 0
  package private(set) var threads = 0
  package private(set) var files = 0

  private init() {}

  /// Of the process with this number, or of this one.
  package init(of process: Int32? = nil) throws {
    let directory = "/proc/\(process.map(String.init) ?? "self")"
    for line in try String(contentsOfFile: directory + "/status", encoding: .utf8).split(separator: "\n") {
      let number = Int(line.filter(\.isNumber)) ?? 0
      if line.hasPrefix("VmRSS:") { residentKiB = number }
      if line.hasPrefix("Threads:") { threads = number }
    }
    files = try FileManager.default.contentsOfDirectory(atPath: directory + "/fd").count
  }

  /// The most of each in the second quarter, and in the last: the first is for caches and pools to fill.
  package static func peaks(of usage: [Usage]) -> (early: Usage, late: Usage) {
    let quarter = usage.count / 4
    return (most(of: usage[quarter..<quarter * 2]), most(of: usage.suffix(quarter)))
  }

  private static func most(of usage: ArraySlice<Usage>) -> Usage {
    usage.reduce(into: Usage()) { most, usage in
      most.residentKiB = max(most.residentKiB, usage.residentKiB)
      most.threads = max(most.threads, usage.threads)
      most.files = max(most.files, usage.files)
    }
  }
}

/// What this process has allocated and not given back, in bytes.
package func heap() -> Int {
  let info = mallinfo2()
  return Int(info.uordblks) + Int(info.hblkhd)
}
