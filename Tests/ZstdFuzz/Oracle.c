// layerverify: compares CZstdFrames with libzstd and klauspost's decoder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Oracle.h"
#include "../../Sources/C/CZstdFrames/XXH64.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

const char *artifacts_folder;

uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/// The result of a decoder for a frame.
typedef struct {
    bool is_accepted;
    size_t byte_count;
    uint64_t hash;
    /// Only for CZstdFrames: the number of bytes that it consumed, and why it failed.
    size_t consumed;
    lv_zstd_rule rule;
} answer;

enum { HEADER_RULE = LV_ZSTD_RULE_COUNT };

static uint64_t hash_of(const uint8_t *bytes, size_t byte_count) {
    lv_xxh64 hash;
    lv_xxh64_begin(&hash);
    for (size_t i = 0; i < byte_count;) {
        uint8_t copy[4096];
        const size_t piece = byte_count - i < sizeof copy ? byte_count - i : sizeof copy;
        lv_xxh64_copy(&hash, copy, bytes + i, piece);
        i += piece;
    }
    return lv_xxh64_value(&hash);
}

// MARK: CZstdFrames

static uint64_t number(const uint8_t *bytes, size_t byte_count) {
    uint64_t value = 0;
    for (size_t i = 0; i < byte_count; i++) value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/// Reads the header, as the caller of CZstdFrames does. Returns its length with the magic; zero if the frame is refused
/// because of it.
static size_t read_header(frame frame, lv_zstd_header *header) {
    if (frame.byte_count < 5 || memcmp(frame.bytes, "\x28\xb5\x2f\xfd", 4) != 0) return 0;
    const unsigned descriptor = frame.bytes[4];
    const bool is_single = descriptor & 32;
    static const size_t id_sizes[] = {0, 1, 2, 4};
    const size_t id_size = id_sizes[descriptor & 3];
    const size_t content_size = descriptor >> 6 ? (size_t)1 << (descriptor >> 6) : is_single;
    const size_t byte_count = 5 + !is_single + id_size + content_size;
    if (descriptor & 8 || frame.byte_count < byte_count) return 0;
    const uint8_t *next = frame.bytes + 5;
    if (!is_single) {
        const unsigned window = *next++;
        const uint64_t base = UINT64_C(1) << (10 + (window >> 3));
        header->window_byte_count = base + base / 8 * (window & 7);
    }
    if (number(next, id_size) != 0) return 0;
    header->is_content_size_known = content_size > 0;
    header->content_byte_count = number(next + id_size, content_size) + (content_size == 2 ? 256 : 0);
    if (is_single) header->window_byte_count = header->content_byte_count;
    header->has_checksum = descriptor & 4;
    return header->window_byte_count > MAXIMUM_WINDOW_BYTE_COUNT ? 0 : byte_count;
}

/// Decodes in pieces of at most the given sizes, each in its own memory, so that the sanitizer detects accesses beyond
/// it.
static answer ask_frames(
    lv_zstd_frames *frames, frame frame, uint8_t *content, size_t input_size, size_t room_size, uint64_t *state) {
    answer answer = {.rule = HEADER_RULE};
    lv_zstd_header header;
    size_t at = read_header(frame, &header);
    if (at == 0) return answer;
    if (!lv_zstd_begin(frames, &header)) abort();
    lv_zstd_status status;
    size_t idle = 0;
    do {
        size_t input = input_size == SIZE_MAX ? SIZE_MAX : next_random(state) % (input_size + 1);
        size_t room = room_size == SIZE_MAX ? SIZE_MAX : next_random(state) % (room_size + 1);
        if (input > frame.byte_count - at) input = frame.byte_count - at;
        if (room > MAXIMUM_CONTENT_BYTE_COUNT - answer.byte_count) room = MAXIMUM_CONTENT_BYTE_COUNT - answer.byte_count;
        uint8_t *const input_copy = malloc(input), *const room_copy = malloc(room);
        memcpy(input_copy, frame.bytes + at, input);
        size_t consumed = SIZE_MAX, produced = SIZE_MAX;
        status = lv_zstd_decode(
            frames, input > 0 ? input_copy : NULL, input, &consumed, room > 0 ? room_copy : NULL, room, &produced);
        if (consumed > input || produced > room) abort();
        // The status must match the positions.
        if (status == LV_ZSTD_NEEDS_INPUT && consumed != input) abort();
        if (status == LV_ZSTD_OUTPUT_FULL && produced != room) abort();
        if ((status == LV_ZSTD_FAILED) != (lv_zstd_broken_rule(frames) != LV_ZSTD_NO_RULE)) abort();
        memcpy(content + answer.byte_count, room_copy, produced);
        free(input_copy);
        free(room_copy);
        at += consumed;
        answer.byte_count += produced;
        idle = consumed + produced + input + room > 0 ? 0 : idle + 1;
        if (status == LV_ZSTD_NEEDS_INPUT && at == frame.byte_count) break;
        if (status == LV_ZSTD_OUTPUT_FULL && answer.byte_count == MAXIMUM_CONTENT_BYTE_COUNT) break;
    } while (status < LV_ZSTD_FRAME_ENDED && idle < 1000);
    answer.is_accepted = status == LV_ZSTD_FRAME_ENDED;
    answer.consumed = at;
    answer.rule = lv_zstd_broken_rule(frames);
    answer.hash = hash_of(content, answer.byte_count);
    return answer;
}

// MARK: libzstd

static answer ask_libzstd(ZSTD_DCtx *context, frame frame, uint8_t *content, size_t input_size, size_t room_size, uint64_t *state) {
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
    ZSTD_inBuffer input = {frame.bytes, 0, 0};
    answer answer = {0};
    for (;;) {
        const size_t step = input_size == SIZE_MAX ? SIZE_MAX : 1 + next_random(state) % input_size;
        if (input.pos == input.size) input.size = step < frame.byte_count - input.pos ? input.pos + step : frame.byte_count;
        size_t room = room_size == SIZE_MAX ? SIZE_MAX : 1 + next_random(state) % room_size;
        if (room > MAXIMUM_CONTENT_BYTE_COUNT - answer.byte_count) room = MAXIMUM_CONTENT_BYTE_COUNT - answer.byte_count;
        ZSTD_outBuffer output = {content + answer.byte_count, room, 0};
        const size_t before = input.pos, hint = ZSTD_decompressStream(context, &output, &input);
        answer.byte_count += output.pos;
        if (ZSTD_isError(hint)) break;
        if (hint == 0) {
            answer.is_accepted = true;
            break;
        }
        if (input.pos == frame.byte_count && output.pos < output.size) break;
        if (output.pos + input.pos == before && room == 0) break;
    }
    answer.consumed = input.pos;
    answer.hash = hash_of(content, answer.byte_count);
    return answer;
}

/// Decodes like programs that have the whole frame in memory.
static answer ask_libzstd_at_once(ZSTD_DCtx *context, frame frame, uint8_t *content) {
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
    const size_t code = ZSTD_decompressDCtx(context, content, MAXIMUM_CONTENT_BYTE_COUNT, frame.bytes, frame.byte_count);
    if (ZSTD_isError(code)) return (answer){0};
    return (answer){true, code, hash_of(content, code), frame.byte_count, 0};
}

// MARK: klauspost's decoder

static int questions = -1, replies = -1;

void start_klauspost(const char *path) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) abort();
    if (fork() == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        for (int i = 0; i < 2; i++) close(to[i]), close(from[i]);
        execl(path, path, (char *)NULL);
        perror(path);
        _exit(2);
    }
    close(to[0]);
    close(from[1]);
    questions = to[1];
    replies = from[0];
}

