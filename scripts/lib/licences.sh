# layerverify: the licences of what is linked into the program of the packages. To be sourced after release.sh.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# linked_archives: prints the path of each static library of which the linker used a part, from its map.
linked_archives() {
    # shellcheck disable=SC2154 # set by release.sh
    grep -oE '(^| )[^ ()]+\.a\(' "$static_build/layerverify.map" | tr -d ' (' | xargs -r -d '\n' readlink -f | sort -u
}

# write_licences FOLDER: writes the licence of every component that is linked, and a list of them (README). Fails if there is an
# archive whose licence it does not know. The libraries of the system must be from Debian's packages, or from those of a
# distribution derived from it, which have a file with their licences.
write_licences() {
    local folder=$1 archive archives package line swift name checkout
    local -A packages=()
    mkdir -p "$folder"
    install -m 644 LICENSE "$folder/layerverify.txt"
    swift=$(dirname "$(readlink -f "$(command -v swift)")")/..
    install -m 644 "$swift/share/swift/LICENSE.txt" "$folder/swift.txt"
    install -m 644 packaging/licences/foundation-uuid.txt "$folder/"
    {
        cat <<END
The program layerverify is licensed under the Apache License 2.0 (layerverify.txt). It is linked statically with the
following components. Their licences are in this folder; those that refer to files in /usr/share/common-licenses find
them in common/.

END
        archives=$(linked_archives)
        [[ -n $archives ]] || {
            say "the map of the linker names no libraries"
            exit 2
        }
        name="the Swift runtime, Dispatch and Foundation $(swift --version 2>/dev/null | sed -n 's/.*(\(swift-[^)]*\)).*/\1/p')"
        printf '%s\n    swift.txt: Apache License 2.0 with Runtime Library Exception; foundation-uuid.txt\n' "$name"
        for checkout in "$static_build"/checkouts/*; do
            name=${checkout##*/}
            install -m 644 "$checkout/LICENSE.txt" "$folder/$name.txt"
            printf '%s %s\n    %s.txt\n' "$name" "$(git -C "$checkout" describe --tags --exact-match)" "$name"
        done
        while IFS= read -r archive; do
            # Those of the toolchain are from one project and have one licence.
            if [[ $archive == */swift_static/linux/* ]]; then continue; fi
            package=$(dpkg-query -S "$archive" 2>/dev/null | cut -d : -f 1) || package=""
            if [[ -z $package || ! -e /usr/share/doc/$package/copyright ]]; then
                say "no licence of $archive is known: it is not from a Debian package"
                exit 2
            fi
            packages[$package]+="${archive##*/} "
        done <<<"$archives"
        for package in $(printf '%s\n' "${!packages[@]}" | sort); do
            install -m 644 "/usr/share/doc/$package/copyright" "$folder/$package.txt"
            # shellcheck disable=SC2016 # a format of dpkg-query
            printf '%s %s\n    %s.txt: %s\n' "$package" \
                "$(dpkg-query -W -f '${source:Package} ${source:Version}' "$package")" "$package" "${packages[$package]% }"
        done
        cat <<END

The C library is under the LGPL 2.1 or later. The sources of layerverify and the script that links it (scripts/package) are
public: build it with another version of the library to use that one.
END
    } >"$folder/README"
    # Texts that the files above refer to.
    for line in Apache-2.0 GPL-2 GPL-3 LGPL-2.1; do
        install -D -m 644 "/usr/share/common-licenses/$line" "$folder/common/$line"
    done
    chmod 644 "$folder/README"
}
