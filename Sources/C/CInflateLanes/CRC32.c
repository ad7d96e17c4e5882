// layerverify: CRC-32 while bytes are copied.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "CInflateLanes.h"
#include <string.h>

// A CRC is the remainder of the message, as a polynomial over GF(2), divided by the polynomial of RFC 1952 §8. It is
// linear: the remainder of a sum is the sum (XOR) of the remainders. The code below is based on that.

// The remainders of a byte followed by 0 to 7 zero bytes. The arguments are the remainders of the bytes 1, 2, 4, … 128;
// the remainder of another byte is the sum of those of its bits, which the compiler computes.
#define BYTE(i, a, b, c, d, e, f, g, h)                                                                                \
    ((i & 1 ? a : 0) ^ (i & 2 ? b : 0) ^ (i & 4 ? c : 0) ^ (i & 8 ? d : 0) ^ (i & 16 ? e : 0) ^ (i & 32 ? f : 0) ^     \
     (i & 64 ? g : 0) ^ (i & 128 ? h : 0))
#define BYTES_4(i, ...)                                                                                                \
    BYTE((i), __VA_ARGS__), BYTE((i + 1), __VA_ARGS__), BYTE((i + 2), __VA_ARGS__), BYTE((i + 3), __VA_ARGS__)
#define BYTES_16(i, ...)                                                                                               \
    BYTES_4(i, __VA_ARGS__), BYTES_4(i + 4, __VA_ARGS__), BYTES_4(i + 8, __VA_ARGS__), BYTES_4(i + 12, __VA_ARGS__)
#define BYTES_64(i, ...)                                                                                               \
    BYTES_16(i, __VA_ARGS__), BYTES_16(i + 16, __VA_ARGS__), BYTES_16(i + 32, __VA_ARGS__),                            \
        BYTES_16(i + 48, __VA_ARGS__)
#define SLICE(...)                                                                                                     \
    { BYTES_64(0, __VA_ARGS__), BYTES_64(64, __VA_ARGS__), BYTES_64(128, __VA_ARGS__), BYTES_64(192, __VA_ARGS__) }
static const uint32_t slices[8][256] = {
    SLICE(0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832, 0x1db71064, 0x3b6e20c8, 0x76dc4190, 0xedb88320),
    SLICE(0x191b3141, 0x32366282, 0x646cc504, 0xc8d98a08, 0x4ac21251, 0x958424a2, 0xf0794f05, 0x3b83984b),
    SLICE(0x01c26a37, 0x0384d46e, 0x0709a8dc, 0x0e1351b8, 0x1c26a370, 0x384d46e0, 0x709a8dc0, 0xe1351b80),
    SLICE(0xb8bc6765, 0xaa09c88b, 0x8f629757, 0xc5b428ef, 0x5019579f, 0xa032af3e, 0x9b14583d, 0xed59b63b),
    SLICE(0x3d6029b0, 0x7ac05360, 0xf580a6c0, 0x30704bc1, 0x60e09782, 0xc1c12f04, 0x58f35849, 0xb1e6b092),
    SLICE(0xcb5cd3a5, 0x4dc8a10b, 0x9b914216, 0xec53826d, 0x03d6029b, 0x07ac0536, 0x0f580a6c, 0x1eb014d8),
    SLICE(0xa6770bb4, 0x979f1129, 0xf44f2413, 0x33ef4e67, 0x67de9cce, 0xcfbd399c, 0x440b7579, 0x8816eaf2),
    SLICE(0xccaa009e, 0x4225077d, 0x844a0efa, 0xd3e51bb5, 0x7cbb312b, 0xf9766256, 0x299dc2ed, 0x533b85da),
};

// The functions below take and return the CRC register without the inversions before and after. They copy only if there
// is a destination; each is compiled for both cases.

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t by_table(uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    for (; byte_count >= 8; byte_count -= 8) {
        for (int i = 0; i < 4; i++) remainder ^= (uint32_t)source[i] << 8 * i;
        remainder = slices[7][remainder & 255] ^ slices[6][remainder >> 8 & 255] ^ slices[5][remainder >> 16 & 255] ^
                    slices[4][remainder >> 24] ^ slices[3][source[4]] ^ slices[2][source[5]] ^ slices[1][source[6]] ^
                    slices[0][source[7]];
        if (destination) {
            memcpy(destination, source, 8);
            destination += 8;
        }
        source += 8;
    }
    for (; byte_count > 0; byte_count--) {
        remainder = slices[0][(remainder ^ *source) & 255] ^ remainder >> 8;
        if (destination) *destination++ = *source;
        source++;
    }
    return remainder;
}

#if defined(__x86_64__)
#include <immintrin.h>

