// layerverify: C macros and calls that Swift cannot see, one line each.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "CLayerShims.h"

#if defined(__x86_64__)
// A function of its own: the rest of the program must run where there is no AVX.
__attribute__((target("avx"), noinline)) static void lv_vzeroupper(void) { __builtin_ia32_vzeroupper(); }

void lv_clear_upper_vector_halves(void) { if (__builtin_cpu_supports("avx")) lv_vzeroupper(); }
#else
void lv_clear_upper_vector_halves(void) {}
#endif
