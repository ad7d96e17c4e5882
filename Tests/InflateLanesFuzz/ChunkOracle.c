// layerverify: compares streams that CInflateLanes decodes in several chunks with zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// The *leader* is the chunk whose content is known. When it stops at the first bit of the next chunk, its window resolves
// what that chunk has decoded in two planes, and that chunk leads; otherwise the next chunk is dropped.

#include "ChunkOracle.h"
#include "Pieces.h"
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum {
    /// The number of chunks that are open at the same time, and the content that one may have before it leads.
    OPEN_LIMIT = 6,
    FOLLOWER_LIMIT = 8 << 20,
    WINDOW = LV_INFLATE_WINDOW_BYTE_COUNT,
};

/// A part of a stream that is decoded from `start_bit`.
typedef struct {
    lv_inflate_state *state;
    uint64_t start_bit, stop_bit;
    /// The next input byte.
    size_t position;
    /// The output in both planes; the second one ends when the planes become one.
    uint8_t *first, *second;
    size_t byte_count, capacity;
    lv_inflate_status status;
    bool is_over;
    size_t piece_byte_count, room_byte_count;
    const uint8_t *room, *second_room;
    bool was_in_planes;
} chunk;

/// A stream while it is decoded.
typedef struct {
    stream stream;
    const block_answer *answer;
    uint64_t seed, random;
    /// The open chunks, the leader first, and the guesses that have no chunk yet.
    chunk *open[OPEN_LIMIT];
    size_t open_count;
    const uint64_t *guesses;
    size_t guess_count;
    /// The content and the CRC-32 before the leader; of its own output, what was resolved.
    size_t offset, resolved_byte_count;
    uint32_t checksum, resolved_checksum;
    chunk_tally *tally;
} run;

static void demand(bool condition, const char *what, const run *run) {
    if (condition) return;
    fprintf(stderr, "chunks, seed %llu, content %zu: %s\n", (unsigned long long)run->seed, run->offset, what);
    abort();
}

static lv_inflate_state *free_states[OPEN_LIMIT];
static size_t free_state_count;

static chunk *open_chunk(const run *run, uint64_t bit) {
    chunk *chunk = calloc(1, sizeof *chunk);
    if (free_state_count > 0) {
        chunk->state = free_states[--free_state_count];
    } else {
        chunk->state = malloc(lv_inflate_planes_state_byte_count());
        lv_inflate_initialize(chunk->state);
    }
    chunk->start_bit = bit;
    chunk->position = bit >> 3;
    chunk->stop_bit = run->guess_count > 0 ? run->guesses[0] : UINT64_MAX;
    chunk->status = LV_INFLATE_NEEDS_INPUT;
    return chunk;
}

static void close_chunk(chunk *chunk) {
    free_states[free_state_count++] = chunk->state;
    free(chunk->first);
    free(chunk->second);
    free(chunk);
}

static void open_more(run *run) {
    while (run->open_count < OPEN_LIMIT && run->guess_count > 0) {
        const uint64_t bit = *run->guesses++;
        run->guess_count--;
        chunk *chunk = open_chunk(run, bit);
        lv_inflate_begin_unknown(chunk->state, bit & 7);
        run->open[run->open_count++] = chunk;
    }
}

/// The bit at which a chunk continues.
static uint64_t next_bit(const chunk *chunk) {
    return 8 * (uint64_t)chunk->position + (uint64_t)lv_inflate_next_bit(chunk->state);
}

static arena inputs[4], rooms[2][4];

static lv_inflate_lane make_lane(run *run, chunk *chunk, size_t number, uint64_t input_style, uint64_t output_style) {
    const size_t left = run->stream.byte_count - chunk->position;
    size_t byte_count = piece_size(input_style, &run->random);
    if (byte_count > left) byte_count = left;
    // Sometimes a lane gets no input while others do.
    if (next_random(&run->random) % 32 == 0) byte_count = 0;
    uint8_t *piece = take_piece(&inputs[number], byte_count);
    if (byte_count > 0) memcpy(piece, run->stream.bytes + chunk->position, byte_count);
    const size_t room = piece_size(output_style, &run->random);
    chunk->piece_byte_count = byte_count;
    chunk->room_byte_count = room;
    chunk->was_in_planes = lv_inflate_is_in_planes(chunk->state);
    lv_inflate_lane lane = {.state = chunk->state, .input = piece, .input_byte_count = byte_count};
    chunk->room = lane.output = take_piece(&rooms[0][number], room);
    if (chunk->was_in_planes) chunk->second_room = lane.second_output = take_piece(&rooms[1][number], room);
    lane.output_byte_count = room;
    const uint64_t begin = 8 * (uint64_t)chunk->position;
    lane.stop_bit = chunk->stop_bit == UINT64_MAX ? UINT64_MAX : chunk->stop_bit > begin ? chunk->stop_bit - begin : 0;
    return lane;
}

