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
    ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", "y3 x1"), ("a: &a {x: 1}\nb: {x: 2, <<: *a}", "x2"),
    ("a: [&a {x: 1, y: 1}, &b {y: 2, z: 2}]\nb: {<<: [*a, *b], w: 0}", "w0 x1 y1 z2"),
    ("a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}", "y2 x1"), ("b: {<<: {x: 1}}", "x1"), ("b: {'<<': 1}", "<<1"),
  ]) func mappingsAreMerged(_ text: String, _ result: String) throws {
    guard case .mapping(let root, _) = try read(text), case .mapping(let entries, _) = root.last?.value else {
      Issue.record("no mapping")
      return
    }
    let words = entries.map { entry in
      if case .scalar(let value, _, _) = entry.value { entry.key + value } else { entry.key }
    }
    #expect(words.joined(separator: " ") == result)
  }

  @Test(arguments: [
    ("a: 1\n<<: 2", 2, "merges mappings only"), ("<<: [{x: 1}, 2]", 1, "merges mappings only"),
    ("a: {x: 1}\n<<: {x: 1}\n<<: {y: 1}", 3, "stands twice"),
    ("a: 1\na: 2", 2, "stands twice"), ("a: [", 2, "did not find"), ("--- 1\n--- 2", 2, "second document"),
    ("*x", 1, "no anchor"), ("{[a]: 1}", 1, "must be a text"), ("\t", 1, "cannot start"), ("\u{1}", 1, "control"),
  ]) func mistakesAreNamedWithTheirLine(_ text: String, _ line: Int, _ words: String) throws {
    let error = #expect(throws: YAMLError.self) { try read(text) }
    #expect(error?.mark.line == line)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(
    arguments: [
      (Array("a: 1\nb: 2\nc: é\u{7}".utf8), 3, 5), (Array("a: 1\nb: caf".utf8) + [0xE9, 0x0A], 2, 7),
      ([0x01], 1, 1),
    ] as [([UInt8], Int, Int)])
  func charactersThatAreNotAllowedHaveTheirPlace(_ text: [UInt8], _ line: Int, _ column: Int) {
    let error = #expect(throws: YAMLError.self) { try YAMLReader.read(text) }
    #expect(error?.mark == YAMLMark(line: line, column: column))
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
