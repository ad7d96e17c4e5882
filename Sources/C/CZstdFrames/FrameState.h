// layerverify: the state of the decoder of a frame.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CZstdFrames.h"
#include "EntropyTables.h"
#include "RingMemory.h"
#include "XXH64.h"

enum {
    /// Spec: RFC 8878 §3.1.1.2.4.
    LV_LONGEST_BLOCK_BYTE_COUNT = 128 << 10,
    LV_BLOCK_HEADER_BYTE_COUNT = 3,
    LV_CHECKSUM_BYTE_COUNT = 4,
    /// Copies may write and read up to 32 bytes beyond their end.
    LV_SLACK = 64,
    /// The content after which a ring moves to huge pages.
    LV_LONG_CONTENT_BYTE_COUNT = 1 << 20,
};

/// The next item of a frame.
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

/// The ring: the content from `segment` to `next`, and the older content, `older_byte_count` bytes that end at
/// `older_end`.
///
/// A block never wraps around the end of the ring: if fewer than `block_byte_count` bytes are left before `limit`, the
/// next block begins at the front. `limit` is so large that a block and the slack of copies only overwrite content that
/// is farther away than the window.
typedef struct {
    lv_ring_memory memory;
    /// The beginning of the memory.
    uint8_t *bytes;
    size_t capacity, limit;
    size_t segment, next;
    size_t older_end, older_byte_count;
    /// The beginning of the content that was not output yet.
    size_t put_out;
} lv_ring;

struct lv_zstd_frames {
    lv_stage stage;
    lv_zstd_rule broken_rule;
    lv_zstd_header header;
    /// The maximum size of a block in this frame.
    size_t block_byte_count;
    uint64_t content_byte_count;
    lv_xxh64 checksum;
    lv_ring ring;
    /// The memory of the ring is in huge pages, or the system has none.
    bool is_move_tried;

    bool is_last_block;
    /// The size of the current piece; for a raw block the number of bytes left.
    size_t piece_byte_count;
    size_t gathered_byte_count;

    /// State that blocks pass to later ones.
    bool has_huffman_table, has_code_tables;
    uint32_t repeated_offsets[3];

    /// The literals of the current block, in `literal_buffer` or in the block itself.
    const uint8_t *literals;
    size_t literal_count;

    lv_code_table code_tables[3];
    lv_huffman_table huffman_table;
    uint8_t literal_buffer[LV_LONGEST_BLOCK_BYTE_COUNT + LV_SLACK];
    /// A piece of the frame of which an input had only the beginning.
    uint8_t gathered[LV_LONGEST_BLOCK_BYTE_COUNT + LV_SLACK];
};

/// A part of a block, from `next` to `end`. The bytes up to `readable_end` may be read, but are not part of it.
typedef struct {
    const uint8_t *next, *end, *readable_end;
} lv_piece;

/// Reads and decodes the literals section.
///
/// Returns: the rule that the section breaks, or none. If none, `piece` begins after the section, and `literals` may be
/// read for `LV_SLACK` / 2 bytes beyond their end.
lv_zstd_rule lv_read_literals(lv_zstd_frames *frames, lv_piece *piece);

/// Reads the sequences section, which is the rest of the block, and appends the content of the block to the ring.
///
/// Returns: the rule that the section breaks, or none.
lv_zstd_rule lv_read_sequences(lv_zstd_frames *frames, lv_piece piece);
