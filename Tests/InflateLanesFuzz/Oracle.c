// layerverify: compares CInflateLanes with zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Oracle.h"
#include "CInflateLanes.h"
#include "Pieces.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/// The result of zlib for a stream.
typedef struct {
    uint8_t *content;
    size_t content_byte_count, consumed_byte_count;
    lv_inflate_status ending;
    bool is_cut_off;
} answer;

static uint8_t *contents[MAXIMUM_STREAM_COUNT][2];

static answer ask_zlib(stream stream, uint8_t *content) {
    z_stream z = {0};
    if (inflateInit2(&z, -15) != Z_OK) abort();
    z.next_in = (uint8_t *)(uintptr_t)stream.bytes;
    z.avail_in = (uInt)stream.byte_count;
    z.next_out = content;
    z.avail_out = MAXIMUM_CONTENT_BYTE_COUNT;
    const int code = inflate(&z, Z_SYNC_FLUSH);
    answer answer = {content, z.total_out, z.total_in, LV_INFLATE_NEEDS_INPUT, false};
    if (code == Z_STREAM_END) answer.ending = LV_INFLATE_DATA_ENDED;
    else if (code == Z_DATA_ERROR) answer.ending = LV_INFLATE_FAILED;
    else answer.is_cut_off = z.avail_out == 0;
    inflateEnd(&z);
    return answer;
}

/// One lane: the position in its stream, and the pieces it works on.
typedef struct {
    stream stream;
    answer answer;
    uint8_t *content;
    size_t content_byte_count, position;
    const uint8_t *room;
    size_t piece_byte_count, room_byte_count;
    lv_inflate_lane lane;
    bool is_done;
} trial;

static void demand(bool condition, const char *what, size_t lane, uint64_t seed) {
    if (condition) return;
    fprintf(stderr, "lane %zu, seed %llu: %s\n", lane, (unsigned long long)seed, what);
    abort();
}

static arena pieces[MAXIMUM_STREAM_COUNT], rooms[MAXIMUM_STREAM_COUNT];

static void refill(trial *trial, size_t number, uint64_t input_style, uint64_t output_style, uint64_t *state) {
    // The rest of the last piece is passed again; more is added only if it is needed, or sometimes.
    size_t byte_count = trial->lane.input_byte_count;
    if (trial->lane.status == LV_INFLATE_NEEDS_INPUT || byte_count == 0 || next_random(state) % 3 == 0)
        byte_count += piece_size(input_style, state);
    const size_t left = trial->stream.byte_count - trial->position;
    if (byte_count > left) byte_count = left;
    uint8_t *piece = take_piece(&pieces[number], byte_count);
    if (byte_count > 0) memcpy(piece, trial->stream.bytes + trial->position, byte_count);
    trial->piece_byte_count = trial->lane.input_byte_count = byte_count;
    trial->lane.input = piece;
    trial->room_byte_count = trial->lane.output_byte_count = piece_size(output_style, state);
    trial->room = trial->lane.output = take_piece(&rooms[number], trial->room_byte_count);
}

