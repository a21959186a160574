import HTTPTransport
import System

extension Operation {
  package static let listNamespaces = Operation("ListNamespaces")
  package static let listRepositoriesByMarker = Operation("ListRepoDetails")
  package static let listRepositoriesByOffset = Operation("ListReposDetails")
}

extension SimulatedService {
  package static let swrBasic = SimulatedService(
    errors: .swr, refusedPage: "SVCSTG.SWR.4000014", forbidden: "SVCSTG.SWR.4030170")
}

extension Route {
  /// SWR basic: the organisations, and their repositories by marker or, in the older listing, by offset.
  static let imageRepositories = [
    Route(.listNamespaces, path: "/v2/manage/namespaces", service: .swrBasic, answer: listNamespaces),
    Route(.listRepositoriesByMarker, path: "/v3/manage/repos", service: .swrBasic, answer: listRepositoriesByMarker),
    Route(.listRepositoriesByOffset, path: "/v2/manage/repos", service: .swrBasic, answer: listRepositoriesByOffset),
  ]

  private static func listNamespaces(_ request: RouteRequest) -> Reply {
    var organisations = request.project?.organisations ?? []
    if let name = request.value("namespace") { organisations = organisations.filter { $0.name == name } }
    var json = request.writer()
    json.object {
      $0.array("namespaces") { json in
        for organisation in organisations {
          json.object {
            $0.integer("id", organisation.id)
            $0.string("name", organisation.name)
            $0.string("creator_name", "builder")
            $0.integer("auth", 7)
          }
        }
      }
    }
    return .json(json)
  }

  private static func listRepositoriesByMarker(_ request: RouteRequest) throws(PageError) -> Reply {
    guard request.project?.listsRepositoriesByMarker ?? true else { return request.unpublished }
    guard let limit = request.value("limit").map(Int.init) ?? 100, (1...1000).contains(limit) else {
      throw PageError(message: "limit must be 1 to 1000")
    }
    guard let marker = request.value("marker").map(Int.init) ?? 0, marker >= 0 else {
      throw PageError(message: "invalid marker")
    }
    let repositories = matchingRepositories(request)
    let next = repositories.count - marker > limit ? marker + limit : nil
    var json = request.writer()
    json.object {
      $0.array("repos") { json in
        for index in indices(request, from: marker, limit: limit, of: repositories.count) {
          let entry = repositories[index]
          json.object(replacing: entry.repository.replacements) {
            writeCommonFields(of: entry.repository, request, &$0)
            $0.string("domain_name", "simulated")
            $0.string("namespace_name", entry.organisation)
          }
        }
      }
      request.writeMarker("nextMarker", asked: marker, next: next, &$0)
    }
    return .json(json)
  }

  private static func listRepositoriesByOffset(_ request: RouteRequest) throws(PageError) -> Reply {
    // A filter, if there is one, overrides the other parameters.
    let filter = request.filter
    func parameter(_ name: String) -> String? { filter.isEmpty ? request.value(name) : filter[name] }
    guard let limit = parameter("limit").map(Int.init) ?? 100, (1...1000).contains(limit) else {
      throw PageError(message: "limit must be 1 to 1000")
    }
    guard let offset = parameter("offset").map(Int.init) ?? 0, offset >= 0 else {
      throw PageError(message: "invalid offset")
    }
    let repositories = matchingRepositories(request, namespace: parameter("namespace"), name: parameter("name"))
    let indices = indices(request, from: offset, limit: limit, of: repositories.count)
    let total = request.paging?.total(repositories.count) ?? repositories.count
    var json = request.writer()
    json.array { json in
      for index in indices {
        let entry = repositories[index]
        json.object(replacing: entry.repository.replacements) {
          writeCommonFields(of: entry.repository, request, &$0)
          $0.string("path", "swr.example.com/\(entry.organisation)/\(entry.repository.name)")
          $0.string("domain_name", "simulated")
          $0.string("namespace", entry.organisation)
          $0.array("tags") { $0.string(nil, "latest") }
          $0.string("status", "false")
          $0.integer("total_range", total)
        }
      }
    }
    return .json(json, headers: [HTTPHeader("Content-Range", "\(offset)-\(indices.count)/\(total)")])
  }

