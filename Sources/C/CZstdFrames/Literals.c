// layerverify: the literals of a compressed block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "FrameState.h"

/// The types of literals. Spec: RFC 8878 §3.1.1.3.1.1.
enum { RAW_LITERALS, RLE_LITERALS, COMPRESSED_LITERALS, TREELESS_LITERALS };

enum {
    /// The number of symbols that are decoded from a stream between two refills.
    ROUND_SYMBOL_COUNT = 5,
    /// The maximum number of bytes of a stream that a round uses: 55 bits, and 7 left over from the byte before.
    ROUND_BYTE_COUNT = 7,
    /// With fewer literals the last of four streams may be empty, or the lengths may not add up.
    LEAST_FOUR_STREAM_LITERAL_COUNT = 6,
    /// klauspost's decoder refuses fewer (up to version 1.19, on x86-64), and libzstd only writes fewer if a block size
    /// is requested.
    LEAST_ONE_STREAM_LITERAL_COUNT = 4,
};

/// A stream of symbols, which is read from its end.
typedef struct {
    /// The next bits, beginning at the top. Below the bits left one bit is set; the number of bits below it is the
    /// number of bits taken.
    uint64_t bits;
    /// The 8 bytes that `bits` were loaded from. For a stream with fewer bytes its beginning; `bits` then only counts
    /// the bits taken.
    const uint8_t *next;
    const uint8_t *begin;
    uint8_t *out, *out_end;
} lv_stream;

#define TAKE_SYMBOL(bits, out, index)                                                                                  \
    do {                                                                                                               \
        const uint16_t entry = table[(bits) >> (64 - LV_HUFFMAN_LOG)];                                                 \
        (bits) <<= entry & 63;                                                                                         \
        (out)[index] = (uint8_t)(entry >> 8);                                                                          \
    } while (0)

#define FILL_UP(bits, next)                                                                                            \
    do {                                                                                                               \
        const unsigned taken = (unsigned)__builtin_ctzll(bits);                                                        \
        (next) -= taken >> 3;                                                                                          \
        (bits) = (lv_load64(next) | 1) << (taken & 7);                                                                 \
    } while (0)

/// Begins a stream; returns false if its last byte is zero, because it must contain the end mark.
static bool begin_stream(lv_stream *stream, const uint8_t *bytes, size_t byte_count, uint8_t *out, size_t symbol_count) {
    if (byte_count == 0 || bytes[byte_count - 1] == 0) return false;
    const unsigned skipped = 8 - lv_highest_bit(bytes[byte_count - 1]);
    const bool is_short = byte_count < 8;
    *stream = (lv_stream){
        .bits = ((is_short ? 0 : lv_load64(bytes + byte_count - 8)) | 1) << skipped,
        .next = is_short ? bytes : bytes + byte_count - 8,
        .begin = bytes,
        .out = out,
        .out_end = out + symbol_count,
    };
    return true;
}

/// The minimum number of rounds before fewer than 8 bytes are left of the stream or of its room.
LV_INLINE size_t round_count(const lv_stream *stream) {
    const size_t by_bytes = (size_t)(stream->next - stream->begin) / ROUND_BYTE_COUNT;
    const size_t by_room = (size_t)(stream->out_end - stream->out) / ROUND_SYMBOL_COUNT;
    return by_bytes < by_room ? by_bytes : by_room;
}

/// Decodes the rest of a stream, symbol by symbol. Returns false unless the symbols use up the stream to the last bit.
static bool finish_stream(const uint16_t *table, const lv_stream *stream, size_t byte_count) {
    const uint8_t *const begin = stream->begin;
    const int taken = __builtin_ctzll(stream->bits);
    // The number of bits left.
    int64_t left = byte_count >= 8 ? 8 * (stream->next + 8 - begin) - taken : 8 * (int64_t)byte_count - taken;
    for (uint8_t *out = stream->out; out < stream->out_end; out++) {
        if (left <= 0) return false;
        // The last 8 bytes that contain some of them.
        const size_t bytes = (size_t)(left + 7) >> 3;
        uint64_t word = 0;
        if (bytes >= 8) {
            word = lv_load64(begin + bytes - 8);
        } else {
            for (size_t i = 0; i < bytes; i++) word |= (uint64_t)begin[i] << (8 * (8 - bytes + i));
        }
        const uint16_t entry = table[word << (-left & 7) >> (64 - LV_HUFFMAN_LOG)];
        *out = (uint8_t)(entry >> 8);
        left -= entry & 63;
    }
    return left == 0;
}

