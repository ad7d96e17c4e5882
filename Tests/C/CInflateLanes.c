// layerverify: test of the DEFLATE decoder in C, for CPUs on which no Swift runs here (scripts/aarch64-check).
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// usage: test FILE...; next to each FILE is FILE.deflate, its content compressed by zlib.
// Decodes one to four streams in lockstep, with random splits of input and room, and compares the output with the
// files.
// Exit status: 0 if all are equal, 1 if not.

#include "CInflateLanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_COUNT 400
#define MAXIMUM_PIECE_BYTE_COUNT 3000

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

// RFC 1952 §8, bit by bit.
static uint32_t plain_checksum(bytes content) {
    uint32_t checksum = ~0u;
    for (size_t i = 0; i < content.byte_count; i++) {
        checksum ^= content.bytes[i];
        for (int bit = 0; bit < 8; bit++) checksum = checksum >> 1 ^ (checksum & 1 ? 0xedb88320 : 0);
    }
    return ~checksum;
}

// A stream that is being decoded.
typedef struct {
    lv_inflate_state *state;
    size_t file;
    size_t taken, produced;
    uint8_t *room;
} stream;

static int failure_count = 0;

static void expect(int is_so, const char *what, const char *file, size_t round) {
    if (is_so) return;
    failure_count++;
    printf("round %zu, %s: %s\n", round, file, what);
}

static void test_round(size_t round, size_t lane_count, char **names, const bytes *contents, const bytes *streams,
                       const uint32_t *checksums, size_t file_count) {
    stream active[LV_INFLATE_MAXIMUM_LANE_COUNT];
    const size_t byte_count = lv_inflate_state_byte_count();
    for (size_t lane = 0; lane < lane_count; lane++) {
        active[lane] = (stream){malloc(byte_count), random_number() % file_count, 0, 0, NULL};
        active[lane].room = malloc(contents[active[lane].file].byte_count + 1);
        if (!active[lane].state || !active[lane].room) exit(2);
        lv_inflate_initialize(active[lane].state);
    }
    // In half of the rounds pieces have at most a few bytes, so that codes are often split.
    const size_t largest = round % 8 < 4 ? 5 : MAXIMUM_PIECE_BYTE_COUNT;
    while (lane_count > 0 && failure_count < 10) {
        lv_inflate_lane lanes[LV_INFLATE_MAXIMUM_LANE_COUNT];
        for (size_t lane = 0; lane < lane_count; lane++) {
            const bytes data = streams[active[lane].file], content = contents[active[lane].file];
            const size_t input = 1 + random_number() % largest, room = 1 + random_number() % largest;
            const size_t data_left = data.byte_count - active[lane].taken;
            const size_t content_left = content.byte_count - active[lane].produced;
            lanes[lane] = (lv_inflate_lane){
                .state = active[lane].state,
                .input = data.bytes + active[lane].taken,
                .input_byte_count = input < data_left ? input : data_left,
                .output = active[lane].room + active[lane].produced,
                // One byte more than the content has, so that excess output is detected and stays within the room.
                .output_byte_count = room < content_left + 1 ? room : content_left + 1,
                .stop_bit = UINT64_MAX,
            };
        }
        lv_inflate_advance(lanes, lane_count);
        for (size_t lane = lane_count; lane-- > 0;) {
            stream *one = &active[lane];
            const bytes data = streams[one->file], content = contents[one->file];
            one->taken = (size_t)(lanes[lane].input - data.bytes);
            one->produced = (size_t)(lanes[lane].output - one->room);
            const lv_inflate_status status = lanes[lane].status;
            const int is_over = status == LV_INFLATE_DATA_ENDED || status == LV_INFLATE_FAILED
                             || one->produced > content.byte_count
                             || (status == LV_INFLATE_NEEDS_INPUT && one->taken == data.byte_count);
            if (!is_over) continue;
            const char *name = names[one->file];
            expect(status == LV_INFLATE_DATA_ENDED, "does not end where it ends", name, round);
            expect(one->taken == data.byte_count, "not all input is taken", name, round);
            expect(one->produced == content.byte_count
                       && memcmp(one->room, content.bytes, content.byte_count) == 0, "other content", name, round);
            expect(lv_inflate_checksum(one->state) == checksums[one->file], "other checksum", name, round);
            free(one->state);
            free(one->room);
            active[lane] = active[--lane_count];
        }
    }
}

