# layerverify: what scripts/package and scripts/install share. To be sourced after packages.sh and progress.sh, in the root
# of the sources.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# The folder of the release build of the static program; not that of scripts/layerverify, whose flags differ.
static_build=.build-package

# tool_version: prints the version that the program reports. It is written in one file only.
tool_version() {
    sed -n 's/.*static let version = "\(.*\)"/\1/p' Sources/Model/Tool.swift
}

# changelog_heading: prints the newest heading of CHANGELOG.md, such as "0.1.0 - 2025-06-30" or "0.1.0 - unreleased".
changelog_heading() {
    sed -n 's/^## //p' CHANGELOG.md | head -n 1
}

# source_epoch: prints SOURCE_DATE_EPOCH, or the time of the last commit.
source_epoch() {
    local epoch=${SOURCE_DATE_EPOCH:-}
    if [[ -z $epoch ]]; then
        epoch=$(git log -1 --format=%ct 2>/dev/null) || {
            say "this is not a git clone: set SOURCE_DATE_EPOCH to the time of the sources, in seconds since 1970"
            exit 2
        }
    fi
    if [[ ! $epoch =~ ^[0-9]+$ ]]; then
        say "SOURCE_DATE_EPOCH is not a number of seconds: $epoch"
        exit 64
    fi
    echo "$epoch"
}

# static_flags: sets the array of flags that make the program of the packages: fully static, without paths of this machine and
# without an identifier of the build, so that builds in two folders give the same bytes. LAYERVERIFY_STATIC_EXECUTABLE:
# see Sources/C/CLayerShims/StaticRuntime.c.
static_flags() {
    local here
    here=$(pwd -P)
    flags=(--package-path . --scratch-path "$static_build" -c release --product layerverify
        --static-swift-stdlib -Xswiftc -static-executable
        -Xswiftc -gnone -Xswiftc -file-prefix-map -Xswiftc "$here=."
        -Xcc -g0 -Xcc "-ffile-prefix-map=$here=." -Xcc -DLAYERVERIFY_STATIC_EXECUTABLE
        -Xlinker --build-id=none -Xlinker "-Map=$here/$static_build/layerverify.map")
}

# build_static: builds the program of the packages; its path is "$static_build/release/layerverify".
build_static() {
    local flags
    static_flags
    mkdir -p "$static_build"
    # These variables change the build: Package.swift.
    # The order of some instructions depends on addresses in the compiler's memory, so these are not randomised. Where a
    # container forbids that, the program is the same but for such an order.
    local fixed=()
    if setarch --addr-no-randomize true 2>/dev/null; then fixed=(setarch --addr-no-randomize); fi
    if ! with_progress "$static_build/build.log" "${fixed[@]}" \
        env -u LAYERVERIFY_TESTING -u LAYERVERIFY_STRICT -u LAYERVERIFY_BENCHMARKS LAYERVERIFY_EXACT_VERSIONS=1 \
        swift build "${flags[@]}"; then
        cat "$static_build/build.log" >&2
        say "the build failed"
        exit 2
    fi
}

# write_pages PROGRAM FOLDER: writes man pages to FOLDER/man1 and completions to FOLDER/completions, one file per shell.
write_pages() {
    local program=$1 folder=$2 page pages shell
    mkdir -p "$folder/man1" "$folder/completions"
    pages=$("$program" __man --list)
    [[ $pages == layerverify* ]] || {
        say "the program lists no man pages"
        exit 2
    }
    for page in $pages; do
        if [[ $page == layerverify ]]; then
            "$program" __man
        else
            "$program" __man "${page#layerverify-}"
        fi >"$folder/man1/$page.1"
    done
    for shell in bash zsh fish; do
        # Completions are read by the shell, never run: no "#!" line.
        "$program" --generate-completion-script "$shell" | sed '1{/^#!/d}' >"$folder/completions/$shell"
    done
}

# stage PROGRAM PAGES PREFIX [LAYOUT]: copies the program and what write_pages wrote to PREFIX/bin and PREFIX/share. In the
# layout "debian" man pages are compressed and zsh's completions are in the folder of Debian's packages.
stage() {
    local program=$1 pages=$2 prefix=$3 layout=${4:-plain} zsh=site-functions page
    if [[ $layout == debian ]]; then zsh=vendor-completions; fi
    install -D -m 755 "$program" "$prefix/bin/layerverify"
    for page in "$pages"/man1/*.1; do
        install -D -m 644 "$page" "$prefix/share/man/man1/${page##*/}"
        if [[ $layout == debian ]]; then gzip -9n "$prefix/share/man/man1/${page##*/}"; fi
    done
    install -D -m 644 "$pages/completions/bash" "$prefix/share/bash-completion/completions/layerverify"
    install -D -m 644 "$pages/completions/zsh" "$prefix/share/zsh/$zsh/_layerverify"
    install -D -m 644 "$pages/completions/fish" "$prefix/share/fish/vendor_completions.d/layerverify.fish"
}
