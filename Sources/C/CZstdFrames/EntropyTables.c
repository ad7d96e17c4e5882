// layerverify: tables for the two entropy coders of zstd.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "EntropyTables.h"

/// The properties that all tables of a kind share.
typedef struct {
    /// NULL if the base is a power of two.
    const uint32_t *bases;
    /// NULL if the code is the number of extra bits.
    const uint8_t *extra_bits;
    const int8_t *predefined;
    unsigned maximum_code, maximum_log, predefined_count, predefined_log;
} lv_code_traits;

// Spec: RFC 8878 §3.1.1.3.2.1.1 and §3.1.1.3.2.2.
static const uint32_t ll_bases[LV_LL_MAXIMUM_CODE + 1] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,  12,  13,  14,   15,   16,   18,
    20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
static const uint8_t ll_extra_bits[LV_LL_MAXIMUM_CODE + 1] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const int8_t ll_predefined[] = {
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1};
static const uint32_t ml_bases[LV_ML_MAXIMUM_CODE + 1] = {
    3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18,  19,  20,  21,   22,   23,   24,   25,    26,    27,   28, 29,
    30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539};
static const uint8_t ml_extra_bits[LV_ML_MAXIMUM_CODE + 1] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,
    0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const int8_t ml_predefined[] = {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                       1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1};
static const int8_t of_predefined[] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1};

static const lv_code_traits all_traits[] = {
    [LV_LITERAL_LENGTHS] =
        {ll_bases, ll_extra_bits, ll_predefined, LV_LL_MAXIMUM_CODE, LV_LL_MAXIMUM_LOG, sizeof ll_predefined, 6},
    [LV_OFFSETS] = {NULL, NULL, of_predefined, LV_OF_MAXIMUM_CODE, LV_OF_MAXIMUM_LOG, sizeof of_predefined, 5},
    [LV_MATCH_LENGTHS] =
        {ml_bases, ml_extra_bits, ml_predefined, LV_ML_MAXIMUM_CODE, LV_ML_MAXIMUM_LOG, sizeof ml_predefined, 6},
};

// MARK: Probabilities

enum {
    /// Larger than the longest description: 4 bits, and 10 and 2 for each of 53 codes.
    LONGEST_COUNTS_BYTE_COUNT = 88,
    MAXIMUM_SYMBOL_COUNT = 64,
    MAXIMUM_CELL_COUNT = 512,
};

/// The probabilities of an FSE table as numbers of cells; -1 for "less than one".
typedef struct {
    int16_t counts[MAXIMUM_SYMBOL_COUNT];
    unsigned symbol_count, log;
} lv_counts;

/// Reads probabilities. Returns: the number of bytes that they take; zero if they are invalid.
///
/// Spec: RFC 8878 §4.1.1.
static size_t read_counts(
    lv_counts *counts, unsigned maximum_symbol, unsigned maximum_log, const uint8_t *bytes, size_t byte_count) {
    // klauspost's decoder requires 4 bytes. A description together with the bits that follow it has at least as many.
    if (byte_count < 4) return 0;
    uint8_t padded[LONGEST_COUNTS_BYTE_COUNT + 16] = {0};
    if (byte_count > LONGEST_COUNTS_BYTE_COUNT) byte_count = LONGEST_COUNTS_BYTE_COUNT;
    memcpy(padded, bytes, byte_count);
    const unsigned end = 8 * (unsigned)byte_count;
    const unsigned log = (padded[0] & 15) + 5;
    if (log > maximum_log) return 0;

    unsigned bit = 4, symbol = 0, width = log + 1;
    // One more than the number of cells left; the next value is less than twice the threshold.
    int remaining = (1 << log) + 1, threshold = 1 << log;
    while (remaining > 1) {
        if (symbol > maximum_symbol || bit >= end) return 0;
        const int next = (int)lv_low_bits(lv_load64(padded + (bit >> 3)) >> (bit & 7), 12);
        // The number of values that take one bit less.
        const int short_count = 2 * threshold - 1 - remaining;
        int value = next & (threshold - 1);
        if (value < short_count) {
            bit += width - 1;
        } else {
            value = next & (2 * threshold - 1);
            if (value >= threshold) value -= short_count;
            bit += width;
        }
        const int count = value - 1;
        remaining -= count < 0 ? 1 : count;
        counts->counts[symbol++] = (int16_t)count;
        if (count == 0) {
            unsigned zeros;
            do {
                if (bit >= end) return 0;
                zeros = (unsigned)lv_low_bits(lv_load64(padded + (bit >> 3)) >> (bit & 7), 2);
                bit += 2;
                if (symbol + zeros > maximum_symbol) return 0;
                for (unsigned i = 0; i < zeros; i++) counts->counts[symbol++] = 0;
            } while (zeros == 3);
        }
        while (remaining < threshold) {
            width--;
            threshold >>= 1;
        }
    }
    if (bit > end) return 0;
    // A code that has all cells takes no bits. klauspost's decoder refuses it; compressors encode such codes in another
    // way.
    for (unsigned i = 0; i < symbol; i++) {
        if (counts->counts[i] == 1 << log) return 0;
    }
    counts->symbol_count = symbol;
    counts->log = log;
    return (bit + 7) >> 3;
}

