// layerverify: what the decoder of one stream remembers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CInflateLanes.h"
#include "HuffmanTables.h"

/// What comes next in a stream.
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
    /// The header of a dynamic block, with every code length spelled in the longest way: 3 + 14 + 19·3 + 316·14 bits. No
    /// other item (a symbol with its extra bits, the header of a stored block) is longer.
    LV_LONGEST_ITEM = 570,
    /// An item whose beginning came with an earlier input is completed here: room for twice the longest one, so that it is
    /// complete or all input is taken.
    LV_CARRY_CAPACITY = 2 * LV_LONGEST_ITEM + 8,
    /// The header of a block is read up to here beyond the end of what is there before that is noticed: 74 bits and 8 bytes.
    LV_VIEW_MARGIN = 32,
    /// What is decoded until history is moved to the front: moving 32 KiB costs as much as decoding 2 KiB. With twice as much
    /// the decoder alone is 1.5 % faster on Zen 3, and whole runs are not, whose blocks want the same caches.
    LV_WORK_BYTE_COUNT = 64 << 10,
    /// The token loop may go past the end of its room by a match and the width of a copy for which it had no budget.
    LV_SLACK = 1024,
};

struct lv_inflate_state {
    /// Where the next byte of content goes in `window`, and where the bytes begin that are not put out yet.
    uint8_t *out, *put_out;
    /// The first byte of this stream's content in the window. Once content is moved to the front there are 32 KiB before
    /// `out` at all times, and distances reach no farther.
    uint8_t *oldest;
    /// During a call: the next bit, as the address of its byte times eight plus its place in the byte; where input ends.
    uint64_t position;
    const uint8_t *input_end;
    /// During a call: the tables of this lane.
    lv_tables *tables;

    uint32_t stage;
    uint32_t checksum;
    uint32_t output_byte_count;
    /// Bytes that a stored block still has.
    uint32_t stored_byte_count;
    /// What the table of distances takes for granted; see `lv_fill_distances`.
    uint32_t reach;
    uint32_t is_last_block;
    /// Between two calls: bits that are used of the next byte, which is the first of `carry` if that holds any.
    uint32_t used_bits;
    uint32_t carry_byte_count;
    lv_code literal_code, distance_code;
    lv_tables resting_tables;
    uint8_t carry[LV_CARRY_CAPACITY + LV_VIEW_MARGIN];
    uint8_t window[LV_WINDOW_BYTE_COUNT + LV_WORK_BYTE_COUNT + LV_SLACK];
};

/// A place in a stream and in its content.
typedef struct {
    uint64_t position;
    uint8_t *out;
} lv_place;
