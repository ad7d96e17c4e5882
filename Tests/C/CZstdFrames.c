// layerverify: test of the decoder of zstd frames in C, for CPUs on which no Swift runs here (scripts/aarch64-check).
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// usage: test FILE...; next to each FILE is FILE.zst, its content compressed by zstd into one frame.
// Decodes each with random splits of input and room, and compares the output with the files. Also decodes each with
// flipped bits, which must be detected, at the latest by the checksum.
// Exit status: 0 if all are equal, 1 if not.

#include "CZstdFrames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUND_COUNT = 30, DAMAGED_ROUND_COUNT = 60, MAXIMUM_PIECE_BYTE_COUNT = 5000 };

typedef struct {
    uint8_t *bytes;
    size_t byte_count;
} bytes;

static bytes read_file(const char *path, const char *suffix) {
    char name[4096];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) exit(2);
    const long byte_count = ftell(file);
    bytes result = {malloc((size_t)byte_count + 1), (size_t)byte_count};
    rewind(file);
    if (!result.bytes || fread(result.bytes, 1, result.byte_count, file) != result.byte_count) exit(2);
    fclose(file);
    return result;
}

static uint64_t random_number(void) {
    static uint64_t state = 1;
    state += 0x9e3779b97f4a7c15;
    uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

/// Decodes a frame whose header has `header_byte_count` bytes. Returns true if it is accepted and decodes to the
/// content.
static bool decodes(lv_zstd_frames *frames, bytes frame, size_t header_byte_count, const lv_zstd_header *header, bytes content) {
    if (!lv_zstd_begin(frames, header)) exit(2);
    size_t at = header_byte_count, produced_byte_count = 0;
    for (;;) {
        static uint8_t room[MAXIMUM_PIECE_BYTE_COUNT];
        size_t input = random_number() % MAXIMUM_PIECE_BYTE_COUNT, consumed, produced;
        if (input > frame.byte_count - at) input = frame.byte_count - at;
        const lv_zstd_status status = lv_zstd_decode(
            frames, frame.bytes + at, input, &consumed, room, random_number() % sizeof room, &produced);
        if (produced > content.byte_count - produced_byte_count) return false;
        if (memcmp(room, content.bytes + produced_byte_count, produced) != 0) return false;
        at += consumed;
        produced_byte_count += produced;
        if (status == LV_ZSTD_FAILED || (status == LV_ZSTD_NEEDS_INPUT && at == frame.byte_count)) return false;
        if (status == LV_ZSTD_FRAME_ENDED) return at == frame.byte_count && produced_byte_count == content.byte_count;
    }
}

int main(int argument_count, char **arguments) {
    lv_zstd_frames *const frames = lv_zstd_create();
    if (!frames || argument_count < 2) return 2;
    int failure_count = 0;
    for (int i = 1; i < argument_count; i++) {
        const bytes content = read_file(arguments[i], ""), frame = read_file(arguments[i], ".zst");
        // A single segment with a checksum, and the content size in one, two or four bytes.
        if (frame.byte_count < 9 || (frame.bytes[4] & 0x3f) != 0x24) exit(2);
        const size_t header_byte_count = 5 + ((size_t)1 << (frame.bytes[4] >> 6));
        const lv_zstd_header header = {content.byte_count, content.byte_count, true, true};
        for (int round = 0; round < ROUND_COUNT; round++) {
            if (decodes(frames, frame, header_byte_count, &header, content)) continue;
            printf("%s: round %d, rule %s\n", arguments[i], round, lv_zstd_rule_name(lv_zstd_broken_rule(frames)));
            failure_count++;
        }
        for (int round = 0; round < DAMAGED_ROUND_COUNT; round++) {
            uint8_t *const byte = &frame.bytes[header_byte_count + random_number() % (frame.byte_count - header_byte_count)];
            const uint8_t mask = (uint8_t)(1u << random_number() % 8);
            *byte ^= mask;
            if (decodes(frames, frame, header_byte_count, &header, content)) {
                // A flip that does not change the meaning, such as in an unused bit of a table description, is not
                // damage.
                printf("%s: bit %u of byte %td has no meaning\n", arguments[i], mask, byte - frame.bytes);
            }
            *byte ^= mask;
        }
    }
    lv_zstd_destroy(frames);
    printf("%d files, %d failures\n", argument_count - 1, failure_count);
    return failure_count > 0;
}
