// layerverify: the loop that decodes tokens of several streams in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Only included by CInflateLanes.c. A *token* is up to three literals, or up to two literals and a match. Every token
// is decoded by the same instructions: only the values depend on the data, not the branches, so that no branch is
// mispredicted. That alone gains nothing, because the instructions of one token mostly wait for each other; but the
// instructions of other streams' tokens can run in the meantime.

#pragma once
#include "Bits.h"
#include "InflateState.h"

#if defined(__clang__)
#define LV_UNROLLED _Pragma("clang loop unroll(full)")
// The rare call must not make the loop save its registers.
#define LV_KEEPS_REGISTERS __attribute__((preserve_most))
#if defined(__x86_64__)
#define LV_KEEPS_ALL_REGISTERS __attribute__((preserve_all))
#else
#define LV_KEEPS_ALL_REGISTERS
#endif
#else
#define LV_UNROLLED _Pragma("GCC unroll 16")
#define LV_KEEPS_REGISTERS
#define LV_KEEPS_ALL_REGISTERS
#endif
// Loops over lanes are unrolled, so that the values of each lane stay in registers.
#define LV_EACH_LANE LV_UNROLLED for (int i = 0; i < lane_count; i++)

#include "HashSlice.h"

LV_INLINE void lv_store_16(uint8_t *bytes, uint32_t value) {
    uint16_t low = (uint16_t)value;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    low = __builtin_bswap16(low);
#endif
    memcpy(bytes, &low, sizeof low);
}

/// At least the next 57 bits.
LV_INLINE uint64_t lv_bits(uint64_t position) {
    return lv_load_64((const uint8_t *)(uintptr_t)(position >> 3)) >> (position & 7);
}

/// The same as `condition ? value : 0` and `condition ? pointer : other`, but never a branch. Compilers would emit one
/// here, and it would be mispredicted.
LV_INLINE uint32_t lv_zero_unless(uint32_t condition, uint32_t value) {
#if defined(__x86_64__)
    __asm__("testl %1, %1\n\tcmovel %1, %0" : "+r"(value) : "r"(condition) : "cc");
    return value;
#else
    return condition != 0 ? value : 0;
#endif
}

LV_INLINE const uint8_t *lv_other_unless(uint32_t condition, const uint8_t *pointer, const uint8_t *other) {
#if defined(__x86_64__)
    __asm__("testl %1, %1\n\tcmoveq %2, %0" : "+r"(pointer) : "r"(condition), "r"(other) : "cc");
    return pointer;
#else
    return condition != 0 ? pointer : other;
#endif
}

/// The extra bits of a distance.
LV_INLINE uint32_t lv_extra_bits(uint64_t bits, uint32_t control, bool has_bmi) {
#if defined(__x86_64__)
    if (has_bmi) {
        uint64_t field;
        __asm__("bextrq %2, %1, %0" : "=r"(field) : "r"(bits), "r"((uint64_t)control) : "cc");
        return (uint32_t)field;
    }
#endif
    (void)has_bmi;
    return (uint32_t)(bits >> (control & 63)) & ((1u << (control >> 8 & 31)) - 1);
}

/// 32 bytes as one value: in one register if the CPU has one of that size, otherwise in two. For other types a compiler
/// would call memcpy.
typedef struct {
    uint8_t bytes[LV_SHORT_MATCH];
} lv_block_32;

LV_INLINE void lv_copy_32(uint8_t *to, const uint8_t *from) {
    lv_block_32 block;
    memcpy(&block, from, sizeof block);
    memcpy(to, &block, sizeof block);
}

