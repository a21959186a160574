// `environ` is a variable that anybody could set; nothing here does.
@unsafe @preconcurrency import Glibc

package enum ProcessEnvironment {
  /// The variables that this process was started with; of one that is there twice, the first.
  package static var variables: [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    // Safe: an array that ends with nil, of texts that end with zero (environ(7)); nothing of ours changes it.
    while let text = unsafe entry.pointee {
      let variable = unsafe String(cString: text)
      if let end = variable.utf8.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(variable[..<end])
        if variables[name] == nil { variables[name] = String(variable[variable.index(after: end)...]) }
      }
      unsafe entry += 1
    }
    return variables
  }
}
