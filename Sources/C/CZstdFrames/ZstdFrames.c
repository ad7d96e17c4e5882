// layerverify: a strict decoder of zstd frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "FrameState.h"
#include <stdlib.h>

/// The types of blocks. Spec: RFC 8878 §3.1.1.2.2.
enum { RAW_BLOCK, RLE_BLOCK, COMPRESSED_BLOCK };

/// The progress of one call.
typedef struct {
    const uint8_t *input;
    size_t input_left;
    uint8_t *room;
    size_t room_left;
} lv_call;

lv_zstd_frames *lv_zstd_create(void) {
    lv_zstd_frames *const frames = malloc(sizeof *frames);
    if (!frames) return NULL;
    frames->ring = (lv_ring){0};
    frames->stage = LV_FAILURE;
    frames->broken_rule = LV_ZSTD_NO_RULE;
    return frames;
}

void lv_zstd_destroy(lv_zstd_frames *frames) {
    if (frames) lv_ring_memory_free(frames->ring.memory);
    free(frames);
}

static void expect(lv_zstd_frames *frames, lv_stage stage, size_t byte_count) {
    frames->stage = stage;
    frames->piece_byte_count = byte_count;
}

bool lv_zstd_begin(lv_zstd_frames *frames, const lv_zstd_header *header) {
    frames->stage = LV_FAILURE;
    frames->broken_rule = LV_ZSTD_NO_RULE;
    const size_t block_byte_count = header->window_byte_count < LV_LONGEST_BLOCK_BYTE_COUNT
        ? (size_t)header->window_byte_count : LV_LONGEST_BLOCK_BYTE_COUNT;
    // An offset can be at most the length of the content.
    uint64_t history = header->window_byte_count;
    if (header->is_content_size_known && header->content_byte_count < history) history = header->content_byte_count;
    if (history > SIZE_MAX / 2 - 2 * LV_LONGEST_BLOCK_BYTE_COUNT) return false;
    lv_ring *const ring = &frames->ring;
    const size_t limit = (size_t)history + block_byte_count + LV_SLACK;
    if (limit > ring->capacity) {
        lv_ring_memory_free(ring->memory);
        ring->capacity = 0;
        ring->memory = lv_ring_memory_allocate(limit + LV_SLACK);
        if (!ring->memory.bytes) return false;
        ring->capacity = limit;
        frames->is_move_tried = false;
    }
    *ring = (lv_ring){
        .memory = ring->memory, .bytes = ring->memory.bytes, .capacity = ring->capacity, .limit = limit};

    frames->header = *header;
    frames->block_byte_count = block_byte_count;
    frames->content_byte_count = 0;
    lv_xxh64_begin(&frames->checksum);
    frames->gathered_byte_count = 0;
    frames->has_huffman_table = frames->has_code_tables = false;
    // Spec: RFC 8878 §3.1.1.5.
    frames->repeated_offsets[0] = 1, frames->repeated_offsets[1] = 4, frames->repeated_offsets[2] = 8;
    expect(frames, LV_BLOCK_HEADER, LV_BLOCK_HEADER_BYTE_COUNT);
    return true;
}

/// Moves the content so far to huge pages, if the ring is that long and the system has them. Matches far back miss the TLB
/// with pages of the usual size; a short frame would touch more memory than it fills.
static void move_to_huge_pages(lv_ring *ring) {
    const lv_ring_memory memory = lv_ring_memory_map(ring->capacity + LV_SLACK);
    if (!memory.bytes) return;
    memcpy(memory.bytes, ring->bytes, ring->next);
    lv_ring_memory_free(ring->memory);
    ring->memory = memory;
    ring->bytes = memory.bytes;
}

/// Takes a piece of `piece_byte_count` bytes. Returns false if the input has fewer, which are collected then.
static bool take_piece(lv_zstd_frames *frames, lv_call *call, lv_piece *piece) {
    const size_t byte_count = frames->piece_byte_count;
    if (frames->gathered_byte_count == 0 && call->input_left >= byte_count) {
        *piece = (lv_piece){call->input, call->input + byte_count, call->input + call->input_left};
        call->input += byte_count;
        call->input_left -= byte_count;
        return true;
    }
    size_t taken = byte_count - frames->gathered_byte_count;
    if (taken > call->input_left) taken = call->input_left;
    if (taken > 0) {
        memcpy(frames->gathered + frames->gathered_byte_count, call->input, taken);
        call->input += taken;
        call->input_left -= taken;
        frames->gathered_byte_count += taken;
    }
    if (frames->gathered_byte_count < byte_count) return false;
    frames->gathered_byte_count = 0;
    *piece = (lv_piece){frames->gathered, frames->gathered + byte_count, frames->gathered + sizeof frames->gathered};
    return true;
}

