// layerverify: the C headers of libisal, for Swift.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <isa-l.h>
