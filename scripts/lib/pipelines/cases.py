# layerverify: what the scripts of the pipelines must do apart from passing and stopping images.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""All cases. Each is a function that asserts."""

import re
import shutil
import subprocess

import cases_action
import cases_containerd
from action import run_action
from bench import ARCHIVE, VERSION, entry_digest, run
from cases_action import BAD, GOOD, expect
from parts import ROOT, blocks, gitlab_jobs, read


def install_block(bench):
    """The block that installs a release does, and a release of other bytes fails."""
    _, text = blocks("docs/pipelines.md")["install"]
    expect(f"VERSION={VERSION}\n" in text, "the version in docs/pipelines.md is not", VERSION)
    folder = bench.new_folder()
    environment = bench.environment(None, URL=bench.release("real").as_uri())
    status, output = run(["sh", "-c", text + "command -v layerverify"], folder, environment)
    expect(
        status == 0 and f"{folder}/layerverify-{VERSION}/bin/layerverify" in output and VERSION in output,
        status,
        output,
    )
    replaced = bench.folder / "replaced-block"
    shutil.copytree(bench.release("real"), replaced)
    (replaced / ARCHIVE).write_bytes((bench.release("accepting") / ARCHIVE).read_bytes())
    folder = bench.new_folder()
    status, output = run(["sh", "-c", text], folder, bench.environment(None, URL=replaced.as_uri()))
    expect(status != 0 and not (folder / f"layerverify-{VERSION}").exists(), status, output)


def install_line(bench):
    """The command of README that installs the tarball does, here to another folder."""
    _, text = blocks("README.md")["install"]
    address = f"https://github.com/OWNER/layerverify/releases/download/v{VERSION}/"
    place = "sudo tar -xzf - -C /usr/local "
    expect(text.count(address) == 1 and text.count(place) == 1, text)
    folder = bench.new_folder()
    text = text.replace(address, bench.release("real").as_uri() + "/").replace(place, f"tar -xzf - -C '{folder}' ")
    status, output = run(["sh", "-c", text + "bin/layerverify --version"], folder, bench.environment(None))
    expect(status == 0 and VERSION in output and (folder / "share/LICENSE").exists(), status, output)


def gitlab_template(bench):
    """Several paths, options, checksums, and the cache of the GitLab template."""
    expect(
        f":-{VERSION}}}" in read("integrations/gitlab/layerverify.yml"), "the version in the template is not", VERSION
    )
    ((_, script, _, _),) = [job for job in gitlab_jobs(blocks("docs/pipelines.md")["gitlab"][1]) if "extends" in job[3]]
    folder = bench.new_folder()
    shutil.copytree(GOOD, folder / "a *")
    shutil.copytree(GOOD, folder / "b")
    shutil.copytree(BAD, folder / "a z")

    def job(kind="real", **variables):
        settings = {"LAYERVERIFY_URL": bench.release(kind).as_uri(), **variables}
        return run(["sh", "-e", "-c", script], folder, bench.environment(None, **settings))

    status, output = job(LAYERVERIFY_PATH="a *\nb\n", LAYERVERIFY_OPTIONS="--jobs 1  --platform linux/amd64")
    expect(status == 0 and "verified: 2 images" in output, status, output)
    status, output = job(
        LAYERVERIFY_PATH=str(BAD), LAYERVERIFY_URL="file:///nowhere", LAYERVERIFY_SHA256=bench.checksum()
    )
    expect(status == 1, "from the cache", status, output)
    status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_SHA256="0" * 64)
    expect(status == 2 and "another checksum" in output, "another checksum", status, output)
    status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_SHA256=f"sha256:{bench.checksum().upper()}")
    expect(status == 0, "a checksum written in another way", status, output)
    for wrong in ("0" * 63, "x" * 64):
        status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_SHA256=wrong)
        expect(status == 64 and "LAYERVERIFY_SHA256 must be" in output, "a malformed checksum", status, output)
    unnamed = bench.folder / "unnamed"
    shutil.copytree(bench.release("real"), unnamed)
    (unnamed / f"layerverify-{VERSION}-SHA256SUMS").write_text(f"{bench.checksum()}  x{ARCHIVE}\n")
    status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_URL=unnamed.as_uri())
    expect(status == 2 and "has no line for" in output, "a checksum file without the archive", status, output)
    status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_URL=(folder / "nowhere").as_uri())
    expect(status == 2 and "could not download" in output, "an address without files", status, output)
    status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_URL="")
    expect(status not in (0, 1) and "LAYERVERIFY_URL" in output, status, output)
    status, output = job(LAYERVERIFY_PATH=str(GOOD), LAYERVERIFY_OPTIONS="--no-such-option")
    expect(status == 64, status, output)
    status, output = job(LAYERVERIFY_PATH=str(BAD), LAYERVERIFY_OPTIONS="--version")
    expect(status == 2 and "without a verdict" in output, "nothing was verified", status, output)


