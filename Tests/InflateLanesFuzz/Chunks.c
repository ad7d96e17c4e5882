// layerverify: decodes gzip files in chunks, compares with zlib, and counts guesses of where blocks begin.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "ChunkOracle.h"
#include "GzipHeader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTENT_LIMIT = 1 << 30, SEARCH_BYTE_COUNT = 256 << 10 };

/// The numbers of guesses, over all streams of a file.
typedef struct {
    unsigned long long blocks, right, wrong, none;
} guess_tally;

typedef struct {
    uint64_t *bits;
    size_t count, capacity;
} guess_list;

static void add(guess_list *list, uint64_t bit) {
    // Ascending, and without the first bit, where no guess is needed.
    if (bit == 0 || (list->count > 0 && bit <= list->bits[list->count - 1])) return;
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->bits = realloc(list->bits, list->capacity * sizeof *list->bits);
        if (!list->bits) abort();
    }
    list->bits[list->count++] = bit;
}

/// One guess of `lv_find_block` for each part.
static void guess_found(
    guess_list *list, stream stream, const block_answer *answer, size_t part, guess_tally *tally) {
    for (size_t from = part; from < answer->consumed_byte_count; from += part) {
        const uint64_t to = 8 * (uint64_t)(from + SEARCH_BYTE_COUNT), end = 8 * (uint64_t)answer->consumed_byte_count;
        const uint64_t bit = lv_find_block(stream.bytes, stream.byte_count, 8 * (uint64_t)from, to < end ? to : end);
        if (bit == LV_NO_BLOCK) {
            tally->none++;
            continue;
        }
        add(list, bit);
        if (is_block(answer, bit)) tally->right++;
        else tally->wrong++;
    }
}

/// The first block of each part.
static void guess_blocks(guess_list *list, const block_answer *answer, size_t part) {
    uint64_t from = 8 * (uint64_t)part;
    for (size_t i = 0; i < answer->block_count; i++) {
        if (answer->blocks[i] < from) continue;
        add(list, answer->blocks[i]);
        from = answer->blocks[i] + 8 * (uint64_t)part;
    }
}

/// Moves every fifth guess by a few bits.
static guess_list falsified(guess_list list, uint64_t *state) {
    guess_list result = {0};
    for (size_t i = 0; i < list.count; i++)
        add(&result, list.bits[i] + (i % 5 == 4 ? 1 + next_random(state) % 40 : 0));
    return result;
}

static void check_stream(
    stream stream, const block_answer *answer, size_t part, uint64_t *state, guess_tally *guesses, chunk_tally *chunks) {
    guess_list found = {0}, blocks = {0};
    guess_found(&found, stream, answer, part, guesses);
    guess_blocks(&blocks, answer, part);
    guess_list lists[] = {found, blocks, falsified(found, state), falsified(blocks, state)};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        check_chunks(stream, answer, lists[i].bits, lists[i].count, next_random(state), chunks);
        free(lists[i].bits);
    }
    guesses->blocks += answer->block_count;
}

static uint8_t *read_file(const char *path, size_t *byte_count) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    *byte_count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*byte_count + 1);
    if (!bytes || fread(bytes, 1, *byte_count, file) != *byte_count) exit(2);
    fclose(file);
    return bytes;
}

/// usage: chunks PART SEED FILE...; decodes each gzip member of each file in chunks of at least PART bytes.
int main(int argument_count, char **arguments) {
    if (argument_count < 4) {
        fprintf(stderr, "usage: %s PART SEED FILE...\n", arguments[0]);
        return 64;
    }
    const size_t part = strtoull(arguments[1], NULL, 10);
    uint64_t state = strtoull(arguments[2], NULL, 10);
    fprintf(stderr, "seed %s\n", arguments[2]);
    printf("%-28s %8s %7s %7s %7s %10s %8s %10s\n", "file", "blocks", "true", "false", "none", "confirmed", "dropped", "in planes");
    chunk_tally all = {0};
    for (int i = 3; i < argument_count; i++) {
        size_t byte_count, offset = 0, header;
        uint8_t *bytes = read_file(arguments[i], &byte_count);
        guess_tally guesses = {0};
        chunk_tally chunks = {0};
        unsigned long long content_byte_count = 0;
        while (offset < byte_count && (header = header_byte_count(bytes + offset, byte_count - offset)) > 0) {
            offset += header;
            const stream stream = {bytes + offset, byte_count - offset};
            block_answer answer = ask_zlib_for_blocks(stream, CONTENT_LIMIT);
            check_stream(stream, &answer, part, &state, &guesses, &chunks);
            content_byte_count += 4 * (unsigned long long)answer.content_byte_count;
            offset += answer.consumed_byte_count + 8;
            const bool is_complete = answer.ending == LV_INFLATE_DATA_ENDED;
            free_answer(&answer);
            if (!is_complete) break;
        }
        free(bytes);
        const char *name = strrchr(arguments[i], '/');
        printf(
            "%-28s %8llu %7llu %7llu %7llu %10llu %8llu %9.1f%%\n", name ? name + 1 : arguments[i], guesses.blocks,
            guesses.right, guesses.wrong, guesses.none, chunks.confirmed, chunks.dropped,
            content_byte_count == 0 ? 0 : 100 * (double)chunks.resolved_byte_count / (double)content_byte_count);
        fflush(stdout);
        all.confirmed += chunks.confirmed;
        all.dropped += chunks.dropped;
        all.confirmed_in_planes += chunks.confirmed_in_planes;
    }
    printf(
        "as zlib decodes them: %llu chunks confirmed, %llu of them while in two planes, %llu dropped\n", all.confirmed,
        all.confirmed_in_planes, all.dropped);
    return all.confirmed > 0 && all.confirmed_in_planes > 0 && all.dropped > 0 ? 0 : 1;
}
