import HTTPTransport
import HuaweiCloud
import System

/// The error of a request that is not let in.
struct RefusalError: Error, Equatable {
  var status = 401
  var code = "APIGW.0301"
  var message: String
}

/// Decides which requests are let in, from the accounts and from what was issued, revoked and locked since the start.
struct AccessCheck: Sendable {
  var authentication: Authentication
  private var issuedKeys: [String: SimulatedKey] = [:]
  private var tokens: [String: Token] = [:]
  private var metadataTokens: [String: Timestamp] = [:]
  /// The key that the metadata service hands out, and since when.
  private var metadataKey: (key: SimulatedKey, since: Timestamp)?
  private var revokedKeys: Set<String> = []
  /// The number of consecutive failures by access key, and the end of its lock in the world's time.
  private var failures: [String: (count: Int, lockedUntil: Timestamp?)] = [:]
  private let hash: SeededHash
  private var issued = 0

  /// The number of failures in a row that are tolerated; one more locks a key for `lockDuration`.
  private static let toleratedFailures = 5
  private static let lockDuration: Duration = .seconds(300)
  private static let toleratedSkew: Duration = .seconds(900)

  private struct Token {
    var expiresAt: Timestamp
    var projectID: String?
  }

  init(authentication: Authentication, hash: SeededHash) {
    self.authentication = authentication
    self.hash = hash
  }

  var accounts: Accounts { if case .required(let accounts) = authentication { accounts } else { Accounts() } }

  /// Returns the project that the token of a request is scoped to, if any; throws if the request is not let in.
  mutating func admit(
    _ request: HTTPServerRequest, realTime: Timestamp, worldTime: Timestamp
  ) throws(RefusalError) -> String? {
    guard case .required = authentication else { return nil }
    if let token = request.headers.first(named: "X-Auth-Token") { return try scope(of: token, at: realTime) }
    guard request.headers.first(named: "Authorization") != nil else {
      throw RefusalError(message: "Incorrect IAM authentication information: x-auth-token not found")
    }
    guard let accessKey = Self.accessKey(of: request) else {
      throw RefusalError(message: "Incorrect IAM authentication information: bad authorization header")
    }
    if let until = failures[accessKey]?.lockedUntil, worldTime < until {
      throw RefusalError(message: "AK access failed to reach the limit,forbidden")
    }
    do throws(RefusalError) {
      try verify(accessKey, request, at: realTime)
    } catch {
      let count = (failures[accessKey]?.lockedUntil == nil ? failures[accessKey]?.count ?? 0 : 0) + 1
      let isLocked = count > Self.toleratedFailures
      failures[accessKey] = (count, isLocked ? worldTime + Self.lockDuration : nil)
      throw error
    }
    failures[accessKey] = nil
    return nil
  }

  /// Returns the access key that a request claims to be signed with.
  static func accessKey(of request: HTTPServerRequest) -> String? {
    guard let text = request.headers.first(named: "Authorization"), let start = text.firstRange(of: " Access=") else {
      return nil
    }
    return String(text[start.upperBound...].prefix { $0 != "," })
  }

  private func verify(_ accessKey: String, _ request: HTTPServerRequest, at time: Timestamp) throws(RefusalError) {
    let known = accounts.keys.first { $0.accessKey == accessKey } ?? issuedKeys[accessKey]
    guard let key = known, !revokedKeys.contains(accessKey) else {
      throw RefusalError(message: "Incorrect IAM authentication information: ak \(accessKey) not exist")
    }
    guard let dateText = request.headers.first(named: "X-Sdk-Date"), let date = CloudDate.parseBasic(dateText) else {
      throw RefusalError(message: "Incorrect IAM authentication information: x-sdk-date is missing or malformed")
    }
    let skew = date - time
    if skew > Self.toleratedSkew || skew < .zero - Self.toleratedSkew {
      let serverTime = CloudDate.rfc3339(time, digits: 0)
      throw RefusalError(
        code: "APIGW.0303",
        message: "Incorrect app authentication information: signature expired, signature time:\(dateText),"
          + "server time:\(serverTime)")
    }
    if let expected = key.securityToken, request.headers.first(named: "X-Security-Token") != expected {
      throw RefusalError(message: "Incorrect IAM authentication information: decrypt security token fail")
    }
    if let end = key.expiresAt, time >= end {
      throw RefusalError(message: "Incorrect IAM authentication information: the security token has expired")
    }
    let verdict = RequestSigner.verify(
      method: request.method, path: request.path, query: request.query ?? "", headers: request.headers,
      body: request.body, secretKey: { _ in key.secretKey })
    guard case .valid = verdict else {
      throw RefusalError(message: "Incorrect IAM authentication information: verify aksk signature fail")
    }
  }