// Carry-less multiplication moves bytes to a later position in the message: a block that is moved by D bits is
// multiplied by x^D, and replaced by the remainder of that. For the two halves of 16 bytes the factors are x^(D+32) and
// x^(D-32) modulo the polynomial, in the reflected order of bits that gzip uses. Blocks are folded until 16 bytes are
// left, whose remainder is that of the message.
#define FACTORS_2048 0x1322d1430, 0x11542778a
#define FACTORS_1024 0x14a7fe880, 0x1e88ef372
#define FACTORS_512 0x1c6e41596, 0x154442bd4
#define FACTORS_128 0x0ccaa009e, 0x1751997d0

#define PCLMUL __attribute__((target("pclmul,sse4.1")))
#define VPCLMUL __attribute__((target("vpclmulqdq,pclmul,avx2")))
#define VPCLMUL_512 __attribute__((target("vpclmulqdq,pclmul,avx512f")))

PCLMUL static inline __m128i fold_16(__m128i block, __m128i factors, __m128i next) {
    return _mm_xor_si128(
        next, _mm_xor_si128(_mm_clmulepi64_si128(block, factors, 0x00), _mm_clmulepi64_si128(block, factors, 0x11)));
}

PCLMUL INLINE __m128i take_16(uint8_t *destination, const uint8_t *source, size_t place) {
    const __m128i block = _mm_loadu_si128((const __m128i *)(source + place));
    if (destination) _mm_storeu_si128((__m128i *)(destination + place), block);
    return block;
}

/// Finishes the CRC from four blocks, which end at `place`, and any number of following bytes.
PCLMUL INLINE uint32_t finish_by_16(
    __m128i blocks[4], uint8_t *destination, const uint8_t *source, size_t place, size_t byte_count) {
    const __m128i by_128 = _mm_set_epi64x(FACTORS_128);
    __m128i last = blocks[0];
    for (int i = 1; i < 4; i++) last = fold_16(last, by_128, blocks[i]);
    for (; byte_count - place >= 16; place += 16) last = fold_16(last, by_128, take_16(destination, source, place));
    uint8_t folded[16];
    _mm_storeu_si128((__m128i *)folded, last);
    uint8_t *rest = destination ? destination + place : NULL;
    return by_table(by_table(0, NULL, folded, 16), rest, source + place, byte_count - place);
}

// Zen 3, 64 KiB in the cache: 25 GB/s by 32 bytes with a copy; ISA-L's crc32_gzip_refl, which does not copy, 12.6 GB/s.
// Zen 4, 128 KiB: 29 GB/s by 32 bytes, with and without a copy; 58 by 64 bytes, 52 with a copy; ISA-L, which also has
// such a kernel, 56.

// Four blocks at a time, because a multiplication takes at least four cycles, and one can start every second cycle.
PCLMUL INLINE uint32_t by_16(uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    const __m128i by_512 = _mm_set_epi64x(FACTORS_512);
    __m128i blocks[4];
    for (int i = 0; i < 4; i++) blocks[i] = take_16(destination, source, 16 * i);
    blocks[0] = _mm_xor_si128(blocks[0], _mm_cvtsi32_si128((int)remainder));
    size_t place = 64;
    for (; byte_count - place >= 64; place += 64)
        for (int i = 0; i < 4; i++)
            blocks[i] = fold_16(blocks[i], by_512, take_16(destination, source, place + 16 * i));
    return finish_by_16(blocks, destination, source, place, byte_count);
}

VPCLMUL INLINE __m256i take_32(uint8_t *destination, const uint8_t *source, size_t place) {
    const __m256i block = _mm256_loadu_si256((const __m256i *)(source + place));
    if (destination) _mm256_storeu_si256((__m256i *)(destination + place), block);
    return block;
}

// The same with 32 bytes per register, for CPUs that multiply both halves at once.
VPCLMUL INLINE uint32_t by_32(uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    const __m256i by_1024 = _mm256_broadcastsi128_si256(_mm_set_epi64x(FACTORS_1024));
    __m256i blocks[4];
    for (int i = 0; i < 4; i++) blocks[i] = take_32(destination, source, 32 * i);
    blocks[0] = _mm256_xor_si256(blocks[0], _mm256_zextsi128_si256(_mm_cvtsi32_si128((int)remainder)));
    size_t place = 128;
    for (; byte_count - place >= 128; place += 128)
        for (int i = 0; i < 4; i++) {
            const __m256i next = take_32(destination, source, place + 32 * i);
            const __m256i low = _mm256_clmulepi64_epi128(blocks[i], by_1024, 0x00);
            const __m256i high = _mm256_clmulepi64_epi128(blocks[i], by_1024, 0x11);
            blocks[i] = _mm256_xor_si256(next, _mm256_xor_si256(low, high));
        }
    // Folds eight blocks of 16 bytes into four.
    const __m128i by_512 = _mm_set_epi64x(FACTORS_512);
    __m128i halves[8];
    for (int i = 0; i < 4; i++) {
        halves[2 * i] = _mm256_castsi256_si128(blocks[i]);
        halves[2 * i + 1] = _mm256_extracti128_si256(blocks[i], 1);
    }
    for (int i = 0; i < 4; i++) {
        const __m128i low = _mm_clmulepi64_si128(halves[i], by_512, 0x00);
        const __m128i high = _mm_clmulepi64_si128(halves[i], by_512, 0x11);
        halves[4 + i] = _mm_xor_si128(halves[4 + i], _mm_xor_si128(low, high));
    }
    _mm256_zeroupper();
    return finish_by_16(halves + 4, destination, source, place, byte_count);
}

