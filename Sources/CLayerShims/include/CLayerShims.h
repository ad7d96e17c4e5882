// layerverify: C macros and calls that Swift cannot see, one line each.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>

/// O_PATH needs _GNU_SOURCE, which Swift's Glibc module does not define everywhere.
static inline int lv_o_path(void) { return O_PATH; }

/// Ends the penalty that dirty upper halves of the vector registers put on SSE code; needed after ISA-L's isal_inflate.
void lv_clear_upper_vector_halves(void);
