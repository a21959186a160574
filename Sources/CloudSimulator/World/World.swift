import HuaweiCloud

/// Everything that the simulated cloud knows: a value that depends on nothing but itself and the time it is asked for.
///
/// Made from given data, or from a seed (`demo`, `generated`).
package struct World: Sendable {
  package var projects: [SimulatedProject]
  /// When the world begins: what changes with time counts from here.
  package var beginning: Timestamp
  /// How many of the world's seconds pass in a second.
  package var speed: Double

  package init(
    projects: [SimulatedProject], beginning: Timestamp = Timestamp(seconds: 1_735_700_000), speed: Double = 1
  ) {
    self.projects = projects
    self.beginning = beginning
    self.speed = speed
  }

  package func project(_ id: String) -> SimulatedProject? { projects.first { $0.id == id } }

  /// The first instance with this id, in any project.
  package func instance(_ id: String) -> SimulatedInstance? {
    for project in projects {
      if let instance = project.instances.first(where: { $0.id == id }) { return instance }
    }
    return nil
  }
}

/// One project of the account, in one region.
package struct SimulatedProject: Sendable {
  package var id: String
  /// The region's name, `MOS`, or the region's name with a suffix for a sub-project.
  package var name: String
  package var isEnabled = true
  package var domainID = "d78cbac186b744899480f25bd022f468"
  package var parentID: String?
  package var instances: [SimulatedInstance]
  package var organisations: [SimulatedOrganisation]
  package var codeRepositories: [SimulatedCodeRepository]
  package var imageCaches: [SimulatedCacheSlot]
  /// Whether `/v3/manage/repos` is published in the region.
  package var listsRepositoriesByMarker = true

  package init(
    id: String, name: String, instances: [SimulatedInstance] = [], organisations: [SimulatedOrganisation] = [],
    codeRepositories: [SimulatedCodeRepository] = [], imageCaches: [SimulatedCacheSlot] = []
  ) {
    self.id = id
    self.name = name
    self.instances = instances
    self.organisations = organisations
    self.codeRepositories = codeRepositories
    self.imageCaches = imageCaches
  }
}
