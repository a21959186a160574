import ArgumentParser
import ExporterCore

struct ShardOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Which shard this process is, from 0.", valueName: "n"))
  var shard: Int?

  // No default value of the parser's: whether it was given decides whether the others may be.
  @Option(help: ArgumentHelp("How many shards there are. (default: 1)", valueName: "m"))
  var totalShards: Int?

  @Option(
    help: ArgumentHelp(
      "Name of this Pod of a StatefulSet, whose ordinal is taken as the shard.", valueName: "name"))
  var pod: String?

  func validate() throws { _ = try value }

  var value: Shard {
    get throws {
      let total = totalShards ?? 1
      guard (1...10_000).contains(total) else { throw ValidationError("--total-shards must be from 1 to 10000.") }
      if shard != nil, pod != nil { throw ValidationError("--shard and --pod exclude each other.") }
      let index: Int
      if let pod {
        guard let dash = pod.lastIndex(of: "-"), let ordinal = Int(pod[pod.index(after: dash)...]), ordinal >= 0 else {
          throw ValidationError("--pod \(pod) does not end in an ordinal such as -0.")
        }
        index = ordinal
      } else {
        index = shard ?? 0
      }
      if (shard != nil || pod != nil) && totalShards == nil {
        throw ValidationError("--total-shards is missing.")
      }
      if totalShards != nil, shard == nil, pod == nil { throw ValidationError("--shard or --pod is missing.") }
      guard (0..<total).contains(index) else {
        throw ValidationError("shard \(index) does not exist: with \(total) shards they are 0 to \(total - 1).")
      }
      return Shard(index: index, total: total)
    }
  }
}
