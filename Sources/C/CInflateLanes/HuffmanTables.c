// layerverify: lookup tables for Huffman codes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "HuffmanTables.h"
#include <string.h>

// Spec: RFC 1951 §3.2.5.
const lv_range lv_lengths[LV_LENGTH_SYMBOL_COUNT] = {
    {3, 0},  {4, 0},  {5, 0},  {6, 0},  {7, 0},  {8, 0},  {9, 0},  {10, 0},  {11, 1},  {13, 1},
    {15, 1}, {17, 1}, {19, 2}, {23, 2}, {27, 2}, {31, 2}, {35, 3}, {43, 3},  {51, 3},  {59, 3},
    {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}};
const lv_range lv_distances[LV_DISTANCE_SYMBOL_COUNT] = {
    {1, 0},    {2, 0},    {3, 0},     {4, 0},     {5, 1},     {7, 1},     {9, 2},     {13, 2},    {17, 3},    {25, 3},
    {33, 4},   {49, 4},   {65, 5},    {97, 5},    {129, 6},   {193, 6},   {257, 7},   {385, 7},   {513, 8},   {769, 8},
    {1025, 9}, {1537, 9}, {2049, 10}, {3073, 10}, {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}};

bool lv_code_make(lv_code *code, const uint8_t *lengths, unsigned symbol_count) {
    memset(code->counts, 0, sizeof code->counts);
    for (unsigned symbol = 0; symbol < symbol_count; symbol++) code->counts[lengths[symbol]]++;
    code->counts[0] = 0;
    code->longest = 0;
    uint32_t next_code = 0, next_place = 0;
    uint16_t places[LV_LONGEST_CODE + 1];
    for (unsigned length = 1; length <= LV_LONGEST_CODE; length++) {
        next_code <<= 1;
        places[length] = (uint16_t)next_place;
        code->places[length] = (int32_t)next_place - (int32_t)next_code;
        next_code += code->counts[length];
        next_place += code->counts[length];
        if (next_code > 1u << length) return false;
        code->limits[length] = next_code << (LV_LONGEST_CODE - length);
        if (code->counts[length] > 0) code->longest = (uint8_t)length;
    }
    // RFC 1951 §3.2.7 allows a single distance code of one bit, and no distance code if there are no matches.
    if (next_code < 1u << LV_LONGEST_CODE && code->longest > 1) return false;
    for (unsigned symbol = 0; symbol < symbol_count; symbol++)
        if (lengths[symbol] > 0) code->symbols[places[lengths[symbol]]++] = (uint16_t)symbol;
    return true;
}

/// Reverses the low 15 bits. Codes are stored with their highest bit first, other numbers with their lowest.
static uint32_t reversed(uint32_t bits) {
    bits = (bits & 0x5555) << 1 | (bits >> 1 & 0x5555);
    bits = (bits & 0x3333) << 2 | (bits >> 2 & 0x3333);
    bits = (bits & 0x0f0f) << 4 | (bits >> 4 & 0x0f0f);
    bits = (bits & 0x00ff) << 8 | (bits >> 8 & 0x00ff);
    return bits >> 1;
}

int lv_code_decode(const lv_code *code, uint64_t bits, unsigned shortest, unsigned *length) {
    const uint32_t number = reversed((uint32_t)bits & 0x7fff);
    for (unsigned l = shortest; l <= code->longest; l++)
        if (number < code->limits[l]) {
            *length = l;
            return code->symbols[(int32_t)(number >> (LV_LONGEST_CODE - l)) + code->places[l]];
        }
    return -1;
}

/// The code after `code`; both have `length` bits, with the first bit lowest. `code` must not be the last one.
static uint32_t next_reversed(uint32_t code, unsigned length) {
    // Counts up from the highest bit: ones become zeros up to the first zero, which becomes a one.
    const uint32_t zeros = ~code & ((1u << length) - 1);
    const uint32_t first_zero = 1u << (31 - __builtin_clz(zeros));
    return (code & (first_zero - 1)) | first_zero;
}

static bool is_last(uint32_t code, unsigned length) { return code == (1u << length) - 1; }

void lv_fill_code_lengths(lv_code_length_table *table, const lv_code *code) {
    memset(table->symbols, 0, sizeof table->symbols);
    memset(table->bits, 1, sizeof table->bits);
    uint32_t next = 0;
    const uint16_t *symbol = code->symbols;
    for (unsigned length = 1; length <= code->longest; length++)
        for (unsigned count = code->counts[length]; count > 0; count--, symbol++) {
            for (uint32_t place = next; place < 1u << LV_LONGEST_CODE_LENGTH_CODE; place += 1u << length) {
                table->symbols[place] = (uint8_t)*symbol;
                table->bits[place] = (uint8_t)length;
            }
            if (!is_last(next, length)) next = next_reversed(next, length);
        }
}

// The tables of a block are filled in the order of the code. Codes of one length are put into the first 2^length
// places. For the next length that part is copied behind itself, because either bit may follow a shorter code. A
// complete code leaves no gap.

