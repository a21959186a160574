import HuaweiCloud
import System
import Testing

@testable import ExporterCore

@Suite struct PublicationStatusPageTests {
  private let now = Timestamp(seconds: 1_790_000_000)

  private func status(_ scope: String, _ edit: (inout TargetStatus) -> Void = { _ in }) -> TargetStatus {
    var status = TargetStatus(
      target: TargetID(project: "prod", collector: "mirrors", scope: scope),
      settings: RefreshSettings(interval: .seconds(300)))
    status.lastSucceeded = true
    status.lastSuccess = now + .seconds(-200)
    status.lastDuration = .milliseconds(1250)
    status.objects = 12
    status.series = 1234
    status.requests = 7
    status.nextRefresh = now + .seconds(75)
    edit(&status)
    return status
  }

  private func failing(_ scope: String, _ edit: (inout TargetStatus) -> Void = { _ in }) -> TargetStatus {
    status(scope) { status in
      status.lastSucceeded = false
      status.lastError = CloudError(
        .forbidden, operation: "ShowRemoteMirror", status: 403, code: "CH.403", message: "grant repo:read",
        requestID: "abc")
      edit(&status)
    }
  }

  private func html(_ statuses: [TargetStatus], path: String = "/metrics", isReady: Bool = true) -> String {
    StatusPage(
      statuses: statuses, readiness: Readiness(waitingFor: isReady ? [] : statuses.map(\.target)), isReady: isReady,
      telemetryPath: path, version: "1.2.3", now: now
    ).html
  }

  @Test func saysWhatIsKnownOfATarget() {
    let page = html([status("main")])
    for part in [
      "<b>mirrors</b>", "prod", ">main<", "3 min 20 s ago", "2026-09-21T14:10:00Z", ">1.3 s<", ">12<",
      ">1\u{202F}234<", ">7<", ">in 1 min 15 s<", ">Well<", "1.2.3", "href=\"./metrics\"", "href=\"./-/ready\"",
      StatusPage.projectHome,
    ] { #expect(page.contains(part), "\(part)") }
    #expect(!page.contains("<script"))
  }

  @Test(arguments: [(-1, "just now"), (0, "just now"), (1, "1 s ago")])
  func aMomentAgoIsJustNow(_ seconds: Int, _ words: String) {
    #expect(html([status("main") { $0.lastSuccess = now + .seconds(-seconds) }]).contains(">\(words)</time>"))
  }

  @Test func saysWhatIsWrongAndWhatItMeans() {
    let page = html([failing("main")])
    #expect(page.contains("<b>Permission missing</b>: grant repo:read"))
    #expect(page.contains("ShowRemoteMirror · HTTP 403 · CH.403 · request abc"))
    #expect(page.contains("Its last good data is served for another 11 min 40 s."))
    #expect(page.contains("<title>(1) "))
  }

  /// The error names one of several, so the others stand below it, and how many there is no room for.
  @Test func namesTheObjectsThatFail() {
    let failures = (10...29).map {
      ObjectFailure(object: "repository-\($0)", reason: $0 == 10 ? .timeout : .forbidden, message: "<no> \($0)")
    }
    let many = failing("main") {
      $0.objects = 500
      $0.failedObjects = 1023
      $0.objectFailures = failures.reversed()
    }
    let page = html([many])
    #expect(
      page.contains(
        "<ul class=\"objects\"><li><b>repository-10</b>: Took too long: &lt;no&gt; 10</li>"
          + "<li><b>repository-11</b>: Permission missing: &lt;no&gt; 11</li>"))
    #expect(page.contains("&lt;no&gt; 29</li><li>and 1\u{202F}003 more</li></ul>"))
    let two = failing("main") {
      $0.failedObjects = 2
      $0.objectFailures = Array(failures.prefix(2))
    }
    #expect(html([two]).contains("&lt;no&gt; 11</li></ul>"))
    let one = failing("main") {
      $0.failedObjects = 1
      $0.objectFailures = [failures[0]]
    }
    #expect(!html([one]).contains("<ul class=\"objects\">"), "the error names it")
  }

  @Test func whatIsLeftOutOfAListingIsTold() {
    let page = html([status("main") { $0.failedObjects = 2 }])
    #expect(page.contains("They came without an identity, or with the labels of another, and have no series."))
    #expect(!page.contains("keeps its last good data"))
  }

  @Test func sortsByTrouble() {
    let statuses = [
      status("well-a"), failing("kept"), status("waiting") { $0.lastSucceeded = nil },
      failing("partly") { $0.failedObjects = 3 }, failing("some") { $0.isStale = true },
      failing("all-failed") { $0.failedObjects = 12 },
      failing("gone") {
        $0.isStale = true
        $0.series = 0
      },
      failing("never") {
        $0.lastSuccess = nil
        $0.series = 0
      },
    ]
    let page = html(statuses)
    let order = ["gone", "never", "all-failed", "kept", "some", "partly", "waiting", "well-a"].map { name in
      page.firstRange(of: "<span class=\"scope\">\(name)<")?.lowerBound
    }
    #expect(!order.contains(nil))
    #expect(order.compactMap(\.self) == order.compactMap(\.self).sorted())
  }

  @Test func escapesEverythingThatComesFromOutside() {
    let hostile = "<img src=x onerror=\"alert(1)\">&'"
    let page = html(
      [
        failing(hostile) {
          $0.lastError = CloudError(
            .internal, operation: hostile, code: hostile, message: hostile, requestID: hostile)
        }
      ], path: "/\(hostile)")
    #expect(!page.contains("<img"))
    #expect(!page.contains("onerror=\""))
    #expect(page.contains("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;"))
  }

  /// What the cloud says of an object stands there although its target does well.
  @Test func showsWhatTheCloudSaysOfAnObject() {
    let page = html([
      status("a") { $0.remarks = [ObjectRemark(object: "<web>", text: "pull failed: denied")] }, status("b"),
    ])
    #expect(page.contains("<p>Huawei Cloud says of <b>&lt;web&gt;</b>: pull failed: denied</p>"))
    #expect(page.ranges(of: "class=\"trouble\"").count == 1)
  }

  @Test func saysThatItIsNotReady() {
    #expect(html([status("a"), status("b")], isReady: false).contains("Not ready: 2 first refreshes to go."))
    #expect(!html([status("a")]).contains("Not ready"))
    #expect(html([]).contains("No targets yet."))
  }

  @Test(arguments: [
    (Duration.milliseconds(-3), "0 ms"), (.milliseconds(850), "850 ms"), (.milliseconds(999), "999 ms"),
    (.milliseconds(1000), "1 s"), (.milliseconds(9949), "9.9 s"), (.milliseconds(9950), "10 s"), (.seconds(59), "59 s"),
    (.milliseconds(59_600), "1 min"), (.seconds(3599), "59 min 59 s"), (.seconds(7500), "2 h 5 min"),
    (.seconds(86_400), "1 d"), (.seconds(86_400 * 4 + 3 * 3600), "4 d 3 h"),
  ])
  func namesDurations(_ duration: Duration, _ words: String) { #expect(duration.words == words) }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567"), (-1000, "-1 000")])
  func groupsDigits(_ number: Int, _ text: String) {
    #expect(number.grouped == text.split(separator: " ").joined(separator: "\u{202F}"))
  }
}
