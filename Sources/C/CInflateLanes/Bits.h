// layerverify: bits of a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stdint.h>
#include <string.h>

#define LV_INLINE static inline __attribute__((always_inline))
#define LV_IS_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

LV_INLINE uint64_t lv_load_64(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}
