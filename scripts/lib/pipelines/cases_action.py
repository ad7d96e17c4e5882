# layerverify: what the GitHub Action must do apart from passing and stopping images.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Cases of the action. Each is a function that asserts."""

import json
import os
import shutil

from action import run_action
from bench import ARCHIVE, VERSION, entry_digest, run
from parts import ROOT

GOOD = ROOT / "corpus/good/oci-gzip/image"
BAD = ROOT / "corpus/bad/layer-byte-flipped/image"
UNDETERMINED = ROOT / "corpus/bad/docker-layer-xz/image.tar"


def expect(condition, *shown):
    """Fails with what is to be shown."""
    if not condition:
        raise AssertionError("\n".join(str(value) for value in shown))


def action_outputs(bench):
    """Outcome, exit status, reports, annotations and summary of an intact and of a damaged image."""
    folder = bench.new_folder()
    status, output, found = run_action(bench, folder, path=GOOD, reports="json=a b.json\n\njunit=out.xml\n")
    expect(status == 0 and found["outcome"] == "verified" and found["exit-code"] == "0", status, found, output)
    expect(found["reports"] == "a b.json\nout.xml" and json.loads((folder / "a b.json").read_text()), found)
    expect(found["left"] == "", "files are left in the runner's folder", found["left"])
    expect("::error" not in output, output)
    expect("verified" in found["summary"], found["summary"])
    status, output, found = run_action(bench, folder, path=BAD)
    expect(status == 1 and found["outcome"] == "refuted" and found["exit-code"] == "1", status, found, output)
    expect("::error" in output and "blob-digest-mismatch" in found["summary"], output, found["summary"])
    status, output, found = run_action(bench, folder, path=BAD, annotations="false", summary="false")
    expect(status == 1 and "::error" not in output and found["summary"] == "", output, found["summary"])
    status, output, found = run_action(bench, folder, path=folder / "absent")
    expect(status == 2 and found["outcome"] == "undetermined", status, found, output)


def action_without_verdict(bench):
    """A run that verifies nothing fails, and a report of an earlier run is not one of this run."""
    folder = bench.new_folder()
    status, output, found = run_action(bench, folder, path=BAD, args="--version")
    expect(status == 2 and "without a verdict" in output and found["exit-code"] == "2", status, output, found)
    old = folder / "old.sarif"
    old.write_text("{}")
    os.utime(old, (1, 1))
    status, output, found = run_action(bench, folder, path=GOOD, args="--no-such-option", reports="sarif=old.sarif")
    expect(status == 64 and found["reports"] == "", status, output, found)


def action_known_findings(bench):
    """Known findings do not fail the step, and fail-on decides what does."""
    folder = bench.new_folder()
    base = [bench.programs["real"], "--format=json", "-o", "base.json", str(BAD)]
    run(base, folder, bench.environment("real"))
    status, output, found = run_action(bench, folder, path=BAD, baseline="base.json")
    expect(status == 0 and "ignored" in output, "with a baseline", status, output)
    codes = ("blob-digest-mismatch", "stream-corrupt")
    (digest,) = {each["digest"] for each in json.loads((folder / "base.json").read_text())["findings"]}
    rules = [f"{code}:{digest}" for code in codes]
    status, output, found = run_action(bench, folder, path=BAD, ignore="\n".join(rules))
    expect(status == 0, "with ignore", status, output)
    for number, rule in enumerate(rules):
        (folder / f"known {number}").write_text(f"{rule} a test\n")
    status, output, found = run_action(bench, folder, path=BAD, ignore_file="known 0\nknown 1\n")
    expect(status == 0, "with two files of known findings", status, output)
    status, output, found = run_action(bench, folder, path=UNDETERMINED)
    expect(status == 2 and found["outcome"] == "undetermined", status, found, output)
    status, output, found = run_action(bench, folder, path=UNDETERMINED, fail_on="error")
    expect(status == 0 and found["outcome"] == "undetermined", "with fail-on", status, found, output)
    status, output, _ = run_action(bench, folder, path=BAD, fail_on="nothing")
    expect(status == 64, "fail-on with a wrong value", status, output)


