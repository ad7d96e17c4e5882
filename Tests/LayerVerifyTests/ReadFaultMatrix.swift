// layerverify: each read of the corpus fails in turn.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerVerify
import SystemPackage
import Testing
import TestSupport

#if canImport(Glibc)
    import Glibc
#endif

enum ReadFaults {
    /// The environment variable of the process in which reads fail. Its value selects the cases: `0/2` is the first
    /// half.
    static let variable = "LAYERVERIFY_READ_FAULTS"
    static let shardCount = 2
    static let source = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../ReadFaults/ReadFaults.c").standardizedFileURL.path

    /// Every fault if slow tests are requested, otherwise every n-th.
    static let step =
        ProcessInfo.processInfo.environment["LAYERVERIFY_READ_FAULTS_STEP"].flatMap { Int($0) }
        ?? (SlowTests.areWanted ? 1 : 131)

    static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc", "/opt/swift/usr/bin/clang"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    static let shard: (number: Int, count: Int)? = {
        let parts = ProcessInfo.processInfo.environment[variable]?.split(separator: "/").compactMap { Int($0) } ?? []
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }()

    /// The effect on a call. The numbers are those of `enum effect` in `ReadFaults.c`.
    enum Effect: Int32, CaseIterable {
        case ioError = 1, noAccess, notFound, interrupted, cut, half
    }

    /// The kind of a call. The numbers are those of `enum kind`.
    enum Kind: Int32 {
        case opens, looks, reads, lists
    }

    struct Call {
        var kind: Kind
        var found: Bool
        /// The function and the path below the image.
        var text: String

        /// Whether an effect is possible for this call, once or for all later ones like it.
        func canHave(_ effect: Effect, goesOn: Bool) -> Bool {
            switch effect {
            case .ioError: true
            case .noAccess: kind == .opens || kind == .looks
            case .notFound: (kind == .opens || kind == .looks) && found
            case .interrupted: !goesOn && kind != .lists
            case .cut: text.hasPrefix("pread") && goesOn && found
            case .half: text.hasPrefix("pread")
            }
        }
    }

    struct Fault: CustomStringConvertible {
        var number: Int
        var effect: Effect
        var goesOn: Bool

        var description: String { "\(effect) \(goesOn ? "on" : "once")" }
    }

    /// The result of a fault that was delivered. The numbers are those that `read_faults_set` returns.
    enum Delivery: Int32 {
        case felt = 1
        /// The same call was made again, and succeeded.
        case askedAgain = 2
    }

    /// The library that makes calls fail, if it is loaded.
    struct Library {
        private typealias SetFunction = @convention(c) (UnsafePointer<CChar>?, Int32, Int32, Int32) -> Int32
        private typealias CallFunction =
            @convention(c) (
                Int32, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>, Int32
            ) -> Int32

        private let set: SetFunction
        private let call: CallFunction

        init?() {
            // RTLD_DEFAULT, which Swift does not import.
            guard let set = dlsym(nil, "read_faults_set"), let call = dlsym(nil, "read_faults_call") else { return nil }
            self.set = unsafeBitCast(set, to: SetFunction.self)
            self.call = unsafeBitCast(call, to: CallFunction.self)
        }

        /// Runs `body` with one fault. Returns: its result, and whether the fault had an effect.
        func run<Result>(_ fault: Fault, below path: String, _ body: () -> Result) -> (Result, Delivery?) {
            _ = set(path, Int32(fault.number), fault.effect.rawValue, fault.goesOn ? 1 : 0)
            let result = body()
            return (result, Delivery(rawValue: set(nil, -1, 0, 0)))
        }

        /// The calls of a run without a fault.
        func calls(below path: String, _ body: () -> Void) -> [Call] {
            _ = set(path, -1, 0, 0)
            body()
            var calls: [Call] = []
            var found: Int32 = 0
            var text = [CChar](repeating: 0, count: 256)
            while let kind = Kind(rawValue: call(Int32(calls.count), &found, &text, 256)) {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                calls.append(Call(kind: kind, found: found != 0, text: String(decoding: bytes, as: UTF8.self)))
            }
            _ = set(nil, -1, 0, 0)
            return calls
        }
    }
}

/// Runs the verifier with one fault after another, and counts the results.
struct ReadFaultMatrix {
    let library: ReadFaults.Library
    private(set) var count = 0
    private(set) var deliveredCount = 0
    private(set) var outcomes: [String: Int] = [:]
    /// An index that varies the faults that are left out from case to case.
    private var place = 0

    init(_ library: ReadFaults.Library) { self.library = library }

