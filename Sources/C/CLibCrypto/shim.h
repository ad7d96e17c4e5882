// layerverify: the C headers of libcrypto, for Swift.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include <openssl/evp.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
