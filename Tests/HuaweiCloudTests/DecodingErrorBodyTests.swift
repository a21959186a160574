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
      ("Please configure Cloud Service Agency first\n", nil, "Please configure Cloud Service Agency first"),
      (#"{"error":"invalid_request"}"#, nil, "invalid_request"),
      (#"{"error_code":"","error_msg":null,"code":7,"message":"m"}"#, "7", "m"),
      (#"{"error_code":"not a code","error_msg":{"x":1}}"#, nil, nil),
      (#"[[{"error_code":"A"}],{"error_msg":"b"}]"#, "A", "b"),
      (#"{"error":{"title":"Unauthorized"}}"#, nil, "Unauthorized"),
    ] as [(String, String?, String?)])
  func shapes(_ body: String, _ code: String?, _ message: String?) {
    let parsed = CloudErrorBody.parse(Array(body.utf8))
    #expect(parsed.code == code)
    #expect(parsed.message == message)
  }

  @Test func boundsAndCleans() {
    let long = CloudErrorBody.parse(Array(#"{"error_msg":"\#(String(repeating: "漢 漢", count: 5000))"}"#.utf8))
    #expect((280...303).contains(long.message?.utf8.count ?? 0))
    #expect(long.message?.hasSuffix("…") == true)
    let control = CloudErrorBody.parse(Array(#"{"error_msg":"a\u0000\nb\u001b[31m\r\n\tc\u007f"}"#.utf8))
    #expect(control.message == "a b [31m c")
    let huge = CloudErrorBody.parse(Array(#"{"error_msg":"\#(String(repeating: "x", count: 2 << 20))"}"#.utf8))
    #expect(huge.message == nil)
    let invalid = CloudErrorBody.parse([0x61, 0xFF, 0x62])
    #expect(invalid.message == "a\u{FFFD}b")
    #expect(CloudErrorBody.parse(Array(String(repeating: "[", count: 100_000).utf8)) == (nil, nil))
  }

  @Test(arguments: [
    ("clone https://user:p4ss@example.com/x.git failed", "clone https://***@example.com/x.git failed"),
    ("https://tok@example.com and ssh://git:x@host", "https://***@example.com and ssh://***@host"),
    ("https://u:p@ss@example.com/a@b", "https://***@example.com/a@b"),
    ("https://example.com/a@b", "https://example.com/a@b"),
    ("token: abc", "token: ***"), ("X-Auth-Token=MIIabc rest", "X-Auth-Token=*** rest"),
    (#"{"token":"abc","x":"y"}"#, #"{"token":"***","x":"y"}"#),
    (#"{\"access_key\": \"abc\", \"x\": 1}"#, #"{\"access_key\": \"***\", \"x\": 1}"#),
    ("access_key=AKIA&secret_key=s/3+c==&a=b", "access_key=***&secret_key=***&a=b"),
    ("password: p@ss:w0rd! next", "password: *** next"),
    ("Authorization: Bearer abc.def next", "Authorization: *** *** next"),
    ("the key ABCDEFGH12345678IJKL is unknown", "the key *** is unknown"),
    ("cn-north-4@ABCDEFGH12345678IJKL", "cn-north-4@***"),
    ("opaque AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789 here", "opaque *** here"),
    ("ak=x, sk=y", "ak=***, sk=***"),
    ("verify aksk signature fail", "verify aksk signature fail"),
    ("request 0123456789abcdef0123456789abcdef failed", "request 0123456789abcdef0123456789abcdef failed"),
    ("decrypt token fail", "decrypt token fail"),
    ("Incorrect IAM authentication information: x", "Incorrect IAM authentication information: x"),
    (
      "signature time:20250102T030405Z,server time:20250102T040405Z",
      "signature time:20250102T030405Z,server time:20250102T040405Z"
    ),
    ("sent Bearer abc.def here", "sent Bearer *** here"), ("access: denied", "access: denied"),
    ("id_token: eyJhbGciOi.eyJ.sig", "id_token: ***"), ("secret", "secret"), ("", ""), (":", ":"), ("://@", "://***@"),
  ])
  func masksSecrets(_ text: String, _ masked: String) {
    #expect(Redaction.clean(text) == masked)
  }

  /// What is cut must not leave the first half of a secret behind.
  @Test func masksBeforeCutting() {
    for padding in 0..<400 {
      let text = String(repeating: "x ", count: padding) + "https://user:Sup3rS3cret@example.com/ token=Sup3rS3cret"
      #expect(!Redaction.clean(text).contains("Sup3r"), "\(padding)")
      let after = "token=" + String(repeating: "x", count: 800 + padding) + " https://user:Sup3rS3cret@example.com/"
      #expect(!Redaction.clean(after).contains("Sup3r"), "\(padding)")
    }
  }
}
