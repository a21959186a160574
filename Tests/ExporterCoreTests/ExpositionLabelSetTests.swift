import Testing

@testable import ExporterCore

@Suite struct ExpositionLabelSetTests {
  @Test func joinsPairsInTheirOrder() {
    #expect(text(LabelSet(["b": "1", "a": ""])) == #"b="1",a="""#)
    #expect(text(LabelSet(["b": "1"]).adding("c", "é")) == #"b="1",c="é""#)
    #expect(text(LabelSet()) == "")
  }

  @Test func addingLeavesTheOriginalAlone() {
    let base = LabelSet(["project": "p"])
    _ = base.adding("status", "x")
    #expect(text(base) == #"project="p""#)
  }

  @Test(arguments: [
    (#"a\b"#, #"a\\b"#), ("say \"x\"", #"say \"x\""#), ("a\nb", #"a\nb"#), ("\n\n", #"\n\n"#),
    ("a\r\0\tb", "a\r\0\tb"), ("\u{FFFD}\u{10FFFF}\u{FEFF}", "\u{FFFD}\u{10FFFF}\u{FEFF}"), (#"\""#, #"\\\""#),
  ])
  func escapes(_ value: String, _ expected: String) {
    #expect(text(LabelSet(["a": value])).utf8.elementsEqual("a=\"\(expected)\"".utf8))
  }

  @Test(arguments: ["x", "é", "€", "😀"])
  func cutsBetweenCharacters(_ character: String) {
    for padding in 0..<4 {
      let value = String(repeating: "x", count: padding) + String(repeating: character, count: 3000)
      let bytes = LabelSet(["a": value]).bytes.dropFirst(3).dropLast()
      #expect((1021...1024).contains(bytes.count))
      #expect(String(validating: bytes, as: UTF8.self).map { value.hasPrefix($0) } == true)
    }
  }

  @Test func cutsTheValueBeforeItIsEscaped() {
    let escaped = text(LabelSet(["a": String(repeating: "\n", count: 5000)]))
    #expect(escaped == "a=\"" + String(repeating: "\\n", count: 1024) + "\"")
    #expect(text(LabelSet(["a": String(repeating: "x", count: 1024)])).utf8.count == 1028)
  }

  private func text(_ labels: LabelSet) -> String { String(decoding: labels.bytes, as: UTF8.self) }
}
