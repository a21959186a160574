import ExporterCore
import TestSupport
import Testing

@Suite struct SingleCollectionTests {
  @Test func aShardWithoutTargetsEndsAtOnce() async throws {
    let yaml = """
      projects:
        - {name: p, region: r, project_id: id, credentials: {token: t}, \(endpoints("http://127.0.0.1:1")),
           collectors: {image_caches: {}}}
      """
    let owner = Shard(index: 0, total: 2).owns(TargetID(project: "p", collector: "image_caches")) ? 0 : 1
    let (page, result) = try await collectOnce(yaml, shard: Shard(index: 1 - owner, total: 2))
    #expect(result.statuses.isEmpty)
    #expect(page.data.isEmpty)
  }
}
