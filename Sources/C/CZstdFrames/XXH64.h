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
void lv_xxh64_update(lv_xxh64 *hash, const uint8_t *bytes, size_t byte_count);
/// The checksum of all bytes so far.
uint64_t lv_xxh64_value(const lv_xxh64 *hash);
