// layerverify: SHA-256 of several messages in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Lanes.h"

#if LV_HAS_LANES

void lv_sha256_advance(size_t lane_count, uint32_t *const *states, const uint8_t *const *data, size_t block_count) {
    switch (lane_count) {
    case 1: lv_sha256_advance_1(states, data, block_count); break;
    case 2: lv_sha256_advance_2(states, data, block_count); break;
    case 3: lv_sha256_advance_3(states, data, block_count); break;
    default: lv_sha256_advance_4(states, data, block_count); break;
    }
}

#else

int lv_sha256_lanes_are_supported(void) { return 0; }
void lv_sha256_advance(size_t lane_count, uint32_t *const *states, const uint8_t *const *data, size_t block_count) {
    (void)lane_count, (void)states, (void)data, (void)block_count;
    __builtin_trap();
}

#endif
