// layerverify: reading image configs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// The content of an image config that concerns its layers.
struct ParsedConfig {
    var platform: Platform?
    /// One for each layer, base first; an element is nil if its text is not a digest, and the list is nil if it cannot
    /// be read. Both are findings.
    var diffIDs: [ContentDigest?]?
    var findings: [Finding] = []
    /// The commands that made the layers.
    private(set) var history = HistoryTexts()
    /// True of `{}` and the like: called an image config by its media type, but no image.
    var isNoImage = false
    /// True for an object whose `rootfs` has `diff_ids`: an image config, whatever its media type is.
    private(set) var hasRootfs = false

    /// Only this many faults of one list are reported: it may have 300 000.
    private static let maximumListedFaultCount = 100

    /// Reads a config.
    ///
    /// Spec: OCI image-spec v1.1.1 config.md §Properties.
    ///
    /// - Parameter isOCI: whether the OCI specification applies, which requires a platform; otherwise Docker's applies.
    init(_ root: JSONValue, at place: Place, digest: ContentDigest?, isOCI: Bool) {
        guard let object = root.object else {
            findings.append(
                Finding(.configInvalid, "a config must be an object, not \(root.rawText)", at: place, digest: digest))
            return
        }
        guard object.contains(where: { _ in true }) else {
            isNoImage = true
            return
        }
        platform = ParsedDescriptor.platform(root)
        var shape = ShapeCheck(root, at: place, KnownMembers.config, code: .configInvalid)
        shape.checkPlatform(isRequired: isOCI)
        for name in ["author", "id", "parent", "comment", "container", "docker_version"] {
            _ = shape.member(name, .string)
        }
        shape.integer("Size")
        let runConfig = shape.member("config", .object)
        let containerConfig = shape.member("container_config", .object)
        shape.timestamp("created")
        findings += shape.findings(about: digest)
        if let runConfig { check(runConfig, at: place.appending("config"), digest: digest, isOCI: isOCI) }
        if let containerConfig {
            check(containerConfig, at: place.appending("container_config"), digest: digest, isOCI: false)
        }
        hasRootfs = root.member(ignoringCase: "rootfs")?.member(ignoringCase: "diff_ids") != nil
        readRootfs(root["rootfs"], at: place.appending("rootfs"), digest: digest)
        readHistory(root.member(ignoringCase: "history"), at: place.appending("history"), digest: digest)
    }

    private mutating func check(_ runConfig: JSONValue, at place: Place, digest: ContentDigest?, isOCI: Bool) {
        var shape = ShapeCheck(runConfig, at: place, KnownMembers.runConfig, code: .configInvalid)
        let healthcheck = shape.checkRunConfig(isOCI: isOCI)
        findings += shape.findings(about: digest)
        guard let healthcheck else { return }
        shape = ShapeCheck(
            healthcheck, at: place.appending("Healthcheck"), KnownMembers.healthcheck, code: .configInvalid)
        shape.checkHealthcheck()
        findings += shape.findings(about: digest)
    }

    private mutating func readRootfs(_ rootfs: JSONValue?, at place: Place, digest: ContentDigest?) {
        guard let rootfs, rootfs.object != nil else {
            findings.append(
                Finding(
                    .configInvalid, "an image config must have a rootfs object, \(rootfs.contradiction)",
                    at: place,
                    digest: digest))
            return
        }
        findings += ShapeCheck(rootfs, at: place, KnownMembers.rootfs, code: .configInvalid).findings(about: digest)
        if rootfs["type"]?.string != "layers" {
            let actual = rootfs["type"]?.rawText ?? "missing"
            findings.append(
                Finding(
                    .rootfsTypeInvalid, "rootfs.type must be layers, \(rootfs["type"].contradiction)",
                    at: place.appending("type"),
                    digest: digest, expected: "layers", actual: actual))
        }
        let place = place.appending("diff_ids")
        switch rootfs["diff_ids"] {
        case let value? where value.count > ParsedDescriptor.maximumListCount:
            findings.append(
                Finding(
                    .configInvalid, "diff_ids is not a list of digests: it has \(value.count) entries", at: place,
                    digest: digest))
        case let value? where value.array != nil:
            var read: [ContentDigest?] = []
            let firstCount = findings.count
            for element in value.array.map({ Array($0) }) ?? [] {
                read.append(readDiffID(element, at: place.appending(read.count)))
                if findings.count - firstCount > Self.maximumListedFaultCount { findings.removeLast() }
            }
            diffIDs = read
        case let value? where value.isNull:
            diffIDs = []
        case let value:
            findings.append(
                Finding(
                    .configInvalid, "diff_ids must be an array, \(value.contradiction)", at: place,
                    digest: digest))
        }
    }

    private mutating func readDiffID(_ value: JSONValue, at place: Place) -> ContentDigest? {
        do throws(ContentDigest.GrammarError) {
            guard let text = value.string else { throw .notAlgorithmColonEncoded }
            return try ContentDigest(parsing: text)
        } catch {
            findings.append(.digestInvalid(value.string ?? value.rawText, error, at: place))
            return nil
        }
    }

    /// Spec: config.md §history: optional; if present, tools align it with the layers.
    private mutating func readHistory(_ history: JSONValue?, at place: Place, digest: ContentDigest?) {
        guard let history, !history.isNull else { return }
        guard let entries = history.array else {
            findings.append(
                Finding(.configInvalid, "history must be an array, not \(history.rawText)", at: place, digest: digest))
            return
        }
        var count = 0
        var isEmpty = true
        let firstCount = findings.count
        for (index, entry) in entries.enumerated() {
            isEmpty = false
            // Go reads null as an entry with no members.
            guard !entry.isNull else {
                count += 1
                self.history.add(nil)
                continue
            }
            guard entry.object != nil else {
                findings.append(
                    Finding(
                        .configInvalid, "an entry of the history must be an object, not \(entry.rawText)",
                        at: place.appending(index), digest: digest))
                return
            }
            var shape = ShapeCheck(entry, at: place.appending(index), KnownMembers.history, code: .configInvalid)
            for name in ["author", "created_by", "comment"] { _ = shape.member(name, .string) }
            shape.timestamp("created")
            if shape.member("empty_layer", .boolean)?.bool != true {
                count += 1
                self.history.add(entry.member(ignoringCase: "created_by")?.string)
            }
            guard findings.count - firstCount >= Self.maximumListedFaultCount else {
                findings += shape.findings(about: digest)
                continue
            }
            // The limit of findings is reached, unless all of them so far are warnings.
            guard let refuting = shape.findings(about: digest).first(where: { $0.outcome == .refuted }) else {
                continue
            }
            findings.append(refuting)
            return
        }
        if !isEmpty, let diffIDs, count != diffIDs.count {
            findings.append(
                Finding(
                    .historyCountMismatch, "the history has \(count) non-empty entries, diff_ids has \(diffIDs.count)",
                    at: place, digest: digest, expected: "\(diffIDs.count)", actual: "\(count)"))
        }
    }
}