def busybox(bench):
    """The GitLab template, the action and containerd's verifier need no commands but those of BusyBox."""
    ((_, script, _, _),) = [job for job in gitlab_jobs(blocks("docs/pipelines.md")["gitlab"][1]) if "extends" in job[3]]
    alone = {**bench.environment(None), "PATH": bench.busybox()}
    with bench.served("real") as address:
        for image, wanted in ((GOOD, 0), (BAD, 1)):
            folder = bench.new_folder()
            settings = {"LAYERVERIFY_URL": address, "LAYERVERIFY_PATH": str(image)}
            status, output = run(["sh", "-e", "-c", script], folder, {**alone, **settings})
            expect(status == wanted, "GitLab", status, output)
            variables = {"PATH": bench.busybox()}
            status, output, _ = run_action(bench, folder, path=image, release_url=address, variables=variables)
            expect(status == wanted, "GitHub", status, output)
            (folder / "verifier.conf").write_text(f"store={image}\nprogram={bench.folder}/real/bin/layerverify\n")
            settings = {"LAYERVERIFY_CONTAINERD_CONF": str(folder / "verifier.conf")}
            command = ["sh", "integrations/containerd/layerverify-verifier", "-digest", entry_digest(image)]
            status, output = run(command, folder, {**alone, **settings})
            expect(status == wanted, "containerd", status, output)


def shell_script(bench):
    """verify-before-push.sh prints the digest, takes archives and options, and refuses what it cannot push."""
    script = ROOT / "integrations/shell/verify-before-push.sh"
    folder = bench.new_folder()
    with open(folder / "image.tar", "wb") as archive:
        subprocess.run(["tar", "-C", GOOD, "-c", "."], stdout=archive, check=True)

    def call(*arguments):
        command = [script, *arguments]
        done = subprocess.run(
            command, cwd=folder, env=bench.environment("real"), capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    reference = bench.new_reference()
    status, output, errors = call("image.tar", reference, "--expect-digest", entry_digest(GOOD))
    expect(status == 0 and output.strip() == entry_digest(GOOD) == bench.pushed(reference), status, output, errors)
    reference = bench.new_reference()
    status, output, errors = call("image.tar", reference, "--expect-digest", entry_digest(BAD))
    expect(status == 1 and output == "" and bench.pushed(reference) is None, status, output, errors)
    for arguments in ((), ("image.tar",), ("a:b", reference), ("absent", reference)):
        status, output, errors = call(*arguments)
        expect(status == 64 and errors, arguments, status, output, errors)


def versions_of_examples(_):
    """Examples name the version of the program."""
    for page in ("README.md", "docs/pipelines.md"):
        text = read(page)
        expect(
            text.count(f"OWNER/layerverify@v{VERSION}") == text.count("OWNER/layerverify@"),
            page,
            "names another version",
        )
        found = set(re.findall(r"releases/download/v([0-9][0-9.]*[0-9])", text))
        found |= set(re.findall(r"\blayerverify[-_]([0-9][0-9.]*[0-9])[-_/]", text))
        expect(found <= {VERSION}, page, "names another version", found)


def all_cases(bench):
    """Runs all cases; returns (name, what is wrong or None) of each."""
    cases = [
        *cases_action.CASES,
        *cases_containerd.CASES,
        install_block,
        install_line,
        gitlab_template,
        busybox,
        shell_script,
        versions_of_examples,
    ]
    found = []
    for case in cases:
        try:
            case(bench)
            found.append((case.__name__, None))
        except (AssertionError, OSError, ValueError) as error:
            found.append(
                (case.__name__, f"{case.__name__}: {error!r}" if not str(error) else f"{case.__name__}: {error}")
            )
    return found
