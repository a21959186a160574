import HTTPTransport
import HuaweiCloud
import Logging
import System

/// The state of the consumer of outcomes: the targets' states, the page, and the tasks of the targets.
struct CollectionState {
  private struct Runner {
    let specification: TargetSpecification
    let project: WatchedProject
    /// Distinguishes the reports of this task from those of a task that it replaced.
    let run: Int
    let task: Task<Void, Never>
  }

  private let dependencies: CollectionLoop.Dependencies
  private let post: @Sendable (CollectionLoop.Event) -> Void
  private let publish: @Sendable (Snapshot, [TargetStatus], Readiness) -> Void
  private let breakers = AccessKeyBreakers()
  private var configuration: Configuration
  private var reloadStatus: ReloadStatus
  private var projects: [String: WatchedProject] = [:]
  private var runners: [TargetID: Runner] = [:]
  private var runs = 0
  private var states = TargetStates()
  private var page: Page
  private var alarm: (due: Duration, task: Task<Void, Never>)?
  private var lastPublication: Duration?
  private var lastProgress: [TargetID: Duration] = [:]
  private let readyDeadline: Duration

  init(
    configuration: Configuration, dependencies: CollectionLoop.Dependencies,
    post: @escaping @Sendable (CollectionLoop.Event) -> Void,
    publish: @escaping @Sendable (Snapshot, [TargetStatus], Readiness) -> Void
  ) {
    self.configuration = configuration
    self.dependencies = dependencies
    self.post = post
    self.publish = publish
    reloadStatus = ReloadStatus(lastSucceeded: true, lastSuccess: dependencies.time.now())
    readyDeadline = dependencies.time.uptime() + CollectionLoop.readinessLimit
    page = Page(catalogue: dependencies.catalog.metrics + SelfMetrics.descriptors)
  }

  private var time: TimeSource { dependencies.time }

  /// Whether every target has ended its first refresh.
  var isComplete: Bool { states.isComplete }

  mutating func begin() {
    reconcile()
    show()
  }

  mutating func take(_ event: CollectionLoop.Event) {
    switch event {
    case .finding(let finding, let target, let run):
      guard runners[target]?.run == run else { return }
      states.record([finding], of: target)
      recordFinding(finding, of: target)
      showProgress(of: target)
    case .listed(let listed, let target, let run):
      guard runners[target]?.run == run else { return }
      states.record(listed, of: target)
      if let families = states.objectFamilies(of: target) { page.set(families, of: target, section: .data) }
    case .ended(let outcome, let run):
      guard runners[outcome.target]?.run == run else { return }
      take(outcome)
    case .reload(.success(let configuration), let reply):
      self.configuration = configuration
      reloadStatus = ReloadStatus(lastSucceeded: true, lastSuccess: time.now())
      reconcile()
      dependencies.log.info("configuration reloaded", metadata: ["projects": "\(configuration.projects.count)"])
      reply(.reloaded)
    case .reload(.failure(let error), let reply):
      reloadStatus.lastSucceeded = false
      setOverview()
      dependencies.log.error(
        "configuration not reloaded; the running one stays", metadata: ["error": "\(error)"])
      reply(.failed("\(error)"))
    case .wake:
      alarm = nil
    }
    for (target, families) in states.expire(at: time.uptime()) {
      page.set(families, of: target, section: .data)
      setStatus(of: target)
      dependencies.log.warning("last good data is too old and no longer shown", metadata: target.metadata)
    }
    show()
  }

  /// Ends every task; nothing is published afterwards.
  mutating func end() async -> (snapshot: Snapshot, statuses: [TargetStatus]) {
    alarm?.task.cancel()
    for runner in runners.values { runner.task.cancel() }
    for runner in runners.values { await runner.task.value }
    return (page.snapshot(), states.statuses)
  }

  private mutating func take(_ outcome: Outcome) {
    let target = outcome.target
    let change = states.record(outcome)
    let isShown = runners[target]?.specification.isShown ?? true
    if let families = change.families, isShown { page.set(families, of: target, section: .data) }
    for transition in change.transitions { log(transition, of: target) }
    setStatus(of: target)
    if recordFindings(of: outcome) { reconcile() }
  }

