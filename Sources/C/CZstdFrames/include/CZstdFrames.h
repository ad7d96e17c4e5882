// layerverify: a strict decoder of zstd frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0
//
// Decodes the content of a frame whose header the caller has read. It accepts only what RFC 8878, libzstd and
// klauspost's decoder for Go accept, and produces the same bytes. README.md in this folder describes the rules.

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why a call of `lv_zstd_decode` returned.
typedef enum {
    /// All input is consumed, and no output is pending.
    LV_ZSTD_NEEDS_INPUT,
    /// The room is full; input or content may be left.
    LV_ZSTD_OUTPUT_FULL,
    /// The frame has ended, all content is output, and the checksum is correct if there is one.
    LV_ZSTD_FRAME_ENDED,
    /// The frame breaks a rule; see `lv_zstd_broken_rule`. Every further call returns the same status.
    LV_ZSTD_FAILED,
} lv_zstd_status;

/// The rule that a frame breaks.
///
/// Spec: RFC 8878; the section is in parentheses. If other decoders are stricter, their rule applies.
typedef enum {
    LV_ZSTD_NO_RULE,
    /// A block does not have the reserved type (3.1.1.2.2).
    LV_ZSTD_BLOCK_TYPE,
    /// A block has at most the size of the window or 128 KiB, whichever is less, compressed and uncompressed
    /// (3.1.1.2.3, 3.1.1.2.4).
    LV_ZSTD_BLOCK_SIZE,
    /// The header of the literals is complete, and its sizes fit the block (3.1.1.3.1.1).
    LV_ZSTD_LITERALS_SIZE,
    /// Literals without a table follow literals with one (3.1.1.3.1.1).
    LV_ZSTD_TREELESS,
    /// The weights describe a complete code of at most 11 bits, and use up their bits (4.2.1).
    LV_ZSTD_HUFFMAN_TABLE,
    /// Four streams have a jump table within the literals, and the last byte of every stream contains a set bit
    /// (3.1.1.3.1.6).
    LV_ZSTD_HUFFMAN_STREAMS,
    /// The literals use up their streams to the last bit (4.2.2).
    LV_ZSTD_HUFFMAN_BITS,
    /// The header of the sequences is complete, and reserved bits are zero (3.1.1.3.2.1).
    LV_ZSTD_SEQUENCES_HEADER,
    /// A count of zero takes one byte: libzstd before 1.5.6 refuses two, which the specification allows (3.1.1.3.2.1).
    LV_ZSTD_LONG_ZERO_COUNT,
    /// Nothing follows a count of zero (3.1.1.3.2.1).
    LV_ZSTD_EXTRANEOUS_BYTES,
    /// The accuracy of the probabilities is within its limit, they add up, and have no unknown code (4.1.1).
    LV_ZSTD_FSE_TABLE,
    /// A table is repeated only after there was one (3.1.1.3.2.1).
    LV_ZSTD_REPEATED_TABLE,
    /// The sequences use up their stream to the last bit (3.1.1.3.2.1.2).
    LV_ZSTD_SEQUENCE_BITS,
    /// Sequences take no more literals than there are (3.1.1.4).
    LV_ZSTD_LITERALS_USED_UP,
    /// No offset is zero (3.1.1.5).
    LV_ZSTD_OFFSET_ZERO,
    /// No offset is larger than the content of the frame so far (3.1.1.3).
    LV_ZSTD_OFFSET_BEYOND_CONTENT,
    /// No offset is larger than the window (3.1.1.3).
    LV_ZSTD_OFFSET_BEYOND_WINDOW,
    /// The content has the length that the header gives (3.1.1.1.4).
    LV_ZSTD_CONTENT_SIZE,
    /// The checksum matches the content (3.1.1).
    LV_ZSTD_CHECKSUM,
    LV_ZSTD_RULE_COUNT,
} lv_zstd_rule;

/// The header of a frame.
typedef struct {
    /// `Window_Size`; for a single segment, the size of the content. In bytes.
    uint64_t window_byte_count;
    /// The size of the content in bytes, if `is_content_size_known`.
    uint64_t content_byte_count;
    bool is_content_size_known;
    bool has_checksum;
} lv_zstd_header;

/// A decoder of frames, one after another. It may be used by one thread at a time.
typedef struct lv_zstd_frames lv_zstd_frames;

/// Makes a decoder; returns NULL if there is no memory.
lv_zstd_frames *lv_zstd_create(void);

/// Frees a decoder; NULL is allowed.
void lv_zstd_destroy(lv_zstd_frames *frames);

/// Begins a frame. The previous frame need not have ended.
///
/// Returns: false if there is no memory for its window, whose size the caller must limit. Another frame may be begun
/// then.
bool lv_zstd_begin(lv_zstd_frames *frames, const lv_zstd_header *header);

/// Decodes the bytes after the header of a frame, as far as input and room allow.
///
/// Shape: `input` and `room` have any size including zero, and must not overlap. The total output and
/// the verdict do not depend on how they are split.
///
/// Returns: why it stopped. `consumed` and `produced` are always set, even after a failure.
lv_zstd_status lv_zstd_decode(
    lv_zstd_frames *frames, const uint8_t *input, size_t input_byte_count, size_t *consumed, uint8_t *room,
    size_t room_byte_count, size_t *produced);

/// The rule that the frame breaks; `LV_ZSTD_NO_RULE` before a failure.
lv_zstd_rule lv_zstd_broken_rule(const lv_zstd_frames *frames);

/// A short name of a rule, for test reports.
const char *lv_zstd_rule_name(lv_zstd_rule rule);

#ifdef __cplusplus
}
#endif
