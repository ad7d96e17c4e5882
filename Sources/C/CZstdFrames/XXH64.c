// layerverify: the checksum of zstd frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "XXH64.h"

#define PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME_3 UINT64_C(0x165667b19e3779f9)
#define PRIME_4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME_5 UINT64_C(0x27d4eb2f165667c5)

LV_INLINE uint64_t rotate(uint64_t value, unsigned count) { return value << count | value >> (64 - count); }

LV_INLINE uint64_t round_of(uint64_t lane, uint64_t input) { return rotate(lane + input * PRIME_2, 31) * PRIME_1; }

void lv_xxh64_begin(lv_xxh64 *hash) {
    *hash = (lv_xxh64){.lanes = {PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1}};
}

/// Hashes stripes of 32 bytes, and copies them.
static void copy_stripes(uint64_t lanes[4], uint8_t *to, const uint8_t *bytes, size_t count) {
    uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
    for (; count > 0; count--, bytes += 32, to += 32) {
        lv_copy16(to, bytes);
        lv_copy16(to + 16, bytes + 16);
        a = round_of(a, lv_load64(bytes));
        b = round_of(b, lv_load64(bytes + 8));
        c = round_of(c, lv_load64(bytes + 16));
        d = round_of(d, lv_load64(bytes + 24));
    }
    lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
}

void lv_xxh64_copy(lv_xxh64 *hash, uint8_t *to, const uint8_t *bytes, size_t byte_count) {
    const size_t rest = hash->byte_count & 31;
    hash->byte_count += byte_count;
    if (rest > 0) {
        const size_t taken = byte_count < 32 - rest ? byte_count : 32 - rest;
        memcpy(hash->rest + rest, bytes, taken);
        memcpy(to, bytes, taken);
        if (rest + taken < 32) return;
        uint8_t stripe[32];
        copy_stripes(hash->lanes, stripe, hash->rest, 1);
        to += taken;
        bytes += taken;
        byte_count -= taken;
    }
    const size_t whole = byte_count & ~(size_t)31;
    copy_stripes(hash->lanes, to, bytes, whole / 32);
    if (whole < byte_count) {
        memcpy(hash->rest, bytes + whole, byte_count - whole);
        memcpy(to + whole, bytes + whole, byte_count - whole);
    }
}

uint64_t lv_xxh64_value(const lv_xxh64 *hash) {
    uint64_t value;
    if (hash->byte_count >= 32) {
        const uint64_t *lanes = hash->lanes;
        value = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
        for (unsigned i = 0; i < 4; i++) value = (value ^ round_of(0, lanes[i])) * PRIME_1 + PRIME_4;
    } else {
        value = PRIME_5;
    }
    value += hash->byte_count;
    const uint8_t *next = hash->rest;
    size_t left = hash->byte_count & 31;
    for (; left >= 8; left -= 8, next += 8) value = rotate(value ^ round_of(0, lv_load64(next)), 27) * PRIME_1 + PRIME_4;
    if (left >= 4) {
        uint32_t four;
        memcpy(&four, next, 4);
        value = rotate(value ^ four * PRIME_1, 23) * PRIME_2 + PRIME_3;
        left -= 4;
        next += 4;
    }
    for (; left > 0; left--) value = rotate(value ^ *next++ * PRIME_5, 11) * PRIME_1;
    value = (value ^ value >> 33) * PRIME_2;
    value = (value ^ value >> 29) * PRIME_3;
    return value ^ value >> 32;
}
