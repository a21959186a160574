import HuaweiCloud
import System

extension Collector {
  /// What is stored in SWR's shared edition, how big it is, how often it is downloaded, and what is public.
  package static let basicRepositories = Collector(
    "basic_repositories", "Repositories of SWR's shared edition.", every: .seconds(1800), targets: .wholeProject,
    rows: .of(BasicRepository.self) { setup throws(ConfigurationError) in
      let filter = try setup.repositoryFilter("`NAMESPACE/REPOSITORY`")
      let listings = setup.asksForImageRepositories(BasicRepository.self)
      return { run, emit throws(CloudError) in
        try await run.eachImageRepository(listings) { listed throws(CloudError) in
          var repository = listed
          repository.isShown = try filter.accepts(repository.identity)
          try emit(repository)
        }
      }
    },
    labels: ["swr_namespace": { $0.place.namespace }, "repository": { $0.place.name }],
    metrics: [
      .count(
        "huaweicloud_swr_basic_repositories",
        "Repositories of SWR's shared edition, of those that the configuration selects."),
      .gauge("huaweicloud_swr_basic_repository_size_bytes", "Size of the repository, as the cloud says it.") {
        $0.size
      },
      .gauge("huaweicloud_swr_basic_repository_images", "Images in the repository, as the cloud counts them.") {
        $0.images
      },
      .counter(
        "huaweicloud_swr_basic_repository_downloads_total", "Downloads from the repository, as the cloud counts them."
      ) { $0.downloads },
      .gauge("huaweicloud_swr_basic_repository_public", "Whether everybody may pull from the repository.") {
        $0.isPublic
      },
      .gauge(
        "huaweicloud_swr_basic_repository_created_timestamp_seconds", "When the repository was created, in Unix time."
      ) { $0.createdAt },
      .gauge(
        "huaweicloud_swr_basic_repository_updated_timestamp_seconds",
        "When the repository was last changed, in Unix time."
      ) { $0.updatedAt },
    ],
    // Other collectors ask about the same repositories, so one listing serves both.
    yields: Yield(.imageRepositories) { $0.place }, shows: { $0.isShown })
}

/// A repository of SWR's shared edition, with its counts.
struct BasicRepository: ListedObject {
  let place: ImageRepository
  let size: Int64?
  let images: Int64?
  let downloads: Int64?
  let isPublic: Bool?
  let createdAt: Timestamp?
  let updatedAt: Timestamp?
  /// Whether the configuration selects the repository.
  var isShown = true

  var identity: String { place.identity }

  init(_ json: JSON) throws(JSONFault) {
    place = try ImageRepository(json)
    size = json["size"].count
    images = json["num_images"].count
    downloads = json["num_download"].count
    isPublic = json["is_public"].boolean
    createdAt = json["created_at"].timestamp
    updatedAt = json["updated_at"].timestamp
  }
}
