// layerverify: the C headers of libz, for Swift.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <zlib.h>
