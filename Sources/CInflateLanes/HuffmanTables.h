// layerverify: the tables that Huffman codes are looked up in.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RFC 1951 §3.2.5 and §3.2.6: 0 to 255 are literals, 256 ends the block, 257 to 285 are lengths; 286 and 287 have codes in
// fixed blocks and mean nothing, as do the distances 30 and 31.
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

/// With 10, which makes the tables of four lanes small enough for 32 KiB of first-level cache, more codes are exceptions, and
/// Zen 3 is 2 % slower with four lanes and 3 % with one; with two lanes and hashes, 10 and 12 are 3 to 4 % slower.
#ifndef LV_LITERAL_INDEX_BITS
#define LV_LITERAL_INDEX_BITS 11
#endif
/// 0.3 to 0.4 % of the distance codes of real layers are longer; 9 is 1 % slower on Zen 3, 10 is 3 %.
#define LV_DISTANCE_INDEX_BITS 8

/// The longest match that the token loop copies without a branch.
#define LV_SHORT_MATCH 32

/// What the next bits mean as a literal or length, extra bits of a length included.
///
///     bits  0–5   the bits of a literal's code; 0 if this is no literal
///     bits  6–7   1 for a literal
///     bits  8–15  the literal
///     bits 16–24  the length of a match; 0 for a literal
///     bits 25–31  all bits that belong to this: the code, and the extra bits of a length
///
/// The sum of three entries of literals has in bits 0–5 how many bits they take (33 at most), in 6–7 how many they are.
///
/// An exception has a length that no match has, and none of bits 0–7. Then
///
///     bits  8–15  the symbol less 256
///     bits 25–31  the bits of its code; 0 if the code is longer than the index, or none
typedef uint32_t lv_literal_entry;
#define LV_LITERAL_ONE (1u << 6)
#define LV_LITERAL_LENGTH_PLACE 16
#define LV_LITERAL_BITS_PLACE 25
#define LV_EXCEPTION_LENGTH 511
#define LV_LITERAL_EXCEPTION ((uint32_t)LV_EXCEPTION_LENGTH << LV_LITERAL_LENGTH_PLACE)

/// What the next bits mean as a distance: `base` and the extra bits.
///
///     control, bits  0–7   the bits of the code: where the extra bits begin
///     control, bits  8–15  how many extra bits there are
///     control, bits 16–23  both together; 128 for an exception
///
/// The two low bytes are what the instruction bextr wants.
///
/// An exception is a code that is longer than the index, or none, or one that may reach back behind the beginning of the
/// data; its other fields tell a distance of one byte, which can do no harm.
typedef struct {
    uint32_t control;
    uint32_t base;
} lv_distance_entry;
#define LV_DISTANCE_EXCEPTION (128u << 16)

/// The tables of a block, 10 KiB. Those of four lanes, 40 KiB, are what the token loop reads at random.
typedef struct {
    lv_literal_entry literals[1 << LV_LITERAL_INDEX_BITS];
    lv_distance_entry distances[1 << LV_DISTANCE_INDEX_BITS];
} lv_tables;

/// A Huffman code as RFC 1951 §3.2.2 orders it: codes of one length are consecutive numbers, in the order of symbols.
typedef struct {
    /// The first number of 15 bits that begins with no code of at most this length.
    uint32_t limits[LV_LONGEST_CODE + 1];
    /// What to add to a code of this length for its place in `symbols`.
    int32_t places[LV_LONGEST_CODE + 1];
    uint16_t counts[LV_LONGEST_CODE + 1];
    uint16_t symbols[LV_LITERAL_CODE_CAPACITY];
    uint8_t longest;
} lv_code;

/// What a length or a distance symbol stands for.
typedef struct {
    uint16_t base;
    uint8_t extra_bits;
} lv_range;
extern const lv_range lv_lengths[LV_LENGTH_SYMBOL_COUNT];
extern const lv_range lv_distances[LV_DISTANCE_SYMBOL_COUNT];

/// Orders the code whose lengths are given; false if zlib refuses it: over-subscribed, or incomplete with more than one bit.
bool lv_code_make(lv_code *code, const uint8_t *lengths, unsigned symbol_count);

/// Decodes a symbol whose code is known to have `shortest` bits or more. Returns -1 if the bits begin with no code, else the
/// symbol, and its bits in `length`.
int lv_code_decode(const lv_code *code, uint64_t bits, unsigned shortest, unsigned *length);

/// What the next bits mean in the code of the code lengths, which are at most seven: the symbol, and the bits of its code.
typedef struct {
    uint8_t symbols[1 << LV_LONGEST_CODE_LENGTH_CODE];
    uint8_t bits[1 << LV_LONGEST_CODE_LENGTH_CODE];
} lv_code_length_table;

/// `code`: a complete one, or none, of which zlib takes each bit for a length of zero.
void lv_fill_code_lengths(lv_code_length_table *table, const lv_code *code);

void lv_fill_literals(lv_tables *tables, const lv_code *code);

/// `reach`: how many bytes of content there are; distances that may reach farther back become exceptions.
void lv_fill_distances(lv_tables *tables, const lv_code *code, size_t reach);
