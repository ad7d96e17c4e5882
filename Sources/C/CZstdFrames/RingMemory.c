// layerverify: the memory of the ring of a frame.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "RingMemory.h"
#include <stdlib.h>
#include <sys/mman.h>

enum {
    /// The size of huge pages on x86-64, and on aarch64 with pages of 4 KiB. If they have another size, the advice below
    /// has no effect.
    HUGE_PAGE_BYTE_COUNT = 2 << 20,
    /// A multiple of every size of a page.
    LARGEST_PAGE_BYTE_COUNT = 64 << 10,
};

#if defined(MADV_HUGEPAGE)

/// Maps memory that ends with whole huge pages. What is left over is at the beginning, in pages of the usual size, so that
/// many short frames touch no huge page.
static lv_ring_memory map(size_t byte_count) {
    const size_t length =
        (byte_count + LARGEST_PAGE_BYTE_COUNT - 1) / LARGEST_PAGE_BYTE_COUNT * LARGEST_PAGE_BYTE_COUNT;
    const size_t reserved = length + HUGE_PAGE_BYTE_COUNT;
    void *const mapping = mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return (lv_ring_memory){0};
    // The last boundary of huge pages within the mapping is behind `length` bytes at least.
    uint8_t *const bytes = mapping;
    const size_t after = ((uintptr_t)bytes + reserved) % HUGE_PAGE_BYTE_COUNT;
    const size_t before = reserved - after - length;
    if (before > 0) munmap(bytes, before);
    if (after > 0) munmap(bytes + before + length, after);
    const size_t usual = length % HUGE_PAGE_BYTE_COUNT;
    // If the system refuses, the pages have the usual size.
    (void)madvise(bytes + before + usual, length - usual, MADV_HUGEPAGE);
    return (lv_ring_memory){bytes + before, length};
}

#else

static lv_ring_memory map(size_t byte_count) {
    (void)byte_count;
    return (lv_ring_memory){0};
}

#endif

lv_ring_memory lv_ring_memory_allocate(size_t byte_count) {
    if (byte_count >= HUGE_PAGE_BYTE_COUNT && byte_count <= SIZE_MAX / 2) {
        const lv_ring_memory memory = map(byte_count);
        if (memory.bytes) return memory;
    }
    return (lv_ring_memory){.bytes = malloc(byte_count)};
}

void lv_ring_memory_free(lv_ring_memory memory) {
    if (memory.mapped_byte_count > 0) munmap(memory.bytes, memory.mapped_byte_count);
    else free(memory.bytes);
}