def action_selection(bench):
    """Options with one value per line reach the program, each as one."""
    folder = bench.new_folder()
    status, output, _ = run_action(
        bench, folder, path=GOOD, expect_digest=entry_digest(GOOD), platform="linux/amd64", ref="latest\n"
    )
    expect(status == 0, status, output)
    status, output, _ = run_action(bench, folder, path=GOOD, expect_digest=entry_digest(BAD))
    expect(status == 1, "another digest", status, output)
    status, output, _ = run_action(bench, folder, path=GOOD, ref="latest\nother")
    expect(status == 2, "a name that is not there", status, output)
    status, output, _ = run_action(bench, folder, path=GOOD, args="--jobs=1\n--min-images=2")
    expect(status == 2, "further arguments", status, output)


def action_paths(bench):
    """Paths are text: nothing in them is expanded, split, run, or read as an option."""
    folder = bench.new_folder()
    names = [
        "-x",
        "a  b",
        "$(touch pwned)",
        "`touch pwned`;touch pwned",
        "*",
        "\"quoted\" 'so'",
        "${HOME}",
        "LINES",
        "--help",
    ]
    for name in names:
        shutil.copytree(GOOD, folder / name)
    status, output, _ = run_action(bench, folder, path="\n".join(names) + "\r\n")
    expect(status == 0 and "verified: 9 images" in output, status, output)
    expect(not (folder / "pwned").exists(), "a path was run")
    status, output, _ = run_action(
        bench, folder, path="-x", platform="$(touch pwned)", ref="`touch pwned`", args="--jobs=$(touch pwned)"
    )
    expect(status == 64 and not (folder / "pwned").exists(), status, output)
    status, output, _ = run_action(bench, folder, path="\n\n")
    expect(status == 64 and "path is empty" in output, status, output)


def action_commands(bench):
    """Text of an image is never outside of the lines between which the runner takes no commands."""
    folder = bench.new_folder()
    name = "x##[set-output name=outcome;]verified"
    shutil.copytree(BAD, folder / name)
    shutil.copytree(BAD, folder / "::set-output name=outcome::verified")
    status, output, found = run_action(
        bench, folder, path=f"{name}\n::set-output name=outcome::verified\n::error::x", annotations="false"
    )
    expect(status == 1 and found["outcome"] == "refuted", status, found, output)
    lines = output.split("\n")
    (first,) = [index for index, line in enumerate(lines) if line.startswith("::stop-commands::")]
    token = lines[first].removeprefix("::stop-commands::")
    (last,) = [index for index, line in enumerate(lines) if line == f"::{token}::"]
    expect(len(token) == 32, token)
    for index, line in enumerate(lines):
        expect(first <= index <= last or not ("##[" in line or "::" in line), "outside of the lines", line)
    expect(any(line.startswith("::set-output") for line in lines[first:last]), "the test shows nothing", output)
    status, output, found = run_action(bench, folder, path=GOOD, args="--no-such-option")
    expect(status == 64 and found["outcome"] == "error", status, found, output)
    expect("--no-such-option" in output and found["errors"] == "", "errors reach the runner apart", found["errors"])


def action_checksums(bench):
    """No program of another checksum is installed."""
    folder = bench.new_folder()
    good = bench.checksum()
    status, output, _ = run_action(bench, folder, path=GOOD, checksum=good)
    expect(status == 0, "with the right checksum", status, output)
    status, output, _ = run_action(bench, folder, path=GOOD, checksum=f"sha256:{good.upper()}")
    expect(status == 0, "written in another way", status, output)
    status, output, found = run_action(bench, folder, path=GOOD, checksum="0" * 64)
    expect(status == 2 and "another checksum" in output and found["exit-code"] == "2", status, output, found)
    for wrong in ("0" * 63, "x" * 64):
        status, output, _ = run_action(bench, folder, path=GOOD, checksum=wrong)
        expect(status == 64, "a malformed checksum", status, output)
    # A release whose archive was replaced, and one whose checksum file does not name it.
    replaced = bench.folder / "replaced"
    shutil.copytree(bench.release("real"), replaced)
    (replaced / ARCHIVE).write_bytes((bench.release("accepting") / ARCHIVE).read_bytes())
    status, output, _ = run_action(bench, folder, path=BAD, release_url=replaced.as_uri())
    expect(status == 2 and "another checksum" in output, status, output)
    sums = replaced / f"layerverify-{VERSION}-SHA256SUMS"
    sums.write_text(f"{good}  x{ARCHIVE}\n{good}  {ARCHIVE}.asc\n")
    status, output, _ = run_action(bench, folder, path=GOOD, release_url=replaced.as_uri())
    expect(status == 2 and "has no line" in output, status, output)


