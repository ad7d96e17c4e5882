// layerverify: zlib as an oracle for whole gzip files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

/*
#cgo LDFLAGS: -lz
#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum { COMPLETE, TRUNCATED, REFUSED, TRAILING, TOO_LARGE, BROKEN };

// Decodes every member of a file, as gzip(1) does; zlib itself reads headers and trailers. Returns the length of the
// content, and where the last complete member ended.
static int gunzip(const uint8_t *in, size_t in_size, uint8_t *out, size_t capacity, size_t *out_size, size_t *end) {
	z_stream z;
	memset(&z, 0, sizeof z);
	*out_size = *end = 0;
	if (inflateInit2(&z, 15 + 16) != Z_OK) return BROKEN;
	int result = BROKEN;
	size_t position = 0;
	for (;;) {
		z.next_in = (Bytef *)(in + position);
		z.avail_in = (uInt)(in_size - position);
		z.next_out = out + *out_size;
		z.avail_out = (uInt)(capacity - *out_size);
		const int code = inflate(&z, Z_NO_FLUSH);
		position = in_size - z.avail_in;
		*out_size = capacity - z.avail_out;
		if (code == Z_DATA_ERROR) { result = REFUSED; break; }
		if (code == Z_OK || code == Z_BUF_ERROR) {
			if (*out_size == capacity) { result = TOO_LARGE; break; }
			if (position == in_size) { result = TRUNCATED; break; }
			if (code == Z_BUF_ERROR) break;
			continue;
		}
		if (code != Z_STREAM_END) break;
		*end = position;
		if (position == in_size) { result = COMPLETE; break; }
		if (in[position] != 0x1f) { result = TRAILING; break; }
		if (position + 1 == in_size) { result = TRUNCATED; break; }
		if (in[position + 1] != 0x8b) { result = TRAILING; break; }
		if (inflateReset(&z) != Z_OK) break;
	}
	inflateEnd(&z);
	return result;
}

// Compresses with any level, strategy, window and memory. A flush other than Z_FINISH follows each part.
static size_t squeeze(
	const uint8_t *in, size_t in_size, size_t part_size, uint8_t *out, size_t capacity, int level, int window, int memory,
	int strategy, int flush) {
	z_stream z;
	memset(&z, 0, sizeof z);
	if (deflateInit2(&z, level, Z_DEFLATED, -window, memory, strategy) != Z_OK) return 0;
	z.next_in = (Bytef *)in;
	z.next_out = out;
	z.avail_out = (uInt)capacity;
	while (in_size > part_size) {
		z.avail_in = (uInt)part_size;
		deflate(&z, flush);
		in_size -= part_size;
	}
	z.avail_in = (uInt)in_size;
	const int code = deflate(&z, Z_FINISH);
	const size_t size = z.total_out;
	deflateEnd(&z);
	return code == Z_STREAM_END ? size : 0;
}
*/
import "C"

import "unsafe"

func pointer(bytes []byte) *C.uint8_t {
	if len(bytes) == 0 {
		return (*C.uint8_t)(unsafe.Pointer(&zeroByte[0]))
	}
	return (*C.uint8_t)(unsafe.Pointer(&bytes[0]))
}

var zeroByte = make([]byte, 1)

// Content up to this length is compared; longer streams are counted and skipped.
const contentCapacity = 8 << 20

var zlibContent = make([]byte, contentCapacity)

// The result of zlib.
func byZlib(stream []byte) verdict {
	var size, end C.size_t
	code := C.gunzip(
		pointer(stream), C.size_t(len(stream)), pointer(zlibContent), C.size_t(len(zlibContent)), &size, &end)
	result := verdict{place: int(end)}
	switch code {
	case C.COMPLETE:
		result.ending = complete
	case C.TRUNCATED:
		result.ending = truncated
	case C.REFUSED:
		result.ending = refused
	case C.TRAILING:
		result.ending = trailing
	case C.TOO_LARGE:
		result.ending = tooLarge
	default:
		result.ending = broken
	}
	result.setContent(zlibContent[:size])
	return result
}

// Data from zlib's deflate, with parameters that the generator chooses.
func (g *generator) deflated(content []byte) []byte {
	out := make([]byte, len(content)+len(content)/8+4096)
	part := len(content) + 1
	flush := C.int(C.Z_NO_FLUSH)
	if g.oneIn(3) {
		part = 1 + g.below(len(content)+1)
		if part < len(content)/20 {
			part = len(content)/20 + 1
		}
		flush = []C.int{C.Z_SYNC_FLUSH, C.Z_FULL_FLUSH, C.Z_PARTIAL_FLUSH, C.Z_BLOCK}[g.below(4)]
	}
	size := C.squeeze(
		pointer(content), C.size_t(len(content)), C.size_t(part), pointer(out), C.size_t(len(out)), C.int(g.below(10)),
		C.int(9+g.below(7)), C.int(1+g.below(9)), C.int(g.below(5)), flush)
	if size == 0 {
		panic("zlib does not compress")
	}
	return out[:size]
}