/// Copies a match of any length and distance. May write up to 31 bytes more.
LV_INLINE void lv_copy_match(uint8_t *out, uint32_t distance, uint32_t length) {
    const uint8_t *from = out - distance;
    uint8_t *const end = out + length;
    if (distance >= LV_SHORT_MATCH) {
        do {
            lv_copy_32(out, from);
            out += LV_SHORT_MATCH;
            from += LV_SHORT_MATCH;
        } while (out < end);
    } else if (distance == 1) {
        memset(out, *from, length);
    } else {
        // A match that overlaps itself repeats its first bytes (RFC 1951 §3.2.3).
        if (distance >= 8) {
            for (; out + 8 <= end; out += 8, from += 8) memcpy(out, from, 8);
        }
        while (out < end) *out++ = *from++;
    }
}

LV_INLINE void lv_put_literal(const lv_inflate_state *state, uint8_t *out, uint8_t literal) {
    *out = literal;
    if (state->is_in_planes) out[LV_PLANE_BYTE_COUNT] = literal;
}

/// Decodes the symbol at `position`, with its distance if it is a length, and with all checks.
///
/// At the end of the block or the stream, and if it is damaged, the stage is set. The returned position is after all
/// bits that were read, so that a caller with fewer bits knows that the result is invalid.
static __attribute__((noinline)) LV_KEEPS_REGISTERS lv_place lv_decode_symbol(
    lv_inflate_state *state, uint64_t position, uint8_t *out) {
    uint64_t bits = lv_bits(position);
    const lv_literal_entry entry = state->tables->literals[bits & ((1u << LV_LITERAL_INDEX_BITS) - 1)];
    uint32_t length;
    const unsigned entry_bits = entry >> LV_LITERAL_BITS_PLACE;
    length = entry >> LV_LITERAL_LENGTH_PLACE & 511;
    if (length != LV_EXCEPTION_LENGTH) {
        bits >>= entry_bits;
        position += entry_bits;
        if (length == 0) {
            lv_put_literal(state, out, (uint8_t)(entry >> 8));
            return (lv_place){position, out + 1};
        }
    } else {
        unsigned symbol_bits = entry_bits;
        int symbol = LV_END_OF_BLOCK + (int)(entry >> 8 & 255);
        if (symbol_bits == 0) {
            symbol = lv_code_decode(&state->literal_code, bits, LV_LITERAL_INDEX_BITS + 1, &symbol_bits);
            if (symbol < 0) {
                position += 1;
                goto damage;
            }
        }
        bits >>= symbol_bits;
        position += symbol_bits;
        if (symbol < LV_END_OF_BLOCK) {
            lv_put_literal(state, out, (uint8_t)symbol);
            return (lv_place){position, out + 1};
        }
        if (symbol == LV_END_OF_BLOCK) {
            state->stage = state->is_last_block ? LV_DATA_END : LV_BLOCK_HEADER;
            return (lv_place){position, out};
        }
        const unsigned place = (unsigned)symbol - LV_FIRST_LENGTH_SYMBOL;
        if (place >= LV_LENGTH_SYMBOL_COUNT) goto damage;
        const lv_range range = lv_lengths[place];
        length = range.base + ((uint32_t)bits & ((1u << range.extra_bits) - 1));
        bits >>= range.extra_bits;
        position += range.extra_bits;
    }
    const lv_distance_entry known = state->tables->distances[bits & ((1u << LV_DISTANCE_INDEX_BITS) - 1)];
    uint32_t distance;
    if (!(known.control & LV_DISTANCE_EXCEPTION)) {
        distance = known.base + lv_extra_bits(bits, known.control, false);
        position += known.control >> 16;
    } else {
        unsigned symbol_bits;
        const int symbol = lv_code_decode(&state->distance_code, bits, 1, &symbol_bits);
        if (symbol < 0) {
            position += 1;
            goto damage;
        }
        position += symbol_bits;
        if (symbol >= LV_DISTANCE_SYMBOL_COUNT) goto damage;
        const lv_range range = lv_distances[symbol];
        distance = range.base + ((uint32_t)(bits >> symbol_bits) & ((1u << range.extra_bits) - 1));
        position += range.extra_bits;
        if (distance > (size_t)(out - state->oldest)) goto damage;
    }
    lv_copy_match(out, distance, length);
    if (state->is_in_planes) lv_copy_match(out + LV_PLANE_BYTE_COUNT, distance, length);
    return (lv_place){position, out + length};
damage:
    state->stage = LV_DAMAGE;
    return (lv_place){position, out};
}

