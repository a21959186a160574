import Foundation
import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct CompressionTests {
  static func text(lines: Int, salt: Int = 0) -> [UInt8] {
    var text = ""
    for line in 0..<lines { text += "metric{repository=\"library/app-\(line)\",salt=\"\(salt)\"} \(line * 7919)\n" }
    return Array(text.utf8)
  }

  @Test(arguments: [0, 1, 10, 5_000], [1, 6, 9])
  func blockInflatesToItsText(lines: Int, level: Int) {
    let text = Self.text(lines: lines)
    let block = DeflatedBlock(text, level: level)
    #expect(block.inflated() == text)
    #expect(block.textLength == text.count)
    if lines >= 5_000 { #expect(block.compressed.count * 5 < text.count) }
  }

  @Test func checksumIsThatOfGzip() {
    #expect(DeflatedBlock(Array("123456789".utf8)).checksum == 0xcbf4_3926)
  }

  @Test func blocksAreTheSameWhicheverStreamCompressedThem() async {
    let expected = DeflatedBlock(Self.text(lines: 300)).compressed.bytes
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<20).allSatisfy { _ in
            DeflatedBlock(Self.text(lines: 30)).inflated() == Self.text(lines: 30)
              && DeflatedBlock(Self.text(lines: 300)).compressed.bytes == expected
          }
        }
      }
      for await isSame in group { #expect(isSame) }
    }
  }

  @Test(arguments: [0, 1, 3, 200])
  func memberIsWhatEveryDecoderReads(count: Int) throws {
    let texts = (0..<count).map { Self.text(lines: $0 * 3, salt: $0) }
    let member = Gzip.member(of: texts.map { DeflatedBlock($0) }).flatMap(\.bytes)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("member-\(UUID().uuidString).gz")
    try Data(member).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }

    #expect(try run("gzip", "-t", file.path).status == 0)
    #expect(try run("gzip", "-dc", file.path).output == texts.flatMap { $0 })
    // Exactly one member and nothing after it.
    let script = """
      import sys, zlib
      d = zlib.decompressobj(31)
      text = d.decompress(open(sys.argv[1], 'rb').read())
      assert d.eof and not d.unused_data
      sys.stdout.buffer.write(text)
      """
    #expect(try run("python3", "-c", script, file.path).output == texts.flatMap { $0 })
  }

  @Test func partsAreFewAndKeepTheBytes() {
    for count in [0, 1, 512, 513, 3_000] {
      let blocks = (0..<count).map {
        ByteBlock([UInt8](repeating: UInt8($0 % 251), count: $0 % 7 == 0 ? 9_000 : $0 % 5))
      }
      let parts = IOParts.fitting(blocks)
      #expect(parts.count <= IOParts.maximum)
      #expect(parts.flatMap(\.bytes) == blocks.flatMap(\.bytes))
    }
  }

  @Test func alternatingPartsStayFew() {
    let blocks = (0..<4_000).map { ByteBlock([UInt8](repeating: 1, count: $0 % 2 == 0 ? 1 : 100)) }
    #expect(IOParts.fitting(blocks).count <= IOParts.maximum)
    let few = (0..<600).map { ByteBlock([UInt8](repeating: 1, count: $0 % 2 == 0 ? 1 : 100_000)) }
    #expect(IOParts.fitting(few).count <= IOParts.maximum)
  }
}
