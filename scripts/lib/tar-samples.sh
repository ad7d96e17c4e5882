# layerverify: tar archives by several programs, as seeds for fuzzers. To be sourced, after packages.sh.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# What `make_tar_samples` needs, for the scripts that source this file.
# shellcheck disable=SC2034
tar_sample_packages="tar libarchive-tools python3"

# make_tar_samples FOLDER: archives of one small tree by GNU tar, bsdtar and Python, in each of their formats and with sparse files,
# and the archives of the corpus. They are at most 32 KiB long.
make_tar_samples() {
    local folder=$1 tree=$1/tree count=0 file format
    mkdir -p "$tree/dir"
    printf 'some content\n' >"$tree/dir/file"
    head -c 700 /dev/zero | tr '\0' 'x' >"$tree/dir/a name with blanks and ö"
    mkdir -p "$tree/$(printf 'long%.0s' {1..30})/$(printf 'name%.0s' {1..30})"
    : >"$tree/$(printf 'long%.0s' {1..30})/$(printf 'name%.0s' {1..30})/empty"
    ln -s dir/file "$tree/link"
    ln -s "$(printf 'target%.0s' {1..30})" "$tree/long-link"
    ln "$tree/dir/file" "$tree/hard"
    mkfifo "$tree/fifo"
    touch -d '2001-02-03 04:05:06.789' "$tree/dir/file"
    local sparse=$tree/sparse
    truncate -s 40000 "$sparse"
    printf 'piece' | dd of="$sparse" bs=1 seek=12288 conv=notrunc status=none
    local many=$tree/many
    truncate -s 200000 "$many"
    for count in 1 2 3 4 5 6 7 8; do
        printf 'piece' | dd of="$many" bs=1 seek=$((count * 20480)) conv=notrunc status=none
    done
    for format in v7 oldgnu gnu ustar posix; do
        tar -C "$tree" --format "$format" --exclude sparse --exclude many -cf "$folder/gnu-$format" . 2>/dev/null || true
    done
    for format in 0.0 0.1 1.0; do
        tar -C "$tree" --format posix --sparse --sparse-version "$format" -b 1 -cf "$folder/sparse-$format" sparse many link
    done
    tar -C "$tree" --format gnu --sparse -b 1 -cf "$folder/sparse-gnu" many sparse link
    tar -C "$tree" --format posix --pax-option 'globexthdr.name=g,comment=c,path=p' -b 1 -cf "$folder/global" dir
    for format in ustar pax gnutar v7tar; do
        bsdtar -C "$tree" --format "$format" --exclude many --exclude sparse -cf "$folder/bsdtar-$format" . 2>/dev/null || true
    done
    bsdtar -C "$tree" --format pax -cf "$folder/bsdtar-sparse" sparse dir
    for format in USTAR PAX GNU; do
        python3 - "$tree" "$folder/python-$format" "$format" <<'PYTHON'
import sys
import tarfile

tree, path, name = sys.argv[1:]
with tarfile.open(path, "w", format=getattr(tarfile, name + "_FORMAT")) as archive:
    for member in ("dir", "link", "hard", "fifo"):
        archive.add(f"{tree}/{member}", member)
PYTHON
    done
    rm -rf "$tree"
    count=0
    while IFS= read -r file; do
        count=$((count + 1))
        head -c 32768 "$file" >"$folder/corpus-$count"
    done < <(find corpus -name '*.tar' | sort)
}
