// layerverify: a tar that could not be read, in words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar

/// Words for tars that could not be read to their end.
enum TarFaultText {
    /// The reason for which the entries after an offset are unknown; nil if all entries were read.
    static func text(of ending: TarStreamEnding) -> String? {
        switch ending {
        case .empty, .endOfArchive, .oneZeroBlock, .noEndBlocks, .noPadding: nil
        case .cut(let offset, _, _): "the tar is cut off at byte \(offset)"
        case .invalid(_, _, isFirst: true): "it is not a tar"
        case .invalid(let offset, _, isFirst: false): "the tar is damaged at byte \(offset)"
        }
    }
}
