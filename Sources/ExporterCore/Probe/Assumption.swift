import HuaweiCloud
import System

/// Something that the program takes for true of the cloud and that no document settles.
package struct Assumption: Sendable {
  /// The name that comments in the sources use for the assumption.
  package let name: String
  /// A statement, which holds or does not hold.
  package let statement: String
  package let collectors: [String]
  package let basis: Basis
  /// Details of how it is known, and what follows for the program if it does not hold.
  package let remark: String
  let judge: @Sendable (Evidence) -> Verdict

  /// The kind of source that the assumption is known from.
  package enum Basis: String, Sendable, CaseIterable {
    case document, sdk = "SDK", seen = "seen in public", guessed
  }

  package enum Verdict: String, Sendable {
    case holds
    case fails = "does not hold"
    case unseen = "not seen"

    init(_ holds: Bool?) { self = holds.map { $0 ? .holds : .fails } ?? .unseen }

    /// Returns `fails` if one of the verdicts is that, otherwise `holds` if one is that, otherwise `unseen`.
    static func all(_ verdicts: some Sequence<Verdict>) -> Verdict {
      verdicts.reduce(.unseen) {
        $0 == .fails || $1 == .fails ? .fails : $0 == .holds || $1 == .holds ? .holds : .unseen
      }
    }
  }

  init(
    _ name: String, _ statement: String, of collectors: [String], _ basis: Basis, _ remark: String,
    _ judge: @escaping @Sendable (Evidence) -> Verdict
  ) {
    self.name = name
    self.statement = statement
    self.collectors = collectors
    self.basis = basis
    self.remark = remark
    self.judge = judge
  }
}