static void absorb(run *run, chunk *chunk, const lv_inflate_lane *lane) {
    const size_t produced = chunk->room_byte_count - lane->output_byte_count;
    if (chunk->byte_count + produced > chunk->capacity) {
        chunk->capacity = 2 * (chunk->byte_count + produced);
        chunk->first = realloc(chunk->first, chunk->capacity);
        if (chunk->was_in_planes) chunk->second = realloc(chunk->second, chunk->capacity);
    }
    if (produced > 0) {
        memcpy(chunk->first + chunk->byte_count, chunk->room, produced);
        if (chunk->was_in_planes) memcpy(chunk->second + chunk->byte_count, chunk->second_room, produced);
    }
    demand(!chunk->was_in_planes || lane->second_output == chunk->second_room + produced, "second room", run);
    chunk->byte_count += produced;
    chunk->position += chunk->piece_byte_count - lane->input_byte_count;
    chunk->status = lane->status;
    demand(lv_inflate_output_byte_count(chunk->state) == (uint32_t)chunk->byte_count, "another length", run);
    demand(
        !chunk->was_in_planes || lv_inflate_planes_byte_count(chunk->state) == chunk->byte_count, "length of planes", run);
    switch (lane->status) {
    case LV_INFLATE_CAN_GO_ON: break;
    case LV_INFLATE_OUTPUT_FULL: demand(lane->output_byte_count == 0, "full with room left", run); break;
    case LV_INFLATE_NEEDS_INPUT:
        demand(lane->input_byte_count == 0, "wants input and leaves some", run);
        chunk->is_over = chunk->position == run->stream.byte_count;
        break;
    case LV_INFLATE_KNOWN:
        demand(chunk->was_in_planes && !lv_inflate_is_in_planes(chunk->state), "known, but in planes", run);
        demand(
            chunk->byte_count >= WINDOW && memcmp(
                chunk->first + chunk->byte_count - WINDOW, chunk->second + chunk->byte_count - WINDOW, WINDOW) == 0,
            "known, but the planes differ", run);
        break;
    case LV_INFLATE_STOPPED:
        demand(next_bit(chunk) >= chunk->stop_bit, "stops too early", run);
        demand(lv_inflate_next_bit(chunk->state) == lv_inflate_used_bits(chunk->state), "stops elsewhere", run);
        chunk->is_over = true;
        break;
    case LV_INFLATE_DATA_ENDED:
    case LV_INFLATE_FAILED: chunk->is_over = true; break;
    case LV_INFLATE_UNSUPPORTED: demand(false, "unsupported", run);
    }
}

/// Advances some of the open chunks, with the leader at any place among them.
static void advance(run *run, uint64_t input_style, uint64_t output_style) {
    chunk *team[4];
    size_t count = 0;
    const size_t most = 1 + next_random(&run->random) % 4;
    const size_t first = next_random(&run->random) % 3 == 0 ? next_random(&run->random) % run->open_count : 0;
    for (size_t i = 0; i < run->open_count && count < most; i++) {
        const size_t number = (first + i) % run->open_count;
        chunk *chunk = run->open[number];
        if (chunk->is_over || (number > 0 && chunk->byte_count > FOLLOWER_LIMIT)) continue;
        team[count++] = chunk;
    }
    if (count == 0) return;
    lv_inflate_lane lanes[4];
    for (size_t i = 0; i < count; i++) lanes[i] = make_lane(run, team[i], i, input_style, output_style);
    static uint8_t hashed[2][64 * 2048];
    static uint32_t words[2][8];
    lv_inflate_hashes hashes = {{words[0], words[1]}, {hashed[0], hashed[1]}, 2048};
    lv_inflate_advance_and_hash(lanes, count, &hashes, next_random(&run->random) % 2);
    for (size_t i = 0; i < count; i++) absorb(run, team[i], &lanes[i]);
}

