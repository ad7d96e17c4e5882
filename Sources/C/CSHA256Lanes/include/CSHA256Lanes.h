// layerverify: SHA-256 of several messages in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>
// Every header in an include folder must be included by the header with the name of the module, or importing it causes
// a warning.
#include "SHA256Constants.h"

/// The maximum number of messages in a call.
#define LV_SHA256_MAXIMUM_LANE_COUNT 4

/// True if this CPU has the instructions: SHA-NI with SSSE3 and SSE4.1 on x86-64, SHA-2 on aarch64 (Linux). Otherwise
/// `lv_sha256_advance` must not be called.
int lv_sha256_lanes_are_supported(void);

/// Advances up to four running SHA-256 hashes by the same number of blocks each.
///
/// The rounds of one hash wait for each other: sha256rnds2 takes four cycles and can start every second cycle. So one
/// hash leaves the unit idle most of the time; several independent hashes use it fully. On a Zen 5 core: one 1.9 GB/s,
/// two 2.9, three 2.4 (they do not fit the sixteen registers well), four 3.5. Nothing was measured on aarch64: the
/// kernel was only run in an emulator (scripts/aarch64-check).
///
/// - lane_count: 1 to LV_SHA256_MAXIMUM_LANE_COUNT.
/// - states: for each hash its eight words, a to h, in native byte order.
/// - data: the next bytes of each message, 64 times block_count; no alignment is needed.
///
/// Nothing is allocated, and no address is kept. Spec: FIPS 180-4 §6.2.2.
void lv_sha256_advance(size_t lane_count, uint32_t *const *states, const uint8_t *const *data, size_t block_count);
