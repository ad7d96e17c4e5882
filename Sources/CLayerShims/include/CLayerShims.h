// layerverify: C macros and calls that Swift cannot see, one line each, and what must be done within a signal handler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/// O_PATH needs _GNU_SOURCE, which Swift's Glibc module does not define everywhere.
static inline int lv_o_path(void) { return O_PATH; }

/// O_TMPFILE needs _GNU_SOURCE, too.
static inline int lv_o_tmpfile(void) { return O_TMPFILE; }

/// CPU_COUNT is a macro. The number of CPUs this thread may run on; 0 if they cannot be told.
static inline int lv_affinity_cpu_count(void) { cpu_set_t set; return sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set); }

/// Lets large blocks go back to the system when they are freed. By default glibc keeps the more of them the larger they
/// were. Setting one threshold keeps it from moving both; these are its own first values.
static inline void lv_return_freed_memory(void) { mallopt(M_TRIM_THRESHOLD, 128 * 1024); }

/// Swift's Glibc module has no statfs. The type of the file system that a file is on; 0 if it cannot be told.
static inline unsigned lv_file_system_type(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 ? (unsigned)status.f_type : 0;
}

/// memmem needs _GNU_SOURCE. Where `needle` lies within `bytes`; NULL if nowhere.
static inline const void *lv_find(const void *bytes, size_t byte_count, const void *needle, size_t needle_byte_count) {
    return memmem(bytes, byte_count, needle, needle_byte_count);
}

/// glibc has no ioprio_set. Puts the calling thread (IOPRIO_WHO_PROCESS, 0) into IOPRIO_CLASS_IDLE; -1 if that fails.
static inline int lv_set_idle_io_class(void) { return (int)syscall(SYS_ioprio_set, 1, 0, 3 << 13); }

// CLayerShims.c.

/// The number of arguments that the process was started with, and its name, which counts; 0 where they are not known.
///
/// Swift's `CommandLine` reads them from /proc, which not every process has, and replaces what is not UTF-8.
int lv_argument_count(void);

/// An argument as it was given; NULL unless `index` is less than `lv_argument_count`.
const char *lv_argument(int index);

// TemporaryPlaces.c. Only what a signal handler may call is called by the handlers that these functions install.

/// Takes note of the first SIGHUP, SIGINT or SIGTERM from now on, in place of ending the process. Another one of these that
/// comes 200 ms or more after it removes the noted places and ends the process, and a third one kills while that goes on.
/// One that is ignored stays so.
void lv_watch_signals(void);

/// The first signal that came since `lv_watch_signals`; 0 for none.
int lv_caught_signal(void);

/// Ends the process by a signal, whatever handles it.
_Noreturn void lv_end_by_signal(int number);

/// Notes a file or a folder that is to be removed should a signal end the process, by `lv_watch_signals` or any other that
/// can be caught and that nobody handles. Returns its slot for `lv_forget_place`; -1 if it is not noted, for want of memory
/// or with 16 noted already.
int lv_note_place(const char *path);

/// The place of a slot is gone, or is to stay.
void lv_forget_place(int slot);
