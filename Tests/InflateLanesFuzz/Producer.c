// layerverify: compresses standard input by zlib with settings that no program offers, as a gzip member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int value_of(const char *name) {
    static const struct {
        const char *name;
        int value;
    } values[] = {
        {"default", Z_DEFAULT_STRATEGY}, {"filtered", Z_FILTERED}, {"huffman", Z_HUFFMAN_ONLY}, {"rle", Z_RLE},
        {"fixed", Z_FIXED}, {"none", Z_NO_FLUSH}, {"sync", Z_SYNC_FLUSH}, {"full", Z_FULL_FLUSH},
        {"partial", Z_PARTIAL_FLUSH}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (strcmp(name, values[i].name) == 0) return values[i].value;
    fprintf(stderr, "unknown: %s\n", name);
    exit(64);
}

/// usage: producer LEVEL MEMORY-LEVEL STRATEGY FLUSH INTERVAL; flushes after each INTERVAL bytes.
int main(int argument_count, char **arguments) {
    if (argument_count != 6) {
        fprintf(stderr, "usage: %s LEVEL MEMORY-LEVEL STRATEGY FLUSH INTERVAL\n", arguments[0]);
        return 64;
    }
    const int flush = value_of(arguments[4]);
    const size_t interval = strtoull(arguments[5], NULL, 10);
    z_stream z = {0};
    if (deflateInit2(&z, atoi(arguments[1]), Z_DEFLATED, 15 + 16, atoi(arguments[2]), value_of(arguments[3])) != Z_OK)
        return 2;
    uint8_t *content = malloc(interval), room[65536];
    if (!content) return 2;
    for (int is_last = 0; !is_last;) {
        z.next_in = content;
        z.avail_in = (uInt)fread(content, 1, interval, stdin);
        is_last = z.avail_in < interval;
        do {
            z.next_out = room;
            z.avail_out = sizeof room;
            if (deflate(&z, is_last ? Z_FINISH : flush) == Z_STREAM_ERROR) return 2;
            fwrite(room, 1, sizeof room - z.avail_out, stdout);
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
    return fflush(stdout) == 0 ? 0 : 2;
}
