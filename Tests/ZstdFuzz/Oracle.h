// layerverify: CZstdFrames against libzstd and klauspost's decoder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CZstdFrames.h"

enum {
    /// No frame gives more than this; what does is cut off by all decoders.
    MAXIMUM_CONTENT_BYTE_COUNT = 4 << 20,
    /// 8 MiB, so that hostile headers do not take memory.
    MAXIMUM_WINDOW_BYTE_COUNT = 8 << 20,
};

/// A frame, or bytes that would be one.
typedef struct {
    const uint8_t *bytes;
    size_t byte_count;
} frame;

/// What came of the frames so far.
typedef struct {
    unsigned long long frames, accepted, refused_by_all, disputed;
    /// Refused by CZstdFrames and accepted by all others, by the rule that was broken.
    unsigned long long stricter[LV_ZSTD_RULE_COUNT + 1];
    /// Accepted by CZstdFrames, and refused or decoded differently by another decoder: faults.
    unsigned long long faults;
} tally;

uint64_t next_random(uint64_t *state);

/// Starts klauspost's decoder, the program at `path`; without it there is no third oracle.
void start_klauspost(const char *path);

/// Where frames go that decoders disagree on; NULL for nowhere.
extern const char *artifacts_folder;

/// Decodes a frame with every decoder, split in ways that `seed` chooses, and compares. Reports faults.
void check_frame(frame frame, uint64_t seed, tally *tally);
