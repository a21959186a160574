import Foundation
import TestSupport
import Testing

/// A program that runs beside the test, with what it has written so far; it ends with the block that it was started for.
final class Program: Sendable {
  /// Of a program that has ended by itself or by a signal of ours.
  struct Ending {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The program under test, beside the bundle of tests.
  static let exporter = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "huaweicloud-artifact-exporter").path

  /// Where the sources are.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private let process: Process
  private let outputFile: URL
  private let errorFile: URL

  private init(_ words: [String], environment: [String: String], in directory: URL) throws {
    let name = UUID().uuidString
    outputFile = directory.appending(path: "\(name).out")
    errorFile = directory.appending(path: "\(name).err")
    for file in [outputFile, errorFile] { try Data().write(to: file) }
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // Threads of tasks block signals, and a child would inherit that.
    process.arguments = ["--default-signal"] + words
    // Nothing of the machine's own credentials and proxies.
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": directory.path,
      "LC_ALL": "C.UTF-8",
    ].merging(environment) { $1 }
    process.currentDirectoryURL = directory
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
  }

  /// Starts a program for as long as `body` runs.
  static func running<Result>(
    _ words: [String], environment: [String: String] = [:], in directory: URL,
    _ body: (Program) async throws -> Result
  ) async throws -> Result {
    let program = try Program(words, environment: environment, in: directory)
    do {
      let result = try await body(program)
      program.kill()
      return result
    } catch {
      program.kill()
      Issue.record("what \(words[0]) wrote:\n\(program.errors.suffix(4000))")
      throw error
    }
  }

  /// Runs a program to its end.
  static func run(
    _ words: [String], environment: [String: String] = [:], in directory: URL, within limit: Duration = .seconds(30)
  ) async throws -> Ending {
    try await running(words, environment: environment, in: directory) { try await $0.ending(within: limit) }
  }

  var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }
  var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

  var identifier: Int32 { process.processIdentifier }

  func send(_ signal: CInt) { Foundation.kill(process.processIdentifier, signal) }

  /// The most memory that it had so far, in bytes.
  func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
  }

  /// Waits until it has ended.
  func ending(within limit: Duration) async throws -> Ending {
    try await until("the program ends", within: limit) { !process.isRunning }
    return Ending(status: process.terminationStatus, output: output, errors: errors)
  }

  /// Waits until its error stream has a line with this, and returns what the first group matched.
  func logged(_ pattern: some RegexComponent<(Substring, Substring)>, within limit: Duration = .seconds(20))
    async throws
    -> String
  {
    try await eventually("a line in the log", within: limit) {
      guard process.isRunning else { throw EndedEarly(status: process.terminationStatus) }
      return errors.firstMatch(of: pattern).map { String($0.output.1) }
    }
  }

  private func kill() {
    guard process.isRunning else { return }
    send(SIGKILL)
    process.waitUntilExit()
  }
}

struct EndedEarly: Error { var status: Int32 }
