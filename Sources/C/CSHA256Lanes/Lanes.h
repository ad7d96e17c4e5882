// layerverify: SHA-256 of several messages in lockstep: declarations that the kernels of all CPUs share.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CSHA256Lanes.h"
#include "SHA256Constants.h"

// For a CPU with its own kernel one file defines lv_sha256_lanes_are_supported and, with DEFINE_LANES, the functions
// below. For all other CPUs CSHA256Lanes.c reports that lanes are not supported.
#if defined(__x86_64__) || (defined(__aarch64__) && defined(__linux__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define LV_HAS_LANES 1
#else
#define LV_HAS_LANES 0
#endif

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

#define ADVANCE_PARAMETERS uint32_t *const *states, const uint8_t *const *data, size_t block_count

// Each advances the number of messages in its name.
__attribute__((visibility("hidden"))) void lv_sha256_advance_1(ADVANCE_PARAMETERS);
__attribute__((visibility("hidden"))) void lv_sha256_advance_2(ADVANCE_PARAMETERS);
__attribute__((visibility("hidden"))) void lv_sha256_advance_3(ADVANCE_PARAMETERS);
__attribute__((visibility("hidden"))) void lv_sha256_advance_4(ADVANCE_PARAMETERS);

// BODY is compiled once for each number of lanes, so that the loops over lanes are unrolled and their values stay in
// registers.
#define DEFINE_LANES(TARGET, BODY)                                                                                     \
    TARGET void lv_sha256_advance_1(ADVANCE_PARAMETERS) { BODY(1) }                                                    \
    TARGET void lv_sha256_advance_2(ADVANCE_PARAMETERS) { BODY(2) }                                                    \
    TARGET void lv_sha256_advance_3(ADVANCE_PARAMETERS) { BODY(3) }                                                    \
    TARGET void lv_sha256_advance_4(ADVANCE_PARAMETERS) { BODY(4) }
