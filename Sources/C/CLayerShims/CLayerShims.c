// layerverify: the arguments of the process as raw bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "CLayerShims.h"

static int argument_count;
static char **arguments;

/// glibc calls constructors with the arguments of main.
__attribute__((constructor)) static void note_arguments(int count, char **values) {
#ifdef __GLIBC__
    argument_count = count;
    arguments = values;
#else
    (void)count;
    (void)values;
#endif
}

int lv_argument_count(void) { return argument_count; }

const char *lv_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }
