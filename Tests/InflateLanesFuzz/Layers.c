// layerverify: compares CInflateLanes with zlib, on the gzip streams in files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "CInflateLanes.h"
#include "GzipHeader.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE_BYTE_COUNT = 128 << 10, TEAM_LIMIT = 4, TAR_BLOCK_BYTE_COUNT = 512 };

/// The data of one member, up to the end of its file, and the results of zlib.
typedef struct {
    const char *path;
    const uint8_t *data;
    size_t file_offset, byte_count, consumed_byte_count;
    uint64_t content_byte_count;
    uint32_t checksum;
    lv_inflate_status ending;
} member;

static member *members;
static size_t member_count, member_capacity;

static void ask_zlib(member *member) {
    static uint8_t room[PIECE_BYTE_COUNT];
    z_stream z = {0};
    if (inflateInit2(&z, -15) != Z_OK) abort();
    size_t position = 0;
    int code = Z_OK;
    member->checksum = (uint32_t)crc32(0, NULL, 0);
    while (code == Z_OK || code == Z_BUF_ERROR) {
        if (z.avail_in == 0) {
            const size_t left = member->byte_count - position;
            if (left == 0) break;
            z.next_in = (uint8_t *)(uintptr_t)(member->data + position);
            z.avail_in = (uInt)(left < PIECE_BYTE_COUNT ? left : PIECE_BYTE_COUNT);
            position += z.avail_in;
        }
        do {
            z.next_out = room;
            z.avail_out = sizeof room;
            code = inflate(&z, Z_NO_FLUSH);
            const size_t count = sizeof room - z.avail_out;
            member->checksum = (uint32_t)crc32(member->checksum, room, (uInt)count);
            member->content_byte_count += count;
        } while (code == Z_OK && z.avail_out == 0);
    }
    member->ending = code == Z_STREAM_END ? LV_INFLATE_DATA_ENDED
        : code == Z_DATA_ERROR           ? LV_INFLATE_FAILED
                                         : LV_INFLATE_NEEDS_INPUT;
    member->consumed_byte_count = position - z.avail_in;
    inflateEnd(&z);
}

/// Adds a member and all members that follow it.
static void collect(const char *path, const uint8_t *bytes, size_t offset, size_t byte_count) {
    size_t header;
    while (offset < byte_count && (header = header_byte_count(bytes + offset, byte_count - offset)) > 0) {
        if (member_count == member_capacity) {
            member_capacity = member_capacity ? 2 * member_capacity : 1024;
            members = realloc(members, member_capacity * sizeof *members);
            if (!members) abort();
        }
        offset += header;
        member *new = &members[member_count++];
        *new = (member){.path = path, .data = bytes + offset, .file_offset = offset, .byte_count = byte_count - offset};
        ask_zlib(new);
        if (new->ending != LV_INFLATE_DATA_ENDED) return;
        offset += new->consumed_byte_count + 8;
    }
}

static void load(const char *path) {
    const int file = open(path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        perror(path);
        exit(2);
    }
    if (status.st_size > 0) {
        const size_t byte_count = (size_t)status.st_size;
        const uint8_t *bytes = mmap(NULL, byte_count, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes == MAP_FAILED) abort();
        // A blob, or an archive that contains blobs.
        for (size_t offset = 0; offset + 3 <= byte_count; offset += TAR_BLOCK_BYTE_COUNT)
            if (memcmp(bytes + offset, "\x1f\x8b\x08", 3) == 0) collect(path, bytes, offset, byte_count);
    }
    close(file);
}

/// A lane, and the member that it decodes.
typedef struct {
    const member *member;
    size_t position;
    uint64_t content_byte_count;
    uint32_t checksum;
    lv_inflate_lane lane;
    uint8_t room[PIECE_BYTE_COUNT];
} work;

static bool take_next(work *work, size_t *next) {
    if (*next == member_count) return false;
    work->member = &members[(*next)++];
    work->position = 0;
    work->content_byte_count = 0;
    work->checksum = (uint32_t)crc32(0, NULL, 0);
    work->lane.status = LV_INFLATE_NEEDS_INPUT;
    work->lane.input_byte_count = 0;
    work->lane.stop_bit = UINT64_MAX;
    lv_inflate_begin(work->lane.state);
    return true;
}

static void demand(bool condition, const work *work, size_t team, const char *what) {
    if (condition) return;
    fprintf(
        stderr, "%s, member's data at byte %zu, team of %zu: %s\n", work->member->path, work->member->file_offset, team,
        what);
    exit(1);
}

/// Processes the result of a lane. Returns true if its member is done.
static bool absorb(work *work, size_t team) {
    const member *member = work->member;
    const size_t count = PIECE_BYTE_COUNT - work->lane.output_byte_count;
    work->checksum = (uint32_t)crc32(work->checksum, work->room, (uInt)count);
    work->content_byte_count += count;
    const size_t consumed = work->position - work->lane.input_byte_count;
    switch (work->lane.status) {
    case LV_INFLATE_CAN_GO_ON:
    case LV_INFLATE_OUTPUT_FULL: return false;
    case LV_INFLATE_NEEDS_INPUT:
        if (work->position < member->byte_count) return false;
        break;
    case LV_INFLATE_DATA_ENDED: demand(consumed == member->consumed_byte_count, work, team, "data end elsewhere"); break;
    // What remains is compared with the ending below.
    default: break;
    }
    demand(work->lane.status == member->ending, work, team, "another end");
    demand(work->content_byte_count == member->content_byte_count, work, team, "another length");
    demand(work->checksum == member->checksum, work, team, "other content");
    demand(lv_inflate_checksum(work->lane.state) == member->checksum, work, team, "another checksum");
    return true;
}

static void decode_all(size_t team) {
    static work works[TEAM_LIMIT];
    size_t next = 0, active_count = 0;
    work *active[TEAM_LIMIT];
    for (size_t i = 0; i < team; i++) {
        if (!works[i].lane.state) {
            works[i].lane.state = malloc(lv_inflate_state_byte_count());
            lv_inflate_initialize(works[i].lane.state);
        }
        if (take_next(&works[i], &next)) active[active_count++] = &works[i];
    }
    while (active_count > 0) {
        lv_inflate_lane lanes[TEAM_LIMIT];
        for (size_t i = 0; i < active_count; i++) {
            work *work = active[i];
            if (work->lane.input_byte_count == 0) {
                const size_t left = work->member->byte_count - work->position;
                work->lane.input = work->member->data + work->position;
                work->lane.input_byte_count = left < PIECE_BYTE_COUNT ? left : PIECE_BYTE_COUNT;
                work->position += work->lane.input_byte_count;
            }
            work->lane.output = work->room;
            work->lane.output_byte_count = sizeof work->room;
            lanes[i] = work->lane;
        }
        lv_inflate_advance(lanes, active_count);
        size_t kept = 0;
        for (size_t i = 0; i < active_count; i++) {
            active[i]->lane = lanes[i];
            if (!absorb(active[i], team) || take_next(active[i], &next)) active[kept++] = active[i];
        }
        active_count = kept;
    }
}

/// usage: layers FILE...; decodes every gzip member in the files, in teams of one to four.
int main(int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++) load(arguments[i]);
    size_t complete = 0;
    uint64_t content_byte_count = 0;
    for (size_t i = 0; i < member_count; i++) {
        complete += members[i].ending == LV_INFLATE_DATA_ENDED;
        content_byte_count += members[i].content_byte_count;
    }
    for (size_t team = 1; team <= TEAM_LIMIT; team++) decode_all(team);
    printf(
        "%zu members, %zu of them complete, %.3f GB of content, as zlib decodes them in teams of 1 to %d\n",
        member_count, complete, (double)content_byte_count / 1e9, TEAM_LIMIT);
    return complete > 0 ? 0 : 1;
}
