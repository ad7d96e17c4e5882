// layerverify: compares CInflateLanes with zlib, on streams of many compressors, intact and damaged, whole and in chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "ChunkOracle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum { STREAM_CAPACITY = 700000, CONTENT_CAPACITY = 400000, SAMPLE_CAPACITY = 4096 };

static stream samples[SAMPLE_CAPACITY];
static size_t sample_count;

/// Keeps the data of each member of a gzip file as a sample.
static void load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    static uint8_t bytes[STREAM_CAPACITY], content[MAXIMUM_CONTENT_BYTE_COUNT];
    const size_t byte_count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    size_t position = 0;
    while (position + 18 < byte_count && bytes[position] == 0x1f && sample_count < SAMPLE_CAPACITY) {
        const uint8_t flags = bytes[position + 3];
        position += 10;
        if (flags & 4) position += 2 + bytes[position] + 256u * bytes[position + 1];
        for (int flag = 8; flag <= 16; flag *= 2)
            if (flags & flag) position += strlen((const char *)bytes + position) + 1;
        if (flags & 2) position += 2;
        z_stream z = {0};
        inflateInit2(&z, -15);
        z.next_in = bytes + position;
        z.avail_in = (uInt)(byte_count - position);
        z.next_out = content;
        z.avail_out = sizeof content;
        const int code = inflate(&z, Z_FINISH);
        inflateEnd(&z);
        if (code != Z_STREAM_END) {
            fprintf(stderr, "%s: zlib does not decode this\n", path);
            exit(2);
        }
        uint8_t *copy = malloc(z.total_in);
        memcpy(copy, bytes + position, z.total_in);
        samples[sample_count++] = (stream){copy, z.total_in};
        position += z.total_in + 8;
    }
}

static size_t make_content(uint8_t *content, uint64_t *state) {
    const size_t byte_count = next_random(state) % (next_random(state) % 8 == 0 ? 300000 : 9000);
    const uint64_t kind = next_random(state) % 6;
    size_t i = 0;
    while (i < byte_count) {
        if (kind == 0) content[i++] = (uint8_t)next_random(state);
        else if (kind == 1) content[i++] = (uint8_t)("layerset"[next_random(state) % 8]);
        else if (kind == 2) content[i++] = next_random(state) % 3 ? 'a' : (uint8_t)next_random(state);
        else if (i > 50 && next_random(state) % 3) {
            // Matches of all lengths and distances.
            const size_t limit = next_random(state) % 2 || i < 40 ? i : 40;
            const size_t distance = 1 + next_random(state) % limit;
            size_t length = 1 + next_random(state) % (next_random(state) % 8 ? 20 : 300);
            for (; length > 0 && i < byte_count; length--, i++) content[i] = content[i - distance];
        } else {
            for (size_t count = 1 + next_random(state) % 12; count > 0 && i < byte_count; count--)
                content[i++] = kind == 3 ? (uint8_t)next_random(state) : (uint8_t)(32 + next_random(state) % 64);
        }
    }
    return byte_count;
}

/// A stream made by zlib, with any level, strategy, window, memory and flushes, which may change within the stream.
static size_t make_stream(uint8_t *bytes, uint64_t *state) {
    static uint8_t content[CONTENT_CAPACITY];
    z_stream z = {0};
    z.next_in = content;
    const size_t content_byte_count = make_content(content, state);
    if (deflateInit2(
            &z, (int)(next_random(state) % 10), Z_DEFLATED, -(9 + (int)(next_random(state) % 7)),
            1 + (int)(next_random(state) % 9), (int)(next_random(state) % 5)) != Z_OK)
        abort();
    z.next_out = bytes;
    z.avail_out = STREAM_CAPACITY;
    size_t left = content_byte_count;
    while (left > 0 && next_random(state) % 3 == 0) {
        static const int flushes[] = {Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH, Z_BLOCK};
        const size_t part = next_random(state) % (left + 1);
        z.avail_in = (uInt)part;
        deflate(&z, flushes[next_random(state) % 4]);
        left -= part;
        if (next_random(state) % 2) deflateParams(&z, (int)(next_random(state) % 10), (int)(next_random(state) % 5));
    }
    z.avail_in = (uInt)left;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
    deflateEnd(&z);
    return z.total_out;
}

static void damage(uint8_t *bytes, size_t *byte_count, uint64_t *state) {
    switch (next_random(state) % 4) {
    case 0:
    case 1:
        // Often in the first bytes, where headers are.
        for (uint64_t flips = 1 + next_random(state) % 3; flips > 0 && *byte_count > 0; flips--) {
            const size_t range = next_random(state) % 2 && *byte_count > 100 ? 100 : *byte_count;
            bytes[next_random(state) % range] ^= (uint8_t)(1u << next_random(state) % 8);
        }
        break;
    case 2: *byte_count = next_random(state) % (*byte_count + 1); break;
    default: break;
    }
    if (next_random(state) % 3 == 0)
        for (uint64_t extra = next_random(state) % 20; extra > 0; extra--)
            bytes[(*byte_count)++] = (uint8_t)next_random(state);
}

/// usage: differential SECONDS|COUNTx SEED FILE...; runs for this number of seconds or streams.
int main(int argument_count, char **arguments) {
    if (argument_count < 3) {
        fprintf(stderr, "usage: %s SECONDS|COUNTx SEED [GZIP-FILE...]\n", arguments[0]);
        return 64;
    }
    char *unit;
    const unsigned long long limit = strtoull(arguments[1], &unit, 10);
    uint64_t state = strtoull(arguments[2], NULL, 10);
    // Printed before anything can fail: the same seed and samples give the same streams.
    fprintf(stderr, "seed %s\n", arguments[2]);
    for (int i = 3; i < argument_count; i++) load(arguments[i]);
    static uint8_t bytes[MAXIMUM_STREAM_COUNT][STREAM_CAPACITY + 32];
    tally tally = {0};
    chunk_tally chunks = {0};
    const time_t start = time(NULL);
    unsigned long long count = 0;
    while (*unit == 'x' ? count < limit : (unsigned long long)(time(NULL) - start) < limit) {
        stream streams[MAXIMUM_STREAM_COUNT];
        const size_t stream_count = 1 + next_random(&state) % MAXIMUM_STREAM_COUNT;
        for (size_t i = 0; i < stream_count; i++) {
            size_t byte_count;
            if (sample_count > 0 && next_random(&state) % 2) {
                const stream sample = samples[next_random(&state) % sample_count];
                memcpy(bytes[i], sample.bytes, sample.byte_count);
                byte_count = sample.byte_count;
            } else {
                byte_count = make_stream(bytes[i], &state);
            }
            damage(bytes[i], &byte_count, &state);
            streams[i] = (stream){bytes[i], byte_count};
        }
        check_streams(streams, stream_count, next_random(&state), &tally);
        for (size_t i = 0; i < stream_count; i++) check_random_chunks(streams[i], next_random(&state), &chunks);
        count += stream_count;
    }
    printf(
        "%llu streams as zlib decodes them: %llu complete, %llu refused, %llu truncated, %llu cut off at 1 MiB\n",
        count, tally.complete, tally.refused, tally.truncated, tally.cut_off);
    printf(
        "the same in chunks: %llu confirmed, %llu of them while in two planes, %llu dropped\n", chunks.confirmed,
        chunks.confirmed_in_planes, chunks.dropped);
    return tally.complete > 0 && tally.refused > 0 && tally.truncated > 0 && chunks.confirmed > 0 ? 0 : 1;
}
