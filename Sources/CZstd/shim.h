// layerverify: the C headers of libzstd, for Swift.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
// ZSTD_decompressContinue and what belongs to it; the shared library has them, too.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>
