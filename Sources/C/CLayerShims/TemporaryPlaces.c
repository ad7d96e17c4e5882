// layerverify: signals, and the files that must be removed when the process ends.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// This is C because a signal handler must not allocate or take a lock, and no Swift statement guarantees that.

#include "CLayerShims.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { place_count = 16, deepest_level = 8, removal_rounds = 3 };

/// Each path belongs to the thread that takes it out by an exchange.
static _Atomic(char *) places[place_count];

/// Removes a file, or a folder and its content. Uses only functions that a signal handler may call.
static void remove_tree(int folder, const char *name, int levels) {
    if (unlinkat(folder, name, 0) == 0 || levels == 0)
        return;
    int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below >= 0) {
        _Alignas(struct dirent64) char buffer[4096];
        long count;
        while ((count = syscall(SYS_getdents64, below, buffer, sizeof buffer)) > 0) {
            for (long offset = 0; offset < count;) {
                struct dirent64 *entry = (struct dirent64 *)(buffer + offset);
                offset += entry->d_reclen;
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                    remove_tree(below, entry->d_name, levels - 1);
            }
        }
        close(below);
    }
    unlinkat(folder, name, AT_REMOVEDIR);
}

static void remove_places(void) {
    for (int slot = 0; slot < place_count; slot++) {
        char *path = atomic_exchange(&places[slot], NULL);
        // Another thread may create one more file in a folder at the same time.
        for (int round = 0; path && round < removal_rounds && access(path, F_OK) == 0; round++)
            remove_tree(AT_FDCWD, path, deepest_level);
    }
}

void lv_remove_places(void) { remove_places(); }

static void unblock(int number) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, number);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

_Noreturn void lv_end_by_signal(int number) {
    signal(number, SIG_DFL);
    unblock(number);
    raise(number);
    _exit(128 + number);
}

// MARK: Signals that end a run early

static const int watched[] = {SIGHUP, SIGINT, SIGTERM};
enum { watched_count = sizeof watched / sizeof watched[0] };
/// Not measured: people need longer to see that a program continues, and programs send signals twice within
/// microseconds.
static const int64_t repetition_nanoseconds = 200000000;

static _Atomic int caught_signal;
static _Atomic int64_t caught_nanoseconds;

static void take_signal(int number) {
    int saved_errno = errno;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    int64_t now = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    int64_t first = 0;
    if (atomic_compare_exchange_strong(&caught_nanoseconds, &first, now)) {
        atomic_store(&caught_signal, number);
    } else if (now - first >= repetition_nanoseconds) {
        lv_erase_drawn();
        // Before files are removed, which a hung file system can delay: from here on another signal kills the process.
        for (int i = 0; i < watched_count; i++) {
            signal(watched[i], SIG_DFL);
            unblock(watched[i]);
        }
        remove_places();
        lv_end_by_signal(number);
    }
    errno = saved_errno;
}

void lv_watch_signals(void) {
    for (int i = 0; i < watched_count; i++) {
        struct sigaction action;
        if (sigaction(watched[i], NULL, &action) != 0 || action.sa_handler == SIG_IGN)
            continue;
        action.sa_handler = take_signal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        for (int j = 0; j < watched_count; j++)
            sigaddset(&action.sa_mask, watched[j]);
        sigaction(watched[i], &action, NULL);
    }
}

int lv_caught_signal(void) { return atomic_load(&caught_signal); }

// MARK: All other signals that end a process

static struct sigaction previous[_NSIG];

static bool is_fault(int number) {
    return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE || number == SIGTRAP;
}

static bool ends_process(int number) {
    switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGCONT:
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
        return false;
    default:
        return true;
    }
}

static void remove_and_end(int number, siginfo_t *info, void *context) {
    (void)context;
    sigaction(number, &previous[number], NULL);
    unblock(number);
    remove_places();
    // The instruction that caused the fault fails again when it is resumed.
    if (!is_fault(number) || info->si_code <= 0)
        raise(number);
}

static void guard_places(void) {
    static atomic_flag is_done = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set(&is_done))
        return;
    for (int number = 1; number < _NSIG; number++) {
        if (!ends_process(number) || sigaction(number, NULL, &previous[number]) != 0)
            continue;
        // A signal that is already handled or ignored is left alone; but a handler that reports faults is called after
        // this one.
        if (previous[number].sa_handler != SIG_DFL && (!is_fault(number) || previous[number].sa_handler == SIG_IGN))
            continue;
        struct sigaction action = {.sa_sigaction = remove_and_end, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
        sigemptyset(&action.sa_mask);
        sigaction(number, &action, NULL);
    }
}

int lv_note_place(const char *path) {
    char *copy = strdup(path);
    for (int slot = 0; copy && slot < place_count; slot++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&places[slot], &none, copy)) {
            guard_places();
            return slot;
        }
    }
    free(copy);
    return -1;
}

void lv_forget_place(int slot) { free(atomic_exchange(&places[slot], NULL)); }
