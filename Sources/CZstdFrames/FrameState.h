// layerverify: what the decoder of a frame remembers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CZstdFrames.h"
#include "EntropyTables.h"
#include "XXH64.h"

enum {
    /// Spec: RFC 8878 §3.1.1.2.4.
    LV_LONGEST_BLOCK_BYTE_COUNT = 128 << 10,
    LV_BLOCK_HEADER_BYTE_COUNT = 3,
    LV_CHECKSUM_BYTE_COUNT = 4,
    /// Copies write and read up to 32 bytes beyond the end of what they are for.
    LV_SLACK = 64,
};

/// What comes next in a frame.
typedef enum {
    LV_BLOCK_HEADER,
    /// The bytes of a raw block.
    LV_RAW_BYTES,
    /// The byte of an RLE block.
    LV_REPEATED_BYTE,
    /// A compressed block, which is decoded as a whole.
    LV_COMPRESSED_BLOCK,
    LV_CHECKSUM,
    /// Nothing: the frame has ended.
    LV_FRAME_END,
    LV_FAILURE,
} lv_stage;

/// The ring: content up to `next` since `segment`, and before it `older_byte_count` bytes that end at `older_end`.
///
/// A block never goes round the end of the ring: where fewer than `block_byte_count` bytes are left before `limit` the next
/// one goes to the beginning. `limit` is large enough that a block and the slack of copies only overwrite what is farther
/// away than the window by then.
typedef struct {
    uint8_t *bytes;
    size_t capacity, limit;
    size_t segment, next;
    size_t older_end, older_byte_count;
    /// Where the content begins that is not put out yet.
    size_t put_out;
} lv_ring;

struct lv_zstd_frames {
    lv_stage stage;
    lv_zstd_rule broken_rule;
    lv_zstd_header header;
    /// The most bytes that a block of this frame holds.
    size_t block_byte_count;
    uint64_t content_byte_count;
    lv_xxh64 checksum;
    lv_ring ring;

    bool is_last_block;
    /// Bytes that the piece in hand has in total, and of a raw block those that are left.
    size_t piece_byte_count;
    size_t gathered_byte_count;

    /// What blocks hand on to the next ones.
    bool has_huffman_table, has_code_tables;
    uint32_t repeated_offsets[3];

    /// The literals of the block in hand, in `literal_buffer` or in the block itself.
    const uint8_t *literals;
    size_t literal_count;

    lv_code_table code_tables[3];
    lv_huffman_table huffman_table;
    uint8_t literal_buffer[LV_LONGEST_BLOCK_BYTE_COUNT + LV_SLACK];
    /// A piece of the frame of which one input had only the beginning.
    uint8_t gathered[LV_LONGEST_BLOCK_BYTE_COUNT + LV_SLACK];
};

/// A part of a block, from `next` to `end`; bytes up to `readable_end` may be read, and mean nothing.
typedef struct {
    const uint8_t *next, *end, *readable_end;
} lv_piece;

/// Reads the section of the literals, and decodes them.
///
/// Returns: the rule that the section breaks, or none; then `piece` has moved behind it, and `literals` may be read for
/// `LV_SLACK` / 2 bytes beyond their end.
lv_zstd_rule lv_read_literals(lv_zstd_frames *frames, lv_piece *piece);

/// Reads the section of the sequences, which is the rest of the block, and appends the content of the block to the ring.
///
/// Returns: the rule that the section breaks, or none.
lv_zstd_rule lv_read_sequences(lv_zstd_frames *frames, lv_piece piece);
