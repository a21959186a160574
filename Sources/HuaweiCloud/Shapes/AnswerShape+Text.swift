extension AnswerShape {
  /// The shape as a section of Markdown, which `parse` reads again.
  package var markdown: String {
    var lines = ["### `\(operation)`", ""]
    lines += Self.table(
      ["status", "error code", "ms", "bytes", "content type", "throttling headers"],
      answers.map { answer in
        [
          answer.status.map(String.init) ?? "none", answer.code.map { "`\($0)`" } ?? "none", "\(answer.milliseconds)",
          "\(answer.bytes)", answer.contentType,
          answer.headers.isEmpty ? "none" : answer.headers.joined(separator: ", "),
        ]
      })
    if !fields.isEmpty {
      lines += [""]
      lines += Self.table(
        ["field", "read as", "type", "values"],
        fields.map { field in
          [
            "`\(field.path)`", field.use?.rawValue ?? "not read",
            field.types.isEmpty ? "not seen" : field.types.joined(separator: ", "),
            field.values.map { "`\($0)`" }.joined(separator: ", "),
          ]
        })
    }
    if unnamed > 0 { lines += ["", "Fields besides, whose names are not shown: \(unnamed)."] }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> [String] {
    ([header, header.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }
  }

  /// The shapes that stand in a report; whatever else stands there is passed over.
  package static func parse(_ report: String) -> [AnswerShape] {
    var shapes: [AnswerShape] = []
    for line in report.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("### `"), line.hasSuffix("`") {
        shapes.append(AnswerShape(operation: String(line.dropFirst(5).dropLast()), answers: [], fields: []))
      }
      guard line.hasPrefix("| "), line.hasSuffix(" |"), let last = shapes.indices.last else { continue }
      let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false).map { cell in
        cell.filter { $0 != "`" }.split(separator: ", ").map(String.init)
      }
      let texts = cells.map { $0.joined(separator: ", ") }
      if cells.count == 6, let milliseconds = Int(texts[2]), let bytes = Int(texts[3]) {
        shapes[last].answers.append(
          Answer(
            status: Int(texts[0]), code: texts[1] == "none" ? nil : texts[1], milliseconds: milliseconds, bytes: bytes,
            contentType: texts[4], headers: texts[5] == "none" ? [] : cells[5]))
      } else if cells.count == 4, line.hasPrefix("| `") {
        shapes[last].fields.append(
          Field(
            path: texts[0], use: ReadField.Use(rawValue: texts[1]), types: texts[2] == "not seen" ? [] : cells[2],
            values: cells[3]))
      }
    }
    return shapes
  }
}