  private func scope(of text: String, at time: Timestamp) throws(RefusalError) -> String? {
    if let projectID = accounts.tokens[text] { return projectID }
    guard let token = tokens[text] else {
      throw RefusalError(message: "Incorrect IAM authentication information: decrypt token fail")
    }
    guard time < token.expiresAt else {
      throw RefusalError(code: "APIGW.0307", message: "The token must be updated")
    }
    return token.projectID
  }

  /// Returns the project that a token is scoped to, whether or not the token is still valid.
  func projectID(ofToken token: String) -> String? { accounts.tokens[token] ?? tokens[token]?.projectID }

  /// Issues a token for a project.
  mutating func issueToken(projectID: String?, at time: Timestamp) -> (token: String, expiresAt: Timestamp) {
    issued += 1
    let end = time + accounts.tokenLifetime
    let text = "MII" + hash.hexadecimal(max(61, accounts.tokenLength - 3), 1, issued)
    tokens[text] = Token(expiresAt: end, projectID: projectID)
    return (text, end)
  }

  /// Issues a temporary key, with its security token and end.
  mutating func issueKey(lifetime: Duration, at time: Timestamp) -> SimulatedKey {
    issued += 1
    let key = SimulatedKey(
      accessKey: "TEMP" + hash.hexadecimal(16, 2, issued).uppercased(),
      secretKey: Secret(hash.hexadecimal(40, 3, issued)),
      securityToken: "ggpjbi1ub3J0aC00" + hash.hexadecimal(80, 4, issued), expiresAt: time + lifetime)
    issuedKeys[key.accessKey] = key
    return key
  }

  /// Returns the key of the server's agency: the same one until it is rotated.
  mutating func metadataKey(at time: Timestamp) -> SimulatedKey {
    let metadata = accounts.metadata
    if let (key, since) = metadataKey, time < since + metadata.keyRotation, issuedKeys[key.accessKey] != nil {
      return key
    }
    let key = issueKey(lifetime: metadata.keyLifetime, at: time)
    metadataKey = (key, time)
    return key
  }

  mutating func issueMetadataToken(lifetime: Duration, at time: Timestamp) -> String {
    issued += 1
    let text = hash.hexadecimal(48, 5, issued)
    metadataTokens[text] = time + lifetime
    return text
  }

  func acceptsMetadataToken(_ token: String?, at time: Timestamp) -> Bool {
    token.flatMap { metadataTokens[$0] }.map { time < $0 } ?? false
  }

  /// Returns whether the token is known and still valid.
  func accepts(token: String, at time: Timestamp) -> Bool {
    do throws(RefusalError) {
      _ = try scope(of: token, at: time)
      return true
    } catch {
      return false
    }
  }

  /// Forgets every token that was issued, including those of the metadata service.
  mutating func revokeTokens() {
    tokens = [:]
    metadataTokens = [:]
  }

  /// Makes a key unknown, whether it is in the accounts or was issued.
  mutating func revokeKey(_ accessKey: String) { revokedKeys.insert(accessKey) }

  /// Makes all issued temporary keys unknown.
  mutating func revokeIssuedKeys() { issuedKeys = [:] }
}
