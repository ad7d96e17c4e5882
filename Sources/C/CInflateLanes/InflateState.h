// layerverify: the state of the decoder of one stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CInflateLanes.h"
#include "HuffmanTables.h"

/// The next item of a stream.
typedef enum {
    LV_BLOCK_HEADER,
    /// The bytes of a stored block.
    LV_STORED_BYTES,
    /// The symbols of a block of fixed or dynamic codes.
    LV_SYMBOLS,
    /// Nothing: the last block has ended.
    LV_DATA_END,
    LV_DAMAGE,
} lv_stage;

enum {
    /// The header of a dynamic block, with every code length in its longest encoding: 3 + 14 + 19·3 + 316·14 bits. No
    /// other item (a symbol with its extra bits, the header of a stored block) is longer.
    LV_LONGEST_ITEM = 570,
    /// An item that began in an earlier input is completed in the carry. It has room for twice the longest item, so
    /// that either the item is complete or all input is consumed.
    LV_CARRY_CAPACITY = 2 * LV_LONGEST_ITEM + 8,
    /// The header of a block is read up to this many bytes beyond the end of its view before that is detected: 74 bits
    /// and 8 bytes.
    LV_VIEW_MARGIN = 32,
    /// The number of bytes that are decoded before the history is moved to the front: moving 32 KiB costs as much as
    /// decoding 2 KiB. With twice as much the decoder alone is 1.5 % faster on Zen 3, but whole runs, whose blocks use
    /// the same caches, are not.
    LV_WORK_BYTE_COUNT = 64 << 10,
    /// The token loop may exceed the end of its room by a match and the width of a copy, for which it had no budget.
    LV_SLACK = 1024,
    /// The size of the window with all of its room. A second plane is at this constant distance behind the first, so
    /// that the token loop needs no further register for it.
    LV_PLANE_BYTE_COUNT = LV_WINDOW_BYTE_COUNT + LV_WORK_BYTE_COUNT + LV_SLACK,
};

struct lv_inflate_state {
    /// The end of the content in `window`, and the beginning of the content that was not output yet.
    uint8_t *out, *put_out;
    /// The first byte of this stream's content in the window. After content was moved to the front there are always 32
    /// KiB before `out`, and distances cannot be larger.
    uint8_t *oldest;
    /// During a call: the position of the next bit, which is the address of its byte times eight plus its number in the
    /// byte; and the end of the input.
    uint64_t position;
    const uint8_t *input_end;
    /// During a call: the tables of this lane.
    lv_tables *tables;

    uint32_t stage;
    uint32_t checksum;
    uint32_t output_byte_count;
    /// The number of bytes left in a stored block.
    uint32_t stored_byte_count;
    /// The number of bytes of content for which the distance table was made; see `lv_fill_distances`.
    uint32_t reach;
    uint32_t is_last_block;
    /// During a call: true if the codes, and the tables of this lane, are the fixed ones.
    uint32_t has_fixed_codes;
    /// True while the content is in two planes; see `lv_inflate_begin_unknown`.
    uint32_t is_in_planes;
    /// True if the planes must be compared as soon as all content is output.
    uint32_t is_comparison_due;
    /// The length of the content that was output in two planes, in bytes.
    uint64_t planes_byte_count;
    /// The number of block headers that were read.
    uint64_t block_count;
    /// Between two calls: the number of used bits of the next byte, which is the first byte of `carry` unless that is
    /// empty.
    uint32_t used_bits;
    uint32_t carry_byte_count;
    lv_code literal_code, distance_code;
    lv_tables resting_tables;
    uint8_t carry[LV_CARRY_CAPACITY + LV_VIEW_MARGIN];
    uint8_t window[LV_PLANE_BYTE_COUNT];
    // The second plane follows here, in states of `lv_inflate_planes_state_byte_count` bytes.
};

/// A position in a stream and in its content.
typedef struct {
    uint64_t position;
    uint8_t *out;
} lv_place;
