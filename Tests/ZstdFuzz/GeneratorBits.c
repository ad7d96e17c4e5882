// layerverify: bit streams and tables for generated frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "../../Sources/C/CZstdFrames/EntropyTables.h"
#include "Generator.h"
#include <stdlib.h>
#include <string.h>

static bool one_in(uint64_t *state, unsigned n) { return next_random(state) % n == 0; }

void take_bits(bit_list *list, uint32_t value, unsigned count) {
    if (count == 0) return;
    if (list->item_count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 1024;
        list->items = realloc(list->items, list->capacity * sizeof *list->items);
    }
    list->items[list->item_count].value = value;
    list->items[list->item_count++].count = (uint8_t)count;
}

void clear_bits(bit_list *list) { list->item_count = 0; }

static void append(uint8_t *bytes, size_t *bit, uint32_t value, unsigned count) {
    for (unsigned i = 0; i < count; i++, ++*bit) {
        if (*bit % 8 == 0) bytes[*bit / 8] = 0;
        bytes[*bit / 8] |= (uint8_t)((value >> i & 1) << *bit % 8);
    }
}

size_t write_bits(const bit_list *list, uint8_t *bytes, unsigned fault, uint64_t *state) {
    size_t bit = 0, cut = 0;
    if (fault == BITS_LEFT_OVER) {
        const unsigned extra = one_in(state, 2) ? 1 : 1 + (unsigned)(next_random(state) % 30);
        append(bytes, &bit, one_in(state, 2) ? 0 : (uint32_t)next_random(state), extra);
    } else if (fault == BITS_CUT_OFF) {
        cut = one_in(state, 2) ? 1 : 1 + next_random(state) % 20;
    }
    for (size_t i = list->item_count; i-- > 0;) {
        const unsigned count = list->items[i].count;
        if (cut >= count) {
            cut -= count;
            continue;
        }
        append(bytes, &bit, list->items[i].value >> cut, count - (unsigned)cut);
        cut = 0;
    }
    append(bytes, &bit, 1, 1);
    return (bit + 7) / 8;
}

void make_probabilities(probabilities *p, const bool *is_used, unsigned symbol_count, unsigned log, uint64_t *state) {
    unsigned used[64], used_count = 0;
    for (unsigned i = 0; i < symbol_count; i++) {
        p->counts[i] = 0;
        if (is_used[i]) used[used_count++] = i;
    }
    while (used_count > 1u << log) log++;
    int left = 1 << log;
    const bool has_small = one_in(state, 2), has_one = used_count > 1;
    for (unsigned i = 0; i < used_count; i++, left--) p->counts[used[i]] = has_small && one_in(state, 3) ? -1 : 1;
    while (left > 0) {
        int *const count = &p->counts[used[next_random(state) % used_count]];
        if (*count < 0 && has_one && !one_in(state, 20)) {
            // At least one symbol must be able to take the rest.
            bool is_all_small = true;
            for (unsigned i = 0; i < used_count; i++) is_all_small &= p->counts[used[i]] < 0;
            if (!is_all_small) continue;
        }
        const int share = one_in(state, 3) ? left : 1 + (int)(next_random(state) % (unsigned)left);
        *count = (*count < 0 ? 1 : *count) + share;
        left -= share;
    }
    p->log = log;
    p->symbol_count = used[used_count - 1] + 1;
}

size_t write_probabilities(uint8_t *bytes, const probabilities *p) {
    size_t bit = 0;
    append(bytes, &bit, p->log - 5, 4);
    int remaining = (1 << p->log) + 1, threshold = 1 << p->log;
    unsigned width = p->log + 1;
    for (unsigned i = 0; i < p->symbol_count; i++) {
        const int count = p->counts[i], short_count = 2 * threshold - 1 - remaining;
        const int value = count + 1;
        if (value < short_count) append(bytes, &bit, (uint32_t)value, width - 1);
        else append(bytes, &bit, (uint32_t)(value < threshold ? value : value + short_count), width);
        remaining -= count < 0 ? 1 : count;
        while (remaining < threshold) width--, threshold >>= 1;
        if (count != 0) continue;
        unsigned zeros = 0;
        while (i + 1 + zeros < p->symbol_count && p->counts[i + 1 + zeros] == 0) zeros++;
        i += zeros;
        for (; zeros >= 3; zeros -= 3) append(bytes, &bit, 3, 2);
        append(bytes, &bit, zeros, 2);
    }
    return (bit + 7) / 8;
}

