# layerverify: the main part of scripts/pipelines-check.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: check.py PROGRAM"""

import subprocess
import sys
import tempfile
import time

import cases
from bench import Bench, entry_digest
from gates import all_gates, check_gate
from parts import ROOT, blocks, shell_scripts

GOOD = ROOT / "corpus/good/oci-gzip/image"
# Tools that push compare blobs with their digests, but not layers with their diffIDs: only layerverify stops this one.
DAMAGED = ROOT / "corpus/bad/diffid-wrong/image"


def schemas():
    """The YAML files against the schemas of GitHub and GitLab."""
    wrong = []
    checked = [
        ("vendor.github-actions", (ROOT / "action.yml").read_text()),
        ("vendor.gitlab-ci", (ROOT / "integrations/gitlab/layerverify.yml").read_text()),
    ]
    for page in ("README.md", "docs/pipelines.md"):
        for name, (language, text) in blocks(page).items():
            if language == "yaml":
                checked.append((f"vendor.{'github-workflows' if name == 'github' else 'gitlab-ci'}", text))
    for schema, text in checked:
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(text)
            file.flush()
            command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, file.name]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                wrong.append(f"{schema}: {done.stdout}{done.stderr}")
    return wrong


def shellcheck():
    """All shell text, that of files and that in other files."""
    wrong = []
    files = [
        *(ROOT / "integrations").rglob("*.sh"),
        ROOT / "integrations/containerd/layerverify-verifier",
        ROOT / "scripts/lib/pipelines/fakes/tool",
    ]
    texts = [(str(path.relative_to(ROOT)), "sh", path.read_text()) for path in files]
    texts += [(name, *part) for name, part in shell_scripts().items()]
    for name, shell, text in texts:
        # In a pipeline variables come from outside, and LAYERVERIFY_OPTIONS and LAYERVERIFY_PATH are to be split.
        exclude = "SC2154,SC2086" if "gitlab" in name else "SC2154"
        command = ["shellcheck", f"--shell={shell}", f"--exclude={exclude}", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            wrong.append(f"{name}: {done.stdout}")
    return wrong


def main():
    started = time.monotonic()
    wrong = schemas() + shellcheck()
    with tempfile.TemporaryDirectory() as folder, Bench(sys.argv[1], folder) as bench:
        gates = all_gates()
        for name, gate in gates.items():
            wrong += check_gate(bench, name, gate, GOOD, DAMAGED, entry_digest)
        tried = cases.all_cases(bench)
    wrong += [problem for _, problem in tried if problem]
    for problem in wrong:
        print(f"pipelines-check: {problem}", file=sys.stderr)
    seconds = time.monotonic() - started
    print(
        f"pipelines: {len(gates)} pipelines, three runs each; {len(tried)} other cases; "
        f"{len(wrong)} faults; {seconds:.0f} s"
    )
    sys.exit(1 if wrong or not gates or not tried else 0)


main()
