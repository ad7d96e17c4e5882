// layerverify: paths in reports that a server relates to the files of a project.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Turns paths as the user gave them into paths below the folder of the project, for servers of source code.
///
/// Paths are compared as text: the system is not asked about links.
package struct ReportPaths: Hashable, Sendable {
    /// The folder that relative paths belong to, absolute; nil if it is not known.
    package var workingDirectory: String?
    /// The folder of the project, absolute; nil for the working directory.
    package var project: String?

    package init(workingDirectory: String? = nil, project: String? = nil) {
        self.workingDirectory = workingDirectory
        self.project = project
    }

    /// A path relative to the project's folder, without `.` and empty components; `.` for the folder itself.
    ///
    /// A path that is not below the folder stays as it is: relative to the working directory, or absolute.
    func relative(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        let components = Self.components(path)
        let given = components.isEmpty ? (isAbsolute ? "/" : ".") : components.joined(separator: "/")
        let project = self.project ?? workingDirectory
        guard let project, project.hasPrefix("/") else {
            return isAbsolute ? "/" + components.joined(separator: "/") : given
        }
        let root = Self.components(project)
        let start = isAbsolute ? [] : workingDirectory.map { Self.components($0) } ?? root
        let whole = Self.resolvingParents(start + components)
        guard whole.starts(with: root) else {
            return isAbsolute ? "/" + components.joined(separator: "/") : given
        }
        let rest = whole.dropFirst(root.count)
        return rest.isEmpty ? "." : rest.joined(separator: "/")
    }

    /// The same as a reference of RFC 3986: a relative one, or a `file` URI.
    func reference(_ path: String) -> String {
        let relative = relative(path)
        let encoded = Self.percentEncoded(relative)
        return relative.hasPrefix("/") ? "file://" + encoded : encoded
    }

    private static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }

    private static func resolvingParents(_ components: [Substring]) -> [Substring] {
        components.reduce(into: []) { result, component in
            guard component == ".." else { return result.append(component) }
            _ = result.popLast()
        }
    }

    /// Everything but slashes and unreserved characters is encoded, so that no component looks like a scheme. Spec: RFC 3986 §2.3.
    private static func percentEncoded(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += (byte < 16 ? "%0" : "%") + digits
            }
        }
        return result
    }
}

extension Report {
    /// The file on disk that a finding is about: an archive for one of its entries, the image store for a finding about
    /// the whole, `.` for one about the run.
    func pathOnDisk(_ finding: Int) -> String {
        if let (path, archive) = location(of: finding) { return archive ?? path }
        let root = findings[finding].root
        guard roots.indices.contains(root), !roots[root].path.isEmpty else { return "." }
        return roots[root].path
    }
}