/// The same for a loop that also uses vector registers. Saving them here is 3 % faster than in the loop, where the
/// compiler would store some of them for every token.
static __attribute__((noinline, unused)) LV_KEEPS_ALL_REGISTERS lv_place lv_decode_symbol_for_hashing(
    lv_inflate_state *state, uint64_t position, uint8_t *out) {
    return lv_decode_symbol(state, position, out);
}

enum {
    /// The maximum size of a token: 3·11 bits of literals and 8 + 13 of a distance, or 35 bytes of content. A match
    /// that is longer than `LV_SHORT_MATCH` costs the budget of one more token for each further `LV_SHORT_MATCH` bytes;
    /// the slack has room for the excess of the last one.
    LV_TOKEN_INPUT = 8,
    LV_TOKEN_OUTPUT = LV_SHORT_MATCH + 3,
    /// A symbol that the loop passes to `lv_decode_symbol` may be larger: 48 bits, 258 bytes. It costs the budget of
    /// one more token, and of one for each `LV_SYMBOL_TOKEN_OUTPUT` bytes; the slack has room for the excess of the
    /// last one. One token in forty has such a symbol: half of these are lengths whose code and extra bits do not fit
    /// into the index.
    LV_SYMBOL_TOKEN_OUTPUT = 32,
    /// The number of input bytes that the loop needs beyond its budget: what the last token reads ahead, and one symbol
    /// for each lane.
    LV_INPUT_RESERVE = 64,
    /// A lane in two planes copies from this distance if there is no match: content that is still in the cache, but was
    /// not just written. There is always as much before `out`, in both planes.
    LV_IDLE_DISTANCE = 2048,
};

/// The position of each lane; in registers as far as possible.
typedef struct {
    uint64_t position[LV_INFLATE_MAXIMUM_LANE_COUNT];
    uint8_t *out[LV_INFLATE_MAXIMUM_LANE_COUNT];
} lv_places;

LV_INLINE void lv_places_enter(lv_places *places, lv_inflate_state *const *states, const int lane_count) {
    LV_EACH_LANE {
        places->position[i] = states[i]->position;
        places->out[i] = states[i]->out;
    }
}

LV_INLINE void lv_places_leave(const lv_places *places, lv_inflate_state *const *states, const int lane_count) {
    LV_EACH_LANE {
        states[i]->position = places->position[i];
        states[i]->out = places->out[i];
    }
}

/// Copies 32 bytes of one plane, or of both.
LV_INLINE void lv_copy_planes(uint8_t *to, const uint8_t *from, const bool is_in_planes, const bool is_hashing) {
    LV_UNROLLED for (int plane = 0; plane <= is_in_planes; plane++) {
        const size_t place = (size_t)plane * LV_PLANE_BYTE_COUNT;
        if (is_hashing)
            lv_copy_2x16(to + place, from + place);
        else
            lv_copy_32(to + place, from + place);
    }
}

