// layerverify: finds where a block may begin in the middle of DEFLATE data.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Bits.h"
#include "CInflateLanes.h"
#include "HuffmanTables.h"

/// At least the 57 bits at `bit`; zeros after the end.
static uint64_t bits_at(const uint8_t *bytes, size_t byte_count, uint64_t bit) {
    const uint64_t byte = bit >> 3;
    if (byte + 8 <= byte_count) return lv_load_64(bytes + byte) >> (bit & 7);
    uint8_t rest[8] = {0};
    if (byte < byte_count) memcpy(rest, bytes + byte, (size_t)(byte_count - byte));
    return lv_load_64(rest) >> (bit & 7);
}

// MARK: Dynamic headers

// A code is complete if its codes take all places of the longest length: one of length n takes 1/2^n of them. The code of
// the code lengths has lengths up to 7, which take 128 >> n of 128 places. This table has the sums for four lengths of
// three bits; a sum above 255 is 255, since it is too large in any case.
#define PLACES(length) ((length) == 0 ? 0 : 128 >> (length))
#define SUM(i) (PLACES((i) & 7) + PLACES((i) >> 3 & 7) + PLACES((i) >> 6 & 7) + PLACES((i) >> 9 & 7))
#define SUMS_1(i) (uint8_t)(SUM(i) > 255 ? 255 : SUM(i))
#define SUMS_4(i) SUMS_1(i), SUMS_1((i) + 1), SUMS_1((i) + 2), SUMS_1((i) + 3)
#define SUMS_16(i) SUMS_4(i), SUMS_4((i) + 4), SUMS_4((i) + 8), SUMS_4((i) + 12)
#define SUMS_64(i) SUMS_16(i), SUMS_16((i) + 16), SUMS_16((i) + 32), SUMS_16((i) + 48)
#define SUMS_256(i) SUMS_64(i), SUMS_64((i) + 64), SUMS_64((i) + 128), SUMS_64((i) + 192)
#define SUMS_1024(i) SUMS_256(i), SUMS_256((i) + 256), SUMS_256((i) + 512), SUMS_256((i) + 768)
static const uint8_t places_of_four[4096] = {SUMS_1024(0), SUMS_1024(1024), SUMS_1024(2048), SUMS_1024(3072)};

enum {
    /// The bits of a dynamic header before the number of code length codes: last block, type, two numbers of codes.
    LV_COUNT_PLACE = 13,
    LV_CODE_LENGTH_PLACE = 17,
};

/// True if the code of the code lengths is complete. `count_bits` begin with their number, `length_bits` with the
/// first.
LV_INLINE bool has_complete_length_code(uint64_t count_bits, uint64_t length_bits) {
    // Four lengths and one more for each of the number. A mask takes less time than a branch would.
    const uint64_t lengths = length_bits & ((1ull << (12 + 3 * (count_bits & 15))) - 1);
    return places_of_four[lengths & 4095] + places_of_four[lengths >> 12 & 4095] + places_of_four[lengths >> 24 & 4095] +
               places_of_four[lengths >> 36 & 4095] + places_of_four[lengths >> 48] ==
           128;
}

/// Reads the code lengths of a dynamic header whose code of the code lengths is complete, and returns true if they are
/// those of complete codes. Spec: RFC 1951 §3.2.7.
///
/// The checks are those of the decoder, and the code of literals and lengths must be complete.
static bool has_complete_codes(const uint8_t *bytes, size_t byte_count, uint64_t bit) {
    const uint64_t counts = bits_at(bytes, byte_count, bit + 3);
    const unsigned literal_count = 257 + (counts & 31), distance_count = 1 + (counts >> 5 & 31);
    const unsigned length_code_count = 4 + (counts >> 10 & 15);
    if (literal_count > 286 || distance_count > 30) return false;
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t code_lengths[19] = {0};
    const uint64_t length_bits = bits_at(bytes, byte_count, bit + LV_CODE_LENGTH_PLACE);
    for (unsigned i = 0; i < length_code_count; i++) code_lengths[order[i]] = length_bits >> 3 * i & 7;
    lv_code code;
    if (!lv_code_make(&code, code_lengths, 19)) return false;
    lv_code_length_table table;
    lv_fill_code_lengths(&table, &code);

    uint64_t place = bit + LV_CODE_LENGTH_PLACE + 3 * length_code_count;
    uint8_t lengths[286 + 30];
    const unsigned count = literal_count + distance_count;
    // The places that the codes of literals and lengths leave. Most false headers take too many after a few lengths.
    uint32_t left = 1u << LV_LONGEST_CODE;
    for (unsigned i = 0; i < count;) {
        const uint64_t bits = bits_at(bytes, byte_count, place);
        const unsigned symbol = table.symbols[bits & 127], used = table.bits[bits & 127];
        const uint32_t extra = (uint32_t)(bits >> used);
        place += used;
        unsigned repeat = 1, length = symbol;
        if (symbol == 16) {
            if (i == 0) return false;
            length = lengths[i - 1];
            repeat = 3 + (extra & 3);
            place += 2;
        } else if (symbol == 17) {
            length = 0;
            repeat = 3 + (extra & 7);
            place += 3;
        } else if (symbol == 18) {
            length = 0;
            repeat = 11 + (extra & 127);
            place += 7;
        }
        if (repeat > count - i) return false;
        if (length > 0 && i < literal_count) {
            const unsigned own = repeat < literal_count - i ? repeat : literal_count - i;
            const uint32_t taken = own << (LV_LONGEST_CODE - length);
            if (taken > left) return false;
            left -= taken;
        }
        memset(lengths + i, (int)length, repeat);
        i += repeat;
    }
    if (place > 8 * (uint64_t)byte_count || left != 0 || lengths[LV_END_OF_BLOCK] == 0) return false;
    return lv_code_make(&code, lengths + literal_count, distance_count);
}

