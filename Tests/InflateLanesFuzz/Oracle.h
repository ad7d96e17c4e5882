// layerverify: compares CInflateLanes with zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// DEFLATE data, intact or not, possibly followed by other bytes.
typedef struct {
    const uint8_t *bytes;
    size_t byte_count;
} stream;

enum {
    MAXIMUM_STREAM_COUNT = 4,
    /// Streams with more content are cut off at this length, in both decoders.
    MAXIMUM_CONTENT_BYTE_COUNT = 1 << 20,
    MAXIMUM_PIECE_BYTE_COUNT = 1 << 20,
};

/// The numbers of streams by how they ended in zlib.
typedef struct {
    unsigned long long complete, refused, truncated, cut_off;
} tally;

/// Decodes up to four streams in lockstep, with input and room in pieces that `seed` determines, each piece in memory
/// of exactly its size. Ends the program with a message if content, checksum, ending or consumed input differ from
/// zlib's.
void check_streams(const stream *streams, size_t stream_count, uint64_t seed, tally *tally);

/// A small generator with a seed, so that failures can be reproduced.
uint64_t next_random(uint64_t *state);
