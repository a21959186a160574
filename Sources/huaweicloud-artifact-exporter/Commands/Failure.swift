/// Runs `body` and throws its error as a `Failure`, which ends the program with one clear line and exit code 1.
func failing<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw Failure(error)
  }
}

/// An error for people to read: swift-argument-parser prints it after `Error: ` and exits with 1.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error) { description = "\(error)" }
  init(_ description: String) { self.description = description }
}