static bool decode_one_stream(const uint16_t *table, lv_stream *stream, size_t byte_count) {
    uint64_t bits = stream->bits;
    const uint8_t *next = stream->next;
    uint8_t *out = stream->out;
    for (size_t rounds; (rounds = round_count(stream)) > 0; stream->next = next, stream->out = out) {
        do {
            for (unsigned i = 0; i < ROUND_SYMBOL_COUNT; i++) TAKE_SYMBOL(bits, out, i);
            out += ROUND_SYMBOL_COUNT;
            FILL_UP(bits, next);
        } while (--rounds > 0);
    }
    stream->bits = bits;
    return finish_stream(table, stream, byte_count);
}

/// Decodes as many rounds as all four streams have.
static void decode_four_streams(const uint16_t *table, lv_stream streams[4]) {
    uint64_t a = streams[0].bits, b = streams[1].bits, c = streams[2].bits, d = streams[3].bits;
    const uint8_t *next_a = streams[0].next, *next_b = streams[1].next, *next_c = streams[2].next, *next_d = streams[3].next;
    uint8_t *out_a = streams[0].out, *out_b = streams[1].out, *out_c = streams[2].out, *out_d = streams[3].out;
    for (;;) {
        size_t rounds = SIZE_MAX;
        for (unsigned i = 0; i < 4; i++) {
            const size_t count = round_count(&streams[i]);
            if (count < rounds) rounds = count;
        }
        if (rounds == 0) break;
        do {
#define TAKE_FOUR(index)                                                                                               \
    TAKE_SYMBOL(a, out_a, index);                                                                                      \
    TAKE_SYMBOL(b, out_b, index);                                                                                      \
    TAKE_SYMBOL(c, out_c, index);                                                                                      \
    TAKE_SYMBOL(d, out_d, index)
            TAKE_FOUR(0);
            TAKE_FOUR(1);
            TAKE_FOUR(2);
            TAKE_FOUR(3);
            TAKE_FOUR(4);
            out_a += ROUND_SYMBOL_COUNT, out_b += ROUND_SYMBOL_COUNT, out_c += ROUND_SYMBOL_COUNT, out_d += ROUND_SYMBOL_COUNT;
            FILL_UP(a, next_a);
            FILL_UP(b, next_b);
            FILL_UP(c, next_c);
            FILL_UP(d, next_d);
        } while (--rounds > 0);
        streams[0].next = next_a, streams[1].next = next_b, streams[2].next = next_c, streams[3].next = next_d;
        streams[0].out = out_a, streams[1].out = out_b, streams[2].out = out_c, streams[3].out = out_d;
    }
    streams[0].bits = a, streams[1].bits = b, streams[2].bits = c, streams[3].bits = d;
}

/// Decodes the streams; they are the whole piece.
static lv_zstd_rule decode_streams(lv_zstd_frames *frames, lv_piece piece, unsigned stream_count) {
    const uint16_t *const table = frames->huffman_table;
    uint8_t *out = frames->literal_buffer;
    const size_t count = frames->literal_count;
    const size_t byte_count = (size_t)(piece.end - piece.next);
    if (stream_count == 1) {
        lv_stream stream;
        if (count < LEAST_ONE_STREAM_LITERAL_COUNT) return LV_ZSTD_HUFFMAN_STREAMS;
        if (!begin_stream(&stream, piece.next, byte_count, out, count)) return LV_ZSTD_HUFFMAN_STREAMS;
        return decode_one_stream(table, &stream, byte_count) ? LV_ZSTD_NO_RULE : LV_ZSTD_HUFFMAN_BITS;
    }
    // Spec: RFC 8878 §3.1.1.3.1.6.
    const size_t jump_table_byte_count = 6;
    if (byte_count < jump_table_byte_count || count < LEAST_FOUR_STREAM_LITERAL_COUNT) return LV_ZSTD_HUFFMAN_STREAMS;
    size_t sizes[4], others = 0;
    for (unsigned i = 0; i < 3; i++) others += sizes[i] = lv_load16(piece.next + 2 * i);
    if (others > byte_count - jump_table_byte_count) return LV_ZSTD_HUFFMAN_STREAMS;
    sizes[3] = byte_count - jump_table_byte_count - others;
    const size_t segment = (count + 3) / 4;
    lv_stream streams[4];
    const uint8_t *next = piece.next + jump_table_byte_count;
    for (unsigned i = 0; i < 4; i++) {
        const size_t symbol_count = i < 3 ? segment : count - 3 * segment;
        if (!begin_stream(&streams[i], next, sizes[i], out, symbol_count)) return LV_ZSTD_HUFFMAN_STREAMS;
        next += sizes[i];
        out += symbol_count;
    }
    decode_four_streams(table, streams);
    for (unsigned i = 0; i < 4; i++) {
        if (!decode_one_stream(table, &streams[i], sizes[i])) return LV_ZSTD_HUFFMAN_BITS;
    }
    return LV_ZSTD_NO_RULE;
}