/// Decodes one token of each lane; returns the budget that is left. With a hash, runs the slices that belong to the
/// token with this number. The last `planes_count` lanes are in two planes: they store each literal and copy each match
/// twice, at a constant distance.
LV_INLINE long lv_decode_token(
    lv_tables *tables, lv_inflate_state *const *states, lv_places *places, long budget, const int lane_count,
    const int planes_count, const bool has_bmi, lv_hash *hash, const int number) {
    const int known_count = lane_count - planes_count;
    uint64_t *const position = places->position;
    uint8_t **const out = places->out;
    budget--;
    // Stage by stage and not lane by lane, so that independent instructions are next to each other.
    uint64_t bits[LV_INFLATE_MAXIMUM_LANE_COUNT];
    uint32_t literals[LV_INFLATE_MAXIMUM_LANE_COUNT], text[LV_INFLATE_MAXIMUM_LANE_COUNT];
    uint32_t shift[LV_INFLATE_MAXIMUM_LANE_COUNT], length[LV_INFLATE_MAXIMUM_LANE_COUNT];
    const lv_distance_entry *distance_entry[LV_INFLATE_MAXIMUM_LANE_COUNT];
    uint32_t distance_shift[LV_INFLATE_MAXIMUM_LANE_COUNT];
    LV_EACH_LANE { bits[i] = lv_bits(position[i]); }
    if (hash != NULL) lv_hash_slices(hash, LV_HASH_PLACES * number + 0, LV_HASH_PLACES * number + 1);
    // A literal advances by its code. A length advances by nothing, and so the next lookup finds it again: a length is
    // always the last of the three results, and the literals before it are always the first.
    LV_EACH_LANE {
        const lv_literal_entry entry = tables[i].literals[bits[i] & ((1u << LV_LITERAL_INDEX_BITS) - 1)];
        bits[i] >>= entry & 63;
        text[i] = entry >> 8 & 255;
        literals[i] = entry;
    }
    if (hash != NULL) lv_hash_slices(hash, LV_HASH_PLACES * number + 1, LV_HASH_PLACES * number + 2);
    LV_EACH_LANE {
        const lv_literal_entry entry = tables[i].literals[bits[i] & ((1u << LV_LITERAL_INDEX_BITS) - 1)];
        bits[i] >>= entry & 63;
        // Two bytes in one store, because every store has a cost. All three in one store is slower again.
        lv_store_16(out[i], text[i] | (entry & 0xff00));
        if (i >= known_count) lv_store_16(out[i] + LV_PLANE_BYTE_COUNT, text[i] | (entry & 0xff00));
        literals[i] += entry;
    }
    if (hash != NULL) lv_hash_slices(hash, LV_HASH_PLACES * number + 2, LV_HASH_PLACES * number + 3);
    LV_EACH_LANE {
        const lv_literal_entry entry = tables[i].literals[bits[i] & ((1u << LV_LITERAL_INDEX_BITS) - 1)];
        shift[i] = entry >> LV_LITERAL_BITS_PLACE;
        length[i] = entry >> LV_LITERAL_LENGTH_PLACE & 511;
        bits[i] >>= shift[i] & 63;
        out[i][2] = (uint8_t)(entry >> 8);
        if (i >= known_count) out[i][2 + LV_PLANE_BYTE_COUNT] = (uint8_t)(entry >> 8);
        // The bits of the last symbol are in `shift`. They are added here and not together with those of the distance,
        // because the next token waits for the latter; without the asm a compiler would combine them (2 %).
        position[i] += (literals[i] & 63) + shift[i];
        __asm__("" : "+r"(position[i]));
        out[i] += (literals[i] + entry) >> 6 & 3;
    }
    if (hash != NULL) lv_hash_slices(hash, LV_HASH_PLACES * number + 3, LV_HASH_PLACES * number + 4);
    // A distance is also looked up if there is none; its bits are not counted then.
    LV_EACH_LANE {
        distance_entry[i] = &tables[i].distances[(uint8_t)bits[i]];
        distance_shift[i] = lv_zero_unless(length[i], distance_entry[i]->control >> 16);
    }
    LV_EACH_LANE {
        __label__ rare;
        const uint32_t distance =
            distance_entry[i]->base + lv_extra_bits(bits[i], distance_entry[i]->control, has_bmi);
        // 32 bytes are always copied; only those within the match count. Without a match any source will do, but
        // reading content that was just written would have to wait for it.
        const uint8_t *const other = i >= known_count ? out[i] - LV_IDLE_DISTANCE : (const uint8_t *)tables;
        const uint8_t *from = lv_other_unless(length[i], out[i] - distance, other);
        // Two conditions instead of one, and one place for rare cases: 3 % faster than other orders. An exception of a
        // literal or length has a length that is too large; an exception of a distance has a distance of one.
        if (LV_IS_UNLIKELY(length[i] > LV_SHORT_MATCH)) {
            if (LV_IS_UNLIKELY(length[i] == LV_EXCEPTION_LENGTH || distance < LV_SHORT_MATCH)) goto rare;
            position[i] += distance_shift[i];
            budget -= (long)((length[i] - 1) / LV_SHORT_MATCH);
            uint8_t *to = out[i], *const end = to + length[i];
            out[i] = end;
            do {
                lv_copy_planes(to, from, i >= known_count, hash != NULL);
                to += LV_SHORT_MATCH;
                from += LV_SHORT_MATCH;
            } while (to < end);
        } else if (LV_IS_UNLIKELY(distance < length[i])) {
        rare:;
            // An exception, or a match that overlaps itself. Goes back to the beginning of this symbol.
            position[i] -= shift[i];
            const lv_place place = hash != NULL ? lv_decode_symbol_for_hashing(states[i], position[i], out[i])
                                                : lv_decode_symbol(states[i], position[i], out[i]);
            budget -= 1 + (long)((size_t)(place.out - out[i]) / LV_SYMBOL_TOKEN_OUTPUT);
            position[i] = place.position;
            out[i] = place.out;
            if (states[i]->stage != LV_SYMBOLS) budget = 0;
        } else {
            position[i] += distance_shift[i];
            lv_copy_planes(out[i], from, i >= known_count, hash != NULL);
            out[i] += length[i];
        }
    }
    return budget;
}

