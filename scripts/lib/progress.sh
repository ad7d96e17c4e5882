# layerverify: showing how far a build is. To be sourced, after packages.sh.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

# What the first build takes of one core, in minutes; more cores share it.
first_build_core_minutes=8

# announce_first_build: says what is built and how long that will take.
announce_first_build() {
    cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || cores=1
    minutes=$(((first_build_core_minutes + cores - 1) / cores))
    minutes_word=minutes
    if [ "$minutes" -eq 1 ]; then minutes_word=minute; fi
    cores_word=cores
    if [ "$cores" -eq 1 ]; then cores_word=core; fi
    say "building layerverify (release); the first build takes about $minutes $minutes_word on $cores $cores_word"
}

# with_progress LOG COMMAND...: runs a build, keeps what it prints in LOG, and shows its steps on standard error: in one line
# on a terminal, else as a line every ten seconds. Returns the status of the build.
with_progress() {
    progress_log=$1
    shift
    : >"$progress_log"
    # A pipe has the status of its last command only.
    if { "$@" 2>&1 || echo "$?" >"$progress_log.status"; } | show_steps "$progress_log"; then :; fi
    progress_status=0
    if [ -e "$progress_log.status" ]; then
        progress_status=$(cat "$progress_log.status")
        rm -f "$progress_log.status"
    fi
    return "$progress_status"
}

# show_steps LOG: copies lines to LOG, and shows those that tell of a step.
show_steps() {
    is_live=no
    if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then is_live=yes; fi
    columns=$(stty size <&2 2>/dev/null | cut -d ' ' -f 2) || columns=80
    [ "${columns:-0}" -gt 20 ] || columns=80
    shown=$(date +%s)
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$1"
        case "$line" in
        "["*/*"] "* | "Fetching "* | "Computing "* | "Creating "* | "Updating "*) ;;
        *) continue ;;
        esac
        if [ "$is_live" = yes ]; then
            # The last column stays free: some terminals wrap as soon as it is written to.
            printf '\r\033[K%.*s' $((columns - 1)) "$line" >&2
        elif now=$(date +%s) && [ $((now - shown)) -ge 10 ]; then
            shown=$now
            printf '%s\n' "$line" >&2
        fi
    done
    if [ "$is_live" = yes ]; then printf '\r\033[K' >&2; fi
}