void lv_fill_literals(lv_tables *tables, const lv_code *code) {
    lv_literal_entry *const entries = tables->literals;
    // Lengths whose extra bits also fit into the index; they are filled in last, with an entry for each value of the
    // extra bits.
    struct {
        uint16_t code;
        uint8_t code_length, place;
    } expanded[LV_LENGTH_SYMBOL_COUNT];
    unsigned expanded_count = 0;
    // If the only code is one bit for the end of the block, the other bit is invalid.
    entries[0] = entries[1] = LV_LITERAL_EXCEPTION;
    uint32_t next = 0, size = 1;
    const uint16_t *symbol = code->symbols;
    bool is_complete = false;
    for (unsigned length = 1; length <= LV_LITERAL_INDEX_BITS; length++) {
        if (length > 1) memcpy(entries + size, entries, size * sizeof *entries);
        size <<= 1;
        for (unsigned count = code->counts[length]; count > 0; count--, symbol++) {
            lv_literal_entry entry;
            if (*symbol < LV_END_OF_BLOCK) {
                entry = (uint32_t)*symbol << 8 | LV_LITERAL_ONE | length | length << LV_LITERAL_BITS_PLACE;
            } else {
                entry = LV_LITERAL_EXCEPTION | (*symbol - LV_END_OF_BLOCK) << 8 | length << LV_LITERAL_BITS_PLACE;
                const unsigned place = *symbol - LV_FIRST_LENGTH_SYMBOL;
                if (place < LV_LENGTH_SYMBOL_COUNT) {
                    const lv_range range = lv_lengths[place];
                    const bool fits = length + range.extra_bits <= LV_LITERAL_INDEX_BITS;
                    if (fits && range.extra_bits == 0)
                        entry = (uint32_t)range.base << LV_LITERAL_LENGTH_PLACE | length << LV_LITERAL_BITS_PLACE;
                    if (fits && range.extra_bits > 0) {
                        expanded[expanded_count].code = (uint16_t)next;
                        expanded[expanded_count].code_length = (uint8_t)length;
                        expanded[expanded_count++].place = (uint8_t)place;
                    }
                }
            }
            entries[next] = entry;
            is_complete = is_last(next, length);
            if (!is_complete) next = next_reversed(next, length);
        }
        if (is_complete) break;
    }
    for (; size < 1u << LV_LITERAL_INDEX_BITS; size <<= 1) memcpy(entries + size, entries, size * sizeof *entries);
    for (unsigned length = LV_LITERAL_INDEX_BITS + 1; length <= code->longest; length++)
        for (unsigned count = code->counts[length]; count > 0; count--) {
            entries[next & ((1u << LV_LITERAL_INDEX_BITS) - 1)] = LV_LITERAL_EXCEPTION;
            if (!is_last(next, length)) next = next_reversed(next, length);
        }
    for (unsigned i = 0; i < expanded_count; i++) {
        const lv_range range = lv_lengths[expanded[i].place];
        const unsigned length = expanded[i].code_length, full_length = length + range.extra_bits;
        for (uint32_t extra = 0; extra < 1u << range.extra_bits; extra++)
            for (uint32_t place = expanded[i].code | extra << length; place < 1u << LV_LITERAL_INDEX_BITS;
                 place += 1u << full_length)
                entries[place] =
                    (range.base + extra) << LV_LITERAL_LENGTH_PLACE | full_length << LV_LITERAL_BITS_PLACE;
    }
}

void lv_fill_distances(lv_tables *tables, const lv_code *code, size_t reach) {
    lv_distance_entry *const entries = tables->distances;
    const lv_distance_entry exception = {LV_DISTANCE_EXCEPTION, 1};
    entries[0] = entries[1] = exception;
    uint32_t next = 0, size = 1;
    const uint16_t *symbol = code->symbols;
    bool is_complete = false;
    for (unsigned length = 1; length <= LV_DISTANCE_INDEX_BITS; length++) {
        if (length > 1) memcpy(entries + size, entries, size * sizeof *entries);
        size <<= 1;
        for (unsigned count = code->counts[length]; count > 0; count--, symbol++) {
            lv_distance_entry entry = exception;
            if (*symbol < LV_DISTANCE_SYMBOL_COUNT) {
                const lv_range range = lv_distances[*symbol];
                if (range.base + (1u << range.extra_bits) - 1 <= reach) {
                    entry.control = length | (uint32_t)range.extra_bits << 8 | (length + range.extra_bits) << 16;
                    entry.base = range.base;
                }
            }
            entries[next] = entry;
            is_complete = is_last(next, length);
            if (!is_complete) next = next_reversed(next, length);
        }
        if (is_complete) break;
    }
    for (; size < 1u << LV_DISTANCE_INDEX_BITS; size <<= 1) memcpy(entries + size, entries, size * sizeof *entries);
    for (unsigned length = LV_DISTANCE_INDEX_BITS + 1; length <= code->longest; length++)
        for (unsigned count = code->counts[length]; count > 0; count--) {
            entries[next & ((1u << LV_DISTANCE_INDEX_BITS) - 1)] = exception;
            if (!is_last(next, length)) next = next_reversed(next, length);
        }
}