// Decodes a file twice from a block in its middle, in two planes, together with a lane that begins at the first byte and
// stopped there.
// Returns the number of decoded bytes; 0 if no block begins after 32 KiB of content.
static size_t test_planes(const char *name, bytes content, bytes data, size_t round) {
    enum { LANE_COUNT = 3, WINDOW = LV_INFLATE_WINDOW_BYTE_COUNT };
    const uint64_t middle = 8 * (uint64_t)data.byte_count * 2 / 3;
    lv_inflate_lane lanes[LANE_COUNT];
    uint8_t *rooms[LANE_COUNT], *second_rooms[LANE_COUNT], window[WINDOW];
    for (size_t lane = 0; lane < LANE_COUNT; lane++) {
        lanes[lane] = (lv_inflate_lane){.state = malloc(lv_inflate_planes_state_byte_count())};
        rooms[lane] = malloc(content.byte_count + 1);
        second_rooms[lane] = malloc(content.byte_count + 1);
        if (!lanes[lane].state || !rooms[lane] || !second_rooms[lane]) exit(2);
        lv_inflate_initialize(lanes[lane].state);
    }
    const uint64_t found = lv_find_block(data.bytes, data.byte_count, middle, UINT64_MAX);
    size_t decoded = 0;
    // The leader alone, to see whether the guess is right.
    lanes[0].input = data.bytes, lanes[0].input_byte_count = data.byte_count;
    lanes[0].output = rooms[0], lanes[0].output_byte_count = content.byte_count + 1;
    lanes[0].stop_bit = found;
    lv_inflate_advance(lanes, 1);
    const size_t offset = (size_t)(lanes[0].output - rooms[0]);
    if (found != LV_NO_BLOCK && lanes[0].status == LV_INFLATE_STOPPED && offset >= WINDOW) {
        expect(8 * (uint64_t)(lanes[0].input - data.bytes) + lv_inflate_used_bits(lanes[0].state) == found,
               "stops elsewhere", name, round);
        expect(lv_inflate_copy_window(lanes[0].state, window) == WINDOW
                   && memcmp(window, content.bytes + offset - WINDOW, WINDOW) == 0, "other window", name, round);
        lanes[0].stop_bit = UINT64_MAX;
        for (size_t lane = 1; lane < LANE_COUNT; lane++) {
            lv_inflate_begin_unknown(lanes[lane].state, found & 7);
            lanes[lane].output = rooms[lane], lanes[lane].second_output = second_rooms[lane];
            lanes[lane].input = data.bytes + (found >> 3), lanes[lane].stop_bit = UINT64_MAX;
            lanes[lane].output_byte_count = content.byte_count + 1;
        }
        for (size_t live = LANE_COUNT; live > 0;) {
            // All of them at the same time, in another order than lanes in planes and without.
            lv_inflate_lane team[LANE_COUNT];
            size_t numbers[LANE_COUNT];
            live = 0;
            for (size_t lane = LANE_COUNT; lane-- > 0;) {
                if (lanes[lane].status == LV_INFLATE_DATA_ENDED || lanes[lane].status == LV_INFLATE_FAILED) continue;
                const size_t left = data.byte_count - (size_t)(lanes[lane].input - data.bytes);
                const size_t piece = 1 + random_number() % 5000;
                lanes[lane].input_byte_count = piece < left ? piece : left;
                numbers[live] = lane, team[live++] = lanes[lane];
            }
            lv_inflate_advance(team, live);
            for (size_t i = 0; i < live; i++) lanes[numbers[i]] = team[i];
        }
        for (size_t lane = 0; lane < LANE_COUNT; lane++) {
            const size_t begin = lane == 0 ? 0 : offset, count = (size_t)(lanes[lane].output - rooms[lane]);
            const size_t planes = lane == 0 ? 0 : (size_t)lv_inflate_planes_byte_count(lanes[lane].state);
            const uint32_t resolved =
                lv_inflate_resolve_and_checksum(0, rooms[lane], second_rooms[lane], planes, window);
            const uint32_t checksum =
                lv_crc32_combine(resolved, lv_inflate_checksum(lanes[lane].state), count - planes);
            expect(lanes[lane].status == LV_INFLATE_DATA_ENDED, "does not end in planes", name, round);
            expect(count == content.byte_count - begin && memcmp(rooms[lane], content.bytes + begin, count) == 0,
                   "other content in planes", name, round);
            expect(checksum == plain_checksum((bytes){content.bytes + begin, content.byte_count - begin}),
                   "other checksum in planes", name, round);
            decoded += count;
        }
    }
    for (size_t lane = 0; lane < LANE_COUNT; lane++) free(lanes[lane].state), free(rooms[lane]), free(second_rooms[lane]);
    return decoded;
}

int main(int argument_count, char **arguments) {
    const size_t file_count = (size_t)argument_count - 1;
    char **names = arguments + 1;
    bytes *contents = calloc(file_count + 1, sizeof *contents), *streams = calloc(file_count + 1, sizeof *streams);
    uint32_t *checksums = calloc(file_count + 1, sizeof *checksums);
    if (file_count == 0 || !contents || !streams || !checksums) return 2;
    for (size_t i = 0; i < file_count; i++) {
        contents[i] = read_file(names[i], "");
        streams[i] = read_file(names[i], ".deflate");
        checksums[i] = plain_checksum(contents[i]);
    }
    for (size_t round = 0; round < ROUND_COUNT && failure_count < 10; round++)
        test_round(round, 1 + round % LV_INFLATE_MAXIMUM_LANE_COUNT, names, contents, streams, checksums, file_count);
    size_t decoded = 0;
    for (size_t i = 0; i < file_count; i++)
        for (size_t round = 0; round < 3; round++) decoded += test_planes(names[i], contents[i], streams[i], round);
    expect(decoded > 0, "no stream was decoded in two planes", "all files", 0);
    printf("CInflateLanes: %d rounds of 1 to 4 streams of %zu files, %d failures\n", ROUND_COUNT, file_count,
           failure_count);
    return failure_count > 0;
}
