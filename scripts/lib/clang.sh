# shellcheck shell=bash
# layerverify: finds clang, for the scripts that source this after packages.sh.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0

# The clang next to swift, which builds the product; otherwise any clang with libFuzzer.
clang=clang
if swift=$(command -v swift) && [[ -x $(dirname "$(readlink -f "$swift")")/clang ]]; then
    clang=$(dirname "$(readlink -f "$swift")")/clang
fi
if ! command -v "$clang" >/dev/null; then
    say "clang is not installed: it comes with Swift"
    exit 2
fi
