import System
import Testing

@testable import HTTPTransport
@testable import HuaweiCloud

/// What is left of the cloud's words: enough to act on, and nothing that could be a secret.
@Suite struct RedactionTests {
  /// Every shape of an error, in English and Chinese, as a person reads it.
  @Test(
    arguments: [
      (
        400, #"{"error_code":"SWR.400003","error_msg":"no such instance","encoded_authorization_message":"AQ3cr3t"}"#,
        "SWR.400003: no such instance"
      ),
      (400, #"{"error_code":"SWR.400003","error_msg":"实例不存在。"}"#, "SWR.400003: 实例不存在。"),
      (
        400,
        #"{"errors":[{"errorCode":"INNER","errorMessage":"inner","detail":""}],"error_code":"SVCSTG.SWR.4000014","#
          + #""error_msg":"Namespace 'group' doesn't exist","details":[{"error_code":"D","error_msg":"d"}]}"#,
        "SVCSTG.SWR.4000014: Namespace 'group' doesn't exist"
      ),
      (
        404, #"[{"errorCode":"SVCSTG.SWR.4040009","errorMessage":"组织group不存在，请检查","detail":""}]"#,
        "SVCSTG.SWR.4040009: 组织group不存在，请检查"
      ),
      (
        400,
        #"{"errors":[{"errorCode":"SVCSTG.SWR.4001090","errorMessage":"Invalid parameter: limit (1000) too large"}]}"#,
        "SVCSTG.SWR.4001090: Invalid parameter: limit (1000) too large"
      ),
      (400, #"{"errorCode":"CCE.01400001","errorMessage":"Invalid request."}"#, "CCE.01400001: Invalid request."),
      (429, #"{"errorCode":"CCE.02429001","errorMessage":"请求过于频繁，请稍后重试"}"#, "CCE.02429001: 请求过于频繁，请稍后重试"),
      (
        403, #"{"error_code":"CCE.01403001","error_msg":"Forbidden.","message":"general"}"#, "CCE.01403001: Forbidden."
      ),
      (
        429,
        #"{"error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute","#
          + #""error_code":"APIGW.0308","request_id":"7f3c"}"#,
        "APIGW.0308: The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute"
      ),
      (
        404,
        #"{"error_msg":"The API does not exist or has not been published in the environment","error_code":"APIG.0101"}"#,
        "APIG.0101: The API does not exist or has not been published in the environment"
      ),
      (
        401,
        #"{"error_msg":"Incorrect IAM authentication information: verify aksk signature fail","error_code":"APIG.0301"}"#,
        "APIG.0301: Incorrect IAM authentication information: verify aksk signature fail"
      ),
      (
        401, #"{"error_msg":"Incorrect IAM authentication information: decrypt token fail","error_code":"APIGW.0301"}"#,
        "APIGW.0301: Incorrect IAM authentication information: decrypt token fail"
      ),
      (
        401,
        #"{"error_msg":"Incorrect IAM authentication information: AK access failed to reach the limit,forbidden","#
          + #""error_code":"APIGW.0301"}"#,
        "APIGW.0301: Incorrect IAM authentication information: AK access failed to reach the limit,forbidden"
      ),
      (
        401,
        #"{"error_msg":"Incorrect IAM authentication information: ak ABCDEFGH12345678IJKL not exist","#
          + #""error_code":"APIGW.0301"}"#,
        "APIGW.0301: Incorrect IAM authentication information: ak … not exist"
      ),
      (
        401,
        #"{"error_msg":"Incorrect app authentication information: signature expired, signature time:20250102T030405Z,"#
          + #"server time:20250102T040405Z","error_code":"APIGW.0303"}"#,
        "APIGW.0303: Incorrect app authentication information: signature expired, signature …"
      ),
      (
        401, #"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#,
        "401: The username or password is wrong."
      ),
      (401, #"{"error":{"code":401,"message":"用户名或密码错误","title":"Unauthorized"}}"#, "401: 用户名或密码错误"),
      (403, #"{"error_code":"IAM.0011","error_msg":"Access denied"}"#, "IAM.0011: Access denied"),
      (
        404, #"{"error":{"code":"CH.004404","message":"Repository 2111985337 not found"},"status":"failed"}"#,
        "CH.004404: Repository 2111985337 not found"
      ),
      (401, #"{"error_code":"DEV.00000003","error_msg":"认证信息过期"}"#, "DEV.00000003: 认证信息过期"),
      (
        409, #"{"error_code":"SVCSTG.SWR.4090023","error_msg":"system resources busy"}"#,
        "SVCSTG.SWR.4090023: system resources busy"
      ),
      (404, "Please configure Cloud Service Agency first\n", "Please configure Cloud Service Agency first"),
      (
        400, #"{"error_msg":"code APIGW.0301 (SVCSTG.SWR.4030170) 占用率90，上限100"}"#,
        "code APIGW.0301 (SVCSTG.SWR.4030170) 占用率90，上限100"
      ),
      (502, "<html><body>502 Bad Gateway, token abc</body></html>", ""), (504, "", ""),
    ] as [(Int, String, String)])
  func isStillOfUse(_ status: Int, _ body: String, _ shown: String) {
    let request = APIRequest(
      .swr, "Any", path: ["v2", "manage", "namespaces", "group", "2111985337"], query: [("limit", "1000")])
    var head = ResponseHead()
    head.append("HTTP/1.1 \(status)\r\n\r\n".utf8)
    let error = FailedAttempt(
      HTTPResponse(head, body: Array(body.utf8)), to: request, host: "h", isHostConfigured: false,
      now: Timestamp(seconds: 1_735_787_045), secrets: []
    ).error
    let end = shown.isEmpty ? "(status \(status))" : "(status \(status), \(shown))"
    #expect(error.message.hasSuffix(end), "\(error.message)")
  }

  /// As real ones look, alone and in the company in which they come.
  @Test(arguments: [
    "ABCDEFGH12345678IJKL", "HPUAXXXKEYNPQRSTUVWX", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
    "qwertyuiopasdfghjklzx", "Xk9PvqRtmNb8LcJhYgFdZsAeWiUoQpMnBvCxZlKj", "xkqPvqRtmNbvLcJhYgFdZsAeWiUoQpMnBvCxZlKj",
    "MIIEpAIBAAKCAQEAx1Y2v", "MIIYrwYJKoZIhvcNAQcCoIIYoDCCGJwCAQExDTALBglghkgBZQMEAgEwghbBBgkqhkiG9w0BBwGgghay",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "eyJhbGciOi.eyJzdWIiOi.sigsigsig",
    "123e4567-e89b-12d3-a456-426614174000", "0605767fa280d5762f9cc01c0b5fe321", "deadbeefdeadbeefdeadbeef",
    "q83vEjRWeJq83vEjRWeJ+/8=", "abcdefgh/ijklmnop+qrst=", "abc-def-ghi", "correct-horse-battery-staple",
    "correct_horse_battery", "correct.horse.battery", "correct/horse/battery", "correct+horse", "correct=horse",
    "correct:horse", "hunter@example", "https://user:hunter@example.com/path", "https://hunter@example.com",
    "https://user:hunter,battery:staple@example.com", "ssh://git:hunter;battery@host",
    "https://example.com/?token=hunter",
    "token=hunter", "access_key=hunter&secret_key=battery", #"{"token":"hunter"}"#, "1234567", "+861234567",
    "Zq7Yw3", "p4ssword", "hunter\u{200B}battery", "hünter", "пароль",
  ])
  func noRunOfASecretIsLeft(_ secret: String) {
    for text in [
      secret, "denied for token \(secret)", "denied for token \(secret).", "token: \(secret), then more",
      "(\(secret))", "令牌\(secret)无效", "令牌：\(secret)。", "“\(secret)”", "'\(secret)'", "a \(secret) b", "x=\(secret)",
    ] {
      let cleaned = Redaction.clean(text, sent: ["a", "ab", "abc", "e", "/", "-", "v2", "token", "x", ""])
      #expect(cleaned.contains("…"))
      for run in Self.runs(of: secret) { #expect(!cleaned.contains(run), "\(text): \(cleaned)") }
    }
  }

  /// The runs of letters and digits of more than five characters.
  static func runs(of secret: String) -> [String] {
    secret.split { !($0.isLetter || $0.isNumber) }.map(String.init).filter { $0.count > 5 }
      .filter { !["example", "access", "secret", "battery="].contains($0) }
  }

  @Test(arguments: [
    ("", ""), (":", ":"), ("...", "..."), ("a - b = c", "a - b = c"), ("://@", ":…"), ("  a \t\n b ", "a b"),
    ("a\u{0}\nb\u{1B}[31m\r\n\tc\u{7F}", "a b [… c"), ("a\u{FFFD}b", "…"), ("\u{1F600} ok", "… ok"),
    ("one two-three four-five six", "one … six"), ("令牌a-b-c无效", "令牌…无效"),
    ("NotFound notFound NOTFOUND", "NotFound notFound NOTFOUND"),
    ("aB nOTfOUND APIGateway userId", "…"), ("abcdefghijklmnopqrst", "abcdefghijklmnopqrst"),
    ("abcdefghijklmnopqrstu", "…"), ("123456 1234567 12.5", "123456 …"),
    ("can't users' it's x'y'z", "can't users' it's …"),
    ("limit:200,time:5;next:APIGW.0308", "limit:200,time:5;next:APIGW.0308"), ("word:word", "…"), ("a,,b", "…"),
    ("no.space", "…"), ("APIGW.03 apigw.0301 A.B.C.D.0301 PEP5.0042", "… PEP5.0042"),
    ("\"a\" [b] {c} `d`", "\"a\" [b] {c} `d`"),
    ("((((((a))))))", "(((…)))"), ("…", "…"), ("é à", "…"), ("全角，标点：都可以！", "全角，标点：都可以！"),
    ("ＡＢＣ１２３", "…"), ("エラーが発生しました", "エラーが発生しました"), ("오류 발생", "오류 발생"),
    (String(repeating: "漢", count: 40), String(repeating: "漢", count: 40)), (String(repeating: "漢", count: 41), "…"),
  ])
  func onlyWhatIsKnownPasses(_ text: String, _ cleaned: String) {
    #expect(Redaction.clean(text) == cleaned)
  }

  /// Whole tokens are compared: a short name is not found inside of others.
  @Test(arguments: [
    ("no cn-north-4 here", "no cn-north-4 here"), ("no 'cn-north-4'.", "no 'cn-north-4'."), ("cn-north-4-secret", "…"),
    ("x-cn-north-4", "…"), ("a-b", "…"), ("ab1 1a", "…"), ("a1", "…"), ("2", "2"), ("v2/cn-north-4", "v2/cn-north-4"),
    ("/v2/a/cn-north-4/", "/v2/a/cn-north-4/"), ("/v2/b9/cn-north-4", "…"), ("host:8080", "host:8080"),
    ("project:0605767fa280d5762f9cc01c0b5fe321", "project:0605767fa280d5762f9cc01c0b5fe321"),
    ("0605767fa280d5762f9cc01c0b5fe322", "…"),
    ("项目0605767fa280d5762f9cc01c0b5fe321不存在", "项目0605767fa280d5762f9cc01c0b5fe321不存在"),
  ])
  func namesThatWereSentPassAsAWhole(_ text: String, _ cleaned: String) {
    let sent: Set = ["cn-north-4", "a", "b", "1", "-", "", "v2", "host:8080", "0605767fa280d5762f9cc01c0b5fe321"]
    #expect(Redaction.clean(text, sent: sent) == cleaned)
  }

  @Test func isBoundedAndCutBetweenTokens() {
    let long = Redaction.clean(String(repeating: "漢 漢 ", count: 5_000))
    #expect((280...303).contains(long.utf8.count))
    #expect(long.hasSuffix("…"))
    #expect(Redaction.clean(String(repeating: "x", count: 2 << 20)) == "…")
    // What is cut must not leave the first half of a secret behind, which may look like a word.
    for padding in 4_700..<4_900 {
      let text = String(repeating: ".", count: padding) + " hunterbattery-staple"
      #expect(!Redaction.clean(text).contains("hunter"), "\(padding)")
    }
    for padding in 0..<200 {
      let cleaned = Redaction.clean(String(repeating: "x ", count: padding) + "https://user:hunterbattery@host/ end")
      #expect(!cleaned.contains("hunter"), "\(padding)")
    }
  }
}