/// The little-endian number in `byte_count` bytes.
static uint64_t number(const uint8_t *bytes, size_t byte_count) {
    uint64_t value = 0;
    for (size_t i = 0; i < byte_count; i++) value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static lv_zstd_rule read_plain(lv_zstd_frames *frames, lv_piece *piece, unsigned type, unsigned format) {
    const size_t header_byte_count = format == 1 ? 2 : format == 3 ? 3 : 1;
    if ((size_t)(piece->end - piece->next) < header_byte_count) return LV_ZSTD_LITERALS_SIZE;
    const size_t count = (size_t)(number(piece->next, header_byte_count) >> (header_byte_count == 1 ? 3 : 4));
    if (count > frames->block_byte_count) return LV_ZSTD_LITERALS_SIZE;
    piece->next += header_byte_count;
    const size_t stored = type == RLE_LITERALS ? 1 : count;
    if ((size_t)(piece->end - piece->next) < stored) return LV_ZSTD_LITERALS_SIZE;
    frames->literals = frames->literal_buffer;
    frames->literal_count = count;
    if (type == RLE_LITERALS) {
        memset(frames->literal_buffer, *piece->next, count);
    } else if ((size_t)(piece->readable_end - piece->next) >= count + LV_SLACK / 2) {
        frames->literals = piece->next;
    } else {
        memcpy(frames->literal_buffer, piece->next, count);
    }
    piece->next += stored;
    return LV_ZSTD_NO_RULE;
}

static lv_zstd_rule read_compressed(lv_zstd_frames *frames, lv_piece *piece, unsigned type, unsigned format) {
    const size_t header_byte_count = format < 2 ? 3 : format == 2 ? 4 : 5;
    const unsigned size_bits = format < 2 ? 10 : format == 2 ? 14 : 18;
    if ((size_t)(piece->end - piece->next) < header_byte_count) return LV_ZSTD_LITERALS_SIZE;
    const uint64_t sizes = number(piece->next, header_byte_count) >> 4;
    const size_t count = (size_t)lv_low_bits(sizes, size_bits), byte_count = (size_t)(sizes >> size_bits);
    piece->next += header_byte_count;
    // No compressor writes compressed literals that decode to nothing, and decoders disagree on them.
    if (count == 0 || count > frames->block_byte_count) return LV_ZSTD_LITERALS_SIZE;
    if ((size_t)(piece->end - piece->next) < byte_count) return LV_ZSTD_LITERALS_SIZE;
    lv_piece streams = {piece->next, piece->next + byte_count, piece->readable_end};
    piece->next += byte_count;
    if (type == COMPRESSED_LITERALS) {
        const size_t taken = lv_read_huffman_table(frames->huffman_table, streams.next, byte_count);
        if (taken == 0) return LV_ZSTD_HUFFMAN_TABLE;
        streams.next += taken;
        frames->has_huffman_table = true;
    } else if (!frames->has_huffman_table) {
        return LV_ZSTD_TREELESS;
    }
    frames->literals = frames->literal_buffer;
    frames->literal_count = count;
    return decode_streams(frames, streams, format == 0 ? 1 : 4);
}

lv_zstd_rule lv_read_literals(lv_zstd_frames *frames, lv_piece *piece) {
    if (piece->next == piece->end) return LV_ZSTD_LITERALS_SIZE;
    const unsigned type = *piece->next & 3, format = *piece->next >> 2 & 3;
    return type < COMPRESSED_LITERALS ? read_plain(frames, piece, type, format) : read_compressed(frames, piece, type, format);
}
