# layerverify: finding and installing the Debian packages that a script needs. To be sourced.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

# The libraries that the build links against; for the scripts that source this file.
# shellcheck disable=SC2034
build_packages="libssl-dev libzstd-dev zlib1g-dev"

# say LINE...: prints a message on standard error.
say() {
    printf '%s\n' "$@" >&2
}

is_installed() {
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# install_packages NAME...: prints and installs the packages that are missing; exits with 2 if that is impossible, or if
# LAYERVERIFY_NO_INSTALL is set.
install_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        # Not Debian: the build itself reports what is missing.
        return 0
    fi
    missing=""
    for package in "$@"; do
        is_installed "$package" || missing="$missing $package"
    done
    missing=${missing# }
    if [ -z "$missing" ]; then
        return 0
    fi
    if [ -n "${LAYERVERIFY_NO_INSTALL:-}" ]; then
        say "missing packages: $missing" \
            "LAYERVERIFY_NO_INSTALL is set, so nothing is installed; as root: apt-get install $missing"
        exit 2
    fi
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root="sudo"
    else
        say "missing packages: $missing" "install them as root: apt-get install $missing"
        exit 2
    fi
    say "installing by apt-get: $missing (set LAYERVERIFY_NO_INSTALL=1 to install nothing)"
    log=$(mktemp)
    # shellcheck disable=SC2086 # the names are to be split
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing \
        >"$log" 2>&1; then
        # The package lists may be old or missing.
        # shellcheck disable=SC2086
        if ! { $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing; } \
            >"$log" 2>&1; then
            cat "$log" >&2
            rm -f "$log"
            say "could not install: $missing"
            exit 2
        fi
    fi
    rm -f "$log"
}

# require_swift: exits with 2 and says what to install if there is no Swift 6.2 or later.
require_swift() {
    if ! command -v swift >/dev/null 2>&1; then
        say "swift is not installed: layerverify needs Swift 6.2 or later (6.3 is what it is tested with)" \
            "see https://www.swift.org/install/linux/, then run this again"
        exit 2
    fi
    swift_version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case "$swift_version" in
    [0-5].* | 6.0 | 6.1)
        say "swift is $swift_version: layerverify needs 6.2 or later, see https://www.swift.org/install/linux/"
        exit 2
        ;;
    esac
}