/// Compares the leader's content, which is complete, and counts it.
static void finish_leader(run *run) {
    const chunk *leader = run->open[0];
    const size_t left = run->answer->content_byte_count - run->offset;
    demand(run->answer->is_cut_off || leader->byte_count <= left, "more content than zlib gives", run);
    const size_t compared = leader->byte_count < left ? leader->byte_count : left;
    demand(compared == 0 || memcmp(leader->first, run->answer->content + run->offset, compared) == 0, "other content", run);
    run->checksum = lv_crc32_combine(run->checksum, run->resolved_checksum, run->resolved_byte_count);
    run->checksum = lv_crc32_combine(
        run->checksum, lv_inflate_checksum(leader->state), leader->byte_count - run->resolved_byte_count);
    run->offset += compared;
}

static void remove_open(run *run, size_t number) {
    close_chunk(run->open[number]);
    run->open_count--;
    memmove(run->open + number, run->open + number + 1, (run->open_count - number) * sizeof *run->open);
}

/// The leader has stopped: the next chunk leads or is dropped.
static void settle(run *run) {
    chunk *leader = run->open[0], *next = run->open[1];
    const uint64_t bit = next_bit(leader);
    demand(bit == block_from(run->answer, leader->stop_bit), "stops at another place than the next block", run);
    uint8_t window[WINDOW];
    const size_t known = lv_inflate_copy_window(leader->state, window);
    const size_t end = run->offset + leader->byte_count;
    demand(known == (end < WINDOW ? end : WINDOW), "another length of the window", run);
    demand(memcmp(window + WINDOW - known, run->answer->content + end - known, known) == 0, "another window", run);
    if (bit != next->start_bit || known < WINDOW) {
        leader->stop_bit = next->stop_bit;
        leader->is_over = false;
        remove_open(run, 1);
        run->tally->dropped++;
        return;
    }
    finish_leader(run);
    const size_t planes = (size_t)lv_inflate_planes_byte_count(next->state);
    run->resolved_byte_count = planes;
    if (next_random(&run->random) % 2) {
        run->resolved_checksum = lv_inflate_resolve_and_checksum(0, next->first, next->second, planes, window);
    } else {
        lv_inflate_resolve(next->first, next->second, planes, window);
        run->resolved_checksum = lv_crc32(0, next->first, planes);
    }
    run->tally->confirmed++;
    run->tally->resolved_byte_count += planes;
    run->tally->confirmed_in_planes += lv_inflate_is_in_planes(next->state);
    lv_inflate_resolve_state(next->state, window);
    remove_open(run, 0);
}

void check_chunks(
    stream stream, const block_answer *answer, const uint64_t *guesses, size_t guess_count, uint64_t seed,
    chunk_tally *tally) {
    run run = {
        .stream = stream, .answer = answer, .seed = seed, .random = seed, .guesses = guesses,
        .guess_count = guess_count, .tally = tally};
    run.open[run.open_count++] = open_chunk(&run, 0);
    lv_inflate_begin(run.open[0]->state);
    uint64_t input_style = next_random(&run.random) % 5, output_style = next_random(&run.random) % 5;
    bool is_cut_off = false;
    for (size_t round = 0;; round++) {
        // Processing a long stream byte by byte would take too long.
        if (round == 2000) input_style = output_style = 3;
        open_more(&run);
        advance(&run, input_style, output_style);
        while (run.open[0]->is_over && run.open[0]->status == LV_INFLATE_STOPPED) {
            settle(&run);
            open_more(&run);
        }
        is_cut_off = answer->is_cut_off && run.offset + run.open[0]->byte_count >= answer->content_byte_count;
        if (run.open[0]->is_over || is_cut_off) break;
    }
    const chunk *leader = run.open[0];
    finish_leader(&run);
    demand(run.offset == answer->content_byte_count, "less content", &run);
    if (!is_cut_off) {
        demand(leader->status == answer->ending, "another end", &run);
        demand(
            run.checksum == crc32_z(0, answer->content, answer->content_byte_count), "another checksum", &run);
        if (leader->status == LV_INFLATE_DATA_ENDED)
            demand(leader->position == answer->consumed_byte_count, "data end elsewhere", &run);
    }
    tally->dropped += run.open_count - 1 + run.guess_count;
    while (run.open_count > 0) remove_open(&run, 0);
}
