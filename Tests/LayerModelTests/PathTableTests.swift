// layerverify: tests of the packed paths of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import LayerModel

@Suite struct PathTableTests {
    /// Directories of many sizes, entered again and again: what was added in any of them is found, and nothing else.
    @Test(arguments: UInt64(0)..<6)
    func everyPathIsFoundAtAnyTime(seed: UInt64) throws {
        var numbers = SplitMix(state: seed)
        var table = PathTable(budget: PathBudget(byteCount: 1 << 24))
        var model: [String: PathNode] = [:]
        var directories: [(path: String, node: PathNode)] = [("", .root)]
        var current = directories[0]
        for _ in 0..<3000 {
            if Int.random(in: 0..<(seed % 2 == 0 ? 8 : 80), using: &numbers) == 0 {
                current = try #require(directories.randomElement(using: &numbers))
            }
            let length = Int.random(in: 1...(seed % 3 == 0 ? 2 : 24), using: &numbers)
            let name = (0..<length).map { _ in UInt8.random(in: 0x61...0x66, using: &numbers) }
            let path = current.path + "/" + String(decoding: name, as: UTF8.self)
            let found = table.find(name, name.indices, in: current.node)
            #expect(found == model[path])
            guard found == nil else { continue }
            let isDirectory = Int.random(in: 0..<6, using: &numbers) == 0
            let kind: PathKind = isDirectory ? .directory : Bool.random(using: &numbers) ? .file : .whiteout
            let added = table.add(name, name.indices, in: current.node, kind, at: 512)
            let node = try #require(added)
            model[path] = node
            if isDirectory { directories.append((path, node)) }
        }
        for (path, node) in model {
            #expect(table.path(of: node) == Array(path.utf8.dropFirst()))
            let name = Array(table.name(of: node))
            #expect(table.find(name, name.indices, in: table.parent(of: node)) == node)
        }
        #expect(table.count == model.count + 1)
    }

    /// Names of all lengths whose bytes differ in one place, with other bytes around them.
    @Test func namesAreComparedToTheirLastByte() throws {
        var table = PathTable(budget: PathBudget(byteCount: 1 << 24))
        var added: [[UInt8]: PathNode] = [:]
        for length in 1...255 {
            for place in [0, length / 2, length - 1] {
                var text = [UInt8](repeating: UInt8(ascii: "/"), count: length + 20)
                for index in 0..<length { text[7 + index] = UInt8(ascii: "n") }
                text[7 + place] = UInt8(ascii: "o")
                let name = Array(text[7..<7 + length])
                let known = table.find(text, 7..<7 + length, in: .root)
                #expect(known == added[name])
                if known == nil { added[name] = table.add(text, 7..<7 + length, in: .root, .file, at: 0) }
            }
        }
        for (name, node) in added {
            #expect(table.find(name, name.indices, in: .root) == node)
            #expect(table.find(name + [0], 0..<name.count + 1, in: .root) == nil)
            #expect(table.find(name, name.indices, in: node) == nil)
        }
    }

    @Test func bytesOfNamesAreLookedAtOneByOne() {
        for length in 0...20 {
            for byte in UInt8.min ... .max {
                for place in 0..<length {
                    var text = [UInt8](repeating: UInt8(ascii: "n"), count: length + 9)
                    // What is before and after does not count.
                    (text[2], text[3 + length]) = (UInt8(ascii: "/"), 0xff)
                    text[3 + place] = byte
                    let scan = NameBytes.scan(text, 3..<3 + length)
                    #expect(scan.hasSlash == (byte == UInt8(ascii: "/")))
                    #expect(scan.hasHighByte == (byte > 127))
                    #expect(scan.hasControl == (byte < 32 || byte == 127))
                }
            }
        }
    }

    @Test func aTableBeyondItsBudgetIsUnchanged() {
        let budget = PathBudget(byteCount: 1 << 14)
        var table = PathTable(budget: budget)
        var count = 1
        while true {
            let name = Array("name-\(count)".utf8)
            guard table.add(name, name.indices, in: .root, .file, at: 0) != nil else { break }
            count += 1
        }
        #expect(table.count == count)
        #expect(count > 200)
        #expect(budget.usedByteCount <= 1 << 14)
        for number in 1..<count {
            let name = Array("name-\(number)".utf8)
            #expect(table.find(name, name.indices, in: .root)?.number == UInt32(number))
        }
    }
}
