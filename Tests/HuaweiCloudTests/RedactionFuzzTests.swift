import TestSupport
import Testing

@testable import HuaweiCloud

/// Secrets of any shape in messages of any kind; counts and seeds as in `DecodingFuzzTests`.
@Suite struct RedactionFuzzTests {
  private static let small = Array("abcdefghijklmnopqrstuvwxyz")
  private static let capitals = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
  private static let digits = Array("0123456789")
  private static let vocabulary = [
    "the", "token", "denied", "for", "key:", "Error", "limit:200,time:5", "APIGW.0301", "(status", "404)", "令牌", "无效，",
    "：", "“", "\"", "v2/group", "https://h/x", "a-b-c", "…", "\n", "\u{0}", "é", "=",
  ]
  private static let joints = [
    "-", "_", ".", "/", "+", "=", ":", "@", "%", "~", "&", "\\", "|", "\u{200B}", "-=", "//",
  ]

  private static func letters(_ from: [Character], _ count: Int, _ random: inout SplitMix64) -> String {
    String((0..<count).map { _ in from.randomElement(using: &random) ?? "a" })
  }

  /// With at least one letter and one digit, as nothing that passes has.
  private static func mixed(_ from: [Character], _ count: Int, _ random: inout SplitMix64) -> String {
    let text = letters(from + digits, count - 2, &random)
    return letters(digits, 1, &random) + text + letters(from, 1, &random)
  }

  static func secret(_ random: inout SplitMix64) -> String {
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    switch number(0...9) {
    case 0: return mixed(capitals, 20, &random)
    case 1: return letters(small, number(21...60), &random)
    case 2: return letters(small + capitals, number(21...100), &random)
    case 3: return mixed(small + capitals, number(6...100), &random)
    case 4: return letters(digits + Array("abcdef"), 40, &random)
    case 5: return "MII" + letters(small + capitals + digits + Array("+/"), number(40...400), &random) + "=="
    case 6: return (0..<3).map { _ in mixed(small + capitals, number(10...60), &random) }.joined(separator: ".")
    case 7:
      return "https://\(letters(small, 8, &random)):\(letters(small, 9, &random))@\(letters(small, 7, &random)).com/"
    case 8: return "https://h/\(letters(small, 6, &random))?token=\(letters(small, 12, &random))&x=y"
    // Words, joined by anything but white space and the marks of a sentence.
    default:
      return (0..<number(2...5)).map { _ in letters(small, number(3...10), &random) }
        .joined(separator: joints.randomElement(using: &random) ?? "-")
    }
  }

  @Test func aPlantedSecretNeverLeaves() {
    var random = SplitMix64(state: DecodingFuzzTests.seed &+ 5)
    var planted = 0
    for _ in 0..<DecodingFuzzTests.cases {
      let secret = Self.secret(&random)
      let runs = RedactionTests.runs(of: secret).filter { $0 != "https" }
      planted += runs.count
      var message = ""
      func addWords() {
        for _ in 0..<Int.random(in: 0...6, using: &random) {
          message += Self.vocabulary.randomElement(using: &random) ?? ""
          if Int.random(in: 0..<4, using: &random) > 0 { message += " " }
        }
      }
      addWords()
      message += secret
      if Bool.random(using: &random) {
        message += [" ", ".", ", ", "”", "无效", "\"}", ")"].randomElement(using: &random) ?? ""
      }
      addWords()
      var sent: Set = ["v2", "group", "h", "a", "-", "/", ""]
      // Short names, which may be a part of the secret.
      for length in 1...5 { sent.insert(String(secret.dropFirst(length).prefix(length))) }
      let cleaned = Redaction.clean(message, sent: sent)
      for run in runs { #expect(!cleaned.contains(run), "\(message): \(cleaned)") }
      #expect(cleaned.utf8.count <= 303)
      #expect(!cleaned.utf8.contains { $0 < 0x20 || $0 == 0x7F })
      // Nothing is found in it a second time.
      #expect(Redaction.clean(cleaned, sent: sent).utf8.count <= cleaned.utf8.count + 3, "\(cleaned)")
    }
    #expect(planted > DecodingFuzzTests.cases)
  }
}