/// Decodes up to `budget` tokens of each lane; fewer if a block ends or is damaged.
///
/// Room and input are not checked: the caller has computed the budget from what tokens can take at most.
LV_INLINE void lv_decode_tokens(
    lv_tables *tables, lv_inflate_state *const *states, long budget, const int lane_count, const int planes_count,
    const bool has_bmi) {
    lv_places places;
    lv_places_enter(&places, states, lane_count);
    do {
        budget = lv_decode_token(tables, states, &places, budget, lane_count, planes_count, has_bmi, NULL, 0);
    } while (budget > 0);
    lv_places_leave(&places, states, lane_count);
}

#if defined(__x86_64__)
/// The same, while blocks are hashed; there must be at least one. Returns the budget that is left after the last block.
LV_INLINE long lv_decode_tokens_and_hash(
    lv_tables *tables, lv_inflate_state *const *states, long budget, const int lane_count, const int planes_count,
    lv_inflate_hashes *hashes) {
    lv_places places;
    lv_places_enter(&places, states, lane_count);
    lv_hash hash;
    lv_hash_enter(&hash, hashes);
#define LV_TOKEN(number) lv_decode_token(tables, states, &places, budget, lane_count, planes_count, true, &hash, number)
    // The tokens of a block are written out, so that each of them has its own slices.
    do {
        lv_hash_begin_block(&hash);
        budget = LV_TOKEN(0);
        if (LV_IS_UNLIKELY(budget <= 0)) goto after_first;
        budget = LV_TOKEN(1);
        if (LV_IS_UNLIKELY(budget <= 0)) goto after_second;
        budget = LV_TOKEN(2);
        lv_hash_end_block(&hash);
    } while (budget > 0 && hash.block_count > 0);
    goto end;
    // A block that was begun is hashed to its end, so that no part of it is left over.
after_first:
    lv_hash_slices(&hash, LV_HASH_PLACES, 2 * LV_HASH_PLACES);
after_second:
    lv_hash_slices(&hash, 2 * LV_HASH_PLACES, 3 * LV_HASH_PLACES);
    lv_hash_end_block(&hash);
end:
#undef LV_TOKEN
    lv_hash_leave(&hash, hashes);
    lv_places_leave(&places, states, lane_count);
    return budget;
}
_Static_assert(LV_HASH_TOKENS == 3, "three tokens are written out");
#endif
