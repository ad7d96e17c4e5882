// layerverify: test of the SHA-256 kernel in C, for CPUs on which no Swift runs here (scripts/aarch64-check), and for sanitizers
// (scripts/sanitize).
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Compares one to four messages in lockstep with a plain SHA-256, and that with examples for FIPS 180-4.
// Exit status: 0 if all are equal, 1 if not, 77 if the CPU lacks the instructions.

#include "CSHA256Lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAXIMUM_BYTE_COUNT 6000
#ifndef ROUND_COUNT
#define ROUND_COUNT 2000
#endif

// The plain SHA-256: FIPS 180-4 §5.1.1, §5.3.3 and §6.2.2 as specified, one block after the other.

static uint32_t initial_words[8];
static uint32_t round_constants[64];

// The largest root whose power is at most `square_or_cube`.
static uint64_t root(unsigned __int128 square_or_cube, int power) {
    uint64_t low = 0, high = 1ULL << 40;
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        unsigned __int128 product = middle;
        for (int i = 1; i < power; i++) product *= middle;
        if (product <= square_or_cube) low = middle;
        else high = middle;
    }
    return low;
}

// §4.2.2 and §5.3.3: 32 bits of the fractional parts of roots of the first primes. They are computed, so that no table
// is compared with a copy of itself.
static void compute_constants(void) {
    int count = 0;
    for (unsigned number = 2; count < 64; number++) {
        int is_prime = 1;
        for (unsigned divisor = 2; divisor * divisor <= number; divisor++) is_prime &= number % divisor != 0;
        if (!is_prime) continue;
        if (count < 8) initial_words[count] = (uint32_t)root((unsigned __int128)number << 64, 2);
        round_constants[count++] = (uint32_t)root((unsigned __int128)number << 96, 3);
    }
}

static uint32_t rotated(uint32_t word, int count) { return word >> count | word << (32 - count); }

static void plain_block(uint32_t *state, const uint8_t *block) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8
             | (uint32_t)block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        const uint32_t sigma0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t sigma1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = sigma1 + w[i - 7] + sigma0 + w[i - 16];
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        const uint32_t sum1 = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25);
        const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const uint32_t first = s[7] + sum1 + choice + round_constants[i] + w[i];
        const uint32_t sum0 = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22);
        const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += first;
        s[0] = first + sum0 + majority;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

// Appends the padding to a message. Returns the number of blocks.
static size_t padded(uint8_t *bytes, size_t byte_count) {
    const size_t block_count = (byte_count + 8) / 64 + 1;
    memset(bytes + byte_count, 0, 64 * block_count - byte_count);
    bytes[byte_count] = 0x80;
    for (int i = 0; i < 8; i++) bytes[64 * block_count - 1 - i] = (uint8_t)((uint64_t)byte_count * 8 >> 8 * i);
    return block_count;
}

static void plain(uint32_t *state, const uint8_t *blocks, size_t block_count) {
    for (size_t i = 0; i < block_count; i++) plain_block(state, blocks + 64 * i);
}

static int failure_count = 0;

static void expect_equal(const uint32_t *actual, const uint32_t *expected, const char *what, size_t number) {
    if (memcmp(actual, expected, 8 * sizeof *actual) == 0) return;
    failure_count++;
    printf("%s %zu:", what, number);
    for (int i = 0; i < 8; i++) printf(" %08x", actual[i]);
    printf(", not");
    for (int i = 0; i < 8; i++) printf(" %08x", expected[i]);
    printf("\n");
}