  /// Records what a refresh found that others need; returns false if there is nothing to record.
  private func recordFindings(of outcome: Outcome) -> Bool {
    let target = outcome.target
    guard let facts = projects[target.project]?.facts else { return false }
    switch outcome.result {
    case .listing(.success(let listing)):
      guard let finding = listing.finding else { return false }
      facts.withLock { $0.record(finding, of: target) }
    case .listing(.failure): return false
    case .objects(let sweep):
      guard let fact = runners[target]?.specification.collector.collector.foundFact else { return false }
      facts.withLock { $0.keep(sweep.watched, fact: fact.name, of: target) }
    }
    return true
  }

  /// Records what the answer about one object contains that others need.
  private func recordFinding(_ finding: ObjectFinding, of target: TargetID) {
    guard let fact = runners[target]?.specification.collector.collector.foundFact,
      case .success(let answer) = finding.answer
    else { return }
    let found: Finding? = if case .found(_, let found) = answer { found } else { nil }
    projects[target.project]?.facts.withLock {
      $0.record(found, fact, object: finding.key, of: target, at: finding.at)
    }
  }

  /// Starts and ends targets until they match what the configuration and the facts ask for.
  private mutating func reconcile() {
    updateProjects()
    let facts = projects.mapValues { $0.facts.withLock { $0 } }
    let wanted = TargetPlan.targets(
      of: configuration, facts: facts, shard: dependencies.shard, catalog: dependencies.catalog,
      oneEach: dependencies.probe?.answers != nil)
    let byID = Dictionary(wanted.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for (target, runner) in runners {
      // A task takes the client anew with each refresh, so it need not end unless `updateProjects` made another
      // project, which it does for another cloud or another user.
      let isSameProject = projects[target.project] === runner.project
      if byID[target] == runner.specification, isSameProject { continue }
      runner.task.cancel()
      runners[target] = nil
      if byID[target] == nil { projects[target.project]?.facts.withLock { $0.forget(target) } }
      // A target that goes on with another specification keeps its data until its next refresh replaces it.
      if byID[target] == nil || !isSameProject {
        states.remove(target)
        lastProgress[target] = nil
        page.remove(target)
        runner.project.forgetObjects(of: target)
      }
    }
    for specification in wanted {
      states.add(specification)
      guard runners[specification.id] == nil else { continue }
      start(specification)
      setStatus(of: specification.id)
    }
    setOverview()
  }

  private mutating func updateProjects() {
    var kept: [String: WatchedProject] = [:]
    for project in configuration.projects {
      let cloud = project.cloud.sharing(dependencies.shard)
      if let known = projects[project.name], known.client.project.asksTheSame(as: cloud) {
        if known.client.project != cloud {
          known.change(known.client.continuing(as: cloud, environment: dependencies.environment))
        }
        kept[project.name] = known
        continue
      }
      let client = CloudClient(
        project: cloud, transport: dependencies.transport, breakers: breakers,
        time: time, observer: dependencies.statistics.observer(project: project.name), log: dependencies.log,
        environment: dependencies.environment)
      kept[project.name] = WatchedProject(client: client)
    }
    projects = kept
    dependencies.statistics.keep(projects: Set(kept.keys))
  }

  private mutating func start(_ specification: TargetSpecification) {
    guard let project = projects[specification.id.project] else { return }
    runs += 1
    let loop = TargetLoop(
      specification: specification, project: project, time: time, isOnce: dependencies.isOnce,
      probe: dependencies.probe,
      report: { [post, run = runs, id = specification.id] in post(.finding($0, of: id, run: run)) },
      reportListing: { [post, run = runs, id = specification.id] in post(.listed($0, of: id, run: run)) },
      finish: { [post, run = runs] in post(.ended($0, run: run)) })
    runners[specification.id] = Runner(
      specification: specification, project: project, run: runs, task: Task { await loop.run() })
  }

  private mutating func setStatus(of target: TargetID) {
    guard let status = states.status(of: target) else { return }
    // A discovery runs in each shard, so only the shard that shows it reports its status.
    if dependencies.isOneOfSeveral, runners[target]?.specification.isShown == false { return }
    page.set(SelfMetrics.families(status), of: target, section: .status)
  }

  private mutating func setOverview() {
    let identities = configuration.projects.map { project in
      ProjectIdentity(
        name: project.name, region: project.cloud.region,
        projectID: project.cloud.projectID ?? projects[project.name]?.facts.withLock { $0[.projectID]?.first } ?? "")
    }
    let collectors = configuration.projects.flatMap { project in
      project.collectors.map { TargetID(project: project.name, collector: $0.collector.key) }
    }
    var overview = SelfMetrics.overview(
      targets: states.targets, collectors: collectors, projects: identities, reload: reloadStatus,
      shard: dependencies.shard, memoryLimit: dependencies.memoryLimit, build: dependencies.build)
    if dependencies.isOneOfSeveral {
      // Metrics of the exporter as a whole are left out, and those of a project too if other shards report them.
      overview = overview.filter { dependencies.shard.total == 1 && $0.descriptor.labels.contains("project") }
    }
    page.set(overview, of: SelfMetrics.exporter, section: .status)
  }

  private mutating func showProgress(of target: TargetID) {
    let now = time.uptime()
    let last = lastProgress[target] ?? now
    if lastProgress[target] == nil { lastProgress[target] = now }
    guard now - last >= CollectionLoop.progressInterval, let families = states.objectFamilies(of: target) else {
      return
    }
    lastProgress[target] = now
    page.set(families, of: target, section: .data)
  }

  /// Publishes now or sets an alarm for when that is allowed again, and sets one for when data becomes stale.
  private mutating func show() {
    let now = time.uptime()
    let mayPublish = lastPublication.map { $0 + CollectionLoop.publicationInterval } ?? now
    if mayPublish <= now {
      lastPublication = now
      let statuses = states.statuses
      let waitingFor = statuses.filter { $0.lastSucceeded == nil }.map(\.target)
      publish(page.snapshot(), statuses, Readiness(waitingFor: waitingFor, deadline: readyDeadline))
      setAlarm(at: states.nextExpiry)
    } else {
      setAlarm(at: min(mayPublish, states.nextExpiry ?? mayPublish))
    }
  }

  private mutating func setAlarm(at due: Duration?) {
    guard let due, alarm.map({ due < $0.due }) ?? true else { return }
    alarm?.task.cancel()
    let wait = max(.zero, due - time.uptime())
    let task = Task { [post, time] in
      do { try await time.sleep(wait) } catch { return }
      post(.wake)
    }
    alarm = (due, task)
  }

  private func log(_ transition: TargetStates.Transition, of target: TargetID) {
    var metadata = target.metadata
    switch transition {
    case .failed(let error):
      metadata["reason"] = "\(error.reason.label)"
      metadata["error"] = "\(error.message)"
      if let code = error.code { metadata["code"] = "\(code)" }
      if let status = error.status { metadata["status"] = "\(status)" }
      if let requestID = error.requestID { metadata["request_id"] = "\(requestID)" }
      dependencies.log.warning("target failed", metadata: metadata)
    case .recovered(let after):
      metadata["after"] = "\(after.components.seconds)s"
      dependencies.log.info("target recovered", metadata: metadata)
    case .stillFailing(let error, let since):
      metadata["reason"] = "\(error.reason.label)"
      metadata["error"] = "\(error.message)"
      metadata["for"] = "\((time.now() - since).components.seconds)s"
      dependencies.log.warning("target still fails", metadata: metadata)
    case .hidden(let count):
      metadata["left_out"] = "\(count)"
      dependencies.log.warning("objects share their labels: only the first of each is shown", metadata: metadata)
    case .unusable(let count):
      metadata["left_out"] = "\(count)"
      dependencies.log.warning(
        "objects have no identity, or a text that is none: they are left out", metadata: metadata)
    case .unexpected(let fields):
      metadata["fields"] = "\(fields.joined(separator: ", "))"
      dependencies.log.warning("the cloud's answer is not as its documents have it", metadata: metadata)
    }
  }
}

extension TargetID {
  fileprivate var metadata: Logger.Metadata {
    ["project": "\(project)", "collector": "\(collector)", "target": "\(scope)"]
  }
}

extension CloudProject {
  /// The project with this shard's share of the request rate, since all shards ask the same cloud.
  fileprivate func sharing(_ shard: Shard) -> CloudProject {
    var project = self
    project.requestsPerSecond /= Double(shard.total)
    return project
  }
}
