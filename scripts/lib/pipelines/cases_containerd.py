# layerverify: containerd's verifier, called as containerd calls it.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Cases of integrations/containerd/layerverify-verifier; see containerd's docs/image-verification.md."""

import json
import shutil
import subprocess
import tempfile

from bench import entry_digest, run
from parts import ROOT, blocks

GOOD = ROOT / "corpus/good/oci-gzip/image"
OTHER = ROOT / "corpus/good/oci-zstd/image"
BAD = ROOT / "corpus/bad/layer-byte-flipped/image"
VERIFIER = ROOT / "integrations/containerd/layerverify-verifier"
MEDIA_TYPE = "application/vnd.oci.descriptor.v1+json"


def ask(bench, lines, digest, name="registry.example.com/app:1.2", extra=(), descriptor=None):
    """Calls the verifier with a configuration; returns its exit status and the reason."""
    bench.count += 1
    configuration = bench.folder / f"containerd-{bench.count}.conf"
    if lines is not None:
        configuration.write_text("\n".join(lines) + "\n")
    command = [VERIFIER, "-name", name, "-digest", digest, "-stdin-media-type", MEDIA_TYPE, *extra]
    given = descriptor or json.dumps(
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 557}
    )
    environment = bench.environment("real", LAYERVERIFY_CONTAINERD_CONF=str(configuration))
    with tempfile.TemporaryFile("w+") as reason, tempfile.TemporaryFile("w+", errors="replace") as log:
        call = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=reason, stderr=log, env=environment)
        # As containerd does: if the descriptor is not read to its end, this fails.
        with call.stdin as stream:
            stream.write(given.encode())
        status = call.wait(timeout=60)
        reason.seek(0)
        log.seek(0)
        output, errors = reason.read(), log.read()
    # containerd puts the reason into a message: it is one printable line.
    line = output.removesuffix("\n")
    assert line.isprintable() and 0 < len(line) <= 1000 and output == line + "\n", repr(output)
    assert len(errors) < 32768, "containerd logs 32 KiB at most"
    return status, line


def expect(answer, status, words):
    """Checks an answer."""
    assert answer[0] == status and words in answer[1], f"{answer} instead of {status}, {words}"


def containerd_stores(bench):
    """An image is permitted where its copy verifies, and refused where that is damaged, with one store or several."""
    folder = bench.new_folder()
    for number, image in enumerate((GOOD, OTHER, BAD)):
        shutil.copytree(image, folder / f"images {number}")
    store = [f"store={folder}"]
    expect(ask(bench, store, entry_digest(GOOD)), 0, "verified")
    expect(ask(bench, store, entry_digest(BAD)), 1, "damaged")
    expect(ask(bench, store, "sha256:" + "0" * 64), 1, "is not in")
    both = [f"store={OTHER}", f"store={folder}/images 0"]
    expect(ask(bench, both, entry_digest(GOOD)), 0, "images 0")
    expect(ask(bench, [f"store={BAD}", f"store={GOOD}"], entry_digest(BAD)), 1, "damaged")
    # The damaged copy counts, also where another store has an intact one.
    damaged = folder / "damaged"
    shutil.copytree(GOOD, damaged)
    layer = max((damaged / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    layer.write_bytes(layer.read_bytes()[:-1] + b"x")
    expect(ask(bench, [f"store={GOOD}", f"store={damaged}"], entry_digest(GOOD)), 1, "damaged")


def containerd_unknown(bench):
    """What happens to an image that is in no store is as configured; a damaged one is always refused."""
    other = "sha256:" + "0" * 64
    expect(ask(bench, [f"store={GOOD}"], other), 1, "refused")
    expect(ask(bench, [f"store={GOOD}", "unknown=refuse"], other), 1, "refused")
    expect(ask(bench, [f"store={GOOD}", "unknown=allow"], other), 0, "not checked")
    expect(ask(bench, [f"store={BAD}", "unknown=allow"], entry_digest(BAD)), 1, "damaged")
    expect(ask(bench, ["store=/nowhere"], other), 1, "refused")
    expect(ask(bench, [], other), 1, "refused")


def containerd_configuration(bench):
    """What cannot be understood refuses, and says so."""
    digest = entry_digest(GOOD)
    store = f"store={GOOD}"
    expect(ask(bench, None, digest), 1, "cannot be read")
    expect(ask(bench, [store, "unknown=maybe"], digest), 1, "not understood")
    expect(ask(bench, [store, "stores=x"], digest), 1, "not understood")
    expect(ask(bench, [store, "program=/nowhere/layerverify"], digest), 1, "ended with 127")
    expect(ask(bench, [store, "option=--no-such-option"], digest), 1, "ended with 64")
    expect(ask(bench, [store, "option=--version"], digest), 1, "gave no verdict")
    expect(ask(bench, [store, "option=--platform=linux/arm64"], digest), 1, "could not be checked")
    expect(ask(bench, ["# a comment", "", store, "option=--platform=linux/amd64"], digest), 0, "verified")
    example = (ROOT / "integrations/containerd/containerd.conf").read_text()
    lines = example.replace("/srv/images", str(GOOD)).replace(
        "/usr/bin/layerverify", str(bench.folder / "real/bin/layerverify")
    )
    expect(ask(bench, lines.split("\n"), digest), 0, "verified")


def containerd_names(bench):
    """With patterns, only images of matching names are checked."""
    lines = [f"store={BAD}", "only=registry.example.com/*", "only=*:latest"]
    expect(ask(bench, lines, entry_digest(BAD)), 1, "damaged")
    expect(ask(bench, lines, entry_digest(BAD), name="other/app:latest"), 1, "damaged")
    expect(ask(bench, lines, entry_digest(BAD), name="other/app:1.2"), 0, "not checked")


def containerd_arguments(bench):
    """Malformed digests are refused, further arguments ignored, and the whole descriptor is read."""
    store = [f"store={GOOD}", "unknown=allow"]
    for digest in (
        "",
        "sha256:",
        "sha256:" + "0" * 63,
        "sha256:" + "x" * 64,
        "md5:" + "0" * 32,
        "--help",
        "sha256:../" + "0" * 61,
    ):
        expect(ask(bench, store, digest), 1, "is not a digest")
    expect(ask(bench, store, "sha256:\n\u202e\x1b[31m" + "0" * 58), 1, "is not a digest")
    expect(ask(bench, store, entry_digest(GOOD), extra=("-operation", "run")), 0, "verified")
    # More than a pipe holds: if it were not read, the write would fail.
    expect(ask(bench, store, entry_digest(GOOD), descriptor="x" * (1 << 20)), 0, "verified")
    expect(ask(bench, store, entry_digest(GOOD), name="$(touch pwned);*"), 0, "verified")


def containerd_block(bench):
    """The block of the page that tries the verifier."""
    _, text = blocks("docs/pipelines.md")["containerd"]
    folder = bench.new_folder()
    for image, wanted in ((GOOD, 0), (BAD, 1)):
        (folder / "containerd.conf").write_text(f"store={image}\n")
        environment = bench.environment(
            "real", DIGEST=entry_digest(image), LAYERVERIFY_CONTAINERD_CONF=str(folder / "containerd.conf")
        )
        status, output = run(["sh", "-c", text], folder, environment)
        assert status == wanted, f"{status} instead of {wanted}: {output}"


CASES = [
    containerd_stores,
    containerd_unknown,
    containerd_configuration,
    containerd_names,
    containerd_arguments,
    containerd_block,
]
