// layerverify: compares `lv_inflate_advance_and_hash` with `lv_inflate_advance` and `lv_sha256_advance`.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Two sets of lanes get the same streams, pieces and rooms; one is advanced with hashes, the other without. After every
// call both must be in the same state. Input, room and hashed data end at the end of mapped memory, so that accesses
// beyond them are detected. The output of a whole stream is compared with the original content, and its CRC-32 with
// zlib's.

#define _DEFAULT_SOURCE
#include "CInflateLanes.h"
#include "CSHA256Lanes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

static uint64_t seed;
static uint64_t number(void) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1dull >> 11;
}
static size_t below(size_t limit) { return number() % limit; }
/// A random size: mostly small, sometimes large.
static size_t some(size_t limit) { return below((limit >> below(16)) + 1); }

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("%s:%d: %s (round %ld)\n", __FILE__, __LINE__, #condition, current_round);                          \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)
static long current_round;

/// Memory whose last byte is followed by an inaccessible page.
typedef struct {
    uint8_t *end;
} guarded;
static guarded guarded_make(size_t capacity) {
    capacity = (capacity + 4095) & ~4095ul;
    uint8_t *bytes = mmap(0, capacity + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED || mprotect(bytes + capacity, 4096, PROT_NONE)) abort();
    return (guarded){bytes + capacity};
}

enum { CONTENT = 700000, PIECE = 150000, ROOM = 140000, PAIRS = 4, MOST_BLOCKS = 2048 };

static size_t make_content(uint8_t *content) {
    size_t count = below(2) ? below(CONTENT) : some(CONTENT);
    const size_t kind = below(6);
    for (size_t i = 0; i < count;) {
        const size_t mode = kind == 5 ? below(5) : kind;
        size_t run = 1 + some(20000);
        if (run > count - i) run = count - i;
        for (size_t end = i + run; i < end;) {
            switch (mode) {
            case 0: content[i++] = (uint8_t)number(); break;
            case 1: content[i++] = (uint8_t)(number() & number() & 31); break;
            case 2: content[i++] = 0; break;
            case 3: content[i] = i > 300 && below(40) ? content[i - 1 - below(300)] : (uint8_t)below(200); i++; break;
            default: {  // matches, near and far
                size_t length = 3 + below(below(8) ? 12 : 258), distance = 1 + below(below(2) ? 64 : 32768);
                if (distance > i) content[i++] = (uint8_t)below(256);
                else
                    for (; length > 0 && i < end; length--, i++) content[i] = content[i - distance];
                if (i < end && below(3)) content[i++] = (uint8_t)('a' + below(26));
            }
            }
        }
    }
    return count;
}

static size_t make_stream(const uint8_t *content, size_t count, uint8_t *stream, size_t capacity) {
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED};
    z_stream z = {0};
    if (deflateInit2(&z, (int)below(10), Z_DEFLATED, -15, 1 + (int)below(9), strategies[below(6)]) != Z_OK) abort();
    z.next_in = (uint8_t *)content;
    z.next_out = stream;
    z.avail_out = (unsigned)capacity;
    while (count > 0) {
        size_t part = 1 + some(count);
        if (part > count) part = count;
        z.avail_in = (unsigned)part;
        if (deflate(&z, below(4) ? Z_NO_FLUSH : below(2) ? Z_FULL_FLUSH : Z_BLOCK) != Z_OK) abort();
        if (z.avail_in > 0) abort();
        count -= part;
    }
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
    const size_t byte_count = z.total_out;
    deflateEnd(&z);
    return byte_count;
}

typedef struct {
    uint8_t *stream, *content;
    size_t byte_count, given, content_count;
    int is_whole;
    /// The lane with hashes and the lane without.
    lv_inflate_lane lanes[2];
    guarded pieces, rooms[2];
    uint8_t *room_begin[2];
    size_t room_count;
    uint8_t *put_out;
    size_t put_out_count;
    int is_done;
} source;

static long count_of_statuses[6], count_of_blocks, count_of_damaged, count_of_calls;

static void begin_source(source *s) {
    s->is_whole = 1;
    s->content_count = make_content(s->content);
    s->byte_count = make_stream(s->content, s->content_count, s->stream, 2 * CONTENT);
    const size_t fate = below(8);
    if (fate == 0 && s->byte_count > 0) s->byte_count = below(s->byte_count), s->is_whole = 0;
    if (fate == 1 || fate == 2) {
        s->is_whole = 0;
        for (size_t flips = 1 + some(6); flips > 0 && s->byte_count > 0; flips--)
            s->stream[below(s->byte_count)] ^= (uint8_t)(1 << below(8));
        count_of_damaged++;
    }
    s->given = s->put_out_count = 0;
    s->is_done = 0;
    for (int k = 0; k < 2; k++) {
        lv_inflate_initialize(s->lanes[k].state);
        s->lanes[k].input_byte_count = s->lanes[k].output_byte_count = 0;
        s->lanes[k].stop_bit = UINT64_MAX;
    }
    s->room_count = 0;
}