extension Assumption {
  /// All assumptions; each is worded only here.
  package static let all: [Assumption] = [
    Assumption(
      "executions-ordered", "Executions of a policy come in the order of their creation, one way or the other.",
      of: ["replications", "retentions"], .guessed,
      "Of more than 100 executions the first page and the last are read, since the newest are on one of them. In another order, the newest execution may be missed."
    ) { evidence in
      let replications = evidence.answers(to: "ListInstanceReplicationPolicyExecutions").map { ($0, "created_at") }
      let retentions = evidence.answers(to: "ListInstanceRetentionPolicyExecutions").map { ($0, "start_time") }
      return .all(
        (replications + retentions).map { answer, field in
          let times = answer.objects.compactMap { $0[field].timestamp }
          return Verdict(times.isRising.map { $0 || times.isFalling == true })
        })
    },
    Assumption(
      "task-counts", "The tasks of an execution that succeeded, failed, run and were stopped add up to its `total`.",
      of: ["replications"], .sdk,
      "Shown as they come: where it does not hold, a result that the program does not know exists."
    ) { evidence in
      evidence.eachObject(of: "ListInstanceReplicationPolicyExecutions") { execution in
        guard let total = execution["total"].count else { return .unseen }
        let counts = ["succeed", "failed", "in_progress", "stopped"].compactMap { execution[$0].count }
        return Verdict(counts.reduce(0, +) == total)
      }
    },
    Assumption(
      "mirror-schedule", "`mirroring_enabled` is true where a mirror is updated every day.", of: ["mirrors"], .guessed,
      "The document of the answer says so, and that of a change the reverse. Shown as it comes."
    ) { evidence in
      evidence.eachAnswer(to: "ShowRemoteMirror") { answer in
        guard let json = answer.json, let isEnabled = json["mirroring_enabled"].boolean,
          let updated = json["last_update_at"].timestamp
        else { return .unseen }
        let age = evidence.now - updated
        if age < .seconds(26 * 3600) { return isEnabled ? .holds : .unseen }
        return isEnabled && age > .seconds(3 * 86_400) ? .fails : .unseen
      }
    },
    Assumption(
      "no-mirror-is-404", "A repository without a mirror answers 404.", of: ["mirrors"], .guessed,
      "An empty answer is taken for the same, where it comes twice."
    ) { evidence in
      evidence.eachAnswer(to: "ShowRemoteMirror") { answer in
        if answer.entry.reason == .notFound { return .holds }
        guard answer.isSuccess else { return .unseen }
        guard let json = answer.json, json.isObject else { return .fails }
        return ["id", "url", "update_status"].allSatisfy { json[$0].isAbsent } ? .fails : .unseen
      }
    },
    Assumption(
      "switched-off-rules", "Sync rules that are switched off stay in the list, so that no sync job lacks its rule.",
      of: ["sync_rules", "sync_jobs"], .document,
      "A public note says that they vanish. So a rule that is gone is told from one that never was by how it was before."
    ) { evidence in
      func targets(_ operation: String) -> Set<[String]> {
        Set(
          evidence.objects(of: operation).map {
            [$0["remoteRegionId"].string ?? "", $0["remoteNamespace"].string ?? ""]
          })
      }
      let rules = evidence.objects(of: "ListImageAutoSyncReposDetails")
      guard targets("ShowSyncJob").isSubset(of: targets("ListImageAutoSyncReposDetails")) else { return .fails }
      return rules.contains { $0["syncAuto"].boolean == false } ? .holds : .unseen
    },
    Assumption(
      "rules-in-one-answer", "One answer has all sync rules of a repository, which are fewer than 100.",
      of: ["sync_rules"],
      .document, "With 100 or more the refresh fails as `malformed`, since some may be left out."
    ) { evidence in
      .all(
        evidence.answers(to: "ListImageAutoSyncReposDetails").filter(\.isSuccess).map {
          $0.objects.isEmpty ? .unseen : Verdict($0.objects.count < 100)
        })
    },
    Assumption(
      "no-jobs-is-empty", "A repository without sync jobs answers with an empty list.", of: ["sync_jobs"], .seen,
      "The document says 404, which is taken for the same."
    ) { evidence in
      evidence.eachAnswer(to: "ShowSyncJob") { answer in
        if answer.entry.reason == .notFound { return .fails }
        return answer.isSuccess && answer.objects.isEmpty ? .holds : .unseen
      }
    },
    Assumption(
      "jobs-newest-first", "Sync jobs come with the newest first when they are asked for so.", of: ["sync_jobs"],
      .document,
      "The newest hundred are read: in another order they are some hundred."
    ) { evidence in
      evidence.eachAnswer(to: "ShowSyncJob") {
        Verdict($0.objects.compactMap { $0["createdAt"].timestamp }.isFalling)
      }
    },
    Assumption(
      "markers-are-integers", "Markers of pages are integers, written as numbers.",
      of: ["artifacts", "basic_repositories"],
      .document, "A number in a text is taken as one. Anything else fails the refresh as `malformed`."
    ) { evidence in
      evidence.eachAnswer { answer in
        guard let name = answer.load?.fields.first(where: { $0.use == .marker })?.path, let json = answer.json,
          !json[name].isAbsent
        else { return .unseen }
        return Verdict(json[name].type == "number")
      }
    },
    Assumption(
      "pages-are-full", "A page holds as many objects as were asked for while there are more.",
      of: ["registries", "replications", "repositories", "namespaces", "long_term_credentials", "retentions"],
      .document,
      "A shorter page ends the listing. Where more are said to be, the refresh fails as `malformed`."
    ) { evidence in
      evidence.eachAnswer { answer in
        guard let (count, total, limit) = answer.page, count > 0 else { return .unseen }
        return count > limit ? .fails : total > count ? Verdict(count == limit) : .unseen
      }
    },
    Assumption(
      "total-is-of-all", "`total` counts all objects of a listing, not those of the page.",
      of: ["registries", "replications", "repositories", "namespaces", "long_term_credentials", "retentions"],
      .document,
      "It is believed only where pages end before it: a full page is followed by another in any case."
    ) { evidence in
      evidence.eachAnswer { answer in
        guard let (count, total, limit) = answer.page, count > 0 else { return .unseen }
        return total < count ? .fails : total == count && count == limit ? .unseen : .holds
      }
    },
    Assumption(
      "listings-in-order", "Listings come in the order of creation when they are asked for so.",
      of: ["registries", "repositories", "mirrors"], .document,
      "In another order, what is added while pages are read may shift an object from one to the next, where it is seen twice or not at all."
    ) { evidence in
      .all(
        ["ListInstanceRegistries", "ListInstanceRepositories", "ListCurrentUserRepositories"].map { operation in
          Verdict(evidence.objects(of: operation).compactMap { $0["created_at"].timestamp }.isRising)
        })
    },
    Assumption(
      "artifacts-everywhere",
      "An instance that cannot list its artifacts answers as an API that is not published does.",
      of: ["artifacts"], .guessed,
      "The document names the first version that can, in two ways. No version is compared; it is asked, and APIGW.0101 is `unsupported`."
    ) { evidence in
      evidence.eachAnswer(to: "ListInstanceAllArtifacts") { answer in
        answer.entry.reason == .unsupported ? .holds : answer.entry.reason == .notFound ? .fails : .unseen
      }
    },
    Assumption(
      "artifacts-name-their-repository", "An artifact says the name of its repository.", of: ["artifacts"], .document,
      "The document's example leaves it out. Then the label `repository` is empty, and `repository_id` tells them apart."
    ) { evidence in
      let artifacts = evidence.objects(of: "ListInstanceAllArtifacts")
      return artifacts.isEmpty ? .unseen : Verdict(artifacts.allSatisfy { !$0["repository_name"].isAbsent })
    },
    Assumption(
      "never-pulled", "An artifact that was never pulled has the zero time, of the year 1.", of: ["artifacts"],
      .document,
      "Absent, it counts neither as pulled nor as never pulled."
    ) { evidence in
      evidence.eachObject(of: "ListInstanceAllArtifacts") { artifact in
        let pulled = artifact["pull_time"]
        if pulled.isAbsent || pulled.string == "" { return .fails }
        return pulled.string?.hasPrefix("0001-01-01T00:00:00") == true ? .holds : .unseen
      }
    },
    Assumption(
      "storage-in-bytes", "`storage_used` is in bytes.", of: ["statistics"], .guessed,
      "Its unit is not documented, so its name has none."
    ) { evidence in
      let used = evidence.answers(to: "ListInstanceStatistics").compactMap { $0.json?["storage_used"].count }.first
      let largest = evidence.objects(of: "ListInstanceAllArtifacts").compactMap { $0["size"].count }.max()
      guard let used, let largest, largest >= 1 << 20 else { return .unseen }
      return Verdict(used >= largest)
    },
    Assumption(
      "limits-are-positive", "The limit of a quota is more than 0.", of: ["statistics", "quotas"], .guessed,
      "What 0 or less means is not documented; the alerts on quotas leave such limits out."
    ) { evidence in
      let quotas = evidence.objects(of: "ListQuotas").compactMap { $0["quota_limit"].integer }
      let names = evidence.answers(to: "ListInstanceStatistics").flatMap { answer in
        answer.load?.fields.map(\.path).filter { $0.hasSuffix("_quota") }.compactMap { answer.json?[$0].integer } ?? []
      }
      return .all((quotas + names).map { Verdict($0 > 0) })
    },
    Assumption(
      "newer-listing", "SWR lists its repositories by the newer of two listings.",
      of: ["basic_repositories", "sync_rules"],
      .document, "Where it is not published, the older one is asked."
    ) { evidence in
      evidence.eachAnswer(to: "ListRepoDetails") {
        $0.isSuccess ? .holds : $0.entry.status == 404 ? .fails : .unseen
      }
    },
    Assumption(
      "flags-are-texts", "The flags of a namespace are texts, `\"true\"` and `\"false\"`.", of: ["namespaces"], .sdk,
      "True JSON flags are taken as well."
    ) { evidence in
      evidence.eachObject(of: "ListInstanceNamespaces") { namespace in
        let flag = namespace["metadata"]["public"]
        return flag.isAbsent ? .unseen : Verdict(flag.type == "string")
      }
    },
    Assumption(
      "everybodys-credentials",
      "`self_only=false` lists everybody's long-term credentials to whoever may list their own.",
      of: ["long_term_credentials"], .guessed,
      "The document grants it to one role. Where it is refused, the user's own are listed, and the label `scope` says so."
    ) { evidence in
      guard let first = evidence.answers(to: "ListInstanceLtCredentials").first else { return .unseen }
      return first.isSuccess ? .holds : first.entry.reason == .forbidden ? .fails : .unseen
    },
    Assumption(
      "credentials-end", "`expire_date` of a long-term credential is a time.", of: ["long_term_credentials"], .sdk,
      "Its form is not documented. In one that is not understood, the credential has no series that says when it ends."
    ) { evidence in
      evidence.eachObject(of: "ListInstanceLtCredentials") { credential in
        let end = credential["expire_date"]
        return end.isAbsent || end.string == "" ? .unseen : Verdict(end.timestamp != nil)
      }
    },
    Assumption(
      "caches-in-gib", "The size of an image cache is in GiB, 20 to 400.", of: ["image_caches"], .document,
      "Shown in bytes, as that many GiB."
    ) { evidence in
      evidence.eachObject(of: "ListImageCaches") { cache in
        cache["image_cache_size"].count.map { Verdict(20...400 ~= $0) } ?? .unseen
      }
    },
    Assumption(
      "caches-in-one-answer", "One answer has all image caches: there are no pages.", of: ["image_caches"], .document,
      "What a second page had would be missed."
    ) { evidence in
      .all(
        evidence.answers(to: "ListImageCaches").compactMap(\.json).map { json in
          let paging: Set = ["total", "total_count", "next_marker", "marker", "page_info", "limit", "offset"]
          if json.fields.contains(where: { paging.contains($0.name) }) { return .fails }
          return json["image_caches"].elements.isEmpty ? .unseen : .holds
        })
    },
    Assumption(
      "times-have-zones", "Every time names its zone.", of: ["all"], .document,
      "One that names none is taken for China's."
    ) { evidence in
      .all(
        evidence.answers.flatMap { answer in
          (answer.load?.fields ?? []).filter { $0.use == .time }.flatMap { field in
            answer.objects.map { object in
              let name = String(field.path.split(separator: ".").last ?? "")
              guard let text = object[name].string, object[name].timestamp != nil else { return .unseen }
              return Verdict(
                text.hasSuffix("Z") || text.contains("UTC") || text.suffix(6).contains { "+-".contains($0) })
            }
          }
        })
    },
    Assumption(
      "words-are-known", "States and types of values are those that the documents name.", of: ["all"], .document,
      "Other states are `unknown`, other types are bent or absent; both count in `huaweicloud_exporter_unexpected_values`."
    ) { evidence in .all(evidence.unexpected.values.map { Verdict($0 == 0) }) },
    Assumption(
      "success-is-success", "An answer with status 200 is no error.", of: ["all"], .document,
      "CodeArts has been seen to wrap errors in 200. Such an answer fails the refresh, and what was known stays."
    ) { evidence in
      .all(evidence.answers.filter(\.isSuccess).map { $0.json.map { Verdict(!$0.isError) } ?? .unseen })
    },
  ]
}