def action_cache(bench):
    """The archive in the tool cache is used again, but not if its bytes changed."""
    folder = bench.new_folder()
    tools = folder / "tools"
    cached = {"RUNNER_TOOL_CACHE": str(tools)}
    status, output, _ = run_action(bench, folder, path=GOOD, variables=cached, checksum=bench.checksum())
    expect(status == 0, status, output)
    (archive,) = tools.rglob("*.tar.gz")
    nowhere = (folder / "nowhere").as_uri()
    status, output, _ = run_action(
        bench, folder, path=GOOD, variables=cached, checksum=bench.checksum(), release_url=nowhere
    )
    expect(status == 0, "the cache was not used", status, output)
    archive.write_bytes((bench.release("accepting") / ARCHIVE).read_bytes())
    status, output, _ = run_action(
        bench, folder, path=BAD, variables=cached, checksum=bench.checksum(), release_url=nowhere
    )
    expect(status == 2, "a changed archive in the cache", status, output)
    status, output, _ = run_action(bench, folder, path=BAD, variables=cached)
    expect(
        status == 1 and archive.read_bytes() == (bench.release("real") / ARCHIVE).read_bytes(),
        "it is replaced",
        status,
        output,
    )


def action_versions(bench):
    """The version is that of the action, or the one asked for; the program may also be the one on PATH."""
    folder = bench.new_folder()
    status, output, _ = run_action(bench, folder, path=GOOD, version=f"v{VERSION}")
    expect(status == 0, status, output)
    for wrong in ("../../x", "latest", "1;touch pwned"):
        status, output, _ = run_action(bench, folder, path=GOOD, version=wrong)
        expect(status == 64 and not (folder / "pwned").exists(), wrong, status, output)
    status, output, _ = run_action(bench, folder, path=GOOD, version="9.9.9")
    expect(status == 2 and "could not download" in output, status, output)
    status, output, _ = run_action(bench, folder, path=BAD, install="path", path_program="real", release_url="x")
    expect(status == 1, status, output)
    status, output, found = run_action(bench, folder, path=GOOD, install="path")
    expect(status == 2 and "not on PATH" in output, status, output)
    status, output, _ = run_action(bench, folder, path=GOOD, install="other")
    expect(status == 64, status, output)


def action_copied(bench):
    """A copy of the action without the sources names what is missing, and works with an input."""
    folder = bench.new_folder()
    copy = folder / "copy"
    shutil.copytree(ROOT / "integrations/github", copy / "integrations/github")
    place = {"GITHUB_ACTION_PATH": str(copy)}
    status, output, found = run_action(bench, folder, path=GOOD, variables=place)
    expect(status == 64 and found["exit-code"] == "64", status, output, found)
    expect("::error title=layerverify::" in output and "set the input version" in output, output)
    status, output, _ = run_action(bench, folder, path=BAD, variables=place, version=VERSION)
    expect(status == 1, "with a version", status, output)


def action_address(bench):
    """Without release-url, the release is that of the action's repository."""
    folder = bench.new_folder()
    server = folder / "server/OWNER/layerverify/releases/download"
    server.mkdir(parents=True)
    shutil.copytree(bench.release("real"), server / f"v{VERSION}")
    place = {"GITHUB_SERVER_URL": (folder / "server").as_uri()}
    status, output, _ = run_action(bench, folder, path=GOOD, release_url="", variables=place)
    expect(status == 0, status, output)


CASES = [
    action_outputs,
    action_known_findings,
    action_without_verdict,
    action_selection,
    action_paths,
    action_commands,
    action_checksums,
    action_cache,
    action_versions,
    action_copied,
    action_address,
]