static void test_known_answers(void) {
    // NIST's examples for SHA-256, and the empty message.
    static const struct {
        const char *text;
        size_t times;
        uint32_t digest[8];
    } answers[] = {
        {"", 1, {0xe3b0c442, 0x98fc1c14, 0x9afbf4c8, 0x996fb924, 0x27ae41e4, 0x649b934c, 0xa495991b, 0x7852b855}},
        {"abc", 1, {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad}},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         {0x248d6a61, 0xd20638b8, 0xe5c02693, 0x0c3e6039, 0xa33ce459, 0x64ff2167, 0xf6ecedd4, 0x19db06c1}},
        {"a", 1000000,
         {0xcdc76e5c, 0x9914fb92, 0x81a1c7e2, 0x84d73e67, 0xf1809a48, 0xa497200e, 0x046d39cc, 0xc7112cd0}},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const size_t length = strlen(answers[i].text), byte_count = length * answers[i].times;
        uint8_t *bytes = malloc(byte_count + 128);
        if (!bytes) exit(1);
        for (size_t time = 0; time < answers[i].times; time++) memcpy(bytes + time * length, answers[i].text, length);
        const size_t block_count = padded(bytes, byte_count);
        uint32_t state[8];
        memcpy(state, initial_words, sizeof state);
        plain(state, bytes, block_count);
        expect_equal(state, answers[i].digest, "plain SHA-256, known answer", i);
        memcpy(state, initial_words, sizeof state);
        uint32_t *const states[] = {state};
        const uint8_t *const data[] = {bytes};
        lv_sha256_advance(1, states, data, block_count);
        expect_equal(state, answers[i].digest, "one lane, known answer", i);
        free(bytes);
    }
}

static uint64_t random_number(void) {
    static uint64_t state = 1;
    state += 0x9e3779b97f4a7c15;
    uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

// Messages of any length and alignment, in lockstep as long as all have blocks, then with fewer lanes.
static void test_messages(size_t lane_count, size_t round) {
    uint8_t *bytes[LV_SHA256_MAXIMUM_LANE_COUNT];
    uint32_t words[LV_SHA256_MAXIMUM_LANE_COUNT][8], expected[LV_SHA256_MAXIMUM_LANE_COUNT][8];
    size_t left[LV_SHA256_MAXIMUM_LANE_COUNT];
    const uint8_t *next[LV_SHA256_MAXIMUM_LANE_COUNT];
    for (size_t lane = 0; lane < lane_count; lane++) {
        const size_t byte_count = random_number() % (random_number() % 2 ? 200 : MAXIMUM_BYTE_COUNT);
        // Memory that ends with the padded message, so that a sanitizer detects reads beyond it.
        const size_t offset = random_number() % 64;
        bytes[lane] = malloc(offset + 64 * ((byte_count + 8) / 64 + 1));
        if (!bytes[lane]) exit(1);
        uint8_t *message = bytes[lane] + offset;
        for (size_t i = 0; i < byte_count; i++) message[i] = (uint8_t)random_number();
        left[lane] = padded(message, byte_count);
        next[lane] = message;
        memcpy(words[lane], initial_words, sizeof *words);
        memcpy(expected[lane], initial_words, sizeof *expected);
        plain(expected[lane], message, left[lane]);
    }
    while (1) {
        uint32_t *states[LV_SHA256_MAXIMUM_LANE_COUNT];
        const uint8_t *data[LV_SHA256_MAXIMUM_LANE_COUNT];
        size_t active_count = 0, block_count = SIZE_MAX;
        for (size_t lane = 0; lane < lane_count; lane++) {
            if (left[lane] == 0) continue;
            states[active_count] = words[lane];
            data[active_count++] = next[lane];
            if (left[lane] < block_count) block_count = left[lane];
        }
        if (active_count == 0) break;
        lv_sha256_advance(active_count, states, data, block_count);
        for (size_t lane = 0; lane < lane_count; lane++) {
            if (left[lane] == 0) continue;
            left[lane] -= block_count;
            next[lane] += 64 * block_count;
        }
    }
    for (size_t lane = 0; lane < lane_count; lane++) {
        expect_equal(words[lane], expected[lane], "message of round", round);
        free(bytes[lane]);
    }
}

int main(void) {
    if (!lv_sha256_lanes_are_supported()) {
        printf("CSHA256Lanes: this CPU lacks the instructions\n");
        return 77;
    }
    compute_constants();
    test_known_answers();
    for (size_t round = 0; round < ROUND_COUNT && failure_count < 10; round++)
        test_messages(1 + round % LV_SHA256_MAXIMUM_LANE_COUNT, round);
    printf("CSHA256Lanes: %d rounds of 1 to 4 messages, %d failures\n", ROUND_COUNT, failure_count);
    return failure_count > 0;
}
