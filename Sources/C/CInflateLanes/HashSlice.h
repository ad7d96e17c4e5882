// layerverify: SHA-256 in slices between the stages of the token loop.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Only included by TokenLoop.h. Two hashes advance by one block each while `LV_HASH_TOKENS` tokens of each lane are
// decoded. The token loop often waits for memory and for mispredicted branches, and does not use the SHA-256 unit. With
// two lanes, hashing in its gaps costs about a quarter of hashing separately. With four lanes it costs nearly as much
// as separately, because tokens then fill the core's window of 256 instructions, and hashing takes a part of it away
// from them.

#pragma once
#include "CInflateLanes.h"
#include "SHA256Constants.h"
#include <stdbool.h>

enum {
    LV_HASH_STEPS = 16,
    /// The number of tokens of each lane per block of each hash. With two lanes on Zen 3, 4 are 1 % and 5 are 5 %
    /// slower than 3, because less is hashed in the gaps then than there is to hash; 2 are 1 to 3 % slower.
    LV_HASH_TOKENS = 3,
    /// The number of slices between the stages of a token, one before each lookup. All steps in one place are 4 %
    /// slower; slices among the copies as well are 1 % slower.
    LV_HASH_PLACES = 4,
};

#if defined(__x86_64__)
#include <emmintrin.h>

/// The mask for a byte shuffle, because the words of a message are big-endian.
static const uint8_t lv_byte_order[16] __attribute__((aligned(16))) = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};

/// Two hashes in the middle of a block. They use 12 of the 16 registers; xmm0 and one for copies are also needed.
typedef struct {
    /// The working variables in the order of sha256rnds2, and, in memory, their values before this block.
    __m128i abef[LV_INFLATE_HASH_COUNT], cdgh[LV_INFLATE_HASH_COUNT];
    __m128i abef_before[LV_INFLATE_HASH_COUNT], cdgh_before[LV_INFLATE_HASH_COUNT];
    /// The last sixteen words of the message schedule, four per register.
    __m128i words[LV_INFLATE_HASH_COUNT][4];
    const uint8_t *data[LV_INFLATE_HASH_COUNT];
    size_t block_count;
} lv_hash;

#define LV_EACH_HASH LV_UNROLLED for (int i = 0; i < LV_INFLATE_HASH_COUNT; i++)

LV_INLINE void lv_hash_enter(lv_hash *hash, const lv_inflate_hashes *hashes) {
    // See `lv_copy_2x16`. The upper halves should not be in use here, but if they were, the loop would be much slower.
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

/// 16 unaligned bytes, for operands of assembly.
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

/// Four rounds of each hash, and the four words of the schedule that are needed sixteen rounds later.
///
/// This is assembly because compilers move all intrinsics to one place and then need more registers than there are (2
/// %), and because callers then need not be compiled for CPUs with these instructions. As volatile code with a memory
/// clobber it stays between the surrounding loads and stores. SHA-NI only has the old encoding; all other instructions
/// must use the new one.
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

/// The steps at the places from `first` up to, but not including, `end`; places are counted through all tokens of a
/// block.
LV_INLINE void lv_hash_slices(lv_hash *hash, const int first, const int end) {
    LV_UNROLLED for (int step = 0; step < LV_HASH_STEPS; step++) {
        const int place = step * (LV_HASH_TOKENS * LV_HASH_PLACES) / LV_HASH_STEPS;
        if (place >= first && place < end) lv_hash_step(hash, step);
    }
}

/// Copies 32 bytes through two registers of 16.
///
/// On Zen 3 each switch between an instruction in the old encoding, as in SHA-NI, and a register of 32 bytes takes
/// about 60 ns: with copies of 32 bytes at once the loop is up to five times slower.
LV_INLINE void lv_copy_2x16(uint8_t *to, const uint8_t *from) {
    __m128i low, high;
    // A compiler may merge two intrinsics into one.
    __asm__("vmovdqu %1, %0" : "=x"(low) : "m"(*(const lv_block_16 *)from));
    __asm__("vmovdqu %1, %0" : "=x"(high) : "m"(*(const lv_block_16 *)(from + 16)));
    __asm__("vmovdqu %1, %0" : "=m"(*(lv_block_16 *)to) : "x"(low));
    __asm__("vmovdqu %1, %0" : "=m"(*(lv_block_16 *)(to + 16)) : "x"(high));
}

#else

// No kernel hashes on other CPUs.
typedef struct {
    size_t block_count;
} lv_hash;
LV_INLINE void lv_hash_slices(lv_hash *hash, const int first, const int end) { (void)hash, (void)first, (void)end; }
LV_INLINE void lv_copy_2x16(uint8_t *to, const uint8_t *from) { (void)to, (void)from; }

#endif
