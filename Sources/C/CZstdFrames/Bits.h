// layerverify: access to bits and numbers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read as they are stored");

#define LV_INLINE static inline __attribute__((always_inline))
#define LV_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define LV_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

LV_INLINE uint64_t lv_load64(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

LV_INLINE uint32_t lv_load16(const uint8_t *bytes) { return bytes[0] | (uint32_t)bytes[1] << 8; }

/// The lowest `count` bits of a number; `count` is at most 63.
LV_INLINE uint64_t lv_low_bits(uint64_t value, uint64_t count) { return value & (((uint64_t)1 << count) - 1); }

/// The position of the highest set bit; `value` must not be zero.
LV_INLINE unsigned lv_highest_bit(uint32_t value) { return 31 - (unsigned)__builtin_clz(value); }

LV_INLINE void lv_copy16(uint8_t *to, const uint8_t *from) { __builtin_memcpy(to, from, 16); }
