// layerverify: the day of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import LayerModel

extension CalendarDay {
    /// The day by the clock of the system, in UTC. The corresponding C function is time.
    package static var today: CalendarDay { CalendarDay(secondsSinceEpoch: Int64(time(nil))) }
}
