/// Limits of a server, across its addresses.
package struct HTTPServerLimits: Sendable {
  package var maximumConnections = 512
  /// From one client address; unix sockets have none.
  package var maximumConnectionsPerAddress = 256
  /// Room for a request's body: more is answered with 413.
  package var maximumRequestBytes = 64 << 10
  /// Room for a request's line and headers: more is answered with 431, or 414 where the line alone is longer.
  ///
  /// libmicrohttpd zeroes three times as much after each request, so generous room would cost more than answering does.
  package var maximumHeaderBytes = 16 << 10
  /// More header fields than this are answered with 431.
  package var maximumHeaderFields = 100
  /// A complete request must arrive within this time of the connection's start or its last answer, and a client that
  /// takes nothing of an answer for this long is cut.
  package var idleTimeout: Duration = .seconds(30)
  /// A client must have taken a whole answer within this time, waiting for a deferred answer included.
  package var answerTimeout: Duration = .seconds(300)
  /// How many answers that are prepared for many, and others of more than `largeAnswerBytes` or of unknown length, may be on
  /// their way at once; further ones become 503. 0 sets no limit.
  package var maximumCountedAnswers = 0
  package var largeAnswerBytes = 64 << 10

  package init() {}
}
