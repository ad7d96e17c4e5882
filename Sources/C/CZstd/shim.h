// layerverify: the C headers of libzstd, for Swift.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <zstd.h>
#include <zstd_errors.h>
