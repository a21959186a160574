import ExporterCore

enum Version {
  static let number = "0.1.0"

  /// What `huaweicloud_exporter_build_info` says.
  static let build = BuildInformation(version: number, swiftVersion: swift)

  // The compiler can only be asked "at least?", so this is its version to the minor number.
  private static var swift: String {
    #if compiler(>=6.5)
      "6.5+"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
