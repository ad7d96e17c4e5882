#!/bin/sh
# layerverify: installs a release for the GitHub Action, after checking its checksum.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
#
# Reads the variables that action.yml sets. Writes the output `program`, and adds the program's folder to PATH for later
# steps. The archive is kept in the runner's tool cache, and its checksum is checked each time.
set -eu
newline='
'

fail() {
    # The message is one line: a line feed in an input would begin another workflow command.
    printf '::error title=layerverify::%s\n' "$(printf '%s' "$1" | tr -d '\r' | tr '\n' ' ')"
    printf 'exit-code=%s\n' "${2:-2}" >>"$GITHUB_OUTPUT"
    exit "${2:-2}"
}

output() {
    case $2 in
    *"$newline"*) fail "a path contains a line feed" ;;
    esac
    printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# download URL FILE: by curl or wget, whichever there is.
download() {
    if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --retry 3 --output "$2" -- "$1"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$2" -- "$1"
    else
        fail "neither curl nor wget is installed"
    fi
}

sha256_of() {
    sha256sum <"$1" | cut -d ' ' -f 1
}

case ${INPUT_INSTALL:-release} in
path)
    program=$(command -v layerverify) || fail "install is 'path', and layerverify is not on PATH"
    output program "$program"
    exit 0
    ;;
release) ;;
*) fail "install must be 'release' or 'path'" 64 ;;
esac

version=${INPUT_VERSION:-}
if [ -z "$version" ]; then
    # The action and the program have one version, and this is where it is. A copy of the action may lack the file.
    source="$GITHUB_ACTION_PATH/Sources/Model/Tool.swift"
    [ -f "$source" ] || fail "this copy of the action does not say its version: set the input version" 64
    version=$(sed -n 's/.*static let version = "\(.*\)".*/\1/p' "$source")
fi
version=${version#v}
case $version in
'' | [!0-9]* | *[!0-9A-Za-z.+-]*) fail "the version must be one such as 1.2.3" 64 ;;
esac

[ "$(uname -s)" = Linux ] || fail "releases are for Linux only: build layerverify from source and use install: path"
case $(uname -m) in
x86_64) architecture=x86_64 ;;
aarch64 | arm64) architecture=aarch64 ;;
*) fail "there is no release for the architecture $(uname -m)" ;;
esac

checksum=$(printf '%s' "${INPUT_CHECKSUM:-}" | tr 'A-F' 'a-f')
checksum=${checksum#sha256:}
case $checksum in
*[!0-9a-f]*) fail "the checksum must be 64 hexadecimal digits" 64 ;;
esac
case ${#checksum} in
0 | 64) ;;
*) fail "the checksum must be 64 hexadecimal digits" 64 ;;
esac

url=${INPUT_RELEASE_URL:-}
if [ -z "$url" ]; then
    # The variable is empty on some runners; then the path of the action, .../_actions/OWNER/NAME/REF, has it.
    repository=${ACTION_REPOSITORY:-}
    if [ -z "$repository" ]; then
        repository=$(printf '%s\n' "$GITHUB_ACTION_PATH" | sed -n 's|.*/_actions/\([^/]*/[^/]*\)/.*|\1|p')
    fi
    [ -n "$repository" ] || fail "the action's repository is unknown: set release-url, or install: path" 64
    url="${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download/v$version"
fi
url=${url%/}

name="layerverify-$version-linux-$architecture"
cache="${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/layerverify/$version/$architecture"
mkdir -p "$cache"
archive="$cache/$name.tar.gz"

if [ -z "$checksum" ]; then
    sums="$RUNNER_TEMP/layerverify-$version-SHA256SUMS"
    download "$url/${sums##*/}" "$sums" || fail "could not download $url/${sums##*/}"
    # In sha256sum's format: digest, space, space or asterisk, name.
    checksum=$(awk -v name="$name.tar.gz" '$2 == name || $2 == "*" name { print $1 }' "$sums")
    case $checksum in
    *[!0-9a-f]*) checksum="" ;;
    esac
    [ "${#checksum}" -eq 64 ] || fail "the checksum file of release $version has no line for $name.tar.gz"
fi

if [ ! -f "$archive" ] || [ "$(sha256_of "$archive")" != "$checksum" ]; then
    part=$(mktemp "$cache/part.XXXXXX")
    trap 'rm -f "$part"' EXIT
    download "$url/$name.tar.gz" "$part" || fail "could not download $url/$name.tar.gz"
    actual=$(sha256_of "$part")
    [ "$actual" = "$checksum" ] || fail "$name.tar.gz has another checksum: expected $checksum, actual $actual"
    mv "$part" "$archive"
fi

# A folder of its own: a program that an earlier job left in a shared place is not run.
folder=$(mktemp -d "$RUNNER_TEMP/layerverify.XXXXXX")
tar -xzf "$archive" -C "$folder"
program="$folder/layerverify-$version/bin/layerverify"
[ -x "$program" ] || fail "$name.tar.gz does not contain layerverify-$version/bin/layerverify"
"$program" --version >/dev/null || fail "the program of release $version does not run on this machine"
output program "$program"
printf '%s\n' "${program%/*}" >>"$GITHUB_PATH"
printf 'layerverify %s, sha256 %s\n' "$version" "$checksum"