  private typealias Entry = (organisation: String, repository: SimulatedImageRepository)

  /// Writes the fields that both listings have of a repository.
  private static func writeCommonFields(
    of repository: SimulatedImageRepository, _ request: RouteRequest, _ json: inout JSONWriter
  ) {
    json.string("name", repository.name)
    json.string("category", "linux")
    json.string("description", "")
    json.integer("size", request.value(of: repository.size))
    json.flag("is_public", request.state(of: repository.isPublic))
    json.integer("num_images", request.value(of: repository.images))
    json.integer("num_download", request.value(of: repository.downloads))
    json.time("created_at", repository.createdAt, repository.times.text)
    json.time("updated_at", repository.updatedAt, repository.times.text)
  }

  private static func matchingRepositories(
    _ request: RouteRequest, namespace: String? = nil, name: String? = nil
  ) -> [Entry] {
    let namespace = namespace ?? request.value("namespace") ?? request.value("namespace_name")
    let name = name ?? request.value("name")
    let organisations = (request.project?.organisations ?? []).filter { namespace == nil || $0.name == namespace }
    return organisations.flatMap { organisation in
      organisation.repositories.filter { name.map($0.name.contains) ?? true }.map { (organisation.name, $0) }
    }
  }

  /// Returns the indices of a page; with endless markers, every page beyond the end has the first repository.
  private static func indices(_ request: RouteRequest, from first: Int, limit: Int, of count: Int) -> [Int] {
    let indices = request.indices(from: first, limit: limit, of: count)
    return request.paging == .endlessMarkers && indices.isEmpty && count > 0 ? [0] : indices
  }
}

extension RouteRequest {
  /// The parts of `filter=namespace::a|limit::100|offset::0`.
  var filter: [String: String] {
    var filter: [String: String] = [:]
    for part in (value("filter") ?? "").split(separator: "|") {
      if let colons = part.firstRange(of: "::") {
        filter[String(part[..<colons.lowerBound])] = String(part[colons.upperBound...])
      }
    }
    return filter
  }

  /// Returns the answer for the repository that the path names, or 404 if there is none.
  func forImageRepository(_ answer: (SimulatedOrganisation, SimulatedImageRepository) -> Reply) -> Reply {
    guard let organisation = project?.organisations.first(where: { $0.name == parameters["namespace"] }) else {
      return failure(404, "SVCSTG.SWR.4040009", "The organization does not exist")
    }
    // A nested name's slash would divide the path, so `$` stands for it.
    let name = (parameters["repository"] ?? "").replacing("$", with: "/")
    guard let repository = organisation.repositories.first(where: { $0.name == name }) else {
      return failure(404, "SVCSTG.SWR.4040010", "The repository does not exist")
    }
    return answer(organisation, repository)
  }
}

/// An organisation of SWR basic, with its repositories.
package struct SimulatedOrganisation: Sendable {
  package var id: Int64
  package var name: String
  package var repositories: [SimulatedImageRepository]

  package init(id: Int64, name: String, repositories: [SimulatedImageRepository] = []) {
    self.id = id
    self.name = name
    self.repositories = repositories
  }
}

/// A repository of SWR basic; a nested name is `a/b` here.
package struct SimulatedImageRepository: Sendable {
  package var name: String
  /// The size in bytes.
  package var size: SimulatedCount
  package var images: SimulatedCount
  package var downloads: SimulatedCount
  /// Whether it is public; nil leaves the field out.
  package var isPublic: Changing<Bool?>
  package var createdAt: SimulatedTime
  package var updatedAt: SimulatedTime
  /// How its times are written.
  package var times: TimePattern = .shortest
  package var rules: [SimulatedSyncRule]
  package var jobs: SimulatedHistory<SimulatedSyncJob>
  /// The status with which listing its jobs is refused, if any.
  package var jobsRefusal: Int?
  /// Raw JSON by field, as in `SimulatedInstance`.
  package var replacements: [String: String] = [:]

  package init(
    name: String, size: SimulatedCount = 8_049_952, images: SimulatedCount = 1, downloads: SimulatedCount = 0,
    isPublic: Changing<Bool?> = .always(false),
    createdAt: SimulatedTime = .at(Timestamp(seconds: 1_587_089_463)),
    updatedAt: SimulatedTime = .at(Timestamp(seconds: 1_587_089_463)), rules: [SimulatedSyncRule] = [],
    jobs: SimulatedHistory<SimulatedSyncJob> = SimulatedHistory()
  ) {
    self.name = name
    self.size = size
    self.images = images
    self.downloads = downloads
    self.isPublic = isPublic
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.rules = rules
    self.jobs = jobs
  }
}

