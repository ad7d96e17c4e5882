// layerverify: SHA-256 of several messages in lockstep, with the SHA-2 instructions of Armv8.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Lanes.h"

#if defined(__aarch64__) && LV_HAS_LANES

#include <arm_neon.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>

int lv_sha256_lanes_are_supported(void) { return (getauxval(AT_HWCAP) & HWCAP_SHA2) != 0; }

#define LANES_BODY(N)                                                                                                  \
    const uint8_t *next[N];                                                                                            \
    uint32x4_t abcd[N], efgh[N];                                                                                       \
    for (int lane = 0; lane < N; lane++) {                                                                             \
        next[lane] = data[lane];                                                                                       \
        abcd[lane] = vld1q_u32(&states[lane][0]);                                                                      \
        efgh[lane] = vld1q_u32(&states[lane][4]);                                                                      \
    }                                                                                                                  \
    while (block_count-- > 0) {                                                                                        \
        /* The last sixteen words of the message schedule, four per register. */                                       \
        uint32x4_t words[N][4], abcd_before[N], efgh_before[N];                                                        \
        for (int lane = 0; lane < N; lane++) {                                                                         \
            abcd_before[lane] = abcd[lane];                                                                            \
            efgh_before[lane] = efgh[lane];                                                                            \
            /* The bytes of a message are big-endian words. */                                                         \
            for (int i = 0; i < 4; i++)                                                                                \
                words[lane][i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(next[lane] + 16 * i)));                      \
            next[lane] += 64;                                                                                          \
        }                                                                                                              \
        UNROLLED for (int step = 0; step < 16; step++) {                                                               \
            const uint32x4_t constants = vld1q_u32(&lv_sha256_round_constants[4 * step]);                              \
            UNROLLED for (int lane = 0; lane < N; lane++) {                                                            \
                uint32x4_t *w = words[lane];                                                                           \
                const uint32x4_t sum = vaddq_u32(w[step & 3], constants);                                              \
                /* Four rounds; each half needs the other's value from before. */                                      \
                const uint32x4_t abcd_now = abcd[lane];                                                                \
                abcd[lane] = vsha256hq_u32(abcd_now, efgh[lane], sum);                                                 \
                efgh[lane] = vsha256h2q_u32(efgh[lane], abcd_now, sum);                                                \
                if (step < 12) {                                                                                       \
                    /* The words needed sixteen rounds later replace these four. */                                    \
                    const uint32x4_t partial = vsha256su0q_u32(w[step & 3], w[(step + 1) & 3]);                        \
                    w[step & 3] = vsha256su1q_u32(partial, w[(step + 2) & 3], w[(step + 3) & 3]);                      \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        for (int lane = 0; lane < N; lane++) {                                                                         \
            abcd[lane] = vaddq_u32(abcd[lane], abcd_before[lane]);                                                     \
            efgh[lane] = vaddq_u32(efgh[lane], efgh_before[lane]);                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    for (int lane = 0; lane < N; lane++) {                                                                             \
        vst1q_u32(&states[lane][0], abcd[lane]);                                                                       \
        vst1q_u32(&states[lane][4], efgh[lane]);                                                                       \
    }

// GCC 12 provides the SHA-2 intrinsics only to functions with all of "crypto".
DEFINE_LANES(__attribute__((target("+crypto"))), LANES_BODY)

#endif