/// Takes the output, and provides more room and more input if there is none left.
static void feed(source *s, size_t most_piece, size_t most_room) {
    const size_t put_out = s->room_count - s->lanes[0].output_byte_count;
    CHECK(s->room_count - s->lanes[1].output_byte_count == put_out);
    if (s->room_begin[0]) {
        CHECK(memcmp(s->room_begin[0], s->room_begin[1], put_out) == 0);
        if (s->put_out_count + put_out <= 8 * CONTENT) memcpy(s->put_out + s->put_out_count, s->room_begin[0], put_out);
        s->put_out_count += put_out;
    }
    size_t room = s->lanes[0].output_byte_count;
    if (room == 0 || below(10) == 0) room = 1 + (below(3) ? below(most_room) : some(most_room));
    for (int k = 0; k < 2; k++) {
        s->room_begin[k] = s->lanes[k].output = s->rooms[k].end - room;
        s->lanes[k].output_byte_count = room;
    }
    s->room_count = room;
    CHECK(s->lanes[0].input_byte_count == s->lanes[1].input_byte_count);
    if (s->lanes[0].input_byte_count == 0 && s->given < s->byte_count) {
        size_t piece = 1 + (below(3) ? below(most_piece) : some(most_piece));
        if (piece > s->byte_count - s->given) piece = s->byte_count - s->given;
        memcpy(s->pieces.end - piece, s->stream + s->given, piece);
        s->given += piece;
        for (int k = 0; k < 2; k++) {
            s->lanes[k].input = s->pieces.end - piece;
            s->lanes[k].input_byte_count = piece;
        }
    }
}

static void end_source(source *s, lv_inflate_status status) {
    s->is_done = 1;
    count_of_statuses[status]++;
    if (s->is_whole) {
        CHECK(status == LV_INFLATE_DATA_ENDED);
        CHECK(s->put_out_count == s->content_count);
    }
    if (s->put_out_count > 8 * CONTENT) return;
    if (s->is_whole) CHECK(memcmp(s->put_out, s->content, s->content_count) == 0);
    CHECK(lv_inflate_checksum(s->lanes[0].state) == crc32(0, s->put_out, (unsigned)s->put_out_count));
}