// MARK: Literals

/// Makes the lengths of a complete code of up to `count` symbols and `limit` bits. Returns the number of symbols with a
/// code.
static unsigned make_lengths(uint8_t *lengths, unsigned count, unsigned limit, uint64_t *state) {
    unsigned leaf_count = 1;
    lengths[0] = 0;
    for (unsigned tries = 0; leaf_count < count && tries < 4 * count; tries++) {
        const unsigned leaf = one_in(state, 3) ? leaf_count - 1 : (unsigned)(next_random(state) % leaf_count);
        if (lengths[leaf] == limit) continue;
        lengths[leaf_count++] = ++lengths[leaf];
    }
    return leaf_count;
}

/// Writes weights with FSE. Returns their length; zero if these weights cannot be written in this way.
static size_t write_weights(uint8_t *bytes, const uint8_t *weights, unsigned count, uint64_t *state) {
    bool is_used[16] = {false};
    for (unsigned i = 0; i < count; i++) is_used[weights[i]] = true;
    probabilities p;
    make_probabilities(&p, is_used, 16, 5 + (unsigned)(next_random(state) % (one_in(state, 20) ? 4 : 2)), state);
    const size_t head = write_probabilities(bytes, &p);
    // The decoder's own table: for each weight, exactly one state leads to the next one.
    lv_code_table table = {.log = 0};
    // The tables of all kinds have the same cells; weights are found again by the base of offsets, which is a power of
    // two.
    uint8_t padded[64] = {0};
    memcpy(padded, bytes, head);
    if (lv_read_code_table(&table, LV_OFFSETS, padded, sizeof padded) == 0 || count < 2) return 0;
    unsigned states[256];
    for (unsigned i = count; i-- > 0;) {
        unsigned found = 512;
        const unsigned start = (unsigned)(next_random(state) % (1u << table.log));
        for (unsigned k = 0; k < 1u << table.log && found == 512; k++) {
            const unsigned at = (start + k) & ((1u << table.log) - 1);
            const lv_cell cell = table.cells[at];
            if (cell.extra_bits != weights[i]) continue;
            if (i == count - 2 && cell.state_bits == 0) continue;
            if (i + 2 < count && (states[i + 2] < cell.next || states[i + 2] >= cell.next + (1u << cell.state_bits))) continue;
            found = at;
        }
        if (found == 512) return 0;
        states[i] = found;
    }
    static bit_list list;
    clear_bits(&list);
    take_bits(&list, states[0], table.log);
    take_bits(&list, states[1], table.log);
    for (unsigned i = 0; i + 2 < count; i++) {
        const lv_cell cell = table.cells[states[i]];
        take_bits(&list, states[i + 2] - cell.next, cell.state_bits);
    }
    const unsigned fault = one_in(state, 40) ? BITS_CUT_OFF : one_in(state, 40) ? BITS_LEFT_OVER : NO_FAULT;
    return head + write_bits(&list, bytes + head, fault, state);
}

static uint16_t huffman_table[1 << LV_HUFFMAN_LOG];
/// The position in the table where the code of each symbol begins.
static uint16_t known_symbols[256];
static unsigned known_symbol_count;

/// Makes a code and writes its description. Returns its length.
static size_t write_code(uint8_t *bytes, uint64_t *state) {
    uint8_t lengths[256], weights[256] = {0};
    const unsigned limit = one_in(state, 60) ? 12 : 1 + (unsigned)(next_random(state) % 11);
    const unsigned count = make_lengths(lengths, 2 + (unsigned)(next_random(state) % (one_in(state, 3) ? 255 : 20)), limit, state);
    unsigned log = 0, symbol = one_in(state, 2) ? 0 : (unsigned)(next_random(state) % (257 - count)), last = 0;
    for (unsigned i = 0; i < count; i++) log = lengths[i] > log ? lengths[i] : log;
    for (unsigned i = 0; i < count; i++) {
        last = symbol;
        weights[symbol++] = (uint8_t)(log + 1 - lengths[i]);
        if (256 - symbol > count - i - 1 && one_in(state, 8)) symbol++;
    }
    if (one_in(state, 60)) weights[next_random(state) % (last + 1)] ^= 1 + next_random(state) % 3;
    size_t byte_count = 0;
    if (last > 128 || one_in(state, 2)) {
        byte_count = write_weights(bytes + 1, weights, last, state);
        if (byte_count > 127) byte_count = 0;
        if (byte_count > 0) bytes[0] = (uint8_t)byte_count++;
    }
    if (byte_count == 0) {
        const unsigned direct = last > 128 ? 128 : last ? last : 1;
        bytes[0] = (uint8_t)(127 + direct);
        for (unsigned i = 0; i < direct; i += 2) bytes[1 + i / 2] = (uint8_t)(weights[i] << 4 | (i + 1 < direct ? weights[i + 1] : 0));
        byte_count = 1 + (direct + 1) / 2;
    }
    uint8_t padded[256] = {0};
    memcpy(padded, bytes, byte_count);
    known_symbol_count = 0;
    if (lv_read_huffman_table(huffman_table, padded, byte_count) == byte_count) {
        for (unsigned at = 0; at < 1 << LV_HUFFMAN_LOG; at += 1u << (LV_HUFFMAN_LOG - (huffman_table[at] & 63)))
            known_symbols[known_symbol_count++] = (uint16_t)at;
    }
    return byte_count;
}

