// layerverify: the loop that decodes and executes the sequences of a block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "FrameState.h"

enum {
    /// A sequence takes at most 88 bits: 30, 16 and 16 of its numbers, and 26 of the next states. It is read in words
    /// that end where its bits end, so that with this many bits left nothing before the stream is read.
    LV_SAFE_BIT_COUNT = 144,
};

/// The state of the loop. The loop checks everything in it but the addresses.
typedef struct {
    const lv_code_table *tables;
    uint64_t ll_state, of_state, ml_state;
    uint32_t sequences_left;
    /// The bit stream, and the number of bits left; negative if too many were taken.
    const uint8_t *bits;
    int64_t bits_left;
    uint32_t repeated_offsets[3];
    const uint8_t *literals, *literals_end;
    uint8_t *out, *out_end;
    /// The ring: the content since it was last wrapped, and the end of the content before that.
    const uint8_t *segment, *older_end;
    size_t older_byte_count, window_byte_count;
} lv_run;

/// The word whose upper bits are the last ones before the bit offset `position`: at least 56 of them.
#define LV_WORD(bits, position) lv_load64((bits) + ((position) >> 3) - 7)
#define LV_WORD_BITS(position) (((uint64_t)(position) & 7) + 56)

/// Copies the bytes after the first 32; the source is at least 16 bytes before the destination, or elsewhere. Writes up
/// to 31 bytes beyond its end.
LV_INLINE void lv_copy_rest(uint8_t *to, const uint8_t *from, size_t byte_count) {
    size_t i = 32;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
    do {
        lv_copy16(to + i, from + i);
        lv_copy16(to + i + 16, from + i + 16);
        i += 32;
    } while (i < byte_count);
}

/// Copies a match that overlaps itself with an offset of less than 16. Writes up to 16 bytes beyond its end.
static __attribute__((noinline)) void lv_copy_near(uint8_t *to, size_t offset, size_t byte_count) {
    uint8_t *const end = to + byte_count;
    const uint8_t *from = to - offset;
    for (unsigned i = 0; i < 16; i++) to[i] = from[i];
    if (byte_count <= 16) return;
    // Repeats the same 16 bytes, each time after the largest number of whole periods in them.
    const size_t step = 16 - 16 % offset;
    uint8_t pattern[16];
    lv_copy16(pattern, to);
    for (to += step; to < end; to += step) lv_copy16(to, pattern);
}

/// Copies a match that begins before the ring was last wrapped, `distance` bytes before the end of the content there.
/// Writes up to 31 bytes beyond its end.
static __attribute__((noinline)) void lv_copy_older(
    uint8_t *to, const uint8_t *segment, const uint8_t *older_end, size_t distance, size_t byte_count) {
    const uint8_t *const from = older_end - distance;
    if (LV_LIKELY(byte_count <= distance)) {
        // The source is behind the destination in the ring, so no byte is overwritten before it is read.
        lv_copy16(to, from);
        lv_copy16(to + 16, from + 16);
        if (byte_count > 32) lv_copy_rest(to, from, byte_count);
        return;
    }
    memmove(to, from, distance);
    // The rest begins with the segment, and may overlap itself.
    for (size_t i = distance; i < byte_count; i++) to[i] = segment[i - distance];
}

/// A sequence whose offset is resolved.
typedef struct {
    uint32_t literal_length, match_length, offset;
} lv_sequence;