/// True if a block with this many bytes of content is allowed by the content size in the header.
static bool is_content_expected(const lv_zstd_frames *frames, size_t byte_count) {
    const lv_zstd_header *const header = &frames->header;
    if (!header->is_content_size_known) return true;
    const uint64_t left = header->content_byte_count - frames->content_byte_count;
    return frames->is_last_block ? byte_count == left : byte_count <= left;
}

static void end_block(lv_zstd_frames *frames) {
    if (!frames->is_last_block) expect(frames, LV_BLOCK_HEADER, LV_BLOCK_HEADER_BYTE_COUNT);
    else if (frames->header.has_checksum) expect(frames, LV_CHECKSUM, LV_CHECKSUM_BYTE_COUNT);
    else frames->stage = LV_FRAME_END;
}

/// Spec: RFC 8878 §3.1.1.2.
static lv_zstd_rule begin_block(lv_zstd_frames *frames, const uint8_t *bytes) {
    const uint32_t header = lv_load16(bytes) | (uint32_t)bytes[2] << 16;
    frames->is_last_block = header & 1;
    const size_t byte_count = header >> 3;
    if (byte_count > frames->block_byte_count) return LV_ZSTD_BLOCK_SIZE;
    const unsigned type = header >> 1 & 3;
    if (type < COMPRESSED_BLOCK && !is_content_expected(frames, byte_count)) return LV_ZSTD_CONTENT_SIZE;
    switch (type) {
    case RAW_BLOCK: expect(frames, LV_RAW_BYTES, byte_count); break;
    case RLE_BLOCK: expect(frames, LV_REPEATED_BYTE, byte_count); break;
    case COMPRESSED_BLOCK:
        if (byte_count == 0) return LV_ZSTD_LITERALS_SIZE;
        expect(frames, LV_COMPRESSED_BLOCK, byte_count);
        break;
    default: return LV_ZSTD_BLOCK_TYPE;
    }
    lv_ring *const ring = &frames->ring;
    // All content is output at this point. Only the first such block of the decoder, before the ring wraps, moves it.
    const bool is_long = frames->content_byte_count >= LV_LONG_CONTENT_BYTE_COUNT;
    if (is_long && !frames->is_move_tried && frames->content_byte_count == ring->next) {
        frames->is_move_tried = true;
        move_to_huge_pages(ring);
    }
    if (ring->next + frames->block_byte_count > ring->limit) {
        ring->older_end = ring->next;
        ring->older_byte_count = ring->next - ring->segment;
        ring->segment = ring->next = ring->put_out = 0;
    }
    return LV_ZSTD_NO_RULE;
}

static lv_zstd_rule decode_block(lv_zstd_frames *frames, lv_piece piece) {
    const size_t before = frames->ring.next;
    lv_zstd_rule rule = lv_read_literals(frames, &piece);
    if (!rule) rule = lv_read_sequences(frames, piece);
    if (rule) return rule;
    const size_t byte_count = frames->ring.next - before;
    if (!is_content_expected(frames, byte_count)) return LV_ZSTD_CONTENT_SIZE;
    frames->content_byte_count += byte_count;
    end_block(frames);
    return LV_ZSTD_NO_RULE;
}

/// Appends the bytes of a raw block that the input has.
static void take_raw_bytes(lv_zstd_frames *frames, lv_call *call) {
    lv_ring *const ring = &frames->ring;
    const size_t taken = call->input_left < frames->piece_byte_count ? call->input_left : frames->piece_byte_count;
    if (taken > 0) {
        memcpy(ring->bytes + ring->next, call->input, taken);
        ring->next += taken;
        call->input += taken;
        call->input_left -= taken;
        frames->piece_byte_count -= taken;
    }
    frames->content_byte_count += taken;
    if (frames->piece_byte_count == 0) end_block(frames);
}

static void repeat_byte(lv_zstd_frames *frames, lv_call *call) {
    lv_ring *const ring = &frames->ring;
    memset(ring->bytes + ring->next, *call->input, frames->piece_byte_count);
    ring->next += frames->piece_byte_count;
    call->input++;
    call->input_left--;
    frames->content_byte_count += frames->piece_byte_count;
    end_block(frames);
}

/// Outputs content as far as there is room, and adds it to the checksum; returns false if some is left.
static bool put_out(lv_zstd_frames *frames, lv_call *call) {
    lv_ring *const ring = &frames->ring;
    size_t byte_count = ring->next - ring->put_out;
    if (byte_count > call->room_left) byte_count = call->room_left;
    if (byte_count > 0) {
        const uint8_t *const content = ring->bytes + ring->put_out;
        if (frames->header.has_checksum) lv_xxh64_copy(&frames->checksum, call->room, content, byte_count);
        else memcpy(call->room, content, byte_count);
        call->room += byte_count;
        call->room_left -= byte_count;
        ring->put_out += byte_count;
    }
    return ring->put_out == ring->next;
}

