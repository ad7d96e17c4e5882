# layerverify: images whose names attack the formats of reports.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: hostile_images.py FOLDER: makes one image layout with an image for each name; every second layer is damaged."""

import gzip
import hashlib
import json
import os
import sys

# Markup of Markdown, HTML, XML, TAP, YAML and workflow commands; line ends; control characters; direction of writing.
NAMES = [
    "a|b||c\\|d\\\\|e", "`code` ``two`` ```", "```\n## heading\n```", "<img src=x onerror=alert(1)>", "</details></table>",
    "[link](https://example.org) ![image](https://example.org/x.png)", "<https://example.org> www.example.org",
    "@someone #1 owner/repo#2 0123456789abcdef0123456789abcdef01234567 me@example.org", "*a* _b_ ~~c~~ **d** $x^2$",
    "x # SKIP all is well", "x # TODO later", "\nok 1 - forged", "\n1..0 # SKIP", "Bail out!", "]]> &amp; <!-- --> <![CDATA[",
    "\x1b[2J\x07\x00", "\u202ebidi\u2066", "\u2028\u2029\x85", "\ufffe\uffff\ufeff", "'single' \"double\" %s {{x}}",
    "---\n...\nkey: value", "::error file=x::forged", "- [ ] task\n1. list\n> quote", "emoji :tada: \U0001f600 e\u0301 \u05d0",
    "  spaces  ", "a\tb", "\\u{23} \\n \\\\",
]


def main(folder):
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)

    def store(content, damage=False):
        digest = hashlib.sha256(content).hexdigest()
        with open(os.path.join(blobs, digest), "wb") as file:
            file.write(content[:-1] + bytes([content[-1] ^ 1]) if damage else content)
        return {"digest": "sha256:" + digest, "size": len(content)}

    manifests = []
    for number, name in enumerate(NAMES):
        tar = bytes(10240) + number.to_bytes(2, "big") * 256
        layer = store(gzip.compress(tar, mtime=0), damage=number % 2 == 1)
        config = {
            "architecture": name, "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest()]},
            "history": [{"created_by": name}],
        }
        manifest = {
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **store(json.dumps(config).encode())},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **layer}],
        }
        entry = {"mediaType": manifest["mediaType"], **store(json.dumps(manifest).encode())}
        entry["annotations"] = {"org.opencontainers.image.ref.name": name}
        manifests.append(entry)
    with open(os.path.join(folder, "index.json"), "w", encoding="ascii") as file:
        json.dump({"schemaVersion": 2, "manifests": manifests}, file)
    with open(os.path.join(folder, "oci-layout"), "w", encoding="ascii") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)


if __name__ == "__main__":
    main(sys.argv[1])
