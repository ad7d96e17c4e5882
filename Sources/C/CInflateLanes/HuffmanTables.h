// layerverify: lookup tables for Huffman codes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RFC 1951 §3.2.5 and §3.2.6: 0 to 255 are literals, 256 ends the block, 257 to 285 are lengths. 286 and 287 have codes
// in fixed blocks but are invalid, and so are the distances 30 and 31.
enum {
    LV_END_OF_BLOCK = 256,
    LV_FIRST_LENGTH_SYMBOL = 257,
    LV_LENGTH_SYMBOL_COUNT = 29,
    LV_DISTANCE_SYMBOL_COUNT = 30,
    LV_LITERAL_CODE_CAPACITY = 288,
    LV_DISTANCE_CODE_CAPACITY = 32,
    LV_LONGEST_CODE = 15,
    LV_LONGEST_CODE_LENGTH_CODE = 7,
    LV_LONGEST_MATCH = 258,
    LV_WINDOW_BYTE_COUNT = 32768,
};

/// With 10 bits the tables of four lanes fit into 32 KiB of first-level cache, but more codes are exceptions: on Zen 3
/// this is 2 % slower with four lanes and 3 % with one. With two lanes and hashes, 10 and 12 are 3 to 4 % slower.
#ifndef LV_LITERAL_INDEX_BITS
#define LV_LITERAL_INDEX_BITS 11
#endif
/// 0.3 to 0.4 % of the distance codes of real layers are longer; on Zen 3, 9 is 1 % slower and 10 is 3 %.
#define LV_DISTANCE_INDEX_BITS 8

/// The length of the longest match that the token loop copies without a branch.
#define LV_SHORT_MATCH 32

/// The literal or length that the next bits encode, including the extra bits of a length.
///
///     bits  0–5   the length of a literal's code; 0 if this is not a literal
///     bits  6–7   1 for a literal
///     bits  8–15  the literal
///     bits 16–24  the length of a match; 0 for a literal
///     bits 25–31  the number of all bits: the code, and the extra bits of a length
///
/// The sum of three entries of literals has in bits 0–5 the number of their bits (at most 33), in 6–7 the number of
/// literals.
///
/// An exception has a length that no match has, and bits 0–7 are zero. Then
///
///     bits  8–15  the symbol minus 256
///     bits 25–31  the length of its code; 0 if the code is longer than the index or invalid
typedef uint32_t lv_literal_entry;
#define LV_LITERAL_ONE (1u << 6)
#define LV_LITERAL_LENGTH_PLACE 16
#define LV_LITERAL_BITS_PLACE 25
#define LV_EXCEPTION_LENGTH 511
#define LV_LITERAL_EXCEPTION ((uint32_t)LV_EXCEPTION_LENGTH << LV_LITERAL_LENGTH_PLACE)

/// The distance that the next bits encode: `base` plus the extra bits.
///
///     control, bits  0–7   the length of the code, which is the position of the extra bits
///     control, bits  8–15  the number of extra bits
///     control, bits 16–23  the sum of both; 128 for an exception
///
/// The two low bytes are the control operand of the instruction bextr.
///
/// An exception is a code that is longer than the index or invalid, or one whose distance may exceed the content. Its
/// other fields give a distance of one byte, which is always harmless.
typedef struct {
    uint32_t control;
    uint32_t base;
} lv_distance_entry;
#define LV_DISTANCE_EXCEPTION (128u << 16)

/// The tables of a block, 10 KiB. The token loop reads those of four lanes, 40 KiB, in random order.
typedef struct {
    lv_literal_entry literals[1 << LV_LITERAL_INDEX_BITS];
    lv_distance_entry distances[1 << LV_DISTANCE_INDEX_BITS];
} lv_tables;

/// A Huffman code in the order of RFC 1951 §3.2.2: codes of one length are consecutive numbers, in the order of
/// symbols.
typedef struct {
    /// The first number of 15 bits that does not begin with a code of at most this length.
    uint32_t limits[LV_LONGEST_CODE + 1];
    /// The number to add to a code of this length to get its index in `symbols`.
    int32_t places[LV_LONGEST_CODE + 1];
    uint16_t counts[LV_LONGEST_CODE + 1];
    uint16_t symbols[LV_LITERAL_CODE_CAPACITY];
    uint8_t longest;
} lv_code;

/// The values that a length or a distance symbol stands for.
typedef struct {
    uint16_t base;
    uint8_t extra_bits;
} lv_range;
extern const lv_range lv_lengths[LV_LENGTH_SYMBOL_COUNT];
extern const lv_range lv_distances[LV_DISTANCE_SYMBOL_COUNT];

/// Makes the code with the given lengths. Returns false if zlib refuses it: if it is over-subscribed, or incomplete
/// with more than one bit.
bool lv_code_make(lv_code *code, const uint8_t *lengths, unsigned symbol_count);

/// Decodes a symbol whose code is known to have at least `shortest` bits. Returns the symbol, and the length of its
/// code in `length`; -1 if the bits do not begin with a code.
int lv_code_decode(const lv_code *code, uint64_t bits, unsigned shortest, unsigned *length);

/// For each value of the next seven bits, the symbol of the code length code that they begin with, and the length of
/// its code.
typedef struct {
    uint8_t symbols[1 << LV_LONGEST_CODE_LENGTH_CODE];
    uint8_t bits[1 << LV_LONGEST_CODE_LENGTH_CODE];
} lv_code_length_table;

/// `code` must be complete or empty. Like zlib, an empty code decodes each bit as a length of zero.
void lv_fill_code_lengths(lv_code_length_table *table, const lv_code *code);

void lv_fill_literals(lv_tables *tables, const lv_code *code);

/// `reach` is the number of bytes of content; distances that may exceed it become exceptions.
void lv_fill_distances(lv_tables *tables, const lv_code *code, size_t reach);
