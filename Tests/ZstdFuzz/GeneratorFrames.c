// layerverify: frames generated from blocks that no compressor writes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "../../Sources/C/CZstdFrames/EntropyTables.h"
#include "../../Sources/C/CZstdFrames/XXH64.h"
#include "Generator.h"
#include <stdlib.h>
#include <string.h>

static bool one_in(uint64_t *state, unsigned n) { return next_random(state) % n == 0; }

/// A frame that is being generated. Its content is not known here, only the length.
typedef struct {
    uint64_t window, content;
    size_t block_size;
    uint32_t repeated[3];
    lv_code_table tables[3];
    bool has_tables, has_huffman_table;
    /// True if a fault may be inserted at the next opportunity.
    bool wants_fault;
    uint64_t *state;
} own_frame;

/// Inserts the fault with a probability of one in `n`, if there is still one to insert.
static bool is_wrong(own_frame *frame, unsigned n) {
    if (!frame->wants_fault || !one_in(frame->state, n)) return false;
    frame->wants_fault = false;
    return true;
}

static uint32_t random_below(uint64_t *state, uint64_t limit) { return limit ? (uint32_t)(next_random(state) % limit) : 0; }

/// Makes a table of a kind, and writes its description. Returns the mode.
static unsigned write_table(own_frame *frame, lv_code_kind kind, uint8_t *bytes, size_t *byte_count) {
    static const unsigned symbol_counts[] = {LV_LL_MAXIMUM_CODE + 1, LV_OF_MAXIMUM_CODE + 2, LV_ML_MAXIMUM_CODE + 1};
    static const unsigned logs[] = {LV_LL_MAXIMUM_LOG, LV_OF_MAXIMUM_LOG, LV_ML_MAXIMUM_LOG};
    uint64_t *const state = frame->state;
    unsigned mode = random_below(state, 4);
    if (mode == 3 && !frame->has_tables && !is_wrong(frame, 2)) mode = 2;
    // Codes that can mostly be used: short lengths, and offsets that are within the content.
    const unsigned usual = kind == LV_OFFSETS ? 6 : kind == LV_LITERAL_LENGTHS ? 12 : 34;
    *byte_count = 0;
    if (mode == 0) lv_fill_predefined(&frame->tables[kind], kind);
    if (mode == 1) {
        unsigned code = random_below(state, usual);
        if (is_wrong(frame, 4)) code = symbol_counts[kind] - 1 + random_below(state, 3);
        bytes[(*byte_count)++] = (uint8_t)code;
        lv_fill_single(&frame->tables[kind], kind, code);
    }
    if (mode == 2) {
        bool is_used[64] = {false};
        const unsigned used = one_in(state, 30) ? 1 : 2 + random_below(state, 12);
        for (unsigned i = 0; i < used; i++) is_used[random_below(state, one_in(state, 6) ? symbol_counts[kind] : usual)] = true;
        is_used[random_below(state, 3)] = true;
        const unsigned log = 5 + random_below(state, logs[kind] - 4 + is_wrong(frame, 4));
        probabilities p;
        make_probabilities(&p, is_used, symbol_counts[kind], log, state);
        *byte_count = write_probabilities(bytes, &p);
        uint8_t padded[128] = {0};
        memcpy(padded, bytes, *byte_count);
        lv_read_code_table(&frame->tables[kind], kind, padded, sizeof padded);
    }
    return mode;
}

/// Finds a state of a symbol, which is given by one of its cells, that leads to `next`; any state if there is no
/// `next`.
static unsigned find_state(const lv_code_table *table, const lv_cell *symbol, unsigned next, uint64_t *state) {
    const unsigned size = 1u << table->log, start = random_below(state, size);
    for (unsigned k = 0; k < size; k++) {
        const lv_cell cell = table->cells[(start + k) & (size - 1)];
        if (cell.base != symbol->base || cell.extra_bits != symbol->extra_bits) continue;
        if (next == UINT32_MAX || (next >= cell.next && next < cell.next + (1u << cell.state_bits))) return (start + k) & (size - 1);
    }
    return 0;
}

/// A cell whose numbers are at most `limit`, if there is one.
static const lv_cell *pick(const lv_code_table *table, uint64_t limit, uint64_t *state) {
    const lv_cell *least = &table->cells[0];
    for (unsigned tries = 0; tries < 12; tries++) {
        const lv_cell *cell = &table->cells[random_below(state, 1u << table->log)];
        if (cell->base <= limit) return cell;
        if (cell->base < least->base) least = cell;
    }
    for (unsigned i = 0; i < 1u << table->log; i++) if (table->cells[i].base < least->base) least = &table->cells[i];
    return least;
}

