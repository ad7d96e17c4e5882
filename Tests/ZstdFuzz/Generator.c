// layerverify: frames made by libzstd, and damage to frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#define ZSTD_STATIC_LINKING_ONLY
#include "Generator.h"
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static bool one_in(uint64_t *state, unsigned n) { return next_random(state) % n == 0; }

size_t make_content(uint8_t *content, uint64_t *state) {
    const size_t byte_count = next_random(state) % (one_in(state, 60) ? 600000 : one_in(state, 8) ? 60000 : 3000);
    const uint64_t kind = next_random(state) % 7;
    size_t i = 0;
    while (i < byte_count) {
        if (kind == 0 && i < 4000) content[i++] = (uint8_t)next_random(state);
        else if (kind == 1) content[i++] = (uint8_t)("layerset"[next_random(state) % 8]);
        else if (kind == 2) content[i++] = one_in(state, 3) ? (uint8_t)next_random(state) : 'a';
        else if (kind == 3) content[i++] = 'z';
        else if (i > 50 && !one_in(state, 3)) {
            // Matches of all lengths and distances.
            const size_t limit = one_in(state, 2) || i < 40 ? i : 40;
            const size_t distance = 1 + next_random(state) % limit;
            size_t length = 1 + next_random(state) % (one_in(state, 30) ? 9000 : one_in(state, 8) ? 300 : 20);
            for (; length > 0 && i < byte_count; length--, i++) content[i] = content[i - distance];
        } else {
            for (size_t count = 1 + next_random(state) % 12; count > 0 && i < byte_count; count--)
                content[i++] = kind == 4 ? (uint8_t)next_random(state) : (uint8_t)(32 + next_random(state) % 64);
        }
    }
    return byte_count;
}

size_t make_library_frame(uint8_t *bytes, uint64_t *state) {
    static uint8_t content[CONTENT_CAPACITY];
    static ZSTD_CCtx *context;
    if (!context) context = ZSTD_createCCtx();
    ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
    const size_t content_size = make_content(content, state);
    // If libzstd refuses a combination of parameters, the later one is ignored.
    const int level = one_in(state, 10) ? (int)(next_random(state) % 23) : (int)(next_random(state) % 10) - 3;
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    if (one_in(state, 2)) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 10 + (int)(next_random(state) % 12));
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, one_in(state, 5));
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, one_in(state, 2));
    if (one_in(state, 4)) ZSTD_CCtx_setParameter(context, ZSTD_c_targetCBlockSize, 64 + (int)(next_random(state) % 2000));
    if (one_in(state, 3)) ZSTD_CCtx_setParameter(context, ZSTD_c_literalCompressionMode, (int)(next_random(state) % 3));
    if (one_in(state, 5)) ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1);
    if (one_in(state, 4)) ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, 3 + (int)(next_random(state) % 5));
    if (one_in(state, 4)) ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, 1 + (int)(next_random(state) % 9));
    if (one_in(state, 2)) ZSTD_CCtx_setPledgedSrcSize(context, content_size);
    ZSTD_inBuffer input = {content, 0, 0};
    ZSTD_outBuffer output = {bytes, FRAME_CAPACITY, 0};
    while (one_in(state, 3) && input.size < content_size) {
        input.size += next_random(state) % (content_size - input.size + 1);
        ZSTD_compressStream2(context, &output, &input, one_in(state, 2) ? ZSTD_e_flush : ZSTD_e_continue);
    }
    input.size = content_size;
    size_t left;
    do left = ZSTD_compressStream2(context, &output, &input, ZSTD_e_end);
    while (!ZSTD_isError(left) && left > 0 && output.pos < output.size);
    return output.pos;
}

// MARK: Damage

static size_t number(const uint8_t *bytes, size_t byte_count) {
    size_t value = 0;
    for (size_t i = 0; i < byte_count; i++) value |= (size_t)bytes[i] << 8 * i;
    return value;
}

