// layerverify: frames for comparisons of zstd decoders.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "Oracle.h"

enum {
    FRAME_CAPACITY = 3 << 20,
    CONTENT_CAPACITY = 1 << 20,
};

/// Makes compressible content of various kinds. Returns its length.
size_t make_content(uint8_t *content, uint64_t *state);

/// Makes a frame with libzstd and any parameters.
size_t make_library_frame(uint8_t *bytes, uint64_t *state);

/// Makes a frame from blocks that no compressor writes; some break a rule.
size_t make_own_frame(uint8_t *bytes, uint64_t *state);

/// Damages a frame: bits, bytes, lengths, fields of its blocks. Returns its length.
size_t damage(uint8_t *bytes, size_t byte_count, const uint8_t *donor, size_t donor_byte_count, uint64_t *state);

// MARK: Shared by the parts of the generator

/// Bits in the order in which a decoder reads them from the end of a stream.
typedef struct {
    struct { uint32_t value; uint8_t count; } *items;
    size_t item_count, capacity;
} bit_list;

void take_bits(bit_list *list, uint32_t value, unsigned count);
/// Writes a stream of these bits. Returns its length. `fault` may add bits or remove some.
size_t write_bits(const bit_list *list, uint8_t *bytes, unsigned fault, uint64_t *state);
void clear_bits(bit_list *list);

enum { NO_FAULT, BITS_LEFT_OVER, BITS_CUT_OFF };

/// Writes literals that decode to `count` symbols of some code. Returns the length of the section with its header.
///
/// `has_table` says whether earlier literals of this frame had a table, and is set if these do.
size_t write_literals(uint8_t *bytes, size_t count, bool *has_table, uint64_t *state);

/// Probabilities as numbers of cells; -1 for "less than one".
typedef struct {
    int counts[64];
    unsigned symbol_count, log;
} probabilities;

/// Makes probabilities for the symbols that `is_used` marks.
void make_probabilities(probabilities *p, const bool *is_used, unsigned symbol_count, unsigned log, uint64_t *state);
/// Writes the description of probabilities. Returns its length.
size_t write_probabilities(uint8_t *bytes, const probabilities *p);