/// Distributes symbols over the cells. The counts must add up to the number of cells.
static void spread(uint8_t symbols[MAXIMUM_CELL_COUNT + 8], const lv_counts *counts) {
    const uint32_t size = 1u << counts->log, mask = size - 1, step = (size >> 1) + (size >> 3) + 3;
    uint32_t highest = size - 1, at = 0;
    for (unsigned s = 0; s < counts->symbol_count; s++) {
        if (counts->counts[s] == -1) symbols[highest--] = (uint8_t)s;
    }
    if (highest == size - 1) {
        // No symbol has a cell at the top: writes the symbols in order, and then scatters them without a branch per
        // cell.
        uint8_t line[MAXIMUM_CELL_COUNT + 8];
        uint32_t end = 0;
        for (unsigned s = 0; s < counts->symbol_count; s++) {
            const uint64_t eight = s * UINT64_C(0x0101010101010101);
            const uint32_t count = (uint32_t)counts->counts[s];
            for (uint32_t i = 0; i < count; i += 8) memcpy(line + end + i, &eight, 8);
            end += count;
        }
        for (uint32_t i = 0; i < size; i++) {
            symbols[at] = line[i];
            at = (at + step) & mask;
        }
        return;
    }
    for (unsigned s = 0; s < counts->symbol_count; s++) {
        for (int i = 0; i < counts->counts[s]; i++) {
            symbols[at] = (uint8_t)s;
            do at = (at + step) & mask;
            while (at > highest);
        }
    }
}

/// Makes the cells of a table. For any following bits the next state is a state of the table: each of the `2^log`
/// states is reached from only one cell of a symbol.
static void fill_cells(lv_code_table *table, const lv_code_traits *traits, const lv_counts *counts) {
    uint8_t symbols[MAXIMUM_CELL_COUNT + 8];
    uint16_t next[MAXIMUM_SYMBOL_COUNT];
    spread(symbols, counts);
    for (unsigned s = 0; s < counts->symbol_count; s++) {
        next[s] = counts->counts[s] < 0 ? 1 : (uint16_t)counts->counts[s];
    }
    table->log = counts->log;
    const uint32_t size = 1u << counts->log;
    for (uint32_t i = 0; i < size; i++) {
        const unsigned symbol = symbols[i];
        const uint32_t state = next[symbol]++;
        const unsigned bits = counts->log - lv_highest_bit(state);
        table->cells[i] = (lv_cell){
            .base = traits->bases ? traits->bases[symbol] : 1u << symbol,
            .next = (uint16_t)((state << bits) - size),
            .extra_bits = traits->extra_bits ? traits->extra_bits[symbol] : (uint8_t)symbol,
            .state_bits = (uint8_t)bits,
        };
    }
}

void lv_fill_predefined(lv_code_table *table, lv_code_kind kind) {
    const lv_code_traits *traits = &all_traits[kind];
    lv_counts counts = {.symbol_count = traits->predefined_count, .log = traits->predefined_log};
    for (unsigned i = 0; i < counts.symbol_count; i++) counts.counts[i] = traits->predefined[i];
    fill_cells(table, traits, &counts);
}

bool lv_fill_single(lv_code_table *table, lv_code_kind kind, unsigned code) {
    const lv_code_traits *traits = &all_traits[kind];
    if (code > traits->maximum_code) return false;
    table->log = 0;
    table->cells[0] = (lv_cell){
        .base = traits->bases ? traits->bases[code] : 1u << code,
        .extra_bits = traits->extra_bits ? traits->extra_bits[code] : (uint8_t)code,
    };
    return true;
}

size_t lv_read_code_table(lv_code_table *table, lv_code_kind kind, const uint8_t *bytes, size_t byte_count) {
    const lv_code_traits *traits = &all_traits[kind];
    lv_counts counts;
    const size_t taken = read_counts(&counts, traits->maximum_code, traits->maximum_log, bytes, byte_count);
    if (taken) fill_cells(table, traits, &counts);
    return taken;
}

// MARK: Huffman

enum {
    MAXIMUM_WEIGHT_COUNT = 255,
    MAXIMUM_WEIGHT = LV_HUFFMAN_LOG,
    /// The header gives the size of compressed weights in 7 bits.
    LONGEST_WEIGHTS_BYTE_COUNT = 127,
    WEIGHTS_MARGIN = 16,
};

