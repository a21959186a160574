// `environ` is a global variable that any code could set; nothing here does.
@unsafe @preconcurrency import Glibc

package enum ProcessEnvironment {
  /// The environment variables of this process; if a name occurs twice, its first value.
  package static var variables: [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    // Safe: `environ` is an array of zero-terminated texts that ends with nil (environ(7)), and nothing of ours changes
    // it.
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
