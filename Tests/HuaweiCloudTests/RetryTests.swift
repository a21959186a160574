import System
import TestSupport
import Testing

@testable import HTTPTransport
@testable import HuaweiCloud

@Suite struct RetryTests {
  @Test(arguments: [(1, 500), (2, 1_000), (3, 2_000), (6, 16_000), (7, 30_000), (8, 30_000), (10_000, 30_000)])
  func delayIsAnywhereBelowADoublingBound(_ attempts: Int, _ bound: Int) {
    let policy = RetryPolicy()
    #expect(policy.delay(after: attempts, random: 0) == .zero)
    #expect(policy.delay(after: attempts, random: 0.5) == .milliseconds(bound) * 0.5)
    #expect(policy.delay(after: attempts, random: 0.999) < .milliseconds(bound))
  }

  @Test(
    arguments: [
      (500, nil, 5), (502, nil, 5), (503, nil, 5), (429, nil, 5), (429, Duration.seconds(60), 100),
      (500, .seconds(60), 5), (400, nil, 1), (401, nil, 1), (403, nil, 1), (404, nil, 1), (302, nil, 1), (408, nil, 1),
    ] as [(Int, Duration?, Int)])
  func attemptsEnd(_ status: Int, _ deadline: Duration?, _ attempts: Int) {
    let deadline = Deadline(uptime: deadline, time: ManualTime().source)
    var schedule = RetrySchedule(policy: RetryPolicy(), deadline: deadline)
    let answer = answer(status)
    while schedule.next(after: answer, random: 0.5) != nil {}
    #expect(schedule.attempts == attempts)
  }

  @Test(arguments: [
    (HTTPClientError.Kind.timeout, FailureReason.timeout, true), (.connection, .connection, true), (.tls, .tls, false),
    (.bodyTooLarge, .tooLarge, false), (.headersTooLarge, .tooLarge, false), (.invalidRequest, .clientError, false),
    (.cancelled, .timeout, false),
  ])
  func transportErrorIsJudged(_ kind: HTTPClientError.Kind, _ reason: FailureReason, _ isTransient: Bool) {
    let answer = FailedAttempt(HTTPClientError(kind, "words"), of: request, host: "h:1", isCancelled: true)
    #expect(answer.error.reason == reason)
    #expect(answer.error.operation == "ListImageCaches")
    #expect(answer.error.message.contains("words"))
    #expect(answer.error.message.contains("h:1") || kind == .cancelled)
    #expect(answer.isTransient == isTransient)
  }

