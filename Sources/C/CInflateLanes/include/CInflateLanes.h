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
    /// A block header is next, at the stop bit or behind it. All content is output.
    LV_INFLATE_STOPPED,
    /// The two planes have become one: the last 32 KiB contain no unknown byte. All content is output; the next call
    /// continues with one plane.
    LV_INFLATE_KNOWN,
} lv_inflate_status;

/// One stream of a call; the call advances input and output.
typedef struct {
    lv_inflate_state *state;
    const uint8_t *input;
    size_t input_byte_count;
    uint8_t *output;
    size_t output_byte_count;
    lv_inflate_status status;
    /// Of a lane in two planes: where the second plane goes, with the same room; the call advances it as well.
    /// Otherwise it is not used.
    uint8_t *second_output;
    /// The first block header at this bit or behind it is not read; UINT64_MAX for none. The bit is counted from the
    /// first bit of `input`, whether that is already used or not. A header that began in an earlier input is before 0.
    /// The call does not change this; the next one, with advanced input, needs another number.
    uint64_t stop_bit;
} lv_inflate_lane;

/// The size of a state in bytes: 110 KiB.
size_t lv_inflate_state_byte_count(void);

/// The size of a state that may also begin with `lv_inflate_begin_unknown`, in bytes: 207 KiB.
size_t lv_inflate_planes_state_byte_count(void);

/// Initializes a state; `lv_inflate_begin` must follow.
void lv_inflate_initialize(lv_inflate_state *state);

/// Begins DEFLATE data that are independent of earlier data, like those of each gzip member.
///
/// Earlier data must have ended or failed. Spec: RFC 1951.
void lv_inflate_begin(lv_inflate_state *state);

/// Begins at a block header in the middle of DEFLATE data; the 32 KiB of content before it are unknown.
///
/// The next input begins with the byte that has the header's first bit, after `used_bits` (0 to 7) bits. The state must
/// have `lv_inflate_planes_state_byte_count` bytes. Earlier data are given up, whether they had ended or not.
///
/// The content is decoded in two planes. Byte k of the unknown window is k mod 256 in the first, and k mod 256 + k / 256
/// + 1 (mod 256) in the second, so both differ for each k and show which byte it is. All tokens are applied to both.
/// Where the output of both is the same, it is the content; elsewhere it is to be replaced (`lv_inflate_resolve`).
///
/// All distances are accepted, as if there were 32 KiB of content before. If there are fewer, zlib may refuse a distance
/// that this decoder accepts; the caller must then not use the output.
///
/// A lane in two planes takes 1.03 times as long as one in one plane. Of two lanes, which share a core, one in two planes
/// takes 1.07 times and both 1.17 times as long as two in one plane, with hashes 1.07 and 1.14 times (Zen 3, shared
/// libraries by `gzip -6`, medians of 15 interleaved rounds).
void lv_inflate_begin_unknown(lv_inflate_state *state, uint32_t used_bits);

/// 1 while the content is in two planes: from `lv_inflate_begin_unknown` to LV_INFLATE_KNOWN or
/// `lv_inflate_resolve_state`.
int lv_inflate_is_in_planes(const lv_inflate_state *state);

/// The length of the output in two planes in bytes: this many bytes since `lv_inflate_begin_unknown` are to be resolved,
/// and are not in `lv_inflate_checksum`. All output after them is known.
uint64_t lv_inflate_planes_byte_count(const lv_inflate_state *state);

/// The number of used bits of the next input byte.
uint32_t lv_inflate_used_bits(const lv_inflate_state *state);

/// Between two calls: the bit at which decoding continues, counted from the next input byte. It is negative if an
/// incomplete item of consumed input is kept in the state. After LV_INFLATE_STOPPED it is the first bit of a block
/// header, and equal to `lv_inflate_used_bits`.
int64_t lv_inflate_next_bit(const lv_inflate_state *state);

/// The maximum distance, and the size of the windows below in bytes.
#define LV_INFLATE_WINDOW_BYTE_COUNT 32768

/// Copies the last 32 KiB of content, which must be in one plane. After LV_INFLATE_STOPPED they are the window of the
/// block header that is next.
///
/// Returns how many of them there are: fewer than 32 KiB if less was decoded since `lv_inflate_begin`. They are the last
/// bytes of the window then, and the others are zero.
size_t lv_inflate_copy_window(const lv_inflate_state *state, uint8_t *window);

/// Turns a state in two planes into one with known content, which is in one plane. `window` are the 32 KiB before
/// `lv_inflate_begin_unknown`. Content that was not output yet is resolved and will be output as known content.
void lv_inflate_resolve_state(lv_inflate_state *state, const uint8_t *window);

/// Replaces the unknown bytes in `first`, which is output in two planes with `second`, by those of the 32 KiB `window`.
void lv_inflate_resolve(uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window);

/// The same; returns the CRC-32 of the resolved bytes, following bytes with the CRC-32 `checksum` (0 for none). It reads
/// memory only once. Spec: RFC 1952 §8.
uint32_t lv_inflate_resolve_and_checksum(
    uint32_t checksum, uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window);

/// `lv_inflate_resolve` as on a CPU without AVX2, for tests.
void lv_inflate_resolve_narrow(uint8_t *first, const uint8_t *second, size_t byte_count, const uint8_t *window);

/// The CRC-32 of the output in one plane since `lv_inflate_begin`, or, in data that began with
/// `lv_inflate_begin_unknown`, of the output since the planes became one. Spec: RFC 1952 §8.
uint32_t lv_inflate_checksum(const lv_inflate_state *state);

/// The length of the output since `lv_inflate_begin` or `lv_inflate_begin_unknown` in bytes, modulo 2^32.
uint32_t lv_inflate_output_byte_count(const lv_inflate_state *state);

/// The number of block headers that were read since `lv_inflate_begin` or `lv_inflate_begin_unknown`. One with dynamic codes
/// takes 2 to 3 µs, as long as a few kilobytes of content, and there may be one in each 40 bytes of data.
uint64_t lv_inflate_block_count(const lv_inflate_state *state);

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
///
/// Lanes in two planes can be at any place of `lanes`.
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

/// The CRC-32 of two messages, one after the other, from those of both and the length of the second in bytes. Spec: RFC
/// 1952 §8.
uint32_t lv_crc32_combine(uint32_t first, uint32_t second, uint64_t second_byte_count);

/// What `lv_find_block` returns if it finds nothing.
static const uint64_t LV_NO_BLOCK = UINT64_MAX;

/// The first bit from `from_bit` up to, but not including, `to_bit` at which a DEFLATE block may begin, as a guess: bits
/// are counted from the first one of `bytes`, which are a part of DEFLATE data. LV_NO_BLOCK if there is none.
///
/// It finds headers of blocks with dynamic codes, if these are complete and the block is not the last one, and what
/// follows a stored block, if that is such a header or a further stored block. The data in a stored block may look like
/// blocks, so if a stored block begins up to 64 KiB before the place, its end is the guess. `bytes` should therefore
/// begin 64 KiB before `from_bit`, and they should end 64 KiB after `to_bit`: what is not in them cannot be found. The
/// last 256 bytes are not searched.
///
/// It allocates nothing and takes 5 KiB of stack.
uint64_t lv_find_block(const uint8_t *bytes, size_t byte_count, uint64_t from_bit, uint64_t to_bit);
