# layerverify: checks JUnit XML by its schema and by programs that read it.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: check_junit.py PROGRAM XSD IMAGE...

xmllint validates the report; junitparser and junit2html read it; their numbers are compared with the JSON of the run.
"""

import os
import re
import subprocess
import sys
import tempfile

import junitparser
import verdicts

CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def kind(case):
    """The result of a test case as junitparser reads it."""
    kinds = {junitparser.Failure: "refuted", junitparser.Error: "undetermined", junitparser.Skipped: "skipped"}
    found = [kinds[type(result)] for result in case.result]
    return found[0] if len(found) == 1 else "passed" if not found else "several"


def main(program, schema, images):
    check = verdicts.Check("junit")
    report, texts = verdicts.run(program, images, ["junit"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "junit.xml")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(texts["junit"])
        lint = subprocess.run(["xmllint", "--noout", "--schema", schema, path], capture_output=True, check=False)
        check.that(lint.returncode == 0, "xmllint: " + lint.stderr.decode(errors="replace")[:500])
        page = os.path.join(folder, "junit.html")
        html = subprocess.run(
            [sys.executable, "-m", "junit2htmlreport", path, page], capture_output=True, check=False)
        check.that(html.returncode == 0 and os.path.getsize(page) > 1000, "junit2html: " + html.stderr.decode()[-500:])
        suites = list(junitparser.JUnitXml.fromfile(path))
    check.that(not CHARACTERS.search(texts["junit"]), "a character that XML forbids")
    totals = {"refuted": 0, "undetermined": 0, "skipped": 0}
    names = set()
    of_images = []
    for suite in suites:
        cases = list(suite)
        results = [kind(case) for case in cases]
        for result in results:
            totals[result] = totals.get(result, 0) + 1
        check.that(suite.tests == len(cases), f"{suite.name}: {suite.tests} tests, {len(cases)} elements")
        for number, result in [(suite.failures, "refuted"), (suite.errors, "undetermined"), (suite.skipped, "skipped")]:
            check.that(number == results.count(result), f"{suite.name}: {number} {result}, {results.count(result)} elements")
        names.update((case.classname, case.name) for case in cases)
        if cases[0].name.endswith(": documents"):
            of_images.append((suite.name, results))
    check.that(len(names) == sum(len(list(suite)) for suite in suites), "two tests have one name")
    check.that("several" not in totals, "a test has several results")
    # The images of the JSON have one suite each, in order, and its worst result is their outcome.
    check.that(len(of_images) == len(report["images"]), f"{len(of_images)} suites, {len(report['images'])} images")
    for image, (name, results) in zip(report["images"], of_images):
        worst = next((outcome for outcome in ("refuted", "undetermined") if outcome in results), "verified")
        check.that(worst == image["outcome"], f"{name}: {worst} for {image['outcome']}")
        check.that(len(results) == 1 + len(image["layers"]), f"{name}: {len(results)} tests")
        # A layer passes if and only if the JSON calls it verified.
        for layer, result in zip(image["layers"], results[1:]):
            check.that((layer["outcome"] == "verified") == (result == "passed"), f"{name}: a layer {result}")
    worst = next((outcome for outcome in ("refuted", "undetermined") if totals[outcome]), "verified")
    check.that(worst == report["outcome"], f"the whole is {worst}, not {report['outcome']}")
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
