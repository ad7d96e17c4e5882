// layerverify: SHA-256 of several messages in lockstep, with SHA-NI.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Lanes.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

int lv_sha256_lanes_are_supported(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

// Four rounds of one hash. This is assembly because compilers move the intrinsics of several hashes past each other and
// then need more registers than there are: with intrinsics, clang 21's code takes 1.07 of the time for two hashes and
// 1.04 for four (Zen 4). It uses the old encoding, because there are CPUs with SHA-NI and without AVX; lv_hash_step
// (HashSlice.h) needs the new one.
#define FOUR_ROUNDS(ABEF, CDGH, WORDS, CONSTANTS)                                                                      \
    __asm__("movdqa %[words], %%xmm0\n\t"                                                                              \
            "paddd %[constants], %%xmm0\n\t"                                                                           \
            "sha256rnds2 %%xmm0, %[abef], %[cdgh]\n\t"                                                                 \
            "pshufd $14, %%xmm0, %%xmm0\n\t"                                                                           \
            "sha256rnds2 %%xmm0, %[cdgh], %[abef]"                                                                     \
            : [abef] "+x"(ABEF), [cdgh] "+x"(CDGH)                                                                     \
            : [words] "x"(WORDS), [constants] "m"(*(const __m128i *)(CONSTANTS))                                       \
            : "xmm0")

#define LANES_BODY(N)                                                                                                  \
    /* The bytes of a message are big-endian words. */                                                                 \
    const __m128i byte_order = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);                             \
    const uint8_t *next[N];                                                                                            \
    /* sha256rnds2 takes the words as (a, b, e, f) and (c, d, g, h), highest first. */                                 \
    __m128i abef[N], cdgh[N];                                                                                          \
    for (int lane = 0; lane < N; lane++) {                                                                             \
        next[lane] = data[lane];                                                                                       \
        __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&states[lane][0]), 0xb1);                    \
        __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&states[lane][4]), 0x1b);                    \
        abef[lane] = _mm_alignr_epi8(badc, hgfe, 8);                                                                   \
        cdgh[lane] = _mm_blend_epi16(hgfe, badc, 0xf0);                                                                \
    }                                                                                                                  \
    while (block_count-- > 0) {                                                                                        \
        /* The last sixteen words of the message schedule, four per register. */                                       \
        __m128i words[N][4], abef_before[N], cdgh_before[N];                                                           \
        for (int lane = 0; lane < N; lane++) {                                                                         \
            abef_before[lane] = abef[lane];                                                                            \
            cdgh_before[lane] = cdgh[lane];                                                                            \
            for (int i = 0; i < 4; i++)                                                                                \
                words[lane][i] =                                                                                       \
                    _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(next[lane] + 16 * i)), byte_order);             \
            next[lane] += 64;                                                                                          \
        }                                                                                                              \
        UNROLLED for (int step = 0; step < 16; step++) {                                                               \
            UNROLLED for (int lane = 0; lane < N; lane++) {                                                            \
                __m128i *w = words[lane];                                                                              \
                FOUR_ROUNDS(abef[lane], cdgh[lane], w[step & 3], &lv_sha256_round_constants[4 * step]);                \
                if (step < 12) {                                                                                       \
                    /* The words needed sixteen rounds later replace these four. */                                    \
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

DEFINE_LANES(__attribute__((target("sha,sse4.1,ssse3"))), LANES_BODY)

#endif