extension GeneratedProject {
  /// Returns organisations, which have up to a thousand repositories each if their number is not given.
  ///
  /// Repository names repeat in other organisations, every fifth is nested, and each repository has up to two rules.
  func organisations(_ repositories: Int, in number: Int?) -> [SimulatedOrganisation] {
    let count = number ?? max(1, min(repositories / 4, 3), (repositories + 999) / 1000)
    guard repositories > 0 else { return [] }
    return (0..<count).map { number in
      let own = stride(from: number, to: repositories, by: count).enumerated().map { index, overall in
        let nested = index % 5 == 4 ? "team/" : ""
        var repository = SimulatedImageRepository(
          name: "\(nested)repository-\(index)",
          size: overall % 41 == 40
            ? SimulatedCount(nil) : SimulatedCount(Int64(hash.number(below: 1 << 40, 29, overall))),
          images: SimulatedCount(Int64(hash.number(below: 500, 30, overall))),
          downloads: overall % 43 == 42
            ? SimulatedCount(nil) : SimulatedCount(Int64(hash.number(below: 1 << 33, 31, overall))),
          isPublic: .always(overall % 47 == 46 ? nil : hash.number(below: 5, 32, overall) == 0),
          createdAt: .at(time(overall, 1)), updatedAt: .at(time(overall, 2)))
        repository.rules = syncRules(overall)
        repository.jobs = syncJobs(overall, rules: repository.rules)
        return repository
      }
      return SimulatedOrganisation(id: Int64(number + 1), name: "organisation-\(number)", repositories: own)
    }
  }
}

extension DemoProject {
  var organisations: [SimulatedOrganisation] {
    let names = isProduction ? ["platform", "payments"] : ["platform-staging"]
    return names.enumerated().map { number, name in
      let repositories = ["api", "worker", "tools/build", "grpc-helloworld", "tools/lint/go"].enumerated().map {
        index, repository in
        var made = SimulatedImageRepository(
          name: repository, size: .growing(from: Int64(50_000_000 * (index + 1)), by: 12_000_000, every: .seconds(60)),
          images: .growing(from: Int64(3 + index), every: .seconds(60)),
          downloads: .growing(from: Int64(100 * index), by: Int64(index), every: .seconds(7)),
          isPublic: .always(repository == "grpc-helloworld"), createdAt: ago(150 + index), updatedAt: ago(index))
        made.rules = syncRules(number, name, index)
        made.jobs = syncJobs(index, rules: made.rules)
        return made
      }
      return SimulatedOrganisation(id: Int64(1 + number), name: name, repositories: repositories)
    }
  }
}

/// The truth about a repository of SWR basic; properties that are not sent are nil.
package struct ImageRepositoryTruth: Sendable, Hashable {
  package var namespace: String
  package var name: String
  package var size: Int64?
  package var images: Int64?
  package var downloads: Int64?
  package var isPublic: Bool?
  package var created: Timestamp?
  package var updated: Timestamp?
}

extension World {
  /// Returns the truth about a project's repositories of SWR basic at a time, in the order of their listing.
  package func imageRepositoryTruth(projectID: String, at now: Timestamp) -> [ImageRepositoryTruth] {
    (project(projectID)?.organisations ?? []).flatMap { organisation in
      organisation.repositories.map { repository in
        ImageRepositoryTruth(
          namespace: organisation.name, name: repository.name,
          size: repository.size.value(at: now, since: beginning),
          images: repository.images.value(at: now, since: beginning),
          downloads: repository.downloads.value(at: now, since: beginning),
          isPublic: repository.isPublic.state(at: now, since: beginning).value,
          created: repository.times.shown(repository.createdAt), updated: repository.times.shown(repository.updatedAt))
      }
    }
  }
}
