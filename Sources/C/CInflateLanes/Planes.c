// layerverify: resolves content in two planes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Bits.h"
#include "CInflateLanes.h"
#include <stddef.h>

/// The byte that a pair of different bytes stands for; see `lv_inflate_begin_unknown`.
LV_INLINE uint8_t resolved(uint8_t first, uint8_t second, const uint8_t *window) {
    const unsigned place = (unsigned)(uint8_t)(second - first - 1) << 8 | first;
    // The mask has an effect only on bytes that are not from two planes.
    return window[place & (LV_INFLATE_WINDOW_BYTE_COUNT - 1)];
}

void lv_inflate_resolve_narrow(uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window) {
    size_t i = 0;
    for (; i + 8 <= byte_count; i += 8) {
        if (lv_load_64(first + i) == lv_load_64(second + i)) continue;
        for (size_t j = i; j < i + 8; j++)
            if (first[j] != second[j]) first[j] = resolved(first[j], second[j], window);
    }
    for (; i < byte_count; i++)
        if (first[i] != second[i]) first[i] = resolved(first[i], second[i], window);
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,bmi"))) static void resolve_by_32(
    uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window) {
    size_t i = 0;
    for (; i + 32 <= byte_count; i += 32) {
        const __m256i a = _mm256_loadu_si256((const __m256i *)(first + i));
        const __m256i b = _mm256_loadu_si256((const __m256i *)(second + i));
        uint32_t unknown = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
        for (; unknown != 0; unknown &= unknown - 1) {
            const size_t j = i + (size_t)__builtin_ctz(unknown);
            first[j] = resolved(first[j], second[j], window);
        }
    }
    if (i < byte_count) lv_inflate_resolve_narrow(first + i, second + i, byte_count - i, window);
}

void lv_inflate_resolve(uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window) {
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        resolve_by_32(first, second, byte_count, window);
    else
        lv_inflate_resolve_narrow(first, second, byte_count, window);
}
#else
void lv_inflate_resolve(uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window) {
    lv_inflate_resolve_narrow(first, second, byte_count, window);
}
#endif

uint32_t lv_inflate_resolve_and_checksum(
    uint32_t checksum, uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window) {
    // Each part is still in the first-level cache for the second pass.
    enum { LV_PART_BYTE_COUNT = 4096 };
    while (byte_count > 0) {
        const size_t part = byte_count < LV_PART_BYTE_COUNT ? byte_count : LV_PART_BYTE_COUNT;
        lv_inflate_resolve(first, second, part, window);
        checksum = lv_crc32(checksum, first, part);
        first += part;
        second += part;
        byte_count -= part;
    }
    return checksum;
}
