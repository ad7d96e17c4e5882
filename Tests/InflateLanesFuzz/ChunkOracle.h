// layerverify: compares streams that CInflateLanes decodes in several chunks with zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CInflateLanes.h"
#include "Oracle.h"
#include <stdbool.h>

/// The result of zlib for a stream, whose content is cut off at a limit.
typedef struct {
    uint8_t *content;
    size_t content_byte_count, consumed_byte_count;
    lv_inflate_status ending;
    bool is_cut_off;
    /// The bits at which its block headers begin, ascending.
    uint64_t *blocks;
    size_t block_count;
} block_answer;

block_answer ask_zlib_for_blocks(stream stream, size_t content_limit);

void free_answer(block_answer *answer);

/// The first block header from this bit; UINT64_MAX if there is none.
uint64_t block_from(const block_answer *answer, uint64_t bit);

/// True if a block header of the stream begins at this bit.
bool is_block(const block_answer *answer, uint64_t bit);

/// The numbers of chunks, without the first one of each stream.
typedef struct {
    unsigned long long confirmed, dropped;
    /// Confirmed while they were still in two planes, and the length of the resolved output in bytes.
    unsigned long long confirmed_in_planes, resolved_byte_count;
} chunk_tally;

/// Decodes a stream in chunks that begin at `guesses`, ascending bits that may be wrong, in teams of one to four lanes,
/// with pieces that `seed` determines. Ends the program with a message if content, checksum, ending or consumed input
/// differ from zlib's, or if a chunk stops anywhere but at the first block header from its stop bit.
void check_chunks(
    stream stream, const block_answer *answer, const uint64_t *guesses, size_t guess_count, uint64_t seed,
    chunk_tally *tally);

/// Makes up to `capacity` ascending guesses: found by `lv_find_block`, right, and at random. Returns their number.
size_t make_guesses(
    stream stream, const block_answer *answer, uint64_t *state, uint64_t *guesses, size_t capacity);

/// `check_chunks` with random guesses, of the stream itself or after a stored block.
void check_random_chunks(stream stream, uint64_t seed, chunk_tally *tally);
