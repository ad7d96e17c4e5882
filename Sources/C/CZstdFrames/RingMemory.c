// layerverify: the memory of the ring of a frame.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "RingMemory.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    /// The size of huge pages on x86-64, and on aarch64 with pages of 4 KiB. If they have another size, the advice below
    /// has no effect.
    HUGE_PAGE_BYTE_COUNT = 2 << 20,
};

lv_ring_memory lv_ring_memory_allocate(size_t byte_count) { return (lv_ring_memory){.bytes = malloc(byte_count)}; }

/// The memory ends with whole huge pages. What is left over is at the beginning, in pages of the usual size.
lv_ring_memory lv_ring_memory_map(size_t byte_count) {
#if defined(MADV_HUGEPAGE)
    const long page = sysconf(_SC_PAGESIZE);
    if (page <= 0 || byte_count < HUGE_PAGE_BYTE_COUNT || byte_count > SIZE_MAX / 2) return (lv_ring_memory){0};
    const size_t length = (byte_count + (size_t)page - 1) / (size_t)page * (size_t)page;
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
#else
    (void)byte_count;
    return (lv_ring_memory){0};
#endif
}

void lv_ring_memory_free(lv_ring_memory memory) {
    if (memory.mapped_byte_count > 0) munmap(memory.bytes, memory.mapped_byte_count);
    else free(memory.bytes);
}
