import Foundation
import System
import Testing

@Suite struct FileSystemTests {
  @Test(arguments: [0, 1, 16 << 10, 16 << 10 + 1, 1 << 20])
  func aFileIsReadWhole(_ size: Int) throws {
    let path = try written((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = try FileSystem.contents(of: path, limit: 1 << 20)
    #expect(bytes.count == size && bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0 &* 31) })
  }

  @Test func aFileWithoutASizeIsReadWhole() throws {
    let status = try FileSystem.contents(of: "/proc/self/status", limit: 1 << 20)
    #expect(String(decoding: status, as: UTF8.self).contains("\nPid:\t\(getpid())\n"))
  }

  @Test func whatCannotBeReadSaysWhy() throws {
    let path = try written([UInt8](repeating: 0, count: 2 << 20 + 1))
    defer { try? FileManager.default.removeItem(atPath: path) }
    func reason(_ path: String) -> String? {
      do throws(FileError) { _ = try FileSystem.contents(of: path, limit: 2 << 20) } catch { return error.reason }
      return nil
    }
    #expect(reason("/no/such") == "No such file or directory" && !FileSystem.exists("/no/such"))
    #expect(reason("/") == "Is a directory" && FileSystem.exists("/"))
    #expect(reason("/etc/passwd/x") == "Not a directory")
    #expect(reason(path) == "it is larger than 2 MiB")
    #expect(reason("/dev/zero") == "it is larger than 2 MiB")
  }

  @Test func entriesAreCounted() throws {
    let directory = NSTemporaryDirectory() + "/entries-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    #expect(FileSystem.entryCount(of: directory) == 0)
    for name in ["a", ".b", "c"] { try Data().write(to: URL(filePath: directory + "/" + name)) }
    #expect(FileSystem.entryCount(of: directory) == 3)
    #expect(FileSystem.entryCount(of: directory + "/a") == nil)
  }

  @Test func theEnvironmentIsThatOfTheProcess() {
    let variables = ProcessEnvironment.variables
    #expect(variables["PATH"]?.isEmpty == false)
    #expect(variables == ProcessInfo.processInfo.environment)
  }

  private func written(_ bytes: [UInt8]) throws -> String {
    let path = NSTemporaryDirectory() + "/file-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }
}