/// Decodes weights that are compressed with FSE. Returns: the number of weights; zero if they are invalid.
///
/// Spec: RFC 8878 §4.2.1.2. The RFC allows the last number of bits to be incomplete; libzstd and klauspost's decoder
/// differ then. No compressor writes that, and it is refused.
static unsigned decode_weights(uint8_t weights[MAXIMUM_WEIGHT_COUNT + 1], const uint8_t *bytes, size_t byte_count) {
    static const lv_code_traits traits = {.maximum_code = 15, .maximum_log = LV_WEIGHT_MAXIMUM_LOG};
    lv_counts counts;
    const size_t taken = read_counts(&counts, traits.maximum_code, traits.maximum_log, bytes, byte_count);
    if (!taken || taken >= byte_count || !bytes[byte_count - 1]) return 0;
    lv_code_table table;
    fill_cells(&table, &traits, &counts);

    uint8_t padded[LONGEST_WEIGHTS_BYTE_COUNT + 2 * WEIGHTS_MARGIN] = {0};
    const uint8_t *const stream = padded + WEIGHTS_MARGIN;
    memcpy(padded + WEIGHTS_MARGIN, bytes + taken, byte_count - taken);
    // The number of bits left.
    int left = 8 * (int)(byte_count - taken - 1) + (int)lv_highest_bit(bytes[byte_count - 1]);
    if (left < 2 * (int)counts.log) return 0;
    unsigned states[2];
    for (unsigned i = 0; i < 2; i++) {
        left -= (int)counts.log;
        states[i] = (unsigned)lv_low_bits(lv_load64(stream + (left >> 3)) >> (left & 7), counts.log);
    }
    unsigned count = 0;
    for (unsigned turn = 0;; turn ^= 1) {
        const lv_cell cell = table.cells[states[turn]];
        if (count + 2 > MAXIMUM_WEIGHT_COUNT) return 0;
        weights[count++] = cell.extra_bits;
        if (left == 0 && cell.state_bits > 0) {
            weights[count++] = table.cells[states[turn ^ 1]].extra_bits;
            return count;
        }
        left -= cell.state_bits;
        if (left < 0) return 0;
        states[turn] = cell.next + (unsigned)lv_low_bits(lv_load64(stream + (left >> 3)) >> (left & 7), cell.state_bits);
    }
}

size_t lv_read_huffman_table(uint16_t *table, const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 2) return 0;
    uint8_t weights[MAXIMUM_WEIGHT_COUNT + 1];
    unsigned count;
    size_t taken;
    const unsigned header = bytes[0];
    if (header >= 128) {
        count = header - 127;
        taken = 1 + (count + 1) / 2;
        if (taken > byte_count) return 0;
        for (unsigned i = 0; i < count; i++) weights[i] = i & 1 ? bytes[1 + i / 2] & 15 : bytes[1 + i / 2] >> 4;
    } else {
        taken = 1 + header;
        if (taken > byte_count) return 0;
        count = decode_weights(weights, bytes + 1, header);
        if (count == 0) return 0;
    }

    // The number of symbols of each weight; the sum of 2^(weight - 1), with that of the last symbol, is the next power
    // of two.
    unsigned ranks[MAXIMUM_WEIGHT + 2] = {0};
    uint32_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        if (weights[i] > MAXIMUM_WEIGHT) return 0;
        ranks[weights[i]]++;
        sum += 1u << weights[i] >> 1;
    }
    if (sum == 0) return 0;
    const unsigned log = lv_highest_bit(sum) + 1;
    if (log > LV_HUFFMAN_LOG) return 0;
    const uint32_t rest = (1u << log) - sum;
    if (rest & (rest - 1)) return 0;
    weights[count] = (uint8_t)(lv_highest_bit(rest) + 1);
    ranks[weights[count]]++;
    count++;
    // A complete code has at least two of the longest codes, and an even number of them.
    if (ranks[1] < 2 || ranks[1] & 1) return 0;

    // The table is always 11 bits wide, so that loops shift by a constant.
    const unsigned up = LV_HUFFMAN_LOG - log;
    uint32_t starts[MAXIMUM_WEIGHT + 2], at = 0;
    for (unsigned weight = 1; weight <= log; weight++) {
        starts[weight] = at;
        at += ranks[weight] << (weight - 1 + up);
    }
    for (unsigned symbol = 0; symbol < count; symbol++) {
        const unsigned weight = weights[symbol];
        if (weight == 0) continue;
        const uint32_t width = 1u << (weight - 1 + up);
        uint16_t *const entries = table + starts[weight];
        starts[weight] += width;
        const uint16_t entry = (uint16_t)(symbol << 8 | (log + 1 - weight));
        if (width >= 4) {
            const uint64_t four = entry * UINT64_C(0x0001000100010001);
            for (uint32_t i = 0; i < width; i += 4) memcpy(entries + i, &four, 8);
        } else {
            for (uint32_t i = 0; i < width; i++) entries[i] = entry;
        }
    }
    return taken;
}
