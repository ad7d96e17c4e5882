// layerverify: CInflateLanes against zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// DEFLATE data, intact or not, perhaps with something behind them.
typedef struct {
    const uint8_t *bytes;
    size_t byte_count;
} stream;

enum {
    MAXIMUM_STREAM_COUNT = 4,
    /// Streams that give more are cut off here, in both decoders.
    MAXIMUM_CONTENT_BYTE_COUNT = 1 << 20,
    MAXIMUM_PIECE_BYTE_COUNT = 1 << 20,
};

/// How streams ended, as zlib has it.
typedef struct {
    unsigned long long complete, refused, truncated, cut_off;
} tally;

/// Decodes up to four streams in lockstep, with input and room in pieces that `seed` chooses, each piece in memory of exactly
/// its size. Ends the program with a message where content, checksum, end or consumed input are not what zlib says.
void check_streams(const stream *streams, size_t stream_count, uint64_t seed, tally *tally);

/// A small generator with a seed, so that a failure can be repeated.
uint64_t next_random(uint64_t *state);
