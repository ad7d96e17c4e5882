// layerverify: lists of images, layers and findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// The images of a report, as a view: an element is made on each access.
    ///
    /// - Complexity: O(1) for the view itself. See ``subscript(_:)`` for an element.
    public struct Images: RandomAccessCollection, Sendable {
        let report: Report

        /// 0.
        public var startIndex: Int { 0 }
        /// The number of elements.
        public var endIndex: Int { report.images.endIndex }

        /// Makes an element.
        ///
        /// - Parameter position: An index from ``startIndex`` to before ``endIndex``.
        /// - Returns: The element.
        /// - Complexity: O(*n*) in the number of layers and names of the image.
        public subscript(position: Int) -> Image { Image(image: report.images[position], report: report) }
    }

    /// The layers of an image, base first, as a view.
    ///
    /// - Complexity: O(1) for the view and for an element.
    public struct Layers: RandomAccessCollection, Sendable {
        let layers: [LayerReport]
        let report: Report

        /// 0.
        public var startIndex: Int { 0 }
        /// The number of elements.
        public var endIndex: Int { layers.endIndex }

        /// Makes an element.
        ///
        /// - Parameter position: An index from ``startIndex`` to before ``endIndex``.
        /// - Returns: The element.
        /// - Complexity: O(1).
        public subscript(position: Int) -> Layer { Layer(layer: layers[position], report: report) }
    }

    /// Findings of a report, as a view: an element is made on each access.
    ///
    /// - Complexity: O(1) for the view and for an element.
    public struct Findings: RandomAccessCollection, Sendable {
        let report: Report
        /// The indexes in the report; nil for all findings.
        let places: [Int]?

        /// 0.
        public var startIndex: Int { 0 }
        /// The number of elements.
        public var endIndex: Int { places?.endIndex ?? report.findings.endIndex }

        /// Makes an element.
        ///
        /// - Parameter position: An index from ``startIndex`` to before ``endIndex``.
        /// - Returns: The element.
        /// - Complexity: O(1): the size of one finding.
        public subscript(position: Int) -> Finding { Finding(at: places.map { $0[position] } ?? position, of: report) }
    }
}