VPCLMUL_512 INLINE __m512i take_64(uint8_t *destination, const uint8_t *source, size_t place) {
    const __m512i block = _mm512_loadu_si512(source + place);
    if (destination) _mm512_storeu_si512(destination + place, block);
    return block;
}

VPCLMUL_512 static inline __m512i fold_64(__m512i block, __m512i factors, __m512i next) {
    const __m512i low = _mm512_clmulepi64_epi128(block, factors, 0x00);
    const __m512i high = _mm512_clmulepi64_epi128(block, factors, 0x11);
    return _mm512_ternarylogic_epi64(next, low, high, 0x96); // XOR of all three
}

// The same with 64 bytes per register.
VPCLMUL_512 INLINE uint32_t by_64(uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    const __m512i by_2048 = _mm512_broadcast_i32x4(_mm_set_epi64x(FACTORS_2048));
    const __m512i by_512 = _mm512_broadcast_i32x4(_mm_set_epi64x(FACTORS_512));
    __m512i blocks[4];
    for (int i = 0; i < 4; i++) blocks[i] = take_64(destination, source, 64 * i);
    blocks[0] = _mm512_xor_si512(blocks[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)remainder)));
    size_t place = 256;
    for (; byte_count - place >= 256; place += 256)
        for (int i = 0; i < 4; i++)
            blocks[i] = fold_64(blocks[i], by_2048, take_64(destination, source, place + 64 * i));
    for (int i = 1; i < 4; i++) blocks[i] = fold_64(blocks[i - 1], by_512, blocks[i]);
    __m128i last[4];
    _mm512_storeu_si512(last, blocks[3]);
    _mm256_zeroupper();
    return finish_by_16(last, destination, source, place, byte_count);
}

#define ALL_SIZES(name, attributes, kernel)                                                                            \
    attributes static uint32_t name(uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t count) {   \
        return destination ? kernel(remainder, destination, source, count) : kernel(remainder, NULL, source, count);   \
    }
ALL_SIZES(vpclmul_512, VPCLMUL_512, by_64)
ALL_SIZES(vpclmul, VPCLMUL, by_32)
ALL_SIZES(pclmul, PCLMUL, by_16)

static uint32_t advance(
    size_t widest, uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    if (widest >= 64 && byte_count >= 512 && __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512f"))
        return vpclmul_512(remainder, destination, source, byte_count);
    if (widest >= 32 && byte_count >= 256 && __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx2"))
        return vpclmul(remainder, destination, source, byte_count);
    if (widest >= 16 && byte_count >= 64 && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"))
        return pclmul(remainder, destination, source, byte_count);
    return by_table(remainder, destination, source, byte_count);
}
#else
static uint32_t advance(
    size_t widest, uint32_t remainder, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    (void)widest;
    return by_table(remainder, destination, source, byte_count);
}
#endif

uint32_t lv_crc32_copy(uint32_t checksum, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    return ~advance(64, ~checksum, destination, source, byte_count);
}

uint32_t lv_crc32(uint32_t checksum, const uint8_t *bytes, size_t byte_count) {
    return ~advance(64, ~checksum, NULL, bytes, byte_count);
}

/// The product of two polynomials of degree 31 modulo the polynomial of the CRC, in the reflected order of bits.
static uint32_t product(uint32_t a, uint32_t b) {
    uint32_t sum = 0;
    for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
        if (a & bit) sum ^= b;
        b = b >> 1 ^ (b & 1 ? 0xedb88320 : 0);
    }
    return sum;
}

uint32_t lv_crc32_combine(uint32_t first, uint32_t second, uint64_t second_byte_count) {
    // The first message is followed by as many bytes as the second has: its remainder is multiplied by x^8 that often.
    // The inversions before and after a message cancel out.
    uint32_t factor = 1u << 31, power = 1u << 23;
    for (uint64_t count = second_byte_count; count != 0; count >>= 1) {
        if (count & 1) factor = product(factor, power);
        power = product(power, power);
    }
    return product(factor, first) ^ second;
}

uint32_t lv_crc32_narrow(
    size_t widest, uint32_t checksum, uint8_t *destination, const uint8_t *source, size_t byte_count) {
    return ~advance(widest, ~checksum, destination, source, byte_count);
}