static void transfer(ssize_t (*move)(int, void *, size_t), int descriptor, void *bytes, size_t byte_count) {
    for (size_t done = 0; done < byte_count;) {
        const ssize_t count = move(descriptor, (uint8_t *)bytes + done, byte_count - done);
        if (count <= 0) {
            fprintf(stderr, "klauspost's decoder ended\n");
            exit(2);
        }
        done += (size_t)count;
    }
}

static ssize_t move_out(int descriptor, void *bytes, size_t byte_count) { return write(descriptor, bytes, byte_count); }

static void ask_klauspost(frame frame, answer answers[3]) {
    uint8_t length[4] = {
        (uint8_t)frame.byte_count, (uint8_t)(frame.byte_count >> 8), (uint8_t)(frame.byte_count >> 16), (uint8_t)(frame.byte_count >> 24)};
    transfer(move_out, questions, length, sizeof length);
    transfer(move_out, questions, (uint8_t *)(uintptr_t)frame.bytes, frame.byte_count);
    uint8_t reply[3 * 17];
    transfer(read, replies, reply, sizeof reply);
    for (int i = 0; i < 3; i++) {
        const uint8_t *one = reply + 17 * i;
        answers[i] = (answer){one[0] != 0, (size_t)number(one + 1, 8), number(one + 9, 8), 0, 0};
    }
}

