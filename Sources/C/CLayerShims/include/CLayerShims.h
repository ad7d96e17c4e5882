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

/// O_TMPFILE also needs _GNU_SOURCE.
static inline int lv_o_tmpfile(void) { return O_TMPFILE; }

/// CPU_COUNT is a macro. The number of CPUs on which this thread may run; 0 if it cannot be determined.
static inline int lv_affinity_cpu_count(void) { cpu_set_t set; return sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set); }

/// Returns freed large blocks to the system. By default glibc keeps the more memory, the larger the blocks were.
/// Setting one threshold stops glibc from adjusting both; this is its initial value.
static inline void lv_return_freed_memory(void) { mallopt(M_TRIM_THRESHOLD, 128 * 1024); }

/// Swift's Glibc module has no statfs. The type of the file system of an open file; 0 if it cannot be determined.
static inline unsigned lv_file_system_type(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 ? (unsigned)status.f_type : 0;
}

/// memmem needs _GNU_SOURCE. The first occurrence of `needle` in `bytes`; NULL if there is none.
static inline const void *lv_find(const void *bytes, size_t byte_count, const void *needle, size_t needle_byte_count) {
    return memmem(bytes, byte_count, needle, needle_byte_count);
}

/// glibc has no ioprio_set. Puts the calling thread (IOPRIO_WHO_PROCESS, 0) into IOPRIO_CLASS_IDLE; returns -1 if that
/// fails.
static inline int lv_set_idle_io_class(void) { return (int)syscall(SYS_ioprio_set, 1, 0, 3 << 13); }

// CLayerShims.c.

/// The number of arguments of the process, including its name; 0 if they are unknown.
///
/// Swift's `CommandLine` reads them from /proc, which not every process has, and replaces bytes that are not UTF-8.
int lv_argument_count(void);

/// An argument as raw bytes; NULL unless `index` is less than `lv_argument_count`.
const char *lv_argument(int index);

// TemporaryPlaces.c. The handlers that these functions install only call functions that signal handlers may call.

/// Catches the first SIGHUP, SIGINT or SIGTERM from now on instead of ending the process. Another of these signals that
/// arrives at least 200 ms later removes the registered files and ends the process; a third one kills it during that. A
/// signal that is ignored remains ignored.
void lv_watch_signals(void);

/// The first signal since `lv_watch_signals`; 0 for none.
int lv_caught_signal(void);

/// Ends the process with a signal, even if the signal is handled.
_Noreturn void lv_end_by_signal(int number);

/// Registers a file or folder that must be removed if a signal ends the process: one of `lv_watch_signals`, or any
/// other that can be caught and is not handled. Returns its slot for `lv_forget_place`; -1 if it was not registered
/// because there is no memory or 16 are registered already.
int lv_note_place(const char *path);

/// Unregisters the file or folder of a slot, which was removed or must remain.
void lv_forget_place(int slot);

/// Removes all registered files and folders. May be called by a signal handler.
void lv_remove_places(void);

// Memory.c.

/// From now on a process that is aborted (SIGABRT, as Swift does if an allocation fails) while less than a quarter of the address
/// space that it may use is left says so on standard error, and ends with this status.
void lv_explain_lack_of_memory(int status);

// Suspension.c.

/// From now on SIGTSTP (Ctrl-Z) erases what `lv_note_drawn` says is drawn before it stops the process, unless the signal is
/// ignored or handled already.
void lv_watch_suspension(void);

/// Says whether something is drawn on standard error, a terminal, from the line of the cursor down.
void lv_note_drawn(int drawn);

/// Erases what is drawn. May be called by a signal handler.
void lv_erase_drawn(void);
