// layerverify: what must hold of StrictJSON for any bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Names as readers of images look them up; dictionary and seeds have them, too.
let names = KeyComparison.ignoringCase(
    of: ["annotations", "config", "digest", "layers", "mediaType", "os.version", "platform", "size"],
    maps: ["annotations"])

/// Reads a document and asks for each of its values in each way. Tests/DecoderOracles/json compares what is accepted with Go.
func fuzz(_ bytes: [UInt8]) {
    let document: JSONDocument
    do {
        document = try JSONDocument(parsing: bytes)
    } catch {
        checkFault(error, bytes)
        require((try? JSONDocument(parsing: bytes, keys: names)) == nil, "comparing without case accepts more")
        return
    }
    do {
        _ = try JSONDocument(parsing: bytes, keys: names)
    } catch {
        require(error.code == .duplicateKey, "comparing without case refuses \(error.message)")
        checkFault(error, bytes)
    }
    require(
        bytes.count + 8 * document.nodeCount <= JSONDocument.readingByteCount(bytes),
        "the bound of the memory is too small")

    let rendering = JSONRendering(document.root, inspect: check)
    require(rendering.valueCount <= document.nodeCount, "a value was seen twice")
    // Escapes make it longer.
    guard rendering.text.count <= JSONDocument.maximumByteCount else { return }
    do {
        let again = try JSONDocument(parsing: rendering.text)
        require(again.nodeCount == document.nodeCount, "another number of values")
        require(JSONRendering(again.root).text == rendering.text, "other values when they are read again")
    } catch {
        fatalError("its own rendering is refused: \(error.message)")
    }
    require((try? JSONDocument(parsing: [0x20] + bytes + [0x0a])) != nil, "white space around it is refused")
    require((try? JSONDocument(parsing: bytes + [0x2c])) == nil, "a comma after it is accepted")
}

private func checkFault(_ fault: JSONFault, _ bytes: [UInt8]) {
    require((0...bytes.count).contains(fault.offsetBytes), "a fault outside of the document")
    require(fault.line >= 1 && fault.column >= 1, "a fault without a line and a column")
    require(!fault.message.utf8.contains(0x0a), "a message of several lines")
    require(fault.pointer.utf8.count <= 1024, "a pointer without a bound")
    require(fault.pointer.isEmpty || fault.code == .duplicateKey, "a pointer to something else")
}

private func check(_ value: JSONValue) {
    require(value.rawText.unicodeScalars.count <= 80, "a long text for a message")
    var kinds = 0
    if value.object != nil { kinds += 1 }
    if value.array != nil { kinds += 1 }
    if value.string != nil { kinds += 1 }
    if value.bool != nil { kinds += 1 }
    if value.isNull { kinds += 1 }
    require(kinds == (value.kind == .number ? 0 : 1), "a value of two kinds")
    if let number = value.uint64 { checkNumber(value, String(number)) }
    if let number = value.int64 { checkNumber(value, String(number)) }
    guard let object = value.object else {
        if let array = value.array { require(value.count == array.reduce(0) { sum, _ in sum + 1 }, "another count") }
        return
    }
    let members = Array(object.prefix(32))
    require(members.count == min(value.count, 32), "another number of members")
    for member in members {
        require(value[member.key]?.index == member.value.index, "a member is not found by its name")
        require(
            value.member(ignoringCase: member.key)?.index == member.value.index,
            "a member is not found by its name, in any case")
    }
}

/// `-0` and leading zeros aside, which the grammar refuses, an integer has one spelling.
private func checkNumber(_ value: JSONValue, _ text: String) {
    require(value.rawText == text || value.rawText == "-0", "\(value.rawText) was read as \(text)")
}
