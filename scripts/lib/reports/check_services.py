# layerverify: checks the JSON reports and those for services by their schemas and by what the services require.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: check_services.py PROGRAM SARIF-SCHEMA CORPUS HOSTILE

Runs every case of the corpus and an image layout with hostile names, and validates json, sarif, gitlab and github, and the lists and
comparisons of their files.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata
import urllib.parse

import jsonschema

OWN = pathlib.Path(__file__).resolve().parent
FORMATS = ["json", "sarif", "gitlab", "github", "github-summary"]
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
# Findings about a file that is missing.
ABSENT = {"path-missing", "index-missing", "layout-invalid", "blob-missing", "link-not-followed"}
LEVELS = {"error": "error", "warning": "warning"}


def hazards(text):
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]


class Checker:
    def __init__(self, program, sarif):
        self.program, self.count, self.faults, self.name = program, collections.Counter(), [], ""
        schemas = OWN.parent.parent.parent / "docs" / "schema"
        self.validators = {
            name: self.validator(jsonschema.Draft202012Validator, schemas / f"{name}-1.schema.json")
            for name in ("verify", "inspect", "digest", "bench", "ls", "diff")
        }
        self.validators["sarif"] = self.validator(jsonschema.Draft4Validator, sarif)
        self.validators["gitlab"] = self.validator(
            jsonschema.Draft202012Validator, OWN / "gitlab-code-quality.schema.json")

    @staticmethod
    def validator(kind, path):
        schema = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        kind.check_schema(schema)
        checker = kind.FORMAT_CHECKER
        missing = {"uri", "uri-reference", "date", "date-time"} - set(checker.checkers)
        if kind is jsonschema.Draft202012Validator and missing:
            sys.exit(f"the validator does not check the formats {sorted(missing)}")
        return kind(schema, format_checker=checker)

    def that(self, condition, statement):
        self.count["statement"] += 1
        if not condition:
            self.faults.append(f"{self.name}: {statement}")

    def valid(self, kind, document):
        self.count[kind] += 1
        for error in list(self.validators[kind].iter_errors(document))[:3]:
            self.faults.append(f"{self.name}: {kind}: {error.json_path}: {error.message[:300]}")

    def run(self, *arguments, folder=None):
        result = subprocess.run([self.program, *arguments], capture_output=True, cwd=folder, check=False)
        self.that(result.returncode in (0, 1, 2), f"{arguments[0]} ended with {result.returncode}")
        return result

    def verify(self, name, options, image, folder):
        """Verifies an image with all formats; paths are relative to `folder`."""
        self.name = name
        with tempfile.TemporaryDirectory() as scratch:
            files = {format: os.path.join(scratch, format) for format in FORMATS}
            reports = [word for format, file in files.items() for word in ("--report", f"{format}={file}")]
            self.run("verify", *options, *reports, image, folder=folder)
            texts = {format: pathlib.Path(file).read_text(encoding="utf-8") for format, file in files.items()}
        report = json.loads(texts["json"])
        self.valid("verify", report)
        self.sarif(json.loads(texts["sarif"]), report, folder)
        self.gitlab(json.loads(texts["gitlab"]), report)
        self.github(texts["github"], report)
        self.that(len(texts["github-summary"].encode()) <= 1 << 20, "the step summary is larger than 1 MiB")
        self.that(not hazards(texts["github-summary"]), "the step summary has control characters")

    def inspect(self, options, image, folder):
        allowed = {"--ignore", "--ignore-file", "--baseline", "--strict", "--platform", "--ref", "--expect-digest", "--follow-symlinks", "--max-files", "--one-file-system"}
        if all(option in allowed or not option.startswith("--") for option in options):
            self.valid("inspect", json.loads(self.run("inspect", "--format", "json", *options, image, folder=folder).stdout))

    def files(self, options, image, folder):
        """Lists all files of an image, if it is one image."""
        if any(option not in ("--platform", "--ref", "--follow-symlinks") for option in options[::2]):
            return
        for more in ([], ["--all-layers", "--sha256"], ["--toc"]):
            text = self.run("ls", "-R", "--format", "json", *more, *options, image, folder=folder).stdout
            if text:
                self.valid("ls", json.loads(text))
                self.count["ls " + (more[0] if more else "-R")] += 1

    def diff(self, first, second):
        for more in ([], ["--documents"], ["--ignore", "times,headers"]):
            self.valid("diff", json.loads(self.run("diff", "--format", "json", *more, first, second).stdout))

    def sarif(self, log, report, folder):
        self.valid("sarif", log)
        run, = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        findings = [finding for finding in report["findings"] if finding["severity"] != "note"]
        results = run["results"]
        self.that([r["ruleId"] for r in results] == [f["code"] for f in findings], "the results are not the findings")
        for result, finding in zip(results, findings):
            rule = rules[result["ruleIndex"]]
            self.that(rule["id"] == result["ruleId"], "a rule index is wrong")
            waiver = finding.get("waiver")
            level = "note" if waiver else LEVELS[finding["severity"]]
            self.that(result["level"] == level, f"{finding['code']} has level {result['level']}")
            self.count["ignored finding"] += bool(waiver)
            self.that(bool(result.get("suppressions")) == bool(waiver), "suppressions are not the waivers")
            self.that(not hazards(result["message"]["text"]), "a message has control characters")
            self.that(not re.search(r"\]\(", result["message"]["text"]), "a message has a link")
            self.that(not re.search(r"(?<!\{)(\{\{)*\{(?!\{)", result["message"]["text"]), "a message has a placeholder")
            # GitHub requires these.
            physical = result["locations"][0]["physicalLocation"]
            self.that(set(physical["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}, "a region is not whole")
            uri = physical["artifactLocation"]["uri"]
            self.that(uri != "", "a location is empty")
            path = urllib.parse.unquote(uri)
            exists = (folder / path).exists()
            self.count["existing file"] += exists
            self.that(exists or finding["code"] in ABSENT, f"{finding['code']}: there is no file {path}")
        for rule in rules:
            self.that(rule["help"]["text"] and rule["help"]["markdown"], f"{rule['id']} has no help")
            self.that(len(rule["properties"]["tags"]) <= 20, "too many tags")
            self.that(max(len(rule[key]["text"]) for key in ("shortDescription", "fullDescription")) <= 1024, "too long")
        prints = [(r["ruleId"], r["partialFingerprints"]["primaryLocationLineHash"]) for r in results]
        self.that(len(prints) == len(set(prints)), "fingerprints are not unique")
        notes = run["invocations"][0]["toolExecutionNotifications"]
        self.that(len(notes) == len(report["findings"]) - len(findings), "the notifications are not the notes")
        self.that(
            run["invocations"][0]["executionSuccessful"] == (report["outcome"] != "undetermined"),
            "an undetermined run looks like success")
        self.count["result"] += len(results)

    def gitlab(self, issues, report):
        self.valid("gitlab", issues)
        self.that([i["check_name"] for i in issues] == [f["code"] for f in report["findings"]], "not the findings")
        prints = [issue["fingerprint"] for issue in issues]
        self.that(len(prints) == len(set(prints)), "fingerprints are not unique")
        for issue, finding in zip(issues, report["findings"]):
            is_serious = issue["severity"] in ("major", "critical", "blocker")
            counts = finding["severity"] == "error" and not finding.get("waiver")
            self.that(is_serious == counts, f"{finding['code']} has severity {issue['severity']}")
            self.that(not hazards(issue["description"]), "a description has control characters")
        self.count["issue"] += len(issues)

    def github(self, text, report):
        """Reads the commands as the runner does: one for each line, properties between commas, then the message."""
        kinds = collections.Counter()
        self.that(text.endswith("\n"), "the last line has no end")
        for line in text.removesuffix("\n").split("\n"):
            match = COMMAND.fullmatch(line)
            self.that(match is not None and not hazards(line), f"not a command: {line[:100]!r}")
            if not match:
                continue
            kinds[match[1]] += 1
            properties = dict(part.split("=", 1) for part in match[2].split(","))
            self.that(set(properties) in ({"file", "line", "title"}, {"title"}), f"properties {sorted(properties)}")
            self.that("##[" not in line, "a command of the old form")
            self.that(re.fullmatch(r"([^%]|%(25|0A|0D|3A|2C))*", match[3]), "a stray percent sign")
        counted = [f for f in report["findings"] if not f.get("waiver")]
        errors = sum(f["severity"] == "error" for f in counted)
        self.that(kinds["error"] == min(10, errors), f"{kinds['error']} errors of {errors}")
        self.that(kinds["warning"] == min(10, sum(f["severity"] == "warning" for f in counted)), "not the warnings")
        self.that(1 <= kinds["notice"] <= 10, "too many notices")
        last = text.splitlines()[-1]
        self.that(last.startswith(f"::notice title=layerverify::{report['outcome']}: "), "the last line has no outcome")
        self.count["command"] += sum(kinds.values())

    def finish(self):
        for fault in self.faults[:30]:
            print("services: " + fault, file=sys.stderr)
        if self.faults:
            sys.exit(f"services: {len(self.faults)} faults")
        expected = ["verify", "inspect", "digest", "bench", "ls --toc", "ls --all-layers", "diff", "sarif", "gitlab", "result", "issue", "command", "existing file", "ignored finding"]
        empty = [name for name in expected if not self.count[name]]
        if empty:
            sys.exit(f"services: nothing was checked of {', '.join(empty)}")
        print("services: " + ", ".join(f"{count} × {name}" for name, count in self.count.items()))


def main(program, sarif, corpus, hostile):
    check = Checker(program, sarif)
    layers, previous = [], None
    for case in sorted([*corpus.glob("good/*"), *corpus.glob("bad/*")]):
        expectation = json.loads((case / "expect.json").read_text(encoding="utf-8"))
        image = next((name for name in ("image", "image.tar", "images") if (case / name).exists()), None)
        if image is None:
            continue
        name = f"{case.parent.name}/{case.name}"
        check.verify(name, expectation.get("arguments", []), image, case)
        check.inspect(expectation.get("arguments", []), image, case)
        check.files(expectation.get("arguments", []), image, case)
        if case.name.startswith(("contents-", "layer-", "oci-", "toc-", "config-")):
            # Neighbours differ in many ways.
            check.diff(str(previous or case / image), str(case / image))
            previous = case / image
        layers += list(case.glob("image/blobs/sha256/*"))[:1]
    check.verify("hostile names", [], str(hostile), pathlib.Path("/"))
    check.inspect([], str(hostile), pathlib.Path("/"))
    check.files([], str(hostile), pathlib.Path("/"))
    check.diff(str(hostile), str(corpus / "good/oci-gzip/image"))
    check.name = "digest"
    words = ["digest", "--chain", "--format", "json", *map(str, layers[:200])]
    check.valid("digest", json.loads(check.run(*words).stdout))
    check.name = "bench"
    words = ["bench", "--format", "json", "--size", "1MiB", "--jobs", "1", "--runs", "1"]
    check.valid("bench", json.loads(check.run(*words).stdout))
    check.valid("bench", json.loads(check.run("bench", "--format", "json", str(corpus / "bad/layer-cut/image")).stdout))
    check.finish()


main(os.path.abspath(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]).resolve(), pathlib.Path(sys.argv[4]).resolve())
