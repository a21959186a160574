import Foundation

/// Runs a program to its end, and blocks until then.
package func run(_ words: String...) throws -> (status: Int32, output: [UInt8]) { try run(words) }

package func run(_ words: [String], quietly: Bool = false) throws -> (status: Int32, output: [UInt8]) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = words
  process.standardInput = FileHandle.nullDevice
  let output = Pipe()
  process.standardOutput = output
  if quietly { process.standardError = FileHandle.nullDevice }
  try process.run()
  let bytes = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, Array(bytes))
}
