// layerverify: SHA-256 in slices that fit between the stages of the token loop.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Included by TokenLoop.h alone. Two hashes go forward by one block each while `LV_HASH_TOKENS` tokens of each lane are
// decoded. The token loop waits for memory and for guesses that were wrong, and leaves the unit that does SHA-256 alone; with
// two lanes, what is hashed in its gaps costs about a quarter of what it costs by itself. With four lanes it costs nearly as
// much as by itself: what fills the core's window of 256 instructions is then the tokens, and what the hash takes of it they
// do not have.

#pragma once
#include "CInflateLanes.h"
#include "SHA256Constants.h"
#include <stdbool.h>

enum {
    LV_HASH_STEPS = 16,
    /// The tokens of a lane that a block of each hash takes. With two lanes on Zen 3, 4 are 1 % slower than 3, 5 are 5 %, for
    /// then less is hashed here than there is to hash; 2 are 1 to 3 % slower.
    LV_HASH_TOKENS = 3,
    /// The places between the stages of a token where there is a slice: before each lookup. All steps at one place are 4 %
    /// slower; places among the copies as well, 1 %.
    LV_HASH_PLACES = 4,
};

#if defined(__x86_64__)
#include <emmintrin.h>

/// The bytes of a message are big-endian words.
static const uint8_t lv_byte_order[16] __attribute__((aligned(16))) = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};

/// Two hashes in the middle of a block: 12 of the 16 registers, xmm0 and one for copies beside them.
typedef struct {
    /// The working variables in the order that sha256rnds2 wants, and, in memory, as they were before this block.
    __m128i abef[LV_INFLATE_HASH_COUNT], cdgh[LV_INFLATE_HASH_COUNT];
    __m128i abef_before[LV_INFLATE_HASH_COUNT], cdgh_before[LV_INFLATE_HASH_COUNT];
    /// The last sixteen words of the message schedule, four to a register.
    __m128i words[LV_INFLATE_HASH_COUNT][4];
    const uint8_t *data[LV_INFLATE_HASH_COUNT];
    size_t block_count;
} lv_hash;

#define LV_EACH_HASH LV_UNROLLED for (int i = 0; i < LV_INFLATE_HASH_COUNT; i++)

LV_INLINE void lv_hash_enter(lv_hash *hash, const lv_inflate_hashes *hashes) {
    // See `lv_copy_2x16`. Nobody should come here with upper halves in use, but who does would not be forgiven.
    __asm__ volatile("vzeroupper" ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                     "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    LV_EACH_HASH {
        const __m128i abcd = _mm_loadu_si128((const __m128i *)&hashes->states[i][0]);
        const __m128i efgh = _mm_loadu_si128((const __m128i *)&hashes->states[i][4]);
        hash->abef[i] = _mm_shuffle_epi32(_mm_unpacklo_epi64(efgh, abcd), 0xb1);
        hash->cdgh[i] = _mm_shuffle_epi32(_mm_unpackhi_epi64(efgh, abcd), 0xb1);
        hash->data[i] = hashes->data[i];
    }
    hash->block_count = hashes->block_count;
}

LV_INLINE void lv_hash_leave(const lv_hash *hash, lv_inflate_hashes *hashes) {
    LV_EACH_HASH {
        const __m128i efab = _mm_shuffle_epi32(hash->abef[i], 0xb1);
        const __m128i ghcd = _mm_shuffle_epi32(hash->cdgh[i], 0xb1);
        _mm_storeu_si128((__m128i *)&hashes->states[i][0], _mm_unpackhi_epi64(efab, ghcd));
        _mm_storeu_si128((__m128i *)&hashes->states[i][4], _mm_unpacklo_epi64(efab, ghcd));
        hashes->data[i] = hash->data[i];
    }
    hashes->block_count = hash->block_count;
}

/// 16 bytes anywhere, for operands of assembly.
typedef struct __attribute__((may_alias)) {
    uint8_t bytes[16];
} lv_block_16;

LV_INLINE void lv_hash_begin_block(lv_hash *hash) {
    LV_EACH_HASH {
        hash->abef_before[i] = hash->abef[i];
        hash->cdgh_before[i] = hash->cdgh[i];
        LV_UNROLLED for (int j = 0; j < 4; j++) {
            __asm__("vmovdqu %1, %0\n\tvpshufb %2, %0, %0"
                    : "=x"(hash->words[i][j])
                    : "m"(*(const lv_block_16 *)(hash->data[i] + 16 * j)), "m"(*(const lv_block_16 *)lv_byte_order));
        }
    }
}

