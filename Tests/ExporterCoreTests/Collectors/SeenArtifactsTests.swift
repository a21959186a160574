import Testing

@testable import ExporterCore

@Suite struct SeenArtifactsTests {
  @Test func anArtifactIsCountedOnce() throws {
    var seen = SeenArtifacts()
    var fold = ArtifactPage()
    let artifacts = (0..<5000).map { #"{"id":\#($0)}"# } + (0..<2000).map { #"{"repository_id":1,"digest":"d\#($0)"}"# }
    for expected in [true, false] {
      for start in stride(from: 0, to: artifacts.count, by: 1000) {
        try fold.read(
          Array(#"{"artifacts":[\#(artifacts[start..<start + 1000].joined(separator: ","))]}"#.utf8))
        #expect(isNew(fold, &seen).allSatisfy { $0 == expected })
      }
    }
    #expect(seen.count == 7000)
    var page = ArtifactPage()
    try page.read(Array(#"{"artifacts":[{"repository_id":2,"digest":"d1"},{},{},{"id":-1},{"id":-1}]}"#.utf8))
    #expect(isNew(page, &seen) == [true, nil, nil, true, false])
  }

  private func isNew(_ page: ArtifactPage, _ seen: inout SeenArtifacts) -> [Bool?] {
    page.artifacts.map { seen.insert($0, of: page) }
  }
}
