import System
import Testing

@Suite struct RegularExpressionTests {
  @Test(arguments: [
    ("prod/.*", "prod/api", true), ("prod", "prod/api", false), ("api", "prod/api", false), ("a|ab", "ab", true),
    (".*", "", true), ("[a-z]+", "abc\n", false), ("团队/.+", "团队/应用", true), (#"\w+"#, "é", true),
    ("(?i)PROD", "prod", true), ("a{2}", "aa", true), ("(?!test).*", "test", false), (".", "é", true),
  ])
  func wholeTextMatches(text: String, name: String, matches: Bool) throws {
    #expect(try RegularExpression(text).matches(name) == matches)
  }

  @Test(arguments: [("(", 1), ("a[", 2), ("a**", 2), (#"\C"#, 2)])
  func syntaxErrorsSayWhere(text: String, offset: Int) {
    do throws(RegularExpression.SyntaxError) {
      _ = try RegularExpression(text)
      Issue.record("\(text) is an expression")
    } catch {
      #expect(error.offset <= offset && !error.reason.isEmpty, "\(text): \(error)")
    }
  }

  /// Each needs more time for every character, twice as much or worse: for ever, without a bound.
  @Test(arguments: [
    ("([a-z0-9-]+)*/prod", "team-platform-observability-exporter-sidecar"),
    ("(a|a)*b", String(repeating: "a", count: 60) + "bc"), ("(.*.*)*x", String(repeating: "ab", count: 500) + "xy"),
    ("(?:(?:a?){20}){20}b", String(repeating: "a", count: 200) + "bc"),
  ])
  func hopelessMatchIsGivenUp(text: String, name: String) throws {
    let expression = try RegularExpression(text)
    let start = ContinuousClock.now
    #expect(throws: RegularExpression.TakesTooLong.self) { try expression.matches(name) }
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func namesOfAnyOrdinaryLengthAreFarFromTheBound() throws {
    let name = String(repeating: "team-platform/", count: 70) + "exporter"
    #expect(try RegularExpression(".*platform.*exporter").matches(name))
    #expect(try !RegularExpression(".*a.*b.*c").matches(name))
  }

  @Test func oneExpressionServesManyThreads() async throws {
    let expression = try RegularExpression("(a|b)+c")
    let right = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<500).allSatisfy { (try? expression.matches("abab" + ($0 % 2 == 0 ? "c" : "d"))) == ($0 % 2 == 0) }
        }
      }
      return await group.allSatisfy { $0 }
    }
    #expect(right)
  }
}