LV_INLINE void lv_hash_end_block(lv_hash *hash) {
    LV_EACH_HASH {
        hash->abef[i] = _mm_add_epi32(hash->abef[i], hash->abef_before[i]);
        hash->cdgh[i] = _mm_add_epi32(hash->cdgh[i], hash->cdgh_before[i]);
        hash->data[i] += 64;
    }
    hash->block_count--;
}

/// Four rounds of each hash, and the four words of the schedule that come sixteen later.
///
/// Assembly, because compilers move intrinsics to where they want them, all to one place, and then need more registers than
/// there are (2 %); and so that nothing that calls this needs to be compiled for CPUs with these instructions. As volatile
/// and with memory it stays between the loads and the stores it was written between. SHA-NI is in the old encoding, all the
/// rest must be in the new one.
LV_INLINE void lv_hash_step(lv_hash *hash, const int step) {
    LV_EACH_HASH {
        __asm__ volatile("vpaddd %[constants], %[words], %%xmm0\n\t"
                         "sha256rnds2 %%xmm0, %[abef], %[cdgh]\n\t"
                         "vpshufd $14, %%xmm0, %%xmm0\n\t"
                         "sha256rnds2 %%xmm0, %[cdgh], %[abef]"
                         : [abef] "+x"(hash->abef[i]), [cdgh] "+x"(hash->cdgh[i])
                         : [words] "x"(hash->words[i][step & 3]),
                           [constants] "m"(*(const lv_block_16 *)&lv_sha256_round_constants[4 * step])
                         : "xmm0", "memory");
    }
    if (step >= LV_HASH_STEPS - 4) return;
    LV_EACH_HASH {
        __asm__ volatile("vpalignr $4, %[words_2], %[words_3], %%xmm0\n\t"
                         "sha256msg1 %[words_1], %[words_0]\n\t"
                         "vpaddd %%xmm0, %[words_0], %[words_0]\n\t"
                         "sha256msg2 %[words_3], %[words_0]"
                         : [words_0] "+x"(hash->words[i][step & 3])
                         : [words_1] "x"(hash->words[i][(step + 1) & 3]), [words_2] "x"(hash->words[i][(step + 2) & 3]),
                           [words_3] "x"(hash->words[i][(step + 3) & 3])
                         : "xmm0", "memory");
    }
}

/// The steps that belong to the places from `first` on and before `end`, counted through all tokens of a block.
LV_INLINE void lv_hash_slices(lv_hash *hash, const int first, const int end) {
    LV_UNROLLED for (int step = 0; step < LV_HASH_STEPS; step++) {
        const int place = step * (LV_HASH_TOKENS * LV_HASH_PLACES) / LV_HASH_STEPS;
        if (place >= first && place < end) lv_hash_step(hash, step);
    }
}

/// Copies 32 bytes by two registers of 16.
///
/// On Zen 3 each change between an instruction in the old encoding, as those of SHA-NI are, and a register of 32 bytes takes
/// some 60 ns: with copies of 32 bytes at once the loop is up to five times as slow.
LV_INLINE void lv_copy_2x16(uint8_t *to, const uint8_t *from) {
    __m128i low, high;
    // Two intrinsics a compiler may make one of.
    __asm__("vmovdqu %1, %0" : "=x"(low) : "m"(*(const lv_block_16 *)from));
    __asm__("vmovdqu %1, %0" : "=x"(high) : "m"(*(const lv_block_16 *)(from + 16)));
    __asm__("vmovdqu %1, %0" : "=m"(*(lv_block_16 *)to) : "x"(low));
    __asm__("vmovdqu %1, %0" : "=m"(*(lv_block_16 *)(to + 16)) : "x"(high));
}

#else

// There is no kernel that hashes.
typedef struct {
    size_t block_count;
} lv_hash;
LV_INLINE void lv_hash_slices(lv_hash *hash, const int first, const int end) { (void)hash, (void)first, (void)end; }
LV_INLINE void lv_copy_2x16(uint8_t *to, const uint8_t *from) { (void)to, (void)from; }

#endif
