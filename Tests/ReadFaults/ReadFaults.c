// layerverify: makes one read of a program fail.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0
//
// A library for LD_PRELOAD. It counts the system calls that open, look up, list or read files below one path, and makes
// one of them fail. A program finds its functions with dlsym. See Tests/LayerVerifyTests/ReadFaultTests.swift.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// The effect on a call. The numbers are those of `ReadFaults.Effect`.
enum effect {
    NONE,
    IO_ERROR,     ///< the call fails with EIO
    NO_ACCESS,    ///< the call fails with EACCES
    NOT_FOUND,    ///< the call fails with ENOENT
    INTERRUPTED,  ///< the call fails with EINTR
    CUT,          ///< a read returns nothing, as if the file had become shorter
    HALF,         ///< a read returns half of the requested bytes
};

/// The kind of a call. The numbers are those of `ReadFaults.Kind`. OPENS and LOOKS have a name that may not be found.
enum kind { OPENS, LOOKS, READS, LISTS };

enum { CALL_LIMIT = 20000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/// The following variables are guarded by the lock. `below` is also read without it, to see whether there is work to
/// do.
static char below[PATH_MAX];
static int call_count;
static struct {
    const char *function;
    enum kind kind;
    int found;
    char path[160];
} calls[CALL_LIMIT];
static int wanted_number = -1;
static enum effect wanted_effect;
static int goes_on;
static int delivered_count;
static const char *faulty_function;
static enum kind faulty_kind;
static char faulty_path[PATH_MAX];
static off_t faulty_offset;
static int was_asked_again;

/// Begins to count the calls below a path; NULL ends this. The call with that number gets the effect; -1 for none. With
/// `on` later calls of the same kind for the same path also get it.
///
/// Returns 0 if the previous effect did not occur, 1 if it did, and 2 if the program also repeated the call, which then
/// had no effect.
__attribute__((visibility("default"))) int read_faults_set(const char *path, int number, int effect, int on) {
    pthread_mutex_lock(&lock);
    int result = delivered_count ? 1 + was_asked_again : 0;
    snprintf(below, sizeof below, "%s", path ? path : "");
    wanted_number = number;
    wanted_effect = effect;
    goes_on = on;
    call_count = delivered_count = was_asked_again = 0;
    pthread_mutex_unlock(&lock);
    return result;
}

/// Describes a call since the last `read_faults_set`: returns its kind, and sets `found` and the function and path as
/// text; returns -1 if there is none.
__attribute__((visibility("default"))) int read_faults_call(int number, int *found, char *text, int size) {
    if (number >= call_count || number >= CALL_LIMIT) return -1;
    *found = calls[number].found;
    const char *path = calls[number].path;
    snprintf(text, size, "%s %s", calls[number].function, path[0] ? path : ".");
    return calls[number].kind;
}

static int is_below(const char *path) {
    size_t length = strlen(below);
    return length && !strncmp(path, below, length) && (path[length] == 0 || path[length] == '/');
}

/// The effect on a call for `path` that would find a file or not, or would read up to `count` bytes.
static enum effect effect_on(const char *function, enum kind kind, const char *path, int found, off_t offset,
                             size_t count) {
    if (!is_below(path)) return NONE;
    pthread_mutex_lock(&lock);
    enum effect effect = NONE;
    int number = call_count++;
    if (number < CALL_LIMIT) {
        calls[number].function = function;
        calls[number].kind = kind;
        calls[number].found = found;
        snprintf(calls[number].path, sizeof calls[number].path, "%s", path + strlen(below));
    }
    if (number == wanted_number) {
        effect = wanted_effect;
        faulty_function = function;
        faulty_kind = kind;
        faulty_offset = offset;
        snprintf(faulty_path, sizeof faulty_path, "%s", path);
    } else if (wanted_number >= 0 && number > wanted_number && kind == faulty_kind && !strcmp(path, faulty_path)) {
        if (goes_on) effect = wanted_effect;
        int is_same = function == faulty_function && offset <= faulty_offset && faulty_offset - offset <= (off_t)count;
        // For a listing, the call that returns its end counts instead.
        if (!goes_on && is_same && kind != LISTS) was_asked_again = 1;
    }
    if (effect) delivered_count++;
    pthread_mutex_unlock(&lock);
    return effect;
}

/// Sets errno. Returns true if the effect is an error.
static int is_error(enum effect effect) {
    static const int errors[] = {[IO_ERROR] = EIO, [NO_ACCESS] = EACCES, [NOT_FOUND] = ENOENT, [INTERRUPTED] = EINTR};
    if (effect == NONE || effect >= CUT) return 0;
    errno = errors[effect];
    return 1;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/// The path of a descriptor; an empty text if there is none.
static void path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
}

static enum effect effect_at(const char *function, enum kind kind, int folder, const char *name) {
    if (!below[0]) return NONE;
    char base[PATH_MAX] = "", path[2 * PATH_MAX];
    int is_absolute = name[0] == '/' || folder == AT_FDCWD;
    if (!is_absolute) path_of(folder, base);
    snprintf(path, sizeof path, "%s%s%s", base, is_absolute ? "" : "/", name);
    struct stat status;
    int error = errno;
    int found = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0;
    errno = error;
    return effect_on(function, kind, path, found, 0, 0);
}

static enum effect effect_on_bytes(const char *function, enum kind kind, int descriptor, int found, off_t offset,
                                   size_t count) {
    if (!below[0]) return NONE;
    char path[PATH_MAX];
    path_of(descriptor, path);
    return effect_on(function, kind, path, found, offset, count);
}

static enum effect effect_of(const char *function, enum kind kind, int descriptor) {
    return effect_on_bytes(function, kind, descriptor, 1, 0, 0);
}

int openat(int folder, const char *name, int flags, ...) {
    REAL(openat);
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return is_error(effect_at("openat", OPENS, folder, name)) ? -1 : real(folder, name, flags, mode);
}

int fstatat(int folder, const char *restrict name, struct stat *restrict status, int flags) {
    REAL(fstatat);
    // This call was made by this library itself.
    if (flags & AT_NO_AUTOMOUNT) return real(folder, name, status, flags);
    return is_error(effect_at("fstatat", LOOKS, folder, name)) ? -1 : real(folder, name, status, flags);
}

ssize_t readlinkat(int folder, const char *restrict name, char *restrict text, size_t size) {
    REAL(readlinkat);
    return is_error(effect_at("readlinkat", LOOKS, folder, name)) ? -1 : real(folder, name, text, size);
}

int fstat(int descriptor, struct stat *status) {
    REAL(fstat);
    return is_error(effect_of("fstat", READS, descriptor)) ? -1 : real(descriptor, status);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
    REAL(pread);
    // At the end of a file there is nothing to cut.
    char byte;
    int found = below[0] && real(descriptor, &byte, 1, offset) > 0;
    enum effect effect = effect_on_bytes("pread", READS, descriptor, found, offset, count);
    if (is_error(effect)) return -1;
    if (effect == CUT) return 0;
    return real(descriptor, bytes, effect == HALF && count > 1 ? count / 2 : count, offset);
}

DIR *fdopendir(int descriptor) {
    REAL(fdopendir);
    return is_error(effect_of("fdopendir", LISTS, descriptor)) ? NULL : real(descriptor);
}

struct dirent *readdir(DIR *folder) {
    REAL(readdir);
    if (is_error(effect_of("readdir", LISTS, dirfd(folder)))) return NULL;
    struct dirent *entry = real(folder);
    if (!entry && below[0]) {
        char path[PATH_MAX];
        int error = errno;
        path_of(dirfd(folder), path);
        pthread_mutex_lock(&lock);
        if (delivered_count && !goes_on && faulty_kind == LISTS && !strcmp(path, faulty_path)) was_asked_again = 1;
        pthread_mutex_unlock(&lock);
        errno = error;
    }
    return entry;
}
