// layerverify: headers of gzip members, for programs that read samples.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <stddef.h>
#include <stdint.h>

/// The length of the header of a member; zero if there is no header.
static size_t header_byte_count(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 18 || bytes[0] != 0x1f || bytes[1] != 0x8b || bytes[2] != 8 || bytes[3] > 0x1f) return 0;
    size_t position = 10;
    if (bytes[3] & 4) position += 2u + bytes[10] + 256u * bytes[11];
    for (int flag = 8; flag <= 16; flag *= 2) {
        if (!(bytes[3] & flag)) continue;
        while (position < byte_count && bytes[position]) position++;
        position++;
    }
    if (bytes[3] & 2) position += 2;
    return position < byte_count ? position : 0;
}
