/// The progress of a listing: it selects the next page, and decides after each page whether there is another.
struct PageSequence {
  private enum Order {
    case one
    case offset(OffsetPages)
    case marker(MarkerPages, limit: Int, isFirstAsked: Bool)
  }

  private var order: Order
  /// The number of pages read.
  private(set) var count = 0

  init(_ paging: Paging) {
    order =
      switch paging {
      case .one: .one
      case .offset(let limit, _): .offset(OffsetPages(limit: limit))
      case .marker(_, let limit, let first):
        .marker(MarkerPages(startingAt: first ?? 0), limit: limit, isFirstAsked: first != nil)
      }
  }

  /// The query that selects the next page.
  var query: [(String, String)] {
    switch order {
    case .one: []
    case .offset(let pages): [("offset", "\(pages.offset)"), ("limit", "\(pages.limit)")]
    case .marker(let pages, let limit, true): [("marker", "\(pages.marker)"), ("limit", "\(limit)")]
    case .marker(let pages, let limit, false):
      [("limit", "\(limit)")] + (pages.marker > 0 ? [("marker", "\(pages.marker)")] : [])
    }
  }

  /// Moves past a page and returns whether there is another.
  mutating func advance(_ page: PageFacts) throws(ListingFault) -> Bool {
    count += 1
    switch order {
    case .one: return false
    case .offset(var pages):
      let hasMore = try pages.advance(count: page.count, total: page.total, firstID: page.first)
      order = .offset(pages)
      return hasMore
    case .marker(var pages, let limit, let isFirstAsked):
      let hasMore = try pages.advance(count: page.count, nextMarker: page.nextMarker)
      order = .marker(pages, limit: limit, isFirstAsked: isFirstAsked)
      return hasMore
    }
  }
}

/// The progress of a listing by `offset` and `limit`: it decides after each page whether there is another.
struct OffsetPages {
  let limit: Int
  /// A listing that has not ended after this many pages is refused.
  var maximumPages = 1000
  private(set) var offset = 0
  private(set) var count = 0
  private var received = 0
  private var total: Int64?
  private var lastFirstID: String?

  init(limit: Int) { self.limit = limit }

  /// Moves past a page and returns whether there is another; throws what is wrong, in words.
  ///
  /// A full page may always be followed by another, whatever `total` says: `total` counts only if the pages end before
  /// it (assumptions `pages-are-full` and `total-is-of-all`).
  mutating func advance(count: Int, total: Int64?, firstID: String?) throws(ListingFault) -> Bool {
    self.count += 1
    received += count
    offset += limit
    // The largest total counts: while a listing shrinks, an object may move to a page that was already read.
    self.total = [total, self.total].compactMap(\.self).max()
    guard count > 0, firstID == nil || firstID != lastFirstID else {
      if count > 0 { throw ListingFault("the page at offset \(offset - limit) repeats the one before") }
      try checkEnd()
      return false
    }
    lastFirstID = firstID
    guard count >= limit else {
      try checkEnd()
      return false
    }
    guard self.count < maximumPages else { throw ListingFault("the listing has no end after \(self.count) pages") }
    return true
  }

  private func checkEnd() throws(ListingFault) {
    guard let total, Int64(received) < total else { return }
    throw ListingFault("the pages end after \(received) of \(total) entries")
  }
}

/// The progress of a listing by marker: it decides after each page whether there is another.
struct MarkerPages {
  var maximumPages = 50_000
  /// A listing with this many empty pages in a row is refused.
  var maximumEmptyPages = 10
  private(set) var marker: Int64
  private(set) var count = 0
  private var emptyPages = 0

  init(startingAt marker: Int64) { self.marker = marker }

  /// Moves past a page and returns whether there is another.
  ///
  /// Markers must grow. A missing one ends the listing, and so does an unchanged one on an empty page.
  mutating func advance(count: Int, nextMarker: Int64?) throws(ListingFault) -> Bool {
    self.count += 1
    emptyPages = count == 0 ? emptyPages + 1 : 0
    // A server that has no other way to say that there is no next page writes zero.
    guard let nextMarker, nextMarker != 0 else { return false }
    guard nextMarker > marker else {
      if nextMarker == marker, count == 0 { return false }
      throw ListingFault("the marker \(nextMarker == marker ? "repeats" : "goes back") after \(self.count) pages")
    }
    guard self.count < maximumPages, emptyPages < maximumEmptyPages else {
      throw ListingFault("the listing has no end after \(self.count) pages")
    }
    marker = nextMarker
    return true
  }
}

/// A description of what is wrong with the pages of a listing.
struct ListingFault: Error, Equatable {
  var message: String

  init(_ message: String) { self.message = message }
}
