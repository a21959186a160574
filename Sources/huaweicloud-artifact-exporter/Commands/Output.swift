import FoundationEssentials
import System

/// The output of a command: standard output or a file.
enum Output {
  /// Writes to a file, or to standard output without a path; throws a `Failure` with the path and the reason.
  static func write(_ bytes: [UInt8], to path: String?) throws {
    guard let path else {
      if !StandardStream.output.write(bytes) { throw Failure("standard output cannot be written") }
      return
    }
    // What a symbolic link leads to is replaced, and not the link.
    let target = URL(filePath: path).resolvingSymlinksInPath()
    do { try Data(bytes).write(to: target, options: options(for: target.path)) } catch {
      throw Failure("\(path): cannot be written: \(words(for: error))")
    }
  }

  /// Returns the options that replace a file as a whole, but write to a device or a pipe, since replacing it would take
  /// it away from everybody.
  private static func options(for path: String) -> Data.WritingOptions {
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    return type == nil || type == .typeRegular ? .atomic : []
  }

  private static func words(for error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile: "there is no such directory"
    case .fileWriteNoPermission: "permission denied"
    case .fileWriteVolumeReadOnly: "the file system is read-only"
    case .fileWriteOutOfSpace: "no space is left"
    default: "the file system refuses"
    }
  }
}