int main(int argc, char **argv) {
    const long rounds = argc > 1 ? atol(argv[1]) : 1000;
    seed = argc > 2 ? strtoull(argv[2], 0, 0) : 0x9e3779b97f4a7c15ull;
    const int is_supported = lv_inflate_hashing_is_supported();
    if (!is_supported) puts("hashing interleaved: this CPU lacks the instructions");
    static source sources[4];
    for (int i = 0; i < 4; i++) {
        source *s = &sources[i];
        s->stream = malloc(2 * CONTENT);
        s->content = malloc(CONTENT);
        s->put_out = malloc(8 * CONTENT + ROOM);
        s->pieces = guarded_make(PIECE);
        for (int k = 0; k < 2; k++) {
            s->rooms[k] = guarded_make(ROOM);
            s->lanes[k].state = malloc(lv_inflate_state_byte_count());
        }
        begin_source(s);
    }
    guarded data[PAIRS][LV_INFLATE_HASH_COUNT];
    uint32_t states[PAIRS][LV_INFLATE_HASH_COUNT][8], expected[PAIRS][LV_INFLATE_HASH_COUNT][8];
    for (int p = 0; p < PAIRS; p++)
        for (int k = 0; k < LV_INFLATE_HASH_COUNT; k++) {
            data[p][k] = guarded_make(64 * MOST_BLOCKS);
            for (size_t i = 0; i < 64 * MOST_BLOCKS; i++) data[p][k].end[-1 - (long)i] = (uint8_t)number();
            for (int i = 0; i < 8; i++) states[p][k][i] = expected[p][k][i] = (uint32_t)number();
        }
    lv_inflate_hashes hashes[PAIRS] = {0};
    for (current_round = 0; current_round < rounds; current_round++) {
        const size_t lane_count = 1 + below(4), most_piece = below(2) ? PIECE - 1 : 1 + some(PIECE - 2);
        const size_t most_room = below(2) ? ROOM - 1 : 1 + some(ROOM - 2);
        for (int call = 0; call < 40; call++) {
            lv_inflate_lane lanes[2][4];
            for (size_t i = 0; i < lane_count; i++) {
                if (sources[i].is_done) begin_source(&sources[i]), sources[i].room_begin[0] = NULL;
                feed(&sources[i], most_piece, most_room);
                for (int k = 0; k < 2; k++) lanes[k][i] = sources[i].lanes[k];
            }
            // Pairs that are not used up are passed again; sometimes two successive pairs belong to the same hashes.
            const size_t pair_count = below(PAIRS + 1);
            lv_inflate_hashes before[PAIRS];
            int owner[PAIRS];
            for (size_t p = 0; p < pair_count; p++) {
                static const size_t counts[] = {0, 1, 2, 3, 7, MOST_BLOCKS};
                if (hashes[p].block_count == 0 || below(8) == 0) {
                    hashes[p].block_count = below(3) ? counts[below(6)] : below(MOST_BLOCKS + 1);
                    for (int k = 0; k < LV_INFLATE_HASH_COUNT; k++)
                        hashes[p].data[k] = data[p][k].end - 64 * hashes[p].block_count;
                }
                owner[p] = p > 0 && below(4) == 0 ? owner[p - 1] : (int)p;
                const int is_swapped = below(2);
                for (int k = 0; k < LV_INFLATE_HASH_COUNT; k++) hashes[p].states[k] = states[owner[p]][k ^ is_swapped];
                before[p] = hashes[p];
            }
            lv_inflate_advance_and_hash(lanes[0], lane_count, hashes, pair_count);
            lv_inflate_advance(lanes[1], lane_count);
            count_of_calls++;
            int is_begun_no_more = 0;
            for (size_t p = 0; p < pair_count; p++) {
                const size_t blocks = before[p].block_count - hashes[p].block_count;
                CHECK(blocks <= before[p].block_count);
                CHECK(blocks == 0 || is_supported);
                CHECK(blocks == 0 || !is_begun_no_more);
                if (hashes[p].block_count > 0) is_begun_no_more = 1;
                uint32_t *running[LV_INFLATE_HASH_COUNT];
                for (int k = 0; k < LV_INFLATE_HASH_COUNT; k++) {
                    CHECK(hashes[p].data[k] == before[p].data[k] + 64 * blocks);
                    CHECK(hashes[p].states[k] == before[p].states[k]);
                    running[k] = expected[owner[p]][before[p].states[k] == states[owner[p]][0] ? 0 : 1];
                }
                lv_sha256_advance(LV_INFLATE_HASH_COUNT, running, before[p].data, blocks);
                count_of_blocks += (long)blocks;
            }
            CHECK(memcmp(states, expected, sizeof states) == 0);
            for (size_t i = 0; i < lane_count; i++) {
                source *s = &sources[i];
                for (int k = 0; k < 2; k++) s->lanes[k] = lanes[k][i];
                CHECK(s->lanes[0].status == s->lanes[1].status);
                CHECK(s->lanes[0].input == s->lanes[1].input);
                CHECK(s->lanes[0].input_byte_count == s->lanes[1].input_byte_count);
                CHECK(s->lanes[0].output_byte_count == s->lanes[1].output_byte_count);
                CHECK(lv_inflate_checksum(s->lanes[0].state) == lv_inflate_checksum(s->lanes[1].state));
                CHECK(
                    lv_inflate_output_byte_count(s->lanes[0].state) == lv_inflate_output_byte_count(s->lanes[1].state));
                const lv_inflate_status status = s->lanes[0].status;
                const int is_starved =
                    status == LV_INFLATE_NEEDS_INPUT && s->given == s->byte_count && s->lanes[0].input_byte_count == 0;
                if (status == LV_INFLATE_DATA_ENDED || status == LV_INFLATE_FAILED || is_starved) {
                    feed(s, most_piece, most_room);
                    end_source(s, status);
                }
            }
        }
    }
    printf(
        "hashing interleaved: %ld calls, %ld blocks of each hash of a pair; %ld streams ended, %ld failed, %ld were cut short; "
        "%ld were damaged; no difference\n",
        count_of_calls, count_of_blocks, count_of_statuses[LV_INFLATE_DATA_ENDED], count_of_statuses[LV_INFLATE_FAILED],
        count_of_statuses[LV_INFLATE_NEEDS_INPUT], count_of_damaged);
    return is_supported && count_of_blocks == 0;
}