static size_t write_symbols(uint8_t *bytes, size_t count, uint64_t *state) {
    static bit_list list;
    clear_bits(&list);
    for (size_t i = 0; i < count; i++) {
        if (known_symbol_count == 0) break;
        const unsigned at = known_symbols[next_random(state) % known_symbol_count];
        const unsigned length = huffman_table[at] & 63;
        take_bits(&list, at >> (LV_HUFFMAN_LOG - length), length);
    }
    const unsigned fault = one_in(state, 80) ? BITS_CUT_OFF : one_in(state, 80) ? BITS_LEFT_OVER : NO_FAULT;
    return write_bits(&list, bytes, fault, state);
}

static void put_number(uint8_t *bytes, uint64_t value, size_t byte_count) {
    for (size_t i = 0; i < byte_count; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

size_t write_literals(uint8_t *bytes, size_t count, bool *has_table, uint64_t *state) {
    unsigned type = (unsigned)(next_random(state) % 4);
    if (type >= 2 && (count == 0 || count > 20000)) type = (unsigned)(next_random(state) % 2);
    if (type == 3 && !*has_table && !one_in(state, 50)) type = 2;
    if (type < 2) {
        unsigned format = count < 32 ? 0 : count < 4096 ? 1 : 3;
        if (one_in(state, 8)) format = one_in(state, 2) && count < 4096 ? 1 : 3;
        const size_t head = format == 1 ? 2 : format == 3 ? 3 : 1;
        put_number(bytes, type | format << 2 | (uint64_t)count << (head == 1 ? 3 : 4), head);
        if (head == 1) bytes[0] = (uint8_t)(type | count << 3);
        const size_t stored = type == 1 ? 1 : count;
        for (size_t i = 0; i < stored; i++) bytes[head + i] = (uint8_t)next_random(state);
        return head + stored;
    }
    unsigned format = count < 6 || one_in(state, 4) ? 0 : 1;
    static uint8_t body[64 << 10];
    size_t byte_count = type == 2 ? write_code(body, state) : 0;
    *has_table |= type == 2;
    if (count > 1023 && format == 0) format = 2;
    if (format == 0) {
        byte_count += write_symbols(body + byte_count, count, state);
    } else {
        const size_t segment = (count + 3) / 4, jump = byte_count;
        byte_count += 6;
        for (unsigned i = 0; i < 4; i++) {
            const size_t symbols = i < 3 ? segment : count > 3 * segment ? count - 3 * segment : 0;
            const size_t size = write_symbols(body + byte_count, symbols, state);
            if (i < 3) put_number(body + jump + 2 * i, size + one_in(state, 200), 2);
            byte_count += size;
        }
    }
    if (format > 0) format = count < 1024 && byte_count < 1024 && !one_in(state, 5) ? 1 : count < 16384 && byte_count < 16384 && !one_in(state, 5) ? 2 : 3;
    if (format == 0 && byte_count > 1023) byte_count = 1023;
    const size_t head = format < 2 ? 3 : format + 2u;
    const unsigned bits = format < 2 ? 10 : format == 2 ? 14 : 18;
    put_number(bytes, type | format << 2 | (uint64_t)count << 4 | (uint64_t)byte_count << (4 + bits), head);
    memcpy(bytes + head, body, byte_count);
    return head + byte_count;
}