  @Test(arguments: [
    (301, "", FailureReason.clientError, "redirect"), (304, "", .clientError, "redirect"),
    (400, #"{"error_code":"SVCSTG.SWR.4000014","error_msg":"bad"}"#, .clientError, "SVCSTG.SWR.4000014: bad"),
    (
      401, #"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information"}"#, .unauthorized, "0301"
    ),
    (401, #"{"error_code":"APIGW.0303","error_msg":"signature expired"}"#, .clockSkew, "clock"),
    (401, #"{"error_code":"APIG.0301","error_msg":"signature time:x,server time:y"}"#, .clockSkew, "clock"),
    (403, "", .forbidden, "cce:imageCache:list"), (404, "<html>", .notFound, "404"),
    (403, #"{"error_code":"APIGW.0802","error_msg":"x"}"#, .forbidden, "not allow this here, or the permission cce:"),
    (404, #"{"error_code":"APIGW.0101","error_msg":"x"}"#, .unsupported, "no such function in this region (status"),
    (404, #"{"error_code":"APIG.0101","error_msg":"x"}"#, .unsupported, "no such function in this region (status"),
    (403, #"{"error_code":"SVCSTG.SWR.4031032","error_msg":"x"}"#, .throttled, "throttles"),
    (403, #"{"error_code":"SVCSTG.SWR.4031042","error_msg":"x"}"#, .throttled, "throttles"),
    (403, #"{"error_code":"SVCSTG.SWR.4030170","error_msg":"x"}"#, .forbidden, "cce:imageCache:list"),
    (400, #"{"error_code":"SVCSTG.SWR.4031032","error_msg":"x"}"#, .clientError, "does not accept"),
    (409, #"[{"errorCode":"SVCSTG.SWR.4090023","errorMessage":"x"}]"#, .clientError, "the cloud is busy"),
    (429, #"{"errorCode":"CCE.02429001","errorMessage":"slow down"}"#, .throttled, "slow down"),
    (400, #"{"error_code":"APIG.0308","error_msg":"over"}"#, .throttled, "over"),
    (500, "", .serverError, "500"), (503, "nonsense", .serverError, "503"), (408, "", .clientError, "408"),
  ])
  func statusIsJudged(_ status: Int, _ body: String, _ reason: FailureReason, _ words: String) {
    let error = answer(status, body: body).error
    #expect(error.reason == reason)
    #expect(error.status == status)
    #expect(error.message.contains(words), "\(error.message)")
    #expect(!error.message.contains("\n"))
  }

  @Test(arguments: [
    (403, "SVCSTG.SWR.4031032", true), (403, "SVCSTG.SWR.4031042", true), (403, "SVCSTG.SWR.4030170", false),
    (409, "SVCSTG.SWR.4090023", true), (409, "SVCSTG.SWR.4090001", false), (404, "APIGW.0101", false),
    (401, "APIGW.0303", false),
  ])
  func otherDressesOfTooManyRequestsAreTriedAgain(_ status: Int, _ code: String, _ isTransient: Bool) {
    let answer = answer(status, body: #"{"error_code":"\#(code)","error_msg":"x"}"#)
    #expect(answer.isTransient == isTransient)
    #expect((answer.throttle != nil) == (status == 403 && isTransient))
  }

  @Test func aConfiguredHostMayBeTheWrongOne() {
    let body = #"{"error_code":"APIGW.0101","error_msg":"x"}"#
    let message = answer(404, body: body, isHostConfigured: true).error.message
    #expect(message.contains("endpoints.cce is not where the service is"))
    #expect(!answer(404, body: body).error.message.contains("endpoints"))
  }

  @Test(arguments: [
    ("Thu, 02 Jan 2025 03:24:05 GMT", "accepts, it is 20 min behind (status"),
    ("Thu, 02 Jan 2025 01:04:05 GMT", "accepts, it is 120 min ahead (status"),
    ("Thu, 02 Jan 2025 03:04:35 GMT", "accepts (status"), ("soon", "accepts (status"),
  ])
  func aWrongClockIsToldHowWrong(_ date: String, _ words: String) {
    let body = #"{"error_code":"APIGW.0303","error_msg":"signature expired"}"#
    let message = answer(401, body: body, headers: [HTTPHeader("Date", date)]).error.message
    #expect(message.contains(words), "\(message)")
  }

  @Test func requestIDIsKept() {
    #expect(answer(500, headers: [HTTPHeader("x-request-id", "ab-12")]).error.requestID == "ab-12")
    #expect(answer(500, headers: [HTTPHeader("X-IAM-Trace-Id", "c0ffee")]).error.requestID == "c0ffee")
    // What was sent may come back in it.
    #expect(answer(500, headers: [HTTPHeader("X-Request-Id", "cHVzZXI6cFMzY3JldFByb3h5")]).error.requestID == nil)
    #expect(answer(500, headers: [HTTPHeader("X-Request-Id", "two words")]).error.requestID == nil)
  }

  @Test func ownSecretsAreHidden() {
    let secret = "plain-words-only"
    let body = #"{"error_code":"A.1","error_msg":"wrong: \#(secret)"}"#
    #expect(answer(400, body: body, secrets: [Secret(secret)]).error.message.contains("A.1: wrong: …)"))
    let error = answer(400, body: #"{"error_code":"hushhush","error_msg":"x"}"#, secrets: [Secret("hushhush")]).error
    #expect(error.code == nil)
    #expect(!error.message.contains("hush"))
  }

  /// Nor where they look like words, are escaped, contain one another, or were sent as a name too.
  @Test(arguments: ["hunter", #"hun/ter"#, "hunt", "v5", "imagecaches"])
  func ownSecretsThatLookLikeWordsAreHidden(_ secret: String) {
    let escaped = secret.replacing("/", with: #"\/"#)
    let body = #"{"error_code":"A.1","error_msg":"the password \#(escaped) is wrong"}"#
    let message = answer(400, body: body, secrets: [Secret("hunt"), Secret(secret)]).error.message
    #expect(message.hasSuffix("A.1: the password … is wrong)"), "\(message)")
  }

  @Test func namesThatWereSentAreShown() {
    let body = #"{"error_code":"A.1","error_msg":"no /v5/imagecaches at 127.0.0.1:8080, but v6 at 127.0.0.2:8080"}"#
    #expect(
      answer(400, body: body).error.message.hasSuffix("A.1: no /v5/imagecaches at 127.0.0.1:8080, but … at …)"))
  }

  @Test(arguments: [
    ("0", nil), ("00", nil), ("2", 2), (" 120 ", 120), ("3600", 60 * 60), ("3601", 60 * 60),
    ("99999999999999999999", 60 * 60), ("Thu, 02 Jan 2025 03:04:35 GMT", 30),
    ("Fri, 02 Jan 2026 03:04:35 GMT", 60 * 60), ("Fri, 31 Dec 9999 23:59:59 GMT", 60 * 60),
    ("Thursday, 02-Jan-25 03:04:35 GMT", 30), ("Thu Jan  2 03:04:35 2025", 30), ("Thu, 02 Jan 2025 03:00:00 GMT", nil),
    ("Sun, 06 Nov 1994 08:49:37 GMT", nil), ("-1", nil), ("", nil), ("soon", nil), ("1.5", nil),
    ("Thu, 32 Jan 2025 03:04:35 GMT", nil), ("Thu, 02 Foo 2025 03:04:35 GMT", nil), ("Thu, 02 Jan 2025 03:04 GMT", nil),
    ("Thu, 02 Jan 99999 03:04:35 GMT", nil), ("Thu, 02 Jan 2025 03:04:35 PST", nil), ("٣", nil),
  ])
  func retryAfterIsRead(_ text: String, _ seconds: Int?) {
    let now = Timestamp(seconds: 1_735_787_045)
    #expect(RetryAfter.delay(text, now: now) == seconds.map { .seconds($0) })
  }

  @Test func dateOfTheAnswerCounts() {
    let headers = [
      HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), HTTPHeader("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"),
    ]
    #expect(answer(503, headers: headers).throttle == FailedAttempt.Throttle(pause: .seconds(10)))
  }

  @Test(arguments: [
    ("policy user over ratelimit,limit:200,time:5 minute", 200, 300), ("limit:5,time:5 second", 5, 5),
    ("Limit:60,Time:1 Hour", 60, 3_600), ("limit:1,time:1 day", 1, 60 * 60),
    ("limit:9,time:86400 days", 9, 60 * 60), ("limit:0,time:1 day", nil, 0),
    ("limit:10", nil, 0), ("limit:x,time:1 minute", nil, 0), ("limit:10,time:1 fortnight", nil, 0),
    ("time:1 minute", nil, 0), ("limit:99999999999999999999,time:1 minute", nil, 0),
    ("limit:1,time:99999999999 day", nil, 0), ("", nil, 0),
  ])
  func statedLimitIsRead(_ text: String, _ requests: Int?, _ seconds: Int) {
    #expect(
      ThrottleLimit(in: text) == requests.map { ThrottleLimit(requests: $0, window: .seconds(seconds)) })
  }

  @Test func throttleSaysHowLong() {
    let body = #"{"error_code":"APIGW.0308","error_msg":"over ratelimit,limit:200,time:5 minute"}"#
    let limit = ThrottleLimit(requests: 200, window: .seconds(300))
    #expect(answer(429, body: body).throttle == FailedAttempt.Throttle(pause: .seconds(300), limit: limit))
    #expect(
      answer(429, body: body, headers: [HTTPHeader("Retry-After", "7")]).throttle
        == FailedAttempt.Throttle(pause: .seconds(7), limit: limit))
    #expect(answer(429).throttle == FailedAttempt.Throttle())
    // Neither says how long: our own backoff does.
    for past in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
      let header = [HTTPHeader("Retry-After", past)]
      #expect(answer(429, headers: header).throttle == FailedAttempt.Throttle())
      #expect(
        answer(429, body: body, headers: header).throttle == FailedAttempt.Throttle(pause: .seconds(300), limit: limit))
      #expect(answer(503, headers: header).throttle == nil)
    }
    #expect(answer(500).throttle == nil)
    #expect(answer(404, headers: [HTTPHeader("Retry-After", "7")]).throttle == nil)
  }

  private var request: APIRequest {
    APIRequest(.cce, "ListImageCaches", path: ["v5", "imagecaches"], permission: "cce:imageCache:list")
  }

  private func answer(
    _ status: Int, body: String = "", headers: [HTTPHeader] = [], secrets: [Secret] = [],
    isHostConfigured: Bool = false
  ) -> FailedAttempt {
    var head = ResponseHead()
    head.append("HTTP/1.1 \(status)\r\n".utf8)
    for header in headers { head.append("\(header.name): \(header.value)\r\n".utf8) }
    head.append("\r\n".utf8)
    return FailedAttempt(
      HTTPResponse(head, body: Array(body.utf8)), to: request, host: "127.0.0.1:8080",
      isHostConfigured: isHostConfigured, now: Timestamp(seconds: 1_735_787_045), secrets: secrets)
  }
}