// MARK: Comparison

static const char *const oracle_names[] = {
    "libzstd", "libzstd in small pieces", "libzstd at once", "klauspost", "klauspost with goroutines", "klauspost at once"};

static void keep(frame frame, const char *kind, unsigned long long count) {
    if (!artifacts_folder) return;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%llu-%016llx.zst", artifacts_folder, kind, count,
        (unsigned long long)hash_of(frame.bytes, frame.byte_count));
    FILE *file = fopen(path, "wb");
    if (!file) return;
    fwrite(frame.bytes, 1, frame.byte_count, file);
    fclose(file);
}

void check_frame(frame frame, uint64_t seed, tally *tally) {
    static lv_zstd_frames *frames;
    static ZSTD_DCtx *context;
    static uint8_t content[MAXIMUM_CONTENT_BYTE_COUNT], other[MAXIMUM_CONTENT_BYTE_COUNT];
    if (!frames) {
        frames = lv_zstd_create();
        context = ZSTD_createDCtx();
        if (!frames || !context || ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23))) abort();
    }
    uint64_t state = seed;
    tally->frames++;
    // The memory ends at the end of the frame.
    uint8_t *const exact = malloc(frame.byte_count);
    memcpy(exact, frame.bytes, frame.byte_count);
    frame.bytes = exact;
    const answer ours = ask_frames(frames, frame, content, SIZE_MAX, SIZE_MAX, &state);
    const size_t sizes[] = {3, 40, 700, 40000};
    const size_t input_size = frame.byte_count > 20000 ? 20000 : sizes[next_random(&state) % 4];
    const size_t room_size = ours.byte_count > 60000 ? 20000 : sizes[next_random(&state) % 4];
    const answer split = ask_frames(frames, frame, other, input_size, room_size, &state);
    if (split.is_accepted != ours.is_accepted || split.byte_count != ours.byte_count || split.rule != ours.rule
        || split.hash != ours.hash || split.consumed > frame.byte_count) {
        fprintf(stderr, "FAULT: split otherwise: %d %zu %s, whole: %d %zu %s\n", split.is_accepted, split.byte_count,
            lv_zstd_rule_name(split.rule), ours.is_accepted, ours.byte_count, lv_zstd_rule_name(ours.rule));
        keep(frame, "split", ++tally->faults);
    }
    // Bytes after an accepted frame do not belong to it.
    if (ours.is_accepted) frame.byte_count = ours.consumed;

    answer answers[6];
    unsigned count = 3, accepting = 0;
    answers[0] = ask_libzstd(context, frame, other, SIZE_MAX, SIZE_MAX, &state);
    answers[1] = ask_libzstd(context, frame, other, input_size, room_size, &state);
    answers[2] = ask_libzstd_at_once(context, frame, other);
    if (questions >= 0) {
        ask_klauspost(frame, answers + 3);
        count = 6;
    }
    for (unsigned i = 0; i < count; i++) accepting += answers[i].is_accepted;
    if (ours.is_accepted) {
        tally->accepted++;
        for (unsigned i = 0; i < count; i++) {
            if (answers[i].is_accepted && answers[i].byte_count == ours.byte_count && answers[i].hash == ours.hash) continue;
            tally->faults++;
            fprintf(stderr, "FAULT: accepted, and %s %s (%zu bytes, not %zu)\n", oracle_names[i],
                answers[i].is_accepted ? "decodes it differently" : "refuses it", answers[i].byte_count, ours.byte_count);
            keep(frame, "accepted", tally->faults);
        }
    } else if (accepting == count) {
        if (tally->stricter[ours.rule]++ < 3) keep(frame, "stricter", ours.rule);
    } else if (accepting > 0) {
        tally->disputed++;
    } else {
        tally->refused_by_all++;
    }
    free(exact);
}