/// Decodes the next sequence.
LV_INLINE lv_zstd_rule lv_decode_sequence(lv_run *run, lv_sequence *sequence, const bool is_end) {
    // Spec: RFC 8878 §3.1.1.3.2.1.2: offset, match length, literals length, then the states.
    const lv_code_table *const tables = run->tables;
    const lv_cell *const ll_cell = &tables[LV_LITERAL_LENGTHS].cells[run->ll_state];
    const lv_cell *const of_cell = &tables[LV_OFFSETS].cells[run->of_state];
    const lv_cell *const ml_cell = &tables[LV_MATCH_LENGTHS].cells[run->ml_state];
    uint64_t word = LV_WORD(run->bits, run->bits_left), at = LV_WORD_BITS(run->bits_left);
    const uint64_t of_bits = of_cell->extra_bits, ml_bits = ml_cell->extra_bits, ll_bits = ll_cell->extra_bits;
    at -= of_bits;
    uint32_t offset = of_cell->base + (uint32_t)lv_low_bits(word >> at, of_bits);
    run->bits_left -= (int64_t)of_bits;
    const bool is_long = of_bits + ml_bits + ll_bits > 56 - (LV_LL_MAXIMUM_LOG + LV_ML_MAXIMUM_LOG + LV_OF_MAXIMUM_LOG);
    if (LV_UNLIKELY(is_long)) word = LV_WORD(run->bits, run->bits_left), at = LV_WORD_BITS(run->bits_left);
    at -= ml_bits;
    sequence->match_length = ml_cell->base + (uint32_t)lv_low_bits(word >> at, ml_bits);
    at -= ll_bits;
    const uint32_t literal_length = ll_cell->base + (uint32_t)lv_low_bits(word >> at, ll_bits);
    sequence->literal_length = literal_length;
    run->bits_left -= (int64_t)(ml_bits + ll_bits);
    if (is_end && LV_UNLIKELY(run->bits_left < 0)) return LV_ZSTD_SEQUENCE_BITS;
    if (LV_UNLIKELY(--run->sequences_left == 0)) {
        // The last sequence has no next states.
        if (run->bits_left != 0) return LV_ZSTD_SEQUENCE_BITS;
    } else {
        if (LV_UNLIKELY(is_long)) word = LV_WORD(run->bits, run->bits_left), at = LV_WORD_BITS(run->bits_left);
        const uint64_t ll_step = ll_cell->state_bits, ml_step = ml_cell->state_bits, of_step = of_cell->state_bits;
        at -= ll_step;
        run->ll_state = ll_cell->next + lv_low_bits(word >> at, ll_step);
        at -= ml_step;
        run->ml_state = ml_cell->next + lv_low_bits(word >> at, ml_step);
        at -= of_step;
        run->of_state = of_cell->next + lv_low_bits(word >> at, of_step);
        run->bits_left -= (int64_t)(ll_step + ml_step + of_step);
    }

    // Spec: RFC 8878 §3.1.1.5.
    uint32_t *const repeated = run->repeated_offsets;
    if (LV_LIKELY(offset > 3)) {
        offset -= 3;
        repeated[2] = repeated[1], repeated[1] = repeated[0], repeated[0] = offset;
    } else {
        const uint32_t which = offset - 1 + (literal_length == 0);
        if (which == 0) {
            offset = repeated[0];
        } else {
            offset = which == 1 ? repeated[1] : which == 2 ? repeated[2] : repeated[0] - 1;
            if (LV_UNLIKELY(offset == 0)) return LV_ZSTD_OFFSET_ZERO;
            repeated[2] = which == 1 ? repeated[2] : repeated[1];
            repeated[1] = repeated[0], repeated[0] = offset;
        }
    }
    sequence->offset = offset;
    return LV_ZSTD_NO_RULE;
}

/// Appends the literals of a sequence, and its match.
LV_INLINE lv_zstd_rule lv_execute(lv_run *run, lv_sequence sequence) {
    const size_t literal_length = sequence.literal_length, match_length = sequence.match_length, offset = sequence.offset;
    const uint8_t *const literals = run->literals;
    uint8_t *out = run->out;
    if (LV_UNLIKELY((size_t)(run->literals_end - literals) < literal_length)) return LV_ZSTD_LITERALS_USED_UP;
    if (LV_UNLIKELY((size_t)(run->out_end - out) < literal_length + match_length)) return LV_ZSTD_BLOCK_SIZE;
    lv_copy16(out, literals);
    if (LV_UNLIKELY(literal_length > 16)) {
        lv_copy16(out + 16, literals + 16);
        if (literal_length > 32) lv_copy_rest(out, literals, literal_length);
    }
    out += literal_length;
    run->literals += literal_length;
    run->out = out + match_length;

    const size_t reach = (size_t)(out - run->segment);
    if (LV_UNLIKELY(offset > reach || offset > run->window_byte_count)) {
        if (offset > run->window_byte_count) return LV_ZSTD_OFFSET_BEYOND_WINDOW;
        if (offset - reach > run->older_byte_count) return LV_ZSTD_OFFSET_BEYOND_CONTENT;
        lv_copy_older(out, run->segment, run->older_end, offset - reach, match_length);
    } else if (LV_LIKELY(offset >= 16)) {
        const uint8_t *const match = out - offset;
        lv_copy16(out, match);
        lv_copy16(out + 16, match + 16);
        if (LV_UNLIKELY(match_length > 32)) lv_copy_rest(out, match, match_length);
    } else {
        lv_copy_near(out, offset, match_length);
    }
    return LV_ZSTD_NO_RULE;
}

/// Decodes and executes sequences until none are left, or a rule is broken. There must be at least one.
///
/// With `is_end` the bits may be used up, and there must be zero bytes before them. Otherwise the loop stops before
/// that, and there must be at least `LV_SAFE_BIT_COUNT` bits.
LV_INLINE lv_zstd_rule lv_run_sequences(lv_run *shared_run, const bool is_end) {
    // A copy, because nothing else points to it: its members can stay in registers.
    lv_run run = *shared_run;
    lv_sequence sequence;
    lv_zstd_rule rule;
    do {
        rule = lv_decode_sequence(&run, &sequence, is_end);
        if (!rule) rule = lv_execute(&run, sequence);
    } while (!rule && run.sequences_left > 0 && (is_end || run.bits_left >= LV_SAFE_BIT_COUNT));
    *shared_run = run;
    return rule;
}