    var summary: String { outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ") }

    /// A case of the corpus, good or bad.
    struct Case {
        var name: String
        var image: URL
        var options: Verifier.Options

        private struct Expectation: Decodable { var arguments: [String]? }

        static let all: [Case] = ["good", "bad"].flatMap { group -> [Case] in
            let folder = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../corpus/" + group).standardizedFileURL
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().compactMap { name in
                let item = folder.appending(path: name)
                let image = ["image", "image.tar", "images"].map { item.appending(path: $0) }
                    .first { FileManager.default.fileExists(atPath: $0.path) }
                let expectation = (try? Data(contentsOf: item.appending(path: "expect.json")))
                    .flatMap { try? JSONDecoder().decode(Expectation.self, from: $0) }
                guard let image, let expectation else { return nil }
                return Case(
                    name: group + "/" + name, image: image, options: options(expectation.arguments ?? [], in: item))
            }
        }

        private static func options(_ arguments: [String], in folder: URL) -> Verifier.Options {
            var options = Verifier.Options()
            options.jobs = 1
            var rest = arguments[...]
            while let argument = rest.popFirst() {
                switch argument {
                case "--platform": options.platform = rest.popFirst().flatMap { try? ImagePlatform($0) }
                case "--ref":
                    options.references += rest.popFirst().flatMap { try? ImageReference($0) }.map { [$0] } ?? []
                case "--expect-digest":
                    options.expectedDigests += rest.popFirst().flatMap { try? BlobDigest($0) }.map { [$0] } ?? []
                case "--ignore":
                    options.ignoreRules += rest.popFirst().flatMap { try? Verifier.IgnoreRule($0) }.map { [$0] } ?? []
                case "--ignore-file":
                    let file = folder.appending(path: rest.popFirst() ?? "").path
                    options.ignoreRules += (try? Verifier.IgnoreRule.rules(inFile: FilePath(file))) ?? []
                case "--baseline":
                    let file = folder.appending(path: rest.popFirst() ?? "").path
                    options.baseline = try? Verifier.Baseline(report: FilePath(file))
                case "--strict": options.isStrict = true
                case "--allow-empty": options.allowsEmpty = true
                case "--min-images": options.minimumImageCount = rest.popFirst().flatMap { Int($0) } ?? 0
                case "--follow-symlinks":
                    options.symbolicLinks =
                        rest.popFirst().flatMap { Verifier.SymbolicLinkPolicy(rawValue: $0) } ?? .inside
                case "--require-all-platforms": options.requiresAllPlatforms = true
                default: Issue.record("the arguments \(arguments) are not known here")
                }
            }
            return options
        }
    }

    mutating func run(_ item: Case) throws {
        let verifier = try Verifier(item.options)
        let path = item.image.path
        var clean = verifier.verify([path])
        let calls = library.calls(below: path) { clean = verifier.verify([path]) }
        for (number, call) in calls.enumerated() {
            for effect in ReadFaults.Effect.allCases {
                for goesOn in [false, true] where call.canHave(effect, goesOn: goesOn) {
                    place += 1
                    guard place % ReadFaults.step == 0 else { continue }
                    let fault = ReadFaults.Fault(number: number, effect: effect, goesOn: goesOn)
                    let (report, delivered) = library.run(fault, below: path) { verifier.verify([path]) }
                    count += 1
                    guard let delivered else { continue }
                    deliveredCount += 1
                    check(report, clean, fault, delivered, call, item)
                }
            }
        }
    }

    private mutating func check(
        _ report: Verification, _ clean: Verification, _ fault: ReadFaults.Fault, _ delivered: ReadFaults.Delivery,
        _ call: ReadFaults.Call, _ item: Case
    ) {
        outcomes["\(clean.outcome)→\(report.outcome)", default: 0] += 1
        let codes = report.findings.filter { $0.severity == .error }.map { "\($0.code)" }
        let what = "\(item.name) \(fault) \(fault.number) \(call.text): \(clean.outcome)→\(report.outcome) \(codes)"
        // Bytes that are wrong and were waived are still wrong if a fault changes which finding tells that.
        let mayBeRefuted = clean.outcome == .refuted || clean.findings.contains { $0.waiver != nil }
        let isRight =
            switch fault.effect {
            case .interrupted, .half: report.outcome == clean.outcome
            // In a folder that may be searched but not listed, a lookup is enough to know that a file is absent.
            case .noAccess where call.text.hasSuffix("/."):
                report.outcome == .undetermined || report.outcome == clean.outcome
            // Next to a manifest.json of other software it identifies nothing.
            case .ioError where call.text.hasSuffix("/repositories") && !call.found,
                .noAccess where call.text.hasSuffix("/repositories") && !call.found:
                report.outcome == .undetermined || report.outcome == clean.outcome
            case .ioError, .noAccess, .notFound, .cut:
                report.outcome == .undetermined || report.outcome == .refuted && mayBeRefuted
                    || delivered == .askedAgain && report.outcome == clean.outcome
            }
        #expect(isRight, "\(what)")
    }
}
