// layerverify: pieces of input and output in memory of exactly their size.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "Oracle.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, byte_count) ((void)(address), (void)(byte_count))
#define ASAN_UNPOISON_MEMORY_REGION(address, byte_count) ((void)(address), (void)(byte_count))
#endif

/// Random sizes of pieces: a few bytes, hundreds of bytes, blocks, or everything at once.
static size_t piece_size(uint64_t style, uint64_t *state) {
    switch (style) {
    case 0: return 1 + next_random(state) % 4;
    case 1: return 1 + next_random(state) % 400;
    case 2: return 1 + next_random(state) % 6000;
    case 3: return 131072;
    default: return next_random(state) % 3 == 0 ? 1 + next_random(state) % 20 : 1 + next_random(state) % 200000;
    }
}

/// Memory for one piece at a time, guarded by the sanitizer at both ends. With malloc, pieces as large as blocks would
/// get their own pages, which would take half of the time.
typedef struct arena {
    _Alignas(64) uint8_t guard_before[4096];
    uint8_t bytes[MAXIMUM_PIECE_BYTE_COUNT];
    uint8_t guard_behind[4096];
    bool is_guarded;
    size_t open_byte_count;
} arena;

/// Returns memory for exactly `byte_count` bytes at the end of the arena. Its end is guarded to the byte, its beginning
/// to eight bytes.
static uint8_t *take_piece(arena *arena, size_t byte_count) {
    if (byte_count > sizeof arena->bytes) abort();
    uint8_t *end = arena->bytes + sizeof arena->bytes, *piece = end - byte_count;
    if (arena->is_guarded) ASAN_POISON_MEMORY_REGION(end - arena->open_byte_count, arena->open_byte_count);
    else ASAN_POISON_MEMORY_REGION(arena->guard_before, offsetof(struct arena, is_guarded));
    arena->is_guarded = true;
    arena->open_byte_count = byte_count;
    ASAN_UNPOISON_MEMORY_REGION(piece, byte_count);
    return piece;
}