static uint32_t extra_of(const lv_cell *cell, uint64_t limit, uint64_t *state) {
    const uint64_t room = limit > cell->base ? limit - cell->base + 1 : 1, all = UINT64_C(1) << cell->extra_bits;
    return random_below(state, one_in(state, 500) ? all : room < all ? room : all);
}

/// The encoded value of an offset. Often at a limit: of the window, of the content, of repeated offsets.
static uint64_t choose_offset(own_frame *frame, uint64_t reach) {
    uint64_t *const state = frame->state;
    const uint64_t limit = reach < frame->window ? reach : frame->window;
    if (limit == 0 || one_in(state, 3)) return 1 + random_below(state, 3);
    if (is_wrong(frame, 8)) return limit + 3 + (one_in(state, 2) ? 1 : 1 + random_below(state, 1 + (uint32_t)limit / 2));
    if (one_in(state, 4)) return limit + 3;
    return 4 + random_below(state, one_in(state, 2) ? limit : limit < 40 ? limit : 40);
}

/// Writes sequences, and returns how many literals they use and how much content they make.
static size_t write_sequences(own_frame *frame, uint8_t *bytes, size_t literal_count) {
    uint64_t *const state = frame->state;
    size_t at = 0;
    uint32_t count = one_in(state, 5) ? 0 : one_in(state, 40) ? random_below(state, 700) : random_below(state, 30);
    if (count > 0 || is_wrong(frame, 3) || one_in(state, 60)) {
        if (count < 128 && (count == 0 || one_in(state, 10))) bytes[at++] = 128, bytes[at++] = (uint8_t)count;
        else if (count >= 128) bytes[at++] = (uint8_t)(128 + (count >> 8)), bytes[at++] = (uint8_t)count;
        else bytes[at++] = (uint8_t)count;
    } else {
        bytes[at++] = 0;
    }
    frame->content += literal_count;
    if (count == 0) {
        if (is_wrong(frame, 2)) for (unsigned i = 1 + random_below(state, 4); i > 0; i--) bytes[at++] = (uint8_t)next_random(state);
        return at;
    }
    const size_t modes = at++;
    bytes[modes] = is_wrong(frame, 10) ? 1 + (uint8_t)random_below(state, 3) : 0;
    for (unsigned kind = 0; kind < 3; kind++) {
        size_t byte_count;
        bytes[modes] |= (uint8_t)(write_table(frame, kind, bytes + at, &byte_count) << (6 - 2 * kind));
        at += byte_count;
    }
    frame->has_tables = true;

    static const lv_cell *cells[3][1024];
    static uint32_t extras[3][1024], states[3][1024];
    uint64_t literals_left = literal_count, room = frame->block_size - literal_count, before = frame->content - literal_count;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t literal_limit = is_wrong(frame, 20) ? literal_count + 1 : literals_left;
        cells[0][i] = pick(&frame->tables[0], literal_limit, state);
        extras[0][i] = extra_of(cells[0][i], literal_limit, state);
        const uint64_t literals = cells[0][i]->base + extras[0][i];
        literals_left -= literals < literals_left ? literals : literals_left;
        before += literals;
        const uint64_t value = choose_offset(frame, before);
        const unsigned code = lv_highest_bit((uint32_t)value);
        const lv_cell *cell = pick(&frame->tables[1], before < frame->window ? before : frame->window, state);
        for (unsigned k = 0; k < 1u << frame->tables[1].log; k++)
            if (frame->tables[1].cells[k].extra_bits == code) cell = &frame->tables[1].cells[k];
        cells[1][i] = cell;
        extras[1][i] = cell->extra_bits == code ? (uint32_t)value - cell->base
                                                : extra_of(cell, before < frame->window ? before : frame->window, state);
        // If there is no room left, even the shortest match is a fault, which is fine.
        const uint64_t match_limit = is_wrong(frame, 20) ? room + 1 : room / (one_in(state, 3) ? 1 : 4);
        cells[2][i] = pick(&frame->tables[2], match_limit, state);
        extras[2][i] = extra_of(cells[2][i], match_limit, state);
        const uint64_t match = cells[2][i]->base + extras[2][i];
        room -= match < room ? match : room;
        before += match;
        frame->content += match;
        if (room < 80 && i + 1 < count && count < 128 && modes == 1) {
            // Few are left: the count was written in one byte.
            bytes[modes - 1] = (uint8_t)(count = i + 1);
        }
    }
    for (unsigned kind = 0; kind < 3; kind++)
        for (uint32_t i = count; i-- > 0;)
            states[kind][i] = find_state(&frame->tables[kind], cells[kind][i], i + 1 < count ? states[kind][i + 1] : UINT32_MAX, state);
    static bit_list list;
    clear_bits(&list);
    for (unsigned kind = 0; kind < 3; kind++) take_bits(&list, states[kind][0], frame->tables[kind].log);
    for (uint32_t i = 0; i < count; i++) {
        static const unsigned extra_order[] = {1, 2, 0}, state_order[] = {0, 2, 1};
        for (unsigned k = 0; k < 3; k++) take_bits(&list, extras[extra_order[k]][i], cells[extra_order[k]][i]->extra_bits);
        for (unsigned k = 0; k < 3 && i + 1 < count; k++) {
            const unsigned kind = state_order[k];
            const lv_cell cell = frame->tables[kind].cells[states[kind][i]];
            take_bits(&list, states[kind][i + 1] - cell.next, cell.state_bits);
        }
    }
    const unsigned fault = is_wrong(frame, 8) ? BITS_CUT_OFF : is_wrong(frame, 8) ? BITS_LEFT_OVER : NO_FAULT;
    return at + write_bits(&list, bytes + at, fault, state);
}

