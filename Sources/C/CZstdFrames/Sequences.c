// layerverify: the sequences of a compressed block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "SequenceLoop.h"

/// The ways in which a table of codes is given. Spec: RFC 8878 §3.1.1.3.2.1.
enum { PREDEFINED_MODE, RLE_MODE, FSE_MODE, REPEAT_MODE };

enum {
    /// The number of zeros before the end of a stream: taking 88 bits too many, and reading words that end there, goes
    /// back 19 bytes.
    TAIL_MARGIN = 32,
    TAIL_BYTE_COUNT = LV_SAFE_BIT_COUNT / 8 + 1,
};

// The loop for each kind of CPU.

#define LV_LOOPS(name, attributes)                                                                                     \
    attributes static lv_zstd_rule name(lv_run *run) { return lv_run_sequences(run, false); }                          \
    attributes static lv_zstd_rule name##_end(lv_run *run) { return lv_run_sequences(run, true); }

LV_LOOPS(run_sequences, )
#if defined(__x86_64__)
LV_LOOPS(run_sequences_bmi2, __attribute__((target("bmi,bmi2"))))
static bool has_bmi2(void) { return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"); }
#define LV_RUN(suffix, run) (has_bmi2() ? run_sequences_bmi2##suffix(run) : run_sequences##suffix(run))
#else
#define LV_RUN(suffix, run) run_sequences##suffix(run)
#endif

/// Makes the table for a kind of code as the block describes it.
static lv_zstd_rule read_table(lv_zstd_frames *frames, lv_code_kind kind, unsigned mode, lv_piece *piece) {
    lv_code_table *const table = &frames->code_tables[kind];
    const size_t byte_count = (size_t)(piece->end - piece->next);
    size_t taken = 0;
    switch (mode) {
    case PREDEFINED_MODE: lv_fill_predefined(table, kind); break;
    case RLE_MODE:
        if (byte_count == 0 || !lv_fill_single(table, kind, *piece->next)) return LV_ZSTD_FSE_TABLE;
        taken = 1;
        break;
    case FSE_MODE:
        taken = lv_read_code_table(table, kind, piece->next, byte_count);
        if (taken == 0) return LV_ZSTD_FSE_TABLE;
        break;
    default:
        if (!frames->has_code_tables) return LV_ZSTD_REPEATED_TABLE;
    }
    piece->next += taken;
    return LV_ZSTD_NO_RULE;
}

/// Reads the bit stream, which is the whole piece, and executes its sequences.
static lv_zstd_rule read_stream(lv_zstd_frames *frames, lv_piece piece, lv_run *run) {
    const size_t byte_count = (size_t)(piece.end - piece.next);
    if (byte_count == 0 || piece.end[-1] == 0) return LV_ZSTD_SEQUENCE_BITS;
    run->bits = piece.next;
    run->bits_left = 8 * (int64_t)(byte_count - 1) + lv_highest_bit(piece.end[-1]);
    const lv_code_table *const tables = frames->code_tables;
    run->tables = tables;
    uint64_t *const states[3] = {&run->ll_state, &run->of_state, &run->ml_state};
    uint8_t tail[TAIL_MARGIN + TAIL_BYTE_COUNT];
    for (bool is_begun = false;; is_begun = true) {
        const bool is_end = run->bits_left < LV_SAFE_BIT_COUNT;
        if (is_end) {
            memset(tail, 0, TAIL_MARGIN);
            memcpy(tail + TAIL_MARGIN, run->bits, (size_t)(run->bits_left >> 3) + 1);
            run->bits = tail + TAIL_MARGIN;
        }
        if (!is_begun) {
            for (unsigned i = 0; i < 3; i++) {
                const unsigned log = tables[i].log;
                const uint64_t word = LV_WORD(run->bits, run->bits_left);
                *states[i] = lv_low_bits(word >> (LV_WORD_BITS(run->bits_left) - log), log);
                run->bits_left -= log;
            }
            if (run->bits_left < 0) return LV_ZSTD_SEQUENCE_BITS;
        }
        if (!is_end && run->bits_left < LV_SAFE_BIT_COUNT) continue;
        const lv_zstd_rule rule = is_end ? LV_RUN(_end, run) : LV_RUN(, run);
        if (rule || run->sequences_left == 0) return rule;
    }
}

lv_zstd_rule lv_read_sequences(lv_zstd_frames *frames, lv_piece piece) {
    // Spec: RFC 8878 §3.1.1.3.2.1.
    const uint8_t *const header = piece.next;
    const size_t byte_count = (size_t)(piece.end - header);
    if (byte_count == 0) return LV_ZSTD_SEQUENCES_HEADER;
    const size_t count_byte_count = header[0] < 128 ? 1 : header[0] < 255 ? 2 : 3;
    if (byte_count < count_byte_count) return LV_ZSTD_SEQUENCES_HEADER;
    const uint32_t count = count_byte_count == 1   ? header[0]
                           : count_byte_count == 2 ? (uint32_t)(header[0] - 128) << 8 | header[1]
                                                   : lv_load16(header + 1) + 0x7f00;
    piece.next += count_byte_count;

    lv_ring *const ring = &frames->ring;
    uint8_t *const out = ring->bytes + ring->next;
    lv_run run = {
        .sequences_left = count,
        .literals = frames->literals,
        .literals_end = frames->literals + frames->literal_count,
        .out = out,
        .out_end = out + frames->block_byte_count,
        .segment = ring->bytes + ring->segment,
        .older_end = ring->bytes + ring->older_end,
        .older_byte_count = ring->older_byte_count,
        .window_byte_count = frames->header.window_byte_count < SIZE_MAX ? (size_t)frames->header.window_byte_count : SIZE_MAX,
    };
    if (count == 0) {
        if (count_byte_count > 1) return LV_ZSTD_LONG_ZERO_COUNT;
        if (piece.next != piece.end) return LV_ZSTD_EXTRANEOUS_BYTES;
    } else {
        if (piece.next == piece.end || *piece.next & 3) return LV_ZSTD_SEQUENCES_HEADER;
        const unsigned modes = *piece.next++;
        for (unsigned kind = LV_LITERAL_LENGTHS; kind <= LV_MATCH_LENGTHS; kind++) {
            const lv_zstd_rule rule = read_table(frames, kind, modes >> (6 - 2 * kind) & 3, &piece);
            if (rule) return rule;
        }
        frames->has_code_tables = true;
        memcpy(run.repeated_offsets, frames->repeated_offsets, sizeof run.repeated_offsets);
        const lv_zstd_rule rule = read_stream(frames, piece, &run);
        if (rule) return rule;
        memcpy(frames->repeated_offsets, run.repeated_offsets, sizeof run.repeated_offsets);
    }
    const size_t rest = (size_t)(run.literals_end - run.literals);
    if ((size_t)(run.out_end - run.out) < rest) return LV_ZSTD_BLOCK_SIZE;
    if (rest > 0) memcpy(run.out, run.literals, rest);
    ring->next += (size_t)(run.out - out) + rest;
    return LV_ZSTD_NO_RULE;
}
