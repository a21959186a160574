import ExporterCore

enum Version {
  static let number = "0.1.0"

  /// The build information that `huaweicloud_exporter_build_info` shows.
  static let build = BuildInformation(version: number, swiftVersion: swift)

  // The compiler can only be asked whether it has at least some version, so this is its version to the minor number.
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
