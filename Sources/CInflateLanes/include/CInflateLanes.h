// layerverify: DEFLATE data of several streams decoded in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// The most streams that are advanced at once.
#define LV_INFLATE_MAXIMUM_LANE_COUNT 4

/// What a decoder remembers between two calls: tables, the last 32 KiB of content, what is not put out yet.
///
/// It lies in memory that the caller owns, of `lv_inflate_state_byte_count` bytes, any alignment that malloc gives; it must
/// not be moved, for it holds addresses of its own parts.
typedef struct lv_inflate_state lv_inflate_state;

/// Why a lane stopped.
typedef enum {
    /// It did not stop; another lane did.
    LV_INFLATE_CAN_GO_ON,
    /// All input is taken and everything is put out.
    LV_INFLATE_NEEDS_INPUT,
    /// The room is full; input may be left.
    LV_INFLATE_OUTPUT_FULL,
    /// The last block is decoded and everything is put out. What is left of the input comes after the data.
    LV_INFLATE_DATA_ENDED,
    /// The data are damaged. What came before the damage is put out.
    LV_INFLATE_FAILED,
    /// The state or the input is at an address whose three highest bits are not zero. No lane of the call did anything.
    LV_INFLATE_UNSUPPORTED,
} lv_inflate_status;

/// One stream's part in a call; the call moves input and output on.
typedef struct {
    lv_inflate_state *state;
    const uint8_t *input;
    size_t input_byte_count;
    uint8_t *output;
    size_t output_byte_count;
    lv_inflate_status status;
} lv_inflate_lane;

/// The bytes that one state takes: 110 KiB.
size_t lv_inflate_state_byte_count(void);

/// Makes a state of uninitialised memory; `lv_inflate_begin` comes next.
void lv_inflate_initialize(lv_inflate_state *state);

/// Begins with DEFLATE data that know of nothing before them, as those of each gzip member do.
///
/// What came before must have ended or failed. Spec: RFC 1951.
void lv_inflate_begin(lv_inflate_state *state);

/// The CRC-32 of what was put out since `lv_inflate_begin`. Spec: RFC 1952 §8.
uint32_t lv_inflate_checksum(const lv_inflate_state *state);

/// How much was put out since `lv_inflate_begin`, modulo 2^32.
uint32_t lv_inflate_output_byte_count(const lv_inflate_state *state);

/// Advances up to four streams, each with a state of its own, until one of them cannot go on.
///
/// The tokens of one stream wait for each other: where the next code begins is known when the last one is looked up. One
/// stream leaves most of the core idle; several that know nothing of each other fill it. On a Zen 3 core (0.71 GB/s by ISA-L,
/// 40 MB of each of eight layers of `usr-image DIR gzip 2600`, CRC-32 included, medians of three rounds), as multiples of
/// ISA-L's speed: one stream 0.85, two 1.26, three 1.40, four 1.41; since matches of over 32 bytes are copied in the loop
/// two are 8 % faster than that, and four 4 to 5 %.
///
/// Every lane gets a status. Of the lanes that could go on nothing is lost: the next call, with the input and the room
/// that are left to them and with any other lanes beside them, takes up where this one stopped. Splitting input or room
/// otherwise gives the same bytes and the same end.
///
/// Nothing is allocated. The call itself keeps nothing, and takes 41 KiB of stack.
void lv_inflate_advance(lv_inflate_lane *lanes, size_t lane_count);

/// The hashes that are advanced together.
#define LV_INFLATE_HASH_COUNT 2

/// Two running SHA-256 hashes with the same number of blocks to take; the call moves data and the number on.
typedef struct {
    /// Of each hash its eight words, a to h, in the CPU's own order.
    uint32_t *states[LV_INFLATE_HASH_COUNT];
    /// The next bytes of each message, 64 times `block_count` of them; no alignment is needed.
    const uint8_t *data[LV_INFLATE_HASH_COUNT];
    size_t block_count;
} lv_inflate_hashes;

/// True where `lv_inflate_advance_and_hash` hashes: on x86-64 with SHA-NI, AVX2 and BMI2.
int lv_inflate_hashing_is_supported(void);

/// The same as `lv_inflate_advance`, to the byte, while blocks are hashed in the gaps that decoding leaves.
///
/// `hashes`: `count` pairs of hashes, taken one after the other, each until it has no more blocks; how many of all blocks are
/// hashed depends on how many tokens are decoded, a block of each hash for three tokens of a lane. What is left, which may be
/// everything, is the caller's to hash or to give again. Where hashing is not supported nothing is hashed.
///
/// The two states of a pair must not be the same; those of different pairs may be, and are then advanced in the order of the
/// pairs. The data must not be what this call decodes. Whenever the call returns, states, data and numbers agree.
///
/// It is made for two lanes. On a Zen 3 core, with 1.3 bytes to hash for each decoded one (200 MB of four layers of
/// `usr-image DIR gzip 2600`, CRC-32 included), as multiples of the time of `lv_inflate_advance` with four lanes and then
/// `lv_sha256_advance` with four: one lane 1.18, two 0.88, three 0.89, four 0.98; where other processes want the same caches,
/// 1.14, 0.87, 0.91, 1.03. One after the other, two lanes take 1.06 and three 1.00; decoding alone takes 0.73 with four.
/// Since longer matches are copied in the loop, two lanes with hashes take 0.94 of what they took then.
///
/// Spec: FIPS 180-4 §6.2.2.
void lv_inflate_advance_and_hash(
    lv_inflate_lane *lanes, size_t lane_count, lv_inflate_hashes *hashes, size_t count);

/// The CRC-32 of `byte_count` bytes, which go on from bytes whose CRC-32 is `checksum` (0 before the first), and which are
/// copied to `destination` on the way. The two must not overlap. Spec: RFC 1952 §8.
uint32_t lv_crc32_copy(uint32_t checksum, uint8_t *destination, const uint8_t *source, size_t byte_count);

/// The same without copying.
uint32_t lv_crc32(uint32_t checksum, const uint8_t *bytes, size_t byte_count);

/// The same as on a CPU whose widest registers have fewer bytes, 32 or 16, or that cannot multiply without carry at all, 0:
/// for tests of what this CPU would not use. Without a destination nothing is copied.
uint32_t lv_crc32_narrow(size_t widest, uint32_t checksum, uint8_t *destination, const uint8_t *source, size_t byte_count);
