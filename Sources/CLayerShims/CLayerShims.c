// layerverify: C macros and calls that Swift cannot see, one line each.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// All of them are inline; a target needs a source file.
#include "CLayerShims.h"
