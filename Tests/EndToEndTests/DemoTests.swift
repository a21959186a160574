import Foundation
import HTTPTransport
import Testing

extension EndToEnd {
  @Suite struct DemoTests {
    /// What the demo's world has no case of.
    private static let absent: Set<String> = ["huaweicloud_exporter_credentials_expiry_timestamp_seconds"]

    @Test func prometheusScrapesItAndFindsTheWholeCatalogue() async throws {
      try await withDirectory { directory in
        try await Program.collecting(["demo"], in: directory) { _, url in
          try await Prometheus.scraping(url, in: directory) { prometheus in
            let catalogue = try await catalogue(in: directory)
            #expect(catalogue.count > 70)
            let missing = try await eventually("the whole catalogue", within: .seconds(40), every: .seconds(1)) {
              let missing = catalogue.subtracting(try await prometheus.names).subtracting(Self.absent)
              return missing.isEmpty ? missing : nil
            }
            #expect(missing.isEmpty)
            try await eventually("several scrapes", every: .milliseconds(200)) {
              let count = try await prometheus.value(of: "count_over_time(up[1m])") ?? 0
              return count >= 5 ? true : nil
            }
            #expect(try await prometheus.value(of: "min_over_time(up[1m])") == 1)
            #expect(prometheus.complaints == [])
          }
        }
      }
    }
  }
}
