// layerverify: placeholder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

enum Placeholder {}
