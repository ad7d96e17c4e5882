// layerverify: tables for the two entropy coders of zstd.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "Bits.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    LV_LL_MAXIMUM_CODE = 35,
    LV_ML_MAXIMUM_CODE = 52,
    /// RFC 8878 sets no limit; that of libzstd is 31. klauspost's decoder refuses 31, which requires a window of 2 GiB.
    LV_OF_MAXIMUM_CODE = 30,
    LV_LL_MAXIMUM_LOG = 9,
    LV_ML_MAXIMUM_LOG = 9,
    LV_OF_MAXIMUM_LOG = 8,
    LV_WEIGHT_MAXIMUM_LOG = 6,
    LV_HUFFMAN_LOG = 11,
};

/// A state of a table of codes: the number that it stands for, and the next states.
typedef struct {
    uint32_t base;
    /// The lowest of the next states.
    uint16_t next;
    /// The number of bits to add to the base.
    uint8_t extra_bits;
    /// The number of bits to add to `next`.
    uint8_t state_bits;
} lv_cell;

/// The table of one kind of code.
typedef struct {
    lv_cell cells[512];
    unsigned log;
} lv_code_table;

typedef enum { LV_LITERAL_LENGTHS, LV_OFFSETS, LV_MATCH_LENGTHS } lv_code_kind;

/// Makes the predefined table of a kind.
void lv_fill_predefined(lv_code_table *table, lv_code_kind kind);

/// Makes a table with a single code, which takes no bits; returns false if the code is invalid.
bool lv_fill_single(lv_code_table *table, lv_code_kind kind, unsigned code);

/// Makes a table from its description.
///
/// Returns: the length of the description in bytes; zero if it is invalid.
size_t lv_read_code_table(lv_code_table *table, lv_code_kind kind, const uint8_t *bytes, size_t byte_count);

/// For each value of 11 bits the symbol that they begin with, shifted by 8, and the length of its code.
typedef uint16_t lv_huffman_table[1 << LV_HUFFMAN_LOG];

/// Makes a Huffman table from its description.
///
/// Returns: the length of the description in bytes; zero if it is invalid.
size_t lv_read_huffman_table(uint16_t *table, const uint8_t *bytes, size_t byte_count);
