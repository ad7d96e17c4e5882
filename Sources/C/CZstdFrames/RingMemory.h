// layerverify: the memory of the ring of a frame.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// Memory that is not initialized.
typedef struct {
    /// Null if there is none.
    uint8_t *bytes;
    /// The size of the mapping that begins with `bytes`; zero if `malloc` allocated them.
    size_t mapped_byte_count;
} lv_ring_memory;

/// Allocates `byte_count` bytes; `bytes` is null if there is no memory.
lv_ring_memory lv_ring_memory_allocate(size_t byte_count);

/// Maps at least `byte_count` bytes, in huge pages as far as the system has them. `bytes` is null if they are shorter than a
/// huge page, or if there is no memory.
lv_ring_memory lv_ring_memory_map(size_t byte_count);

/// Frees memory; it may be empty.
void lv_ring_memory_free(lv_ring_memory memory);
