import Testing

@testable import HuaweiCloud

@Suite struct DecodingErrorBodyTests {
  @Test(
    arguments: [
      (
        #"{"error_code":"SWR.400003","error_msg":"no such instance","encoded_authorization_message":"AQ3cr3t"}"#,
        "SWR.400003", "no such instance"
      ),
      (
        #"{"errors":[{"errorCode":"INNER","errorMessage":"inner","detail":""}],"error_code":"SVCSTG.SWR.4030170","#
          + #""error_msg":"Insufficient permissions","details":[{"error_code":"D","error_msg":"d"}]}"#,
        "SVCSTG.SWR.4030170",
        "Insufficient permissions"
      ),
      (
        #"[{"errorCode":"SVCSTG.SWR.4001048","errorMessage":"bad name","detail":""}]"#, "SVCSTG.SWR.4001048", "bad name"
      ),
      (#"{"errors":[{"errorCode":"SVCSTG.SWR.4001090","errorMessage":"x"}]}"#, "SVCSTG.SWR.4001090", "x"),
      (#"{"errorCode":"CCE.01400001","errorMessage":"Invalid request."}"#, "CCE.01400001", "Invalid request."),
      (#"{"error_code":"CCE.01400001","error_msg":"own","message":"general"}"#, "CCE.01400001", "own"),
      (
        #"{"error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute","#
          + #""error_code":"APIGW.0308","request_id":"7f3c"}"#, "APIGW.0308",
        "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute"
      ),
      (
        #"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#, "401",
        "The username or password is wrong."
      ),
      (#"{"error_code":"IAM.0011","error_msg":"Access denied"}"#, "IAM.0011", "Access denied"),
      (#"{"error":{"code":"CH.080401","message":"expired"},"status":"failed"}"#, "CH.080401", "expired"),
      (#"{"error_code":"DEV.00000003","error_msg":"认证信息过期"}"#, "DEV.00000003", "认证信息过期"),
      ("<html><body>502 Bad Gateway</body></html>", nil, nil), ("", nil, nil), (" \n", nil, nil), ("{", nil, nil),
      ("[1,{]", nil, nil), ("{}", nil, nil),
      ("null", nil, "null"),
      ("Please configure Cloud Service Agency first\n", nil, "Please configure Cloud Service Agency first\n"),
      (#"{"error":"invalid_request"}"#, nil, "invalid_request"),
      (#"{"error_code":"","error_msg":null,"code":7,"message":"m"}"#, "7", "m"),
      (#"{"error_code":"not a code","error_msg":{"x":1}}"#, "not a code", nil),
      (#"[[{"error_code":"A"}],{"error_msg":"b"}]"#, "A", "b"),
      (#"{"error":{"title":"Unauthorized"}}"#, nil, "Unauthorized"),
    ] as [(String, String?, String?)])
  func shapes(_ body: String, _ code: String?, _ message: String?) {
    let parsed = CloudErrorBody.parse(Array(body.utf8))
    #expect(parsed.code == code)
    #expect(parsed.message == message)
  }

  @Test func aBodyThatIsNoErrorIsNotRead() {
    let huge = CloudErrorBody.parse(Array(#"{"error_msg":"\#(String(repeating: "x", count: 2 << 20))"}"#.utf8))
    #expect(huge.message == nil)
    #expect(CloudErrorBody.parse(Array(String(repeating: "[", count: 100_000).utf8)) == (nil, nil))
  }

  @Test(arguments: [
    "APIGW.0101", "SVCSTG.SWR.4030170", "SWR.400003", "CCE.02429001", "CCE_CM.0003", "DEV.00000003", "CH.080401",
    "IAM.0011", "PEP5.0042", "401", "AccessDenied", "NamespaceAlreadyExists", "INVALID_PARAMETER", "E-1.x_2", "A.1",
    "common.01010001",
  ])
  func codesAreUsable(_ code: String) {
    #expect(CloudErrorBody.usableCode(code) == code)
  }

  @Test(arguments: [
    "", "not a code", "..", "abc-def-ghi", "ABCDEFGH12345678IJKL", "ABCDEFGHIJKLMNOPQRST",
    "abcdefghijklmnopqrstu", "aBcDeFgHiJkLmNoPqRsTuVwXyZ", "123e4567-e89b-12d3-a456-426614174000",
    "0605767fa280d5762f9cc01c0b5fe321", "12345678901", "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
    "a.b.c.d.e.f.g",
    "k=v", "a/b", "密码",
  ])
  func whatCouldBeASecretIsNoCode(_ code: String) {
    #expect(CloudErrorBody.usableCode(code) == nil)
  }
}
