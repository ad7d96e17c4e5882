// layerverify: where the blocks of a stream begin by zlib, and guesses of that.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "ChunkOracle.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

block_answer ask_zlib_for_blocks(stream stream, size_t content_limit) {
    block_answer answer = {.ending = LV_INFLATE_NEEDS_INPUT};
    size_t capacity = 1 << 20, block_capacity = 64;
    if (capacity > content_limit) capacity = content_limit;
    answer.content = malloc(capacity);
    answer.blocks = malloc(block_capacity * sizeof *answer.blocks);
    answer.blocks[answer.block_count++] = 0;
    z_stream z = {0};
    if (inflateInit2(&z, -15) != Z_OK) abort();
    z.next_in = (uint8_t *)(uintptr_t)stream.bytes;
    z.avail_in = (uInt)stream.byte_count;
    for (;;) {
        if (z.total_out == capacity) {
            if (capacity == content_limit) break;
            capacity = 2 * capacity < content_limit ? 2 * capacity : content_limit;
            answer.content = realloc(answer.content, capacity);
        }
        z.next_out = answer.content + z.total_out;
        z.avail_out = (uInt)(capacity - z.total_out);
        const size_t before = z.total_in + z.total_out;
        const int code = inflate(&z, Z_BLOCK);
        if (code == Z_STREAM_END) answer.ending = LV_INFLATE_DATA_ENDED;
        if (code == Z_DATA_ERROR) answer.ending = LV_INFLATE_FAILED;
        if (code != Z_OK && code != Z_BUF_ERROR) break;
        // The bit 128 is set after a block, 64 in the last one; the rest is the number of bits not used.
        if (z.data_type & 128 && !(z.data_type & 64)) {
            const uint64_t bit = 8 * (uint64_t)z.total_in - (unsigned)(z.data_type & 63);
            if (answer.block_count == block_capacity)
                answer.blocks = realloc(answer.blocks, (block_capacity *= 2) * sizeof *answer.blocks);
            if (bit > answer.blocks[answer.block_count - 1]) answer.blocks[answer.block_count++] = bit;
        } else if (z.total_in + z.total_out == before && z.avail_out > 0) {
            break;
        }
    }
    answer.is_cut_off = answer.ending == LV_INFLATE_NEEDS_INPUT && z.total_out == content_limit;
    answer.content_byte_count = z.total_out;
    answer.consumed_byte_count = z.total_in;
    inflateEnd(&z);
    return answer;
}

void free_answer(block_answer *answer) {
    free(answer->content);
    free(answer->blocks);
}

uint64_t block_from(const block_answer *answer, uint64_t bit) {
    size_t low = 0, high = answer->block_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (answer->blocks[middle] < bit) low = middle + 1;
        else high = middle;
    }
    return low < answer->block_count ? answer->blocks[low] : UINT64_MAX;
}

bool is_block(const block_answer *answer, uint64_t bit) { return block_from(answer, bit) == bit; }

size_t make_guesses(
    stream stream, const block_answer *answer, uint64_t *state, uint64_t *guesses, size_t capacity) {
    const uint64_t end = 8 * (uint64_t)stream.byte_count;
    const uint64_t most = next_random(state) % 3 == 0 ? 2000 : end / 4 + 1;
    size_t count = 0;
    uint64_t last = 0;
    while (count < capacity) {
        uint64_t guess = last + 1 + next_random(state) % most;
        if (guess >= end) break;
        switch (next_random(state) % 8) {
        case 0: break;
        case 1:
        case 2:
        case 3: guess = block_from(answer, guess); break;
        default: {
            // A part of the stream, in memory of exactly its size.
            const size_t before = next_random(state) % ((guess >> 3) + 1), first = (guess >> 3) - before;
            const size_t byte_count = stream.byte_count - first - next_random(state) % 300 % (stream.byte_count - first);
            uint8_t *bytes = malloc(byte_count);
            memcpy(bytes, stream.bytes + first, byte_count);
            const uint64_t from = guess - 8 * (uint64_t)first, to = from + next_random(state) % (2 * most);
            const uint64_t found = lv_find_block(bytes, byte_count, from, to);
            free(bytes);
            if (found != LV_NO_BLOCK && (found < from || found >= to)) abort();
            guess = found == LV_NO_BLOCK ? UINT64_MAX : found + 8 * (uint64_t)first;
        }
        }
        last = guess < end ? guess : last + most;
        if (guess < end) guesses[count++] = guess;
    }
    return count;
}

void check_random_chunks(stream stream, uint64_t seed, chunk_tally *tally) {
    // After a stored block of more than 32 KiB the first guess can be confirmed.
    enum { STORED_BYTE_COUNT = 33000, GUESS_LIMIT = 40 };
    uint64_t state = seed, guesses[GUESS_LIMIT];
    uint8_t *copy = NULL;
    if (next_random(&state) % 2) {
        copy = malloc(5 + STORED_BYTE_COUNT + stream.byte_count);
        memcpy(copy, (uint8_t[]){0, STORED_BYTE_COUNT & 255, STORED_BYTE_COUNT >> 8}, 3);
        copy[3] = copy[1] ^ 255;
        copy[4] = copy[2] ^ 255;
        for (size_t i = 0; i < STORED_BYTE_COUNT; i++) copy[5 + i] = (uint8_t)(i * i >> 7 ^ i >> 3);
        if (stream.byte_count > 0) memcpy(copy + 5 + STORED_BYTE_COUNT, stream.bytes, stream.byte_count);
        stream.bytes = copy;
        stream.byte_count += 5 + STORED_BYTE_COUNT;
    }
    block_answer answer = ask_zlib_for_blocks(stream, MAXIMUM_CONTENT_BYTE_COUNT);
    const size_t count = make_guesses(stream, &answer, &state, guesses, GUESS_LIMIT);
    check_chunks(stream, &answer, guesses, count, next_random(&state), tally);
    free_answer(&answer);
    free(copy);
}
