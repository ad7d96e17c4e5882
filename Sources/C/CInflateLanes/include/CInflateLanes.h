// layerverify: DEFLATE data of several streams decoded in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// The maximum number of streams in a call.
#define LV_INFLATE_MAXIMUM_LANE_COUNT 4

/// The state of a decoder between two calls: tables, the last 32 KiB of content, and content that was not output yet.
///
/// It is in memory that the caller owns, of `lv_inflate_state_byte_count` bytes, with the alignment of malloc. It must
/// not be moved, because it contains addresses of its own parts.
typedef struct lv_inflate_state lv_inflate_state;

/// Why a lane stopped.
typedef enum {
    /// It did not stop; another lane did.
    LV_INFLATE_CAN_GO_ON,
    /// All input is consumed and all content is output.
    LV_INFLATE_NEEDS_INPUT,
    /// The room is full; input may be left.
    LV_INFLATE_OUTPUT_FULL,
    /// The last block is decoded and all content is output. The rest of the input follows the data.
    LV_INFLATE_DATA_ENDED,
    /// The data are damaged. The content before the damage is output.
    LV_INFLATE_FAILED,
    /// The state or the input has an address whose three highest bits are not zero. No lane of the call was advanced.
    LV_INFLATE_UNSUPPORTED,
} lv_inflate_status;

/// One stream of a call; the call advances input and output.
typedef struct {
    lv_inflate_state *state;
    const uint8_t *input;
    size_t input_byte_count;
    uint8_t *output;
    size_t output_byte_count;
    lv_inflate_status status;
} lv_inflate_lane;

/// The size of a state in bytes: 110 KiB.
size_t lv_inflate_state_byte_count(void);

/// Initializes a state; `lv_inflate_begin` must follow.
void lv_inflate_initialize(lv_inflate_state *state);

/// Begins DEFLATE data that are independent of earlier data, like those of each gzip member.
///
/// Earlier data must have ended or failed. Spec: RFC 1951.
void lv_inflate_begin(lv_inflate_state *state);

/// The CRC-32 of the output since `lv_inflate_begin`. Spec: RFC 1952 §8.
uint32_t lv_inflate_checksum(const lv_inflate_state *state);

/// The length of the output since `lv_inflate_begin` in bytes, modulo 2^32.
uint32_t lv_inflate_output_byte_count(const lv_inflate_state *state);

/// Advances up to four streams, each with its own state, until one of them cannot continue.
///
/// The tokens of one stream wait for each other, because the position of the next code is known only after the previous
/// lookup. One stream leaves most of the core idle; several independent streams use it fully. On a Zen 3 core (0.71
/// GB/s by ISA-L, 40 MB of each of eight layers of `usr-image DIR gzip 2600`, CRC-32 included, medians of three
/// rounds), as multiples of ISA-L's speed: one stream 0.85, two 1.26, three 1.40, four 1.41. Since matches of over 32
/// bytes are copied in the loop, two are 8 % faster than that, and four 4 to 5 %.
///
/// Every lane gets a status. A lane that could continue loses nothing: the next call, with the input and the room that
/// are left to it and with any other lanes, continues where this one stopped. The output and the end of a stream do not
/// depend on how input and room are split.
///
/// The call allocates nothing, keeps no addresses, and uses 41 KiB of stack.
void lv_inflate_advance(lv_inflate_lane *lanes, size_t lane_count);

/// The number of hashes that advance together.
#define LV_INFLATE_HASH_COUNT 2

/// Two running SHA-256 hashes with the same number of blocks to hash; the call updates the data pointers and the
/// number.
typedef struct {
    /// The eight words of each hash, a to h, in native byte order.
    uint32_t *states[LV_INFLATE_HASH_COUNT];
    /// The next bytes of each message, 64 times `block_count`; no alignment is needed.
    const uint8_t *data[LV_INFLATE_HASH_COUNT];
    size_t block_count;
} lv_inflate_hashes;

/// True if `lv_inflate_advance_and_hash` hashes: on x86-64 with SHA-NI, AVX2 and BMI2.
int lv_inflate_hashing_is_supported(void);

/// Decodes exactly as `lv_inflate_advance`, and hashes blocks in the gaps that decoding leaves.
///
/// `hashes` are `count` pairs of hashes, which are advanced one after the other, each until it has no more blocks. The
/// number of hashed blocks depends on the number of decoded tokens: one block of each hash per three tokens of a lane.
/// What is left, possibly everything, must be hashed by the caller or passed to the next call. If hashing is not
/// supported nothing is hashed.
///
/// The two states of a pair must differ; different pairs may have the same states, which are then advanced in the order
/// of the pairs. The data must not be written to by this call. When the call returns, states, data pointers and numbers
/// are consistent.
///
/// It is optimized for two lanes. On a Zen 3 core, with 1.3 bytes to hash per decoded byte (200 MB of four layers of
/// `usr-image DIR gzip 2600`, CRC-32 included), as multiples of the time of `lv_inflate_advance` with four lanes
/// followed by `lv_sha256_advance` with four: one lane 1.18, two 0.88, three 0.89, four 0.98; with other load on the
/// same caches 1.14, 0.87, 0.91, 1.03. Decoding and hashing separately, two lanes take 1.06 and three 1.00; decoding
/// alone takes 0.73 with four. Since longer matches are copied in the loop, two lanes with hashes take 0.94 of these
/// times.
///
/// Spec: FIPS 180-4 §6.2.2.
void lv_inflate_advance_and_hash(
    lv_inflate_lane *lanes, size_t lane_count, lv_inflate_hashes *hashes, size_t count);

/// The CRC-32 of `byte_count` bytes that follow bytes with the CRC-32 `checksum` (0 for none). Also copies them to
/// `destination`, which must not overlap them. Spec: RFC 1952 §8.
uint32_t lv_crc32_copy(uint32_t checksum, uint8_t *destination, const uint8_t *source, size_t byte_count);

/// The same without copying.
uint32_t lv_crc32(uint32_t checksum, const uint8_t *bytes, size_t byte_count);

/// The same as on a CPU whose widest registers have only 32 or 16 bytes, or, with 0, that has no carry-less
/// multiplication; for tests of code that this CPU would not use. Without a destination nothing is copied.
uint32_t lv_crc32_narrow(size_t widest, uint32_t checksum, uint8_t *destination, const uint8_t *source, size_t byte_count);
