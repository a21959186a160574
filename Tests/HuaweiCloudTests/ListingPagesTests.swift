import Testing

@testable import HuaweiCloud

/// Which page comes next, and when a listing can't be believed.
@Suite struct ListingPagesTests {
  @Test func followsFullPagesToAShortOne() throws {
    var pages = OffsetPages(limit: 100)
    #expect(try pages.advance(count: 100, total: 250, firstID: "1"))
    #expect(pages.offset == 100)
    #expect(try pages.advance(count: 100, total: 250, firstID: "101"))
    #expect(pages.offset == 200)
    #expect(try !pages.advance(count: 50, total: 250, firstID: "201"))
  }

  @Test func followsPagesBeyondTheTotal() throws {
    var pages = OffsetPages(limit: 100)
    #expect(try pages.advance(count: 100, total: 100, firstID: "1"))
    #expect(try !pages.advance(count: 30, total: 100, firstID: "101"))
  }

  @Test(arguments: [0, 1, 99, 100])
  func endsWithoutATotal(_ count: Int) throws {
    var pages = OffsetPages(limit: 100)
    #expect(try pages.advance(count: count, total: nil, firstID: "1") == (count == 100))
  }

  @Test func refusesPagesThatEndEarly() throws {
    var empty = OffsetPages(limit: 100)
    #expect(throws: ListingFault("the pages end after 0 of 3 entries")) {
      try empty.advance(count: 0, total: 3, firstID: nil)
    }
    var short = OffsetPages(limit: 100)
    #expect(try short.advance(count: 100, total: 250, firstID: "1"))
    #expect(throws: ListingFault("the pages end after 199 of 250 entries")) {
      try short.advance(count: 99, total: 250, firstID: "2")
    }
    var shrinking = OffsetPages(limit: 100)
    #expect(try shrinking.advance(count: 100, total: 250, firstID: "1"))
    #expect(throws: ListingFault("the pages end after 100 of 250 entries")) {
      try shrinking.advance(count: 0, total: 0, firstID: nil)
    }
    var forgotten = OffsetPages(limit: 100)
    #expect(try forgotten.advance(count: 100, total: 250, firstID: "1"))
    #expect(throws: ListingFault("the pages end after 100 of 250 entries")) {
      try forgotten.advance(count: 0, total: nil, firstID: nil)
    }
  }

  @Test func refusesOffsetsThatAreIgnored() throws {
    var pages = OffsetPages(limit: 100)
    #expect(try pages.advance(count: 100, total: nil, firstID: "7"))
    #expect(throws: ListingFault("the page at offset 100 repeats the one before")) {
      try pages.advance(count: 100, total: nil, firstID: "7")
    }
  }

  @Test func boundsOffsets() throws {
    var pages = OffsetPages(limit: 100)
    pages.maximumPages = 3
    #expect(try pages.advance(count: 100, total: nil, firstID: "1"))
    #expect(try pages.advance(count: 100, total: nil, firstID: "2"))
    #expect(throws: ListingFault("the listing has no end after 3 pages")) {
      try pages.advance(count: 100, total: nil, firstID: "3")
    }
  }

  @Test func followsMarkersToTheirEnd() throws {
    var pages = MarkerPages(startingAt: 1)
    #expect(try pages.advance(count: 100, nextMarker: 100))
    #expect(pages.marker == 100)
    #expect(try pages.advance(count: 0, nextMarker: 200))
    #expect(pages.marker == 200)
    #expect(try !pages.advance(count: 5, nextMarker: nil))
  }

  @Test func endsWhereNothingIsListedAndTheMarkerStays() throws {
    var pages = MarkerPages(startingAt: 1)
    #expect(try pages.advance(count: 100, nextMarker: 100))
    #expect(try !pages.advance(count: 0, nextMarker: 100))
    var zero = MarkerPages(startingAt: 1)
    #expect(try !zero.advance(count: 3, nextMarker: 0))
  }

  @Test func refusesMarkersThatDoNotGrow() throws {
    var repeating = MarkerPages(startingAt: 1)
    #expect(try repeating.advance(count: 100, nextMarker: 100))
    #expect(throws: ListingFault("the marker repeats after 2 pages")) {
      try repeating.advance(count: 100, nextMarker: 100)
    }
    var backwards = MarkerPages(startingAt: 1)
    #expect(try backwards.advance(count: 100, nextMarker: 100))
    #expect(throws: ListingFault("the marker goes back after 2 pages")) {
      try backwards.advance(count: 0, nextMarker: 50)
    }
  }

  @Test func boundsMarkers() throws {
    var pages = MarkerPages(startingAt: 1)
    pages.maximumPages = 2
    #expect(try pages.advance(count: 1, nextMarker: 2))
    #expect(throws: ListingFault("the listing has no end after 2 pages")) { try pages.advance(count: 1, nextMarker: 3) }
    var empty = MarkerPages(startingAt: 1)
    for marker in 2..<11 { #expect(try empty.advance(count: 0, nextMarker: Int64(marker))) }
    #expect(throws: ListingFault("the listing has no end after 10 pages")) {
      try empty.advance(count: 0, nextMarker: 11)
    }
  }
}