/// True if a block with dynamic codes may begin at `bit`, whether it is the last one or not.
static bool is_dynamic_header(const uint8_t *bytes, size_t byte_count, uint64_t bit) {
    return (bits_at(bytes, byte_count, bit) >> 1 & 3) == 2 &&
           has_complete_length_code(
               bits_at(bytes, byte_count, bit + LV_COUNT_PLACE), bits_at(bytes, byte_count, bit + LV_CODE_LENGTH_PLACE)) &&
           has_complete_codes(bytes, byte_count, bit);
}

// MARK: Stored blocks

// A stored block begins with its length and the complement of that, two bytes each, at a byte boundary. The three bits of
// its header are before that and after up to seven zeros, so its beginning is ambiguous, but its end is not. Spec: RFC
// 1951 §3.2.4.

LV_INLINE bool is_length(const uint8_t *bytes) {
    return (bytes[0] ^ bytes[2]) == 255 && (bytes[1] ^ bytes[3]) == 255;
}

/// True if one of the `count` places from `bytes` may be the length of a stored block. Three bytes more are read.
///
/// The compiler vectorizes this loop, because it does not end early.
LV_INLINE bool has_length(const uint8_t *bytes, size_t count) {
    uint8_t found = 0;
    for (size_t i = 0; i < count; i++)
        found |= ((bytes[i] ^ bytes[i + 2]) & (bytes[i + 1] ^ bytes[i + 3])) == 255;
    return found;
}

/// The bit after the stored block, not the last one, whose length is at `byte`; LV_NO_BLOCK if there is none, or if
/// neither a dynamic header nor a further stored block follows it.
static uint64_t stored_block_end(const uint8_t *bytes, size_t byte_count, size_t byte) {
    if (byte == 0 || byte + 4 > byte_count || !is_length(bytes + byte)) return LV_NO_BLOCK;
    // At least the last three bits before the length are zero: of the header, or of what fills the byte.
    if (bytes[byte - 1] >> 5 != 0) return LV_NO_BLOCK;
    const size_t end = byte + 4 + bytes[byte] + 256u * bytes[byte + 1];
    if (end + 5 > byte_count) return LV_NO_BLOCK;
    const bool is_stored = bytes[end] <= 1 && is_length(bytes + end + 1);
    return is_stored || is_dynamic_header(bytes, byte_count, 8 * (uint64_t)end) ? 8 * (uint64_t)end : LV_NO_BLOCK;
}

/// The end of the first stored block that may have its length at a place from `byte` up to, but not including,
/// `end_byte`, and that ends at `from_bit` or after it; LV_NO_BLOCK if there is none.
static uint64_t first_stored_block_end(
    const uint8_t *bytes, size_t byte_count, size_t byte, size_t end_byte, uint64_t from_bit) {
    enum { LV_STEP = 256 };
    for (; byte < end_byte; byte += LV_STEP) {
        const size_t count = end_byte - byte < LV_STEP ? end_byte - byte : LV_STEP;
        if (byte + count + 3 <= byte_count && !has_length(bytes + byte, count)) continue;
        for (size_t i = byte; i < byte + count; i++) {
            const uint64_t end = stored_block_end(bytes, byte_count, i);
            if (end != LV_NO_BLOCK && end >= from_bit) return end;
        }
    }
    return LV_NO_BLOCK;
}

// MARK: Search

