// layerverify: SHA-256 of several messages in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "CSHA256Lanes.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

int lv_sha256_lanes_are_supported(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

// FIPS 180-4 §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static const uint32_t round_constants[64] __attribute__((aligned(64))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define LANE_TARGET __attribute__((target("sha,sse4.1,ssse3")))

// The body is compiled once for each number of lanes, so that the loops over them unroll and their values stay in registers.
#define LANES_BODY(N)                                                                                                  \
    /* The bytes of a message are big-endian words. */                                                                 \
    const __m128i byte_order = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);                             \
    const uint8_t *next[N];                                                                                            \
    /* sha256rnds2 wants the words as (a, b, e, f) and (c, d, g, h), highest first. */                                 \
    __m128i abef[N], cdgh[N];                                                                                          \
    for (int lane = 0; lane < N; lane++) {                                                                             \
        next[lane] = data[lane];                                                                                       \
        __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&states[lane][0]), 0xb1);                    \
        __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&states[lane][4]), 0x1b);                    \
        abef[lane] = _mm_alignr_epi8(badc, hgfe, 8);                                                                   \
        cdgh[lane] = _mm_blend_epi16(hgfe, badc, 0xf0);                                                                \
    }                                                                                                                  \
    while (block_count-- > 0) {                                                                                        \
        /* The last sixteen words of the message schedule, four to a register. */                                      \
        __m128i words[N][4], abef_before[N], cdgh_before[N];                                                           \
        for (int lane = 0; lane < N; lane++) {                                                                         \
            abef_before[lane] = abef[lane];                                                                            \
            cdgh_before[lane] = cdgh[lane];                                                                            \
            for (int i = 0; i < 4; i++)                                                                                \
                words[lane][i] =                                                                                       \
                    _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(next[lane] + 16 * i)), byte_order);             \
            next[lane] += 64;                                                                                          \
        }                                                                                                              \
        _Pragma("clang loop unroll(full)") for (int step = 0; step < 16; step++) {                                     \
            const __m128i constants = _mm_load_si128((const __m128i *)&round_constants[4 * step]);                     \
            _Pragma("clang loop unroll(full)") for (int lane = 0; lane < N; lane++) {                                  \
                __m128i *w = words[lane];                                                                              \
                __m128i sum = _mm_add_epi32(w[step & 3], constants);                                                   \
                cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], sum);                                       \
                abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(sum, 0x0e));              \
                if (step < 12) {                                                                                       \
                    /* The four words that come sixteen later take the place of these. */                              \
                    __m128i nine_back = _mm_alignr_epi8(w[(step + 3) & 3], w[(step + 2) & 3], 4);                      \
                    __m128i partial =                                                                                  \
                        _mm_add_epi32(_mm_sha256msg1_epu32(w[step & 3], w[(step + 1) & 3]), nine_back);                \
                    w[step & 3] = _mm_sha256msg2_epu32(partial, w[(step + 3) & 3]);                                    \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        for (int lane = 0; lane < N; lane++) {                                                                         \
            abef[lane] = _mm_add_epi32(abef[lane], abef_before[lane]);                                                 \
            cdgh[lane] = _mm_add_epi32(cdgh[lane], cdgh_before[lane]);                                                 \
        }                                                                                                              \
    }                                                                                                                  \
    for (int lane = 0; lane < N; lane++) {                                                                             \
        __m128i feba = _mm_shuffle_epi32(abef[lane], 0x1b);                                                            \
        __m128i dchg = _mm_shuffle_epi32(cdgh[lane], 0xb1);                                                            \
        _mm_storeu_si128((__m128i *)&states[lane][0], _mm_blend_epi16(feba, dchg, 0xf0));                              \
        _mm_storeu_si128((__m128i *)&states[lane][4], _mm_alignr_epi8(dchg, feba, 8));                                 \
    }

LANE_TARGET static void advance_1(uint32_t *const *states, const uint8_t *const *data, size_t block_count) { LANES_BODY(1) }
LANE_TARGET static void advance_2(uint32_t *const *states, const uint8_t *const *data, size_t block_count) { LANES_BODY(2) }
LANE_TARGET static void advance_3(uint32_t *const *states, const uint8_t *const *data, size_t block_count) { LANES_BODY(3) }
LANE_TARGET static void advance_4(uint32_t *const *states, const uint8_t *const *data, size_t block_count) { LANES_BODY(4) }

void lv_sha256_advance(size_t lane_count, uint32_t *const *states, const uint8_t *const *data, size_t block_count) {
    switch (lane_count) {
    case 1: advance_1(states, data, block_count); break;
    case 2: advance_2(states, data, block_count); break;
    case 3: advance_3(states, data, block_count); break;
    default: advance_4(states, data, block_count); break;
    }
}

#else

int lv_sha256_lanes_are_supported(void) { return 0; }
void lv_sha256_advance(size_t lane_count, uint32_t *const *states, const uint8_t *const *data, size_t block_count) {
    (void)lane_count, (void)states, (void)data, (void)block_count;
    __builtin_trap();
}

#endif