static void put_number(uint8_t *bytes, uint64_t value, size_t byte_count) {
    for (size_t i = 0; i < byte_count; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

/// Writes a block. Returns its length with its header.
static size_t write_block(own_frame *frame, uint8_t *bytes, bool is_last) {
    uint64_t *const state = frame->state;
    unsigned type = one_in(state, 3) ? random_below(state, 2) : 2;
    const size_t limit = frame->block_size;
    size_t size = random_below(state, one_in(state, 6) ? limit + 1 : limit < 300 ? limit + 1 : 300);
    if (one_in(state, 12)) size = limit;
    uint8_t *const body = bytes + 3;
    size_t stored = 1;
    if (type == 2) {
        if (size > 20000) size = 20000;
        stored = write_literals(body, size, &frame->has_huffman_table, state);
        stored += write_sequences(frame, body + stored, size);
        size = stored;
    } else {
        if (is_wrong(frame, 6)) size = limit + 1 + random_below(state, 3);
        frame->content += size;
        body[0] = (uint8_t)next_random(state);
        if (type == 0) for (stored = 0; stored < size; stored++) body[stored] = (uint8_t)next_random(state);
    }
    if (is_wrong(frame, 30)) type = 3;
    put_number(bytes, is_last | type << 1 | size << 3, 3);
    return 3 + stored;
}

size_t make_own_frame(uint8_t *bytes, uint64_t *state) {
    own_frame frame = {.state = state, .wants_fault = one_in(state, 3), .repeated = {1, 4, 8}};
    const bool is_single = one_in(state, 3);
    unsigned window = one_in(state, 3) ? random_below(state, 80) : random_below(state, 12);
    const uint64_t base = UINT64_C(1) << (10 + (window >> 3));
    frame.window = base + base / 8 * (window & 7);
    frame.block_size = frame.window < 128 << 10 ? (size_t)frame.window : 128 << 10;
    unsigned block_count = 1 + random_below(state, one_in(state, 6) ? 40 : 5);
    size_t at = 20;
    for (; block_count > 0 && at < FRAME_CAPACITY / 2 && frame.content < MAXIMUM_CONTENT_BYTE_COUNT / 2; block_count--)
        at += write_block(&frame, bytes + at, block_count == 1);
    // The header is written last, when the length of the content is known.
    uint64_t content = frame.content + (is_wrong(&frame, 1) ? one_in(state, 2) ? 1 : UINT64_MAX : 0);
    unsigned size_flag = content < 256 ? 0 : content < 65792 ? 1 : 2;
    if (one_in(state, 6) || (size_flag == 1 && content < 256)) size_flag = 2 + random_below(state, 2);
    const bool is_size_known = is_single || one_in(state, 2);
    const size_t size_bytes = !is_size_known ? 0 : size_flag ? (size_t)1 << size_flag : is_single ? 1 : 0;
    const unsigned id_flag = one_in(state, 12) ? random_below(state, 4) : 0;
    const size_t id_bytes = id_flag == 3 ? 4 : id_flag;
    const size_t head = 5 + !is_single + id_bytes + size_bytes;
    uint8_t *const header = bytes + 20 - head;
    memset(header, 0, head);
    memcpy(header, "\x28\xb5\x2f\xfd", 4);
    header[4] = (uint8_t)((size_bytes > 1 ? size_flag : 0) << 6 | is_single << 5 | id_flag);
    if (!is_single) header[5] = (uint8_t)window;
    put_number(header + head - size_bytes, content - (size_bytes == 2 ? 256 : 0), size_bytes);
    memmove(bytes, header, at - 20 + head);
    return at - 20 + head;
}
