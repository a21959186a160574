import Testing
import YAMLReader

@Suite struct YAMLReaderTests {
  private func read(_ text: String) throws -> YAMLNode? { try YAMLReader.read(Array(text.utf8)) }

  @Test func marksCountFromOne() throws {
    guard case .mapping(let entries, _) = try read("a: 1\nb:\n  - x\n  - 'null'\n") else {
      Issue.record("no mapping")
      return
    }
    #expect(entries.map(\.key) == ["a", "b"])
    #expect(entries[1].keyMark == YAMLMark(line: 2, column: 1))
    guard case .sequence(let elements, _) = entries[1].value else {
      Issue.record("no sequence")
      return
    }
    #expect(elements.map(\.mark) == [YAMLMark(line: 3, column: 5), YAMLMark(line: 4, column: 5)])
    #expect(elements.map(\.isNull) == [false, false])
  }

  @Test(arguments: ["", "---\n", "# only a comment\n"]) func nothingIsNullOrNil(_ text: String) throws {
    #expect(try read(text)?.isNull ?? true)
  }

  @Test func anchorsAreRepeated() throws {
    guard case .sequence(let elements, _) = try read("[&a {k: v}, *a]"), case .mapping(let entries, _) = elements[1]
    else {
      Issue.record("no alias")
      return
    }
    #expect(entries.map(\.key) == ["k"])
  }

  @Test(arguments: [
    ("a: 1\na: 2", 2, "stands twice"), ("a: [", 2, "did not find"), ("--- 1\n--- 2", 2, "second document"),
    ("*x", 1, "no anchor"), ("{[a]: 1}", 1, "must be a text"), ("\t", 1, "cannot start"), ("\u{1}", 1, "control"),
  ]) func mistakesAreNamedWithTheirLine(_ text: String, _ line: Int, _ words: String) throws {
    let error = #expect(throws: YAMLError.self) { try read(text) }
    #expect(error?.mark.line == line)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func depthIsBounded() {
    #expect(throws: YAMLError.self) { try read(String(repeating: "[", count: 100)) }
  }

  @Test func aliasesOfAliasesCannotFillTheMemory() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
    }
    let error = #expect(throws: YAMLError.self) { try read(text) }
    #expect(error?.message == "too large")
  }
}