/// Runs the next step; returns false if it needs more input.
static bool step(lv_zstd_frames *frames, lv_call *call) {
    lv_piece piece;
    lv_zstd_rule rule = LV_ZSTD_NO_RULE;
    switch (frames->stage) {
    case LV_BLOCK_HEADER:
        if (!take_piece(frames, call, &piece)) return false;
        rule = begin_block(frames, piece.next);
        break;
    case LV_RAW_BYTES:
        if (call->input_left == 0 && frames->piece_byte_count > 0) return false;
        take_raw_bytes(frames, call);
        break;
    case LV_REPEATED_BYTE:
        if (call->input_left == 0) return false;
        repeat_byte(frames, call);
        break;
    case LV_COMPRESSED_BLOCK:
        if (!take_piece(frames, call, &piece)) return false;
        rule = decode_block(frames, piece);
        break;
    default:
        // All content is output at this point, and so in the checksum.
        if (!take_piece(frames, call, &piece)) return false;
        frames->stage = LV_FRAME_END;
        if (memcmp(piece.next, &(uint32_t){(uint32_t)lv_xxh64_value(&frames->checksum)}, LV_CHECKSUM_BYTE_COUNT) != 0)
            rule = LV_ZSTD_CHECKSUM;
    }
    if (rule) {
        frames->broken_rule = rule;
        frames->stage = LV_FAILURE;
    }
    return true;
}

lv_zstd_status lv_zstd_decode(
    lv_zstd_frames *frames, const uint8_t *input, size_t input_byte_count, size_t *consumed, uint8_t *room,
    size_t room_byte_count, size_t *produced) {
    lv_call call = {input, input_byte_count, room, room_byte_count};
    lv_zstd_status status;
    for (;;) {
        // Content of a block that failed is not output.
        if (frames->stage == LV_FAILURE) {
            status = LV_ZSTD_FAILED;
            break;
        }
        if (!put_out(frames, &call)) {
            status = LV_ZSTD_OUTPUT_FULL;
            break;
        }
        if (frames->stage == LV_FRAME_END) {
            status = LV_ZSTD_FRAME_ENDED;
            break;
        }
        if (!step(frames, &call)) {
            status = LV_ZSTD_NEEDS_INPUT;
            break;
        }
    }
    *consumed = input_byte_count - call.input_left;
    *produced = room_byte_count - call.room_left;
    return status;
}

lv_zstd_rule lv_zstd_broken_rule(const lv_zstd_frames *frames) { return frames->broken_rule; }

const char *lv_zstd_rule_name(lv_zstd_rule rule) {
    static const char *const names[LV_ZSTD_RULE_COUNT] = {
        [LV_ZSTD_NO_RULE] = "none",
        [LV_ZSTD_BLOCK_TYPE] = "block type",
        [LV_ZSTD_BLOCK_SIZE] = "block size",
        [LV_ZSTD_LITERALS_SIZE] = "literals size",
        [LV_ZSTD_TREELESS] = "literals without a table",
        [LV_ZSTD_HUFFMAN_TABLE] = "Huffman table",
        [LV_ZSTD_HUFFMAN_STREAMS] = "Huffman streams",
        [LV_ZSTD_HUFFMAN_BITS] = "Huffman bits",
        [LV_ZSTD_SEQUENCES_HEADER] = "sequences header",
        [LV_ZSTD_LONG_ZERO_COUNT] = "count of zero in two bytes",
        [LV_ZSTD_EXTRANEOUS_BYTES] = "extraneous bytes",
        [LV_ZSTD_FSE_TABLE] = "FSE table",
        [LV_ZSTD_REPEATED_TABLE] = "repeated table",
        [LV_ZSTD_SEQUENCE_BITS] = "sequence bits",
        [LV_ZSTD_LITERALS_USED_UP] = "literals used up",
        [LV_ZSTD_OFFSET_ZERO] = "offset zero",
        [LV_ZSTD_OFFSET_BEYOND_CONTENT] = "offset beyond content",
        [LV_ZSTD_OFFSET_BEYOND_WINDOW] = "offset beyond window",
        [LV_ZSTD_CONTENT_SIZE] = "content size",
        [LV_ZSTD_CHECKSUM] = "checksum",
    };
    return (unsigned)rule < LV_ZSTD_RULE_COUNT ? names[rule] : "unknown";
}
