# layerverify: gzip files by many compressors, for fuzzers. To be sourced after packages.sh.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# The packages of the compressors.
# shellcheck disable=SC2034
sample_packages="gzip pigz zopfli libdeflate-tools isal p7zip-full tabix advancecomp openssl"

# make_gzip_samples FOLDER [DIVISOR]: compresses text, a program and incompressible data with each compressor into
# FOLDER/*.gz; a divisor reduces their sizes. Must be called in the root of the sources.
make_gzip_samples() {
    local folder=$1 divisor=${2:-1} file level
    local text=$folder/text program=$folder/program noise=$folder/noise
    head -c $((150000 / divisor)) <(cat Sources/*/*.swift) >"$text"
    head -c $((300000 / divisor)) "$(readlink -f /bin/bash)" >"$program"
    openssl rand $((70000 / divisor)) >"$noise" 2>/dev/null || head -c $((70000 / divisor)) /dev/urandom >"$noise"
    for file in "$text" "$program" "$noise"; do
        for level in 1 6 9; do
            gzip -"$level" -c "$file" >"$file.gzip-$level.gz"
            pigz -"$level" -i -b 128 -c "$file" >"$file.pigz-$level.gz"
        done
        pigz -11 -b 128 -I 2 -c "$file" >"$file.pigz-11.gz"
        for level in 1 6 12; do libdeflate-gzip -"$level" -c "$file" >"$file.libdeflate-$level.gz"; done
        for level in 0 1 2 3; do igzip -"$level" -c "$file" >"$file.igzip-$level.gz" 2>/dev/null; done
        zopfli --i2 -c "$file" >"$file.zopfli.gz"
        bgzip -c "$file" >"$file.bgzip.gz"
        for level in 1 5 9; do 7z a -tgzip -mx="$level" -bso0 -bsp0 "$file.7z-$level.gz" "$file"; done
        gzip -6 -c "$file" >"$file.advdef.gz"
        advdef -q -z -3 "$file.advdef.gz"
    done
}