/// Positions where a bit matters: in the header, the headers of blocks, of literals and sequences, at the ends of
/// streams.
static size_t find_places(const uint8_t *bytes, size_t byte_count, size_t *places, size_t capacity) {
    size_t count = 0;
    if (byte_count < 6) return 0;
    static const size_t id_sizes[] = {0, 1, 2, 4};
    const unsigned descriptor = bytes[4];
    size_t at = 5 + !(descriptor & 32) + id_sizes[descriptor & 3]
        + (descriptor >> 6 ? (size_t)1 << (descriptor >> 6) : (descriptor >> 5 & 1));
    for (size_t i = 4; i < at && i < byte_count; i++) places[count++] = i;
    while (at + 3 < byte_count && count + 24 < capacity) {
        const size_t block = number(bytes + at, 3), size = (block >> 1 & 3) == 1 ? 1 : block >> 3;
        for (size_t i = 0; i < 3; i++) places[count++] = at + i;
        at += 3;
        if (size > byte_count - at) break;
        if ((block >> 1 & 3) == 2 && size > 2) {
            const unsigned type = bytes[at] & 3, format = bytes[at] >> 2 & 3;
            const size_t head = type < 2 ? (format == 1 ? 2 : format == 3 ? 3 : 1) : (format < 2 ? 3 : format + 2u);
            for (size_t i = 0; i < head + 3 && i < size; i++) places[count++] = at + i;
            const size_t sizes = number(bytes + at, head < size ? head : 1) >> (head == 1 ? 3 : 4);
            const unsigned bits = format < 2 ? 10 : format == 2 ? 14 : 18;
            const size_t literals = head + (type == 0 ? sizes : type == 1 ? 1 : sizes >> bits);
            if (literals > 0 && literals <= size) places[count++] = at + literals - 1;
            for (size_t i = literals; i < literals + 8 && i < size; i++) places[count++] = at + i;
            places[count++] = at + size - 1;
        }
        at += size;
        if (block & 1) break;
    }
    while (count > 0 && places[count - 1] >= byte_count) count--;
    return count;
}

/// Inserts bytes into a compressed block or removes some, and corrects its length.
static size_t resize_block(uint8_t *bytes, size_t byte_count, uint64_t *state) {
    static size_t places[4096];
    const size_t count = find_places(bytes, byte_count, places, 4096);
    if (count == 0) return byte_count;
    for (unsigned tries = 0; tries < 20; tries++) {
        const size_t at = places[next_random(state) % count];
        if (at + 4 >= byte_count || at < 6) continue;
        const size_t block = number(bytes + at, 3), size = block >> 3;
        if ((block >> 1 & 3) != 2 || size < 2 || size > byte_count - at - 3) continue;
        const size_t where = at + 3 + (one_in(state, 2) ? size - next_random(state) % (size < 12 ? size : 12) : next_random(state) % size);
        const size_t step = 1 + next_random(state) % 3;
        size_t new_size = size;
        if (one_in(state, 2)) {
            memmove(bytes + where + step, bytes + where, byte_count - where);
            for (size_t i = 0; i < step; i++) bytes[where + i] = one_in(state, 2) ? 0 : (uint8_t)next_random(state);
            byte_count += step;
            new_size += step;
        } else if (where + step <= at + 3 + size) {
            memmove(bytes + where, bytes + where + step, byte_count - where - step);
            byte_count -= step;
            new_size -= step;
        }
        const size_t header = (block & 7) | new_size << 3;
        for (size_t i = 0; i < 3; i++) bytes[at + i] = (uint8_t)(header >> 8 * i);
        break;
    }
    return byte_count;
}

size_t damage(uint8_t *bytes, size_t byte_count, const uint8_t *donor, size_t donor_byte_count, uint64_t *state) {
    static size_t places[4096];
    for (unsigned rounds = 1 + (unsigned)(next_random(state) % 2); rounds > 0 && byte_count > 6; rounds--) {
        const size_t count = find_places(bytes, byte_count, places, 4096);
        const size_t place = count && !one_in(state, 3) ? places[next_random(state) % count] : next_random(state) % byte_count;
        switch (next_random(state) % 12) {
        case 0: byte_count = place; break;
        case 1: byte_count = resize_block(bytes, byte_count, state); break;
        case 2: bytes[place] = one_in(state, 2) ? 0 : (uint8_t)next_random(state); break;
        case 3: bytes[place] = (uint8_t)(bytes[place] + (one_in(state, 2) ? 1 : -1)); break;
        case 4: {
            // The beginning of one frame and the end of another.
            const size_t from = donor_byte_count ? next_random(state) % donor_byte_count : 0;
            size_t length = donor_byte_count - from;
            if (one_in(state, 2) && length > byte_count - place) length = byte_count - place;
            if (length > FRAME_CAPACITY - place) length = FRAME_CAPACITY - place;
            memcpy(bytes + place, donor + from, length);
            if (place + length > byte_count) byte_count = place + length;
            break;
        }
        case 5: bytes[4 + next_random(state) % 3] ^= (uint8_t)(1u << next_random(state) % 8); break;
        case 6:
            // Another window: offsets that were written for a larger one are too large then.
            if (!(bytes[4] & 32)) bytes[5] = (uint8_t)(next_random(state) % 40);
            break;
        default:
            for (unsigned flips = 1 + (unsigned)(next_random(state) % 2); flips > 0; flips--)
                bytes[place] ^= (uint8_t)(1u << next_random(state) % 8);
        }
    }
    return byte_count;
}
