// layerverify: compares CZstdFrames with libzstd and klauspost's decoder, on frames of all kinds, intact and damaged.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Generator.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAMPLE_CAPACITY = 4096, SAMPLE_BYTE_COUNT = 1 << 20 };

static frame samples[SAMPLE_CAPACITY];
static size_t sample_count;

static void load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    static uint8_t bytes[SAMPLE_BYTE_COUNT];
    const size_t byte_count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (sample_count == SAMPLE_CAPACITY) return;
    uint8_t *const copy = malloc(byte_count);
    memcpy(copy, bytes, byte_count);
    samples[sample_count++] = (frame){copy, byte_count};
}

/// Makes an intact frame of any kind.
static size_t make_frame(uint8_t *bytes, uint64_t *state) {
    const uint64_t kind = next_random(state) % 8;
    if (kind < 4) return make_own_frame(bytes, state);
    if (kind < 7 || sample_count == 0) return make_library_frame(bytes, state);
    const frame sample = samples[next_random(state) % sample_count];
    memcpy(bytes, sample.bytes, sample.byte_count);
    return sample.byte_count;
}

/// usage: differential SECONDS|COUNTx SEED [FRAME...]; runs for this number of seconds or frames. The environment
/// variable KLAUSPOST names the program of the third oracle, ARTIFACTS the folder for frames that decoders disagree on.
int main(int argument_count, char **arguments) {
    if (argument_count < 3) {
        fprintf(stderr, "usage: %s SECONDS|COUNTx SEED [FRAME...]\n", arguments[0]);
        return 64;
    }
    char *unit;
    const unsigned long long limit = strtoull(arguments[1], &unit, 10);
    uint64_t state = strtoull(arguments[2], NULL, 10);
    // Printed before anything can fail: the same seed and samples give the same frames.
    fprintf(stderr, "seed %s\n", arguments[2]);
    artifacts_folder = getenv("ARTIFACTS");
    const char *const klauspost = getenv("KLAUSPOST");
    if (klauspost) start_klauspost(klauspost);
    for (int i = 3; i < argument_count; i++) load(arguments[i]);
    // Samples are also checked unchanged.
    tally tally = {0};
    for (size_t i = 0; i < sample_count; i++) check_frame(samples[i], i, &tally);
    static uint8_t bytes[2][FRAME_CAPACITY + 64];
    size_t byte_counts[2] = {0};
    const time_t start = time(NULL);
    for (unsigned long long count = 0; *unit == 'x' ? count < limit : (unsigned long long)(time(NULL) - start) < limit; count++) {
        const unsigned turn = count & 1;
        uint64_t frame_state = next_random(&state);
        byte_counts[turn] = make_frame(bytes[turn], &frame_state);
        check_frame((frame){bytes[turn], byte_counts[turn]}, frame_state, &tally);
        // Each frame is damaged three times, each time from its intact state.
        for (unsigned times = 0; times < 3; times++) {
            static uint8_t damaged[FRAME_CAPACITY + 64];
            memcpy(damaged, bytes[turn], byte_counts[turn]);
            const size_t byte_count = damage(damaged, byte_counts[turn], bytes[!turn], byte_counts[!turn], &frame_state);
            check_frame((frame){damaged, byte_count}, frame_state, &tally);
            count++;
        }
        if (tally.faults > 20) break;
    }
    printf("%llu frames: %llu accepted by all, %llu refused by all, %llu disputed\n",
        tally.frames, tally.accepted, tally.refused_by_all, tally.disputed);
    for (unsigned rule = 0; rule <= LV_ZSTD_RULE_COUNT; rule++) {
        if (tally.stricter[rule] == 0) continue;
        printf("refused here alone: %llu, %s\n", tally.stricter[rule],
            rule < LV_ZSTD_RULE_COUNT ? lv_zstd_rule_name(rule) : "the header");
    }
    if (tally.faults > 0) printf("%llu FAULTS\n", tally.faults);
    return tally.faults > 0;
}
