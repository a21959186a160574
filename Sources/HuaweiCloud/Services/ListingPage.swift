/// One page of a listing.
struct ListingPage<Element: Sendable & Equatable>: Sendable, Equatable {
  var elements: [Element] = []
  var total: Int64?
  var nextMarker: Int64?
}

/// How the parts of a listing's pages are called.
struct ListingNames {
  var list: JSONFieldName
  var total: String?
  var marker: String?
}

extension ListingPage {
  /// A page that is an object with its list in one field.
  ///
  /// `null` is an empty list, and so is one left out of an object that says nothing else; with other fields instead of
  /// the list, the object is some other answer.
  init(
    _ bytes: [UInt8], _ names: ListingNames, element: (inout JSONReader) throws(JSONFault) -> Element?
  ) throws(JSONError) {
    self = try JSONReader.read(bytes) { reader throws(JSONFault) in
      var page = ListingPage()
      var hasList = false
      var hasOthers = false
      _ = reader.peek()
      let start = reader.position
      guard try reader.beginObject() else { throw JSONFault(.notAnObject, at: start) }
      while try reader.nextKey() {
        let name = reader.key.string(in: reader.bytes, limit: 64)
        if name == names.list.text.description {
          hasList = true
          page.elements = try reader.list(element)
        } else if name == names.total {
          page.total = try reader.count()
        } else if name == names.marker {
          page.nextMarker = try reader.marker()
        } else {
          hasOthers = true
          try reader.skip()
        }
      }
      guard hasList || !hasOthers else { throw JSONFault(.missing(names.list), at: start) }
      return page
    }
  }

  /// A page that is the list itself; `null` is an empty one.
  init(
    _ bytes: [UInt8], element: (inout JSONReader) throws(JSONFault) -> Element?
  ) throws(JSONError) {
    elements = try JSONReader.read(bytes) { reader throws(JSONFault) in try reader.list(element) }
  }
}

extension JSONReader {
  /// Enters the object of a list's element and remembers where it began; nil, with the value taken, for `null`.
  mutating func beginElement() throws(JSONFault) -> ElementStart? {
    _ = peek()
    let start = ElementStart(offset: position)
    return try beginObject() ? start : nil
  }
}

/// Where an object began, to name it when one of its fields turns out to be missing.
struct ElementStart {
  var offset: Int

  func require<Value>(_ value: Value?, _ field: JSONFieldName) throws(JSONFault) -> Value {
    guard let value else { throw JSONFault(.missing(field), at: offset) }
    return value
  }
}
