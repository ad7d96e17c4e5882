#!/bin/sh
# layerverify: pushes an image only if it verifies, and without changing a byte of it.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
#
# usage: verify-before-push.sh IMAGE DESTINATION [OPTION...]
#   IMAGE        an OCI image layout, as a folder or a tar archive, with one image or one index
#   DESTINATION  where to push it, such as registry.example.com/app:1.2
#   OPTION       options of layerverify, such as --expect-digest sha256:...
#
# It prints the digest that was pushed. Where the image does not verify it ends with the exit status of layerverify.
# Needs layerverify and skopeo.
set -eu
if [ $# -lt 2 ]; then
    sed -n 's/^# \{0,1\}//; 5,9p' "$0" >&2
    exit 64
fi
image=$1
destination=$2
shift 2

case $image in
*:*)
    echo "$0: skopeo cannot open a path with a colon: $image" >&2
    exit 64
    ;;
esac
if [ -f "$image/oci-layout" ]; then
    source="oci:$image"
elif [ -f "$image" ]; then
    source="oci-archive:$image"
else
    echo "$0: not an OCI image layout: $image" >&2
    exit 64
fi

# Standard output is for the digest.
layerverify "$@" -- "$image" >&2

# Without --preserve-digests skopeo may compress layers again, and other bytes than those verified would be pushed.
digest=$(mktemp)
trap 'rm -f "$digest"' EXIT
skopeo copy --all --preserve-digests --digestfile "$digest" "$source" "docker://$destination" >&2
cat "$digest"
