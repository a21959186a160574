import CYAML

/// Reads one YAML 1.1 document with libyaml.
package enum YAMLReader {
  /// Returns the document's root, or nil if the text holds none.
  ///
  /// Mapping keys are texts and unique. Anchors and aliases work; depth and size are bounded, so that aliases of
  /// aliases cannot fill the memory. Throws at the first mistake, with its place.
  package static func read(_ text: [UInt8]) throws(YAMLError) -> YAMLNode? {
    var parser = EventParser(text)
    return try Composer.document(from: &parser)
  }
}

/// An event of libyaml as a Swift value.
enum YAMLEvent {
  case streamStart, streamEnd, documentStart, documentEnd, none
  case alias(String)
  case scalar(String, isPlain: Bool, anchor: String?)
  case sequenceStart(anchor: String?)
  case sequenceEnd
  case mappingStart(anchor: String?)
  case mappingEnd
}

/// libyaml's parser with its own copy of the text.
@safe
struct EventParser: ~Copyable {
  // Safe: allocated here, used by this value alone, freed once at its end, the parser before the bytes it reads from.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  init(_ text: [UInt8]) {
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    let result = unsafe yaml_parser_initialize(parser)
    precondition(result == 1, "libyaml is out of memory")
    unsafe input = .allocate(capacity: text.count)
    _ = unsafe input.initialize(from: text)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, text.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  mutating func next() throws(YAMLError) -> (event: YAMLEvent, mark: YAMLMark) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe (Self.value(of: event), Self.mark(event.start_mark))
  }

  private static func value(of event: yaml_event_t) -> YAMLEvent {
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: .streamStart
    case YAML_STREAM_END_EVENT: .streamEnd
    case YAML_DOCUMENT_START_EVENT: .documentStart
    case YAML_DOCUMENT_END_EVENT: .documentEnd
    case YAML_ALIAS_EVENT: unsafe .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      unsafe .scalar(
        String(
          decoding: UnsafeBufferPointer(start: event.data.scalar.value, count: event.data.scalar.length), as: UTF8.self),
        isPlain: event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE, anchor: text(event.data.scalar.anchor))
    case YAML_SEQUENCE_START_EVENT: unsafe .sequenceStart(anchor: text(event.data.sequence_start.anchor))
    case YAML_SEQUENCE_END_EVENT: .sequenceEnd
    case YAML_MAPPING_START_EVENT: unsafe .mappingStart(anchor: text(event.data.mapping_start.anchor))
    case YAML_MAPPING_END_EVENT: .mappingEnd
    default: .none
    }
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }

  private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
    YAMLMark(line: mark.line + 1, column: mark.column + 1)
  }

  /// What keeps libyaml from parsing on.
  private var problem: YAMLError {
    let parser = unsafe parser.pointee
    let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "not YAML"
    let context = unsafe parser.context.map { unsafe String(cString: $0) + ": " } ?? ""
    // Of a character that YAML does not allow, libyaml tells the offset, and no place.
    let mark =
      unsafe parser.error == YAML_READER_ERROR ? mark(at: parser.problem_offset) : Self.mark(parser.problem_mark)
    return YAMLError(mark: mark, message: context + problem)
  }

  private func mark(at offset: Int) -> YAMLMark {
    let before = unsafe Array(input.prefix(offset))
    let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // Bytes that continue a character of UTF-8 are no columns.
    return YAMLMark(line: lines.count, column: 1 + (lines.last ?? []).count { $0 & 0xC0 != 0x80 })
  }
}