static void absorb(trial *trial, size_t number, uint64_t seed) {
    const lv_inflate_lane *lane = &trial->lane;
    const answer *answer = &trial->answer;
    const size_t produced = trial->room_byte_count - lane->output_byte_count;
    const size_t wanted = answer->content_byte_count - trial->content_byte_count;
    demand(answer->is_cut_off || produced <= wanted, "more content than zlib gives", number, seed);
    const size_t kept = produced < wanted ? produced : wanted;
    memcpy(trial->content + trial->content_byte_count, trial->room, kept);
    trial->content_byte_count += kept;
    trial->position += trial->piece_byte_count - lane->input_byte_count;
    const bool is_at_end = trial->position == trial->stream.byte_count;
    switch (lane->status) {
    case LV_INFLATE_CAN_GO_ON: break;
    case LV_INFLATE_NEEDS_INPUT:
        demand(lane->input_byte_count == 0, "wants input and leaves some", number, seed);
        trial->is_done = is_at_end;
        break;
    case LV_INFLATE_OUTPUT_FULL: demand(lane->output_byte_count == 0, "full with room left", number, seed); break;
    case LV_INFLATE_DATA_ENDED:
    case LV_INFLATE_FAILED: trial->is_done = true; break;
    default: demand(false, "a status that this stream cannot have", number, seed);
    }
    if (answer->is_cut_off && trial->content_byte_count == answer->content_byte_count) {
        demand(memcmp(trial->content, answer->content, trial->content_byte_count) == 0, "other content", number, seed);
        trial->is_done = true;
        return;
    }
    if (!trial->is_done) return;
    demand(lane->status == answer->ending, "another end", number, seed);
    demand(trial->content_byte_count == answer->content_byte_count, "less content", number, seed);
    demand(memcmp(trial->content, answer->content, trial->content_byte_count) == 0, "other content", number, seed);
    demand(
        lv_inflate_checksum(lane->state) == crc32(0, answer->content, (uInt)answer->content_byte_count),
        "another checksum", number, seed);
    demand(
        lv_inflate_output_byte_count(lane->state) == answer->content_byte_count, "another length", number, seed);
    if (lane->status == LV_INFLATE_DATA_ENDED)
        demand(trial->position == answer->consumed_byte_count, "data end elsewhere", number, seed);
}

void check_streams(const stream *streams, size_t stream_count, uint64_t seed, tally *tally) {
    // States are reused, as for a blob with many members.
    static lv_inflate_state *states[MAXIMUM_STREAM_COUNT];
    trial trials[MAXIMUM_STREAM_COUNT] = {0};
    uint64_t state = seed;
    for (size_t i = 0; i < stream_count; i++) {
        if (!states[i]) {
            states[i] = malloc(lv_inflate_state_byte_count());
            lv_inflate_initialize(states[i]);
            contents[i][0] = malloc(MAXIMUM_CONTENT_BYTE_COUNT);
            contents[i][1] = malloc(MAXIMUM_CONTENT_BYTE_COUNT);
        }
        trials[i].stream = streams[i];
        trials[i].answer = ask_zlib(streams[i], contents[i][0]);
        trials[i].content = contents[i][1];
        trials[i].lane.state = states[i];
        trials[i].lane.status = LV_INFLATE_NEEDS_INPUT;
        trials[i].lane.stop_bit = UINT64_MAX;
        lv_inflate_begin(states[i]);
        if (trials[i].answer.is_cut_off) tally->cut_off++;
        else if (trials[i].answer.ending == LV_INFLATE_DATA_ENDED) tally->complete++;
        else if (trials[i].answer.ending == LV_INFLATE_FAILED) tally->refused++;
        else tally->truncated++;
    }
    uint64_t input_style = next_random(&state) % 5, output_style = next_random(&state) % 5;
    for (size_t round = 0;; round++) {
        // Processing a long stream byte by byte would take too long.
        if (round == 2000) input_style = output_style = 3;
        lv_inflate_lane lanes[MAXIMUM_STREAM_COUNT];
        size_t numbers[MAXIMUM_STREAM_COUNT], count = 0;
        for (size_t i = 0; i < stream_count; i++) {
            if (trials[i].is_done) continue;
            refill(&trials[i], i, input_style, output_style, &state);
            numbers[count] = i;
            lanes[count++] = trials[i].lane;
        }
        if (count == 0) break;
        lv_inflate_advance(lanes, count);
        bool has_stopped = false;
        for (size_t i = 0; i < count; i++) {
            has_stopped |= lanes[i].status != LV_INFLATE_CAN_GO_ON;
            trials[numbers[i]].lane = lanes[i];
            absorb(&trials[numbers[i]], numbers[i], seed);
        }
        demand(has_stopped, "no lane stopped", 0, seed);
    }
}
