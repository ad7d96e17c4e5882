#!/bin/sh
# layerverify: runs layerverify for the GitHub Action.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
#
# Reads the variables that action.yml sets, with one value per line where there may be several. Writes the outputs
# `outcome`, `exit-code` and `reports`, and ends with the exit status of layerverify.
set -eu
newline='
'
return=$(printf '\r')

random() {
    od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n'
}

# fail MESSAGE: wrong use of the action.
fail() {
    printf '::error title=layerverify::%s\n' "$1"
    printf 'outcome=error\nexit-code=64\n' >>"$GITHUB_OUTPUT"
    exit 64
}

# is_on NAME VALUE: whether an input is true.
is_on() {
    case $2 in
    true) return 0 ;;
    false | "") return 1 ;;
    *) fail "$1 must be true or false" ;;
    esac
}

work=$(mktemp -d "$RUNNER_TEMP/layerverify-run.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The outputs come from a report of their own: with fail-on the exit status does not tell the outcome.
# What the program would do by itself in a workflow is turned off, because this script does it, in a safe order.
set -- verify --github=never "--report=text" "--report=json=$work/report.json"
if is_on annotations "${INPUT_ANNOTATIONS:-true}"; then set -- "$@" "--report=github=$work/annotations"; fi
if is_on summary "${INPUT_SUMMARY:-true}"; then set -- "$@" "--report=github-summary=$work/summary"; fi

# Values are joined to their options with '=', so that none is read as an option.
if [ -n "${INPUT_PLATFORM:-}" ]; then set -- "$@" "--platform=$INPUT_PLATFORM"; fi
if [ -n "${INPUT_FAIL_ON:-}" ]; then set -- "$@" "--fail-on=$INPUT_FAIL_ON"; fi
if [ -n "${INPUT_BASELINE:-}" ]; then set -- "$@" "--baseline=$INPUT_BASELINE"; fi
while IFS= read -r line; do
    line=${line%"$return"}
    if [ -n "$line" ]; then set -- "$@" "--ref=$line"; fi
done <<LINES
${INPUT_REF:-}
LINES
while IFS= read -r line; do
    line=${line%"$return"}
    if [ -n "$line" ]; then set -- "$@" "--expect-digest=$line"; fi
done <<LINES
${INPUT_EXPECT_DIGEST:-}
LINES
while IFS= read -r line; do
    line=${line%"$return"}
    if [ -n "$line" ]; then set -- "$@" "--ignore=$line"; fi
done <<LINES
${INPUT_IGNORE:-}
LINES
while IFS= read -r line; do
    line=${line%"$return"}
    if [ -n "$line" ]; then set -- "$@" "--ignore-file=$line"; fi
done <<LINES
${INPUT_IGNORE_FILE:-}
LINES
reports=""
while IFS= read -r line; do
    line=${line%"$return"}
    case $line in
    "") ;;
    ?*=?*)
        set -- "$@" "--report=$line"
        reports="$reports${reports:+$newline}${line#*=}"
        ;;
    *) fail "each line of reports must be FORMAT=FILE" ;;
    esac
done <<LINES
${INPUT_REPORTS:-}
LINES
while IFS= read -r line; do
    line=${line%"$return"}
    if [ -n "$line" ]; then set -- "$@" "$line"; fi
done <<LINES
${INPUT_ARGS:-}
LINES
set -- "$@" --
paths=0
while IFS= read -r line; do
    line=${line%"$return"}
    if [ -n "$line" ]; then
        set -- "$@" "$line"
        paths=$((paths + 1))
    fi
done <<LINES
${INPUT_PATH:-}
LINES
if [ "$paths" -eq 0 ]; then fail "path is empty"; fi

# Reports show text of the image, which must not reach the runner as a workflow command. Standard error is in the same
# stream, so that none of it arrives outside of the pair of lines.
# File times may have the granularity of a second.
touch -d "@$(($(date +%s) - 2))" "$work/started"
token=$(random)
printf '::stop-commands::%s\n' "$token"
status=0
"$LAYERVERIFY_PROGRAM" "$@" 2>&1 || status=$?
printf '\n::%s::\n' "$token"

if [ -s "$work/annotations" ]; then cat "$work/annotations"; fi
if [ -s "$work/summary" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$work/summary" >>"$GITHUB_STEP_SUMMARY"; fi

# The members of the JSON report are in the order and form of docs/json.md.
outcome=""
if [ -s "$work/report.json" ]; then
    outcome=$(sed -n '/^  "outcome"/{s/^  "outcome" *: *"\([a-z]*\)".*/\1/p;q;}' "$work/report.json")
fi
# A status of 0 without a verdict means that nothing was verified, as with --version among the arguments.
if [ "$status" -eq 0 ] && [ -z "$outcome" ]; then
    printf '::error::layerverify ended without a verdict\n'
    status=2
fi
# A file of an earlier run is not a report of this one.
written=""
while IFS= read -r line; do
    case $line in
    /*) file=$line ;;
    *) file=./$line ;;
    esac
    if [ -n "$line" ] && [ -f "$file" ] && [ -n "$(find "$file" -newer "$work/started")" ]; then
        written="$written${written:+$newline}$line"
    fi
done <<LINES
$reports
LINES
delimiter=$(random)
{
    printf 'outcome=%s\n' "${outcome:-error}"
    printf 'exit-code=%s\n' "$status"
    printf 'reports<<%s\n%s\n%s\n' "$delimiter" "$written" "$delimiter"
} >>"$GITHUB_OUTPUT"
exit "$status"
