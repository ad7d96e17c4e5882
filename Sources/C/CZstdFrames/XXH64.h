// layerverify: the checksum of zstd frames.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "Bits.h"
#include <stddef.h>

/// A running XXH64 checksum with seed zero.
///
/// Spec: the description of XXH64 that RFC 8878 §3.1.1 refers to.
typedef struct {
    uint64_t lanes[4];
    uint64_t byte_count;
    uint8_t rest[32];
} lv_xxh64;

void lv_xxh64_begin(lv_xxh64 *hash);
/// Copies bytes, which must not overlap, and adds them to the checksum.
///
/// The multiplications of the checksum leave the core time to copy: both together take as long as the checksum by itself.
void lv_xxh64_copy(lv_xxh64 *hash, uint8_t *to, const uint8_t *bytes, size_t byte_count);
/// The checksum of all bytes so far.
uint64_t lv_xxh64_value(const lv_xxh64 *hash);
