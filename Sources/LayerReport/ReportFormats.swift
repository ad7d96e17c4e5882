// layerverify: the list of report formats.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The registry of report formats, the values of `--format`. The first is the default.
package enum ReportFormats {
    package static let all: [any ReportFormat] = [
        TextFormat(),
        JSONFormat(),
    ]
}