enum {
    /// A word of 64 bits shows for this many places, six bytes, whether the first 13 bits of a dynamic header are
    /// possible there.
    LV_WORD_PLACE_COUNT = 48,
    LV_GROUP_WORD_COUNT = 32,
    LV_GROUP_BYTE_COUNT = LV_GROUP_WORD_COUNT * LV_WORD_PLACE_COUNT / 8,
    /// What is read of a group and after it: its last word, and the code lengths of its last place.
    LV_GROUP_READ_BYTE_COUNT = LV_GROUP_BYTE_COUNT + 16,
    /// Most words have at most this many possible places. This many are always noted, because how many there are could not
    /// be predicted.
    LV_USUAL_PLACE_COUNT = 8,
    LV_LONGEST_STORED_BLOCK = 4 + 65535,
};
_Static_assert(LV_GROUP_READ_BYTE_COUNT <= 256, "the documentation says that the last 256 bytes are not searched");

/// The places of a word where a dynamic header that is not of the last block may begin, by its first 13 bits.
LV_INLINE uint64_t possible_places(uint64_t word) {
    // The bits of the last block and of the type 2 are 0, 0, 1. Numbers of codes of 30 and 31 are not valid.
    uint64_t possible = ~word & ~(word >> 1) & word >> 2;
    possible &= ~(word >> 4 & word >> 5 & word >> 6 & word >> 7);
    possible &= ~(word >> 9 & word >> 10 & word >> 11 & word >> 12);
    return possible & ((1ull << LV_WORD_PLACE_COUNT) - 1);
}

/// Notes the possible places of a group, counted from its first bit; returns their number.
static size_t note_places(const uint8_t *group, uint16_t *places) {
    size_t count = 0;
    for (unsigned i = 0; i < LV_GROUP_WORD_COUNT; i++) {
        uint64_t possible = possible_places(lv_load_64(group + i * (LV_WORD_PLACE_COUNT / 8)));
        const unsigned own_count = (unsigned)__builtin_popcountll(possible);
        for (unsigned j = 0; j < LV_USUAL_PLACE_COUNT; j++) {
            places[count + j] = (uint16_t)(i * LV_WORD_PLACE_COUNT + (unsigned)__builtin_ctzll(possible | 1ull << 63));
            possible &= possible - 1;
        }
        for (unsigned j = LV_USUAL_PLACE_COUNT; LV_IS_UNLIKELY(j < own_count); j++) {
            places[count + j] = (uint16_t)(i * LV_WORD_PLACE_COUNT + (unsigned)__builtin_ctzll(possible));
            possible &= possible - 1;
        }
        count += own_count;
    }
    return count;
}

/// The first dynamic header in a group from `from_bit`; LV_NO_BLOCK if there is none.
static uint64_t first_dynamic_header(const uint8_t *bytes, size_t byte_count, size_t group, uint64_t from_bit) {
    uint16_t places[LV_GROUP_WORD_COUNT * LV_WORD_PLACE_COUNT + LV_USUAL_PLACE_COUNT];
    const size_t count = note_places(bytes + group, places);
    for (size_t i = 0; i < count; i++) {
        const uint64_t bit = 8 * (uint64_t)group + places[i];
        const uint64_t count_bit = bit + LV_COUNT_PLACE, length_bit = bit + LV_CODE_LENGTH_PLACE;
        const uint64_t count_bits = lv_load_64(bytes + (count_bit >> 3)) >> (count_bit & 7);
        const uint64_t length_bits = lv_load_64(bytes + (length_bit >> 3)) >> (length_bit & 7);
        if (!LV_IS_UNLIKELY(has_complete_length_code(count_bits, length_bits))) continue;
        if (bit >= from_bit && has_complete_codes(bytes, byte_count, bit)) return bit;
    }
    return LV_NO_BLOCK;
}

uint64_t lv_find_block(const uint8_t *bytes, size_t byte_count, uint64_t from_bit, uint64_t to_bit) {
    if (to_bit > 8 * (uint64_t)byte_count) to_bit = 8 * (uint64_t)byte_count;
    if (from_bit >= to_bit) return LV_NO_BLOCK;
    const size_t from = (size_t)(from_bit >> 3);
    const size_t first = from > LV_LONGEST_STORED_BLOCK ? from - LV_LONGEST_STORED_BLOCK : 0;
    uint64_t found = first_stored_block_end(bytes, byte_count, first, from, from_bit);
    for (size_t group = from; found == LV_NO_BLOCK && 8 * (uint64_t)group < to_bit; group += LV_GROUP_BYTE_COUNT) {
        if (byte_count - group < LV_GROUP_READ_BYTE_COUNT) break;
        found = first_dynamic_header(bytes, byte_count, group, from_bit);
        // A stored block that begins before the header may contain it.
        const size_t limit = found == LV_NO_BLOCK ? group + LV_GROUP_BYTE_COUNT : (size_t)(found >> 3) + 1;
        const uint64_t end = first_stored_block_end(bytes, byte_count, group, limit, from_bit);
        if (end != LV_NO_BLOCK) found = end;
    }
    return found < to_bit ? found : LV_NO_BLOCK;
}
