// layerverify: erasing what is drawn on a terminal before a signal stops or ends the process.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// This is C because a signal handler must not allocate or take a lock, and no Swift statement guarantees that.

#include "CLayerShims.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

static _Atomic bool is_drawn;

void lv_note_drawn(int drawn) { atomic_store(&is_drawn, drawn != 0); }

void lv_erase_drawn(void) {
    if (!atomic_exchange(&is_drawn, false))
        return;
    static const char erase_below[] = "\r\033[J";
    // There is no place to report an error.
    ssize_t count = write(STDERR_FILENO, erase_below, sizeof erase_below - 1);
    (void)count;
}

/// Stops the process as the default action of SIGTSTP does, so that the shell sees it and that an orphaned process group,
/// which no shell could continue, is not stopped.
static void suspend(int number) {
    int saved_errno = errno;
    lv_erase_drawn();
    struct sigaction stopping = {.sa_handler = SIG_DFL}, handling;
    sigemptyset(&stopping.sa_mask);
    sigaction(number, &stopping, &handling);
    sigset_t signals, previous;
    sigemptyset(&signals);
    sigaddset(&signals, number);
    raise(number);
    // The signal is delivered here, and this returns after SIGCONT.
    pthread_sigmask(SIG_UNBLOCK, &signals, &previous);
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    sigaction(number, &handling, NULL);
    errno = saved_errno;
}

void lv_watch_suspension(void) {
    struct sigaction action;
    if (sigaction(SIGTSTP, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
        return;
    action.sa_handler = suspend;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, &action, NULL);
    // Some parents leave it blocked.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}
