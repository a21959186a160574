/// Ends the program with one clear line and exit code 1.
func failing<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw Failure(error)
  }
}

/// An error as a person reads it: swift-argument-parser prints it after `Error: ` and exits with 1.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error) { description = "\(error)" }
  init(_ description: String) { self.description = description }
}
