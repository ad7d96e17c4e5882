// layerverify: the end of a process that has no memory left.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Swift aborts if an allocation fails. Limits of large tables are checked before (AddressSpace.swift); this is for all others.

#include "CLayerShims.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>

static int exit_status;

/// Whether less than a quarter of the address space that the process may use is left.
static bool lacks_memory(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return false;
    size_t quarter = limit.rlim_cur / 4;
    void *probe = mmap(NULL, quarter, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        return true;
    munmap(probe, quarter);
    return false;
}

static void end_without_memory(int number) {
    lv_erase_drawn();
    lv_remove_places();
    if (lacks_memory()) {
        static const char message[] =
            "layerverify: out of memory: the address space is limited (ulimit -v), and the run was given up\n";
        ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
        (void)written;
        _exit(exit_status);
    }
    lv_end_by_signal(number);
}

void lv_explain_lack_of_memory(int status) {
    exit_status = status;
    struct sigaction action = {.sa_handler = end_without_memory};
    sigemptyset(&action.sa_mask);
    sigaction(SIGABRT, &action, NULL);
}
