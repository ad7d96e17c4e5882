# layerverify: one run with several reports, for the checks of report formats.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the program once and reads its JSON, with which the other reports of the run are compared."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata


def run(program, images, formats):
    """Verifies `images`; returns the JSON report and a dictionary of the texts of the other formats."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, "report." + name) for name in ["json", *formats]}
        options = [option for name, path in paths.items() for option in ("--report", f"{name}={path}")]
        result = subprocess.run([program, "verify", *options, *images], capture_output=True, check=False)
        if result.returncode not in (0, 1, 2):
            sys.exit(f"{program} ended with {result.returncode}: {result.stderr.decode(errors='replace')}")
        texts = {}
        for name, path in paths.items():
            with open(path, encoding="utf-8", errors="strict", newline="") as file:
                texts[name] = file.read()
    return json.loads(texts.pop("json")), texts


NAMED_BYTE = r"\\x[89a-f][0-9a-f]"


def visible(text):
    """The text as reports for people show it: the same rules as VisibleText.swift, written again."""
    known = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    hidden = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}

    def shown(part):
        return "".join(known.get(c) or (f"\\u{{{ord(c):x}}}" if unicodedata.category(c) in hidden else c) for c in part)

    # A byte that is not UTF-8 is named in messages already.
    return "".join(
        part if re.fullmatch(NAMED_BYTE, part) else shown(part) for part in re.split(f"({NAMED_BYTE})", text)
    )


class Check:
    """Counts statements and collects those that are false."""

    def __init__(self, name):
        self.name, self.count, self.faults = name, 0, []

    def that(self, condition, statement):
        self.count += 1
        if not condition:
            self.faults.append(statement)

    def finish(self):
        for fault in self.faults[:20]:
            print(f"{self.name}: {fault}", file=sys.stderr)
        if self.faults or self.count == 0:
            sys.exit(f"{self.name}: {len(self.faults)} of {self.count} statements are false")
        print(f"{self.name}: {self.count} statements hold")
