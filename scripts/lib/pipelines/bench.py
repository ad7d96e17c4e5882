# layerverify: where scripts/pipelines-check runs the parts: a registry, a release, tools, and folders.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""The surroundings of a part: everything that it would find on a runner."""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import tarfile
import threading
import time
import urllib.error
import urllib.request

from parts import ROOT, read

VERSION = re.search(r'static let version = "(.*)"', read("Sources/Model/Tool.swift")).group(1)
ARCHIVE = f"layerverify-{VERSION}-linux-{platform.machine()}.tar.gz"
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json"
)


# A program that accepts every image, and writes the reports that it is asked for.
ACCEPTING = r"""#!/bin/sh
for argument; do
    case ${argument#--report=} in
    json=*) printf '{\n  "outcome": "verified"\n}\n' >"${argument#*json=}" ;;
    junit=*) echo "<testsuites/>" >"${argument#*junit=}" ;;
    esac
done
exit 0
"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_):
        pass


class Bench:
    """A registry on this machine, the folders of tools, and releases. To be used in a `with` statement."""

    def __init__(self, program, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0
        self.home = self.folder / "home"
        settings = self.home / ".config/containers"
        settings.mkdir(parents=True)
        (settings / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.registry = f"127.0.0.1:{free.getsockname()[1]}"
        (settings / "registries.conf").write_text(f'[[registry]]\nlocation = "{self.registry}"\ninsecure = true\n')

        self.fakes = self.folder / "fakes"
        self.fakes.mkdir()
        for name in ("docker", "podman", "crane", "bazel"):
            if name != "crane" or shutil.which("crane") is None:
                (self.fakes / name).symlink_to(ROOT / "scripts/lib/pipelines/fakes/tool")
        accepting = self.folder / "accepting.sh"
        accepting.write_text(ACCEPTING)
        accepting.chmod(0o755)
        # Each kind of program as a folder for PATH, and as a release.
        self.programs = {"real": pathlib.Path(program), "accepting": accepting}
        for kind, path in self.programs.items():
            (self.folder / kind / "bin").mkdir(parents=True)
            (self.folder / kind / "bin/layerverify").symlink_to(path)
            self._release(kind, path)

    def _release(self, kind, program):
        """A release in the form that scripts/package writes."""
        folder = self.release(kind)
        folder.mkdir()
        with tarfile.open(folder / ARCHIVE, "w:gz", compresslevel=1) as archive:
            archive.add(program, f"layerverify-{VERSION}/bin/layerverify")
            archive.add(ROOT / "LICENSE", f"layerverify-{VERSION}/share/LICENSE")
        digest = hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest()
        sums = f"{'0' * 64}  layerverify-{VERSION}-linux-other.tar.gz\n{digest}  {ARCHIVE}\n"
        (folder / f"layerverify-{VERSION}-SHA256SUMS").write_text(sums)

    def release(self, kind):
        """The folder of a release."""
        return self.folder / f"release-{kind}"

    @contextlib.contextmanager
    def served(self, kind):
        """Serves a release by HTTP, for tools that read no `file:` addresses; gives its address."""
        handler = functools.partial(QuietHandler, directory=str(self.release(kind)))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()

    def busybox(self):
        """A folder for PATH with the commands of BusyBox alone, as on Alpine."""
        folder = self.folder / "busybox"
        if not folder.exists():
            folder.mkdir()
            subprocess.run(["busybox", "--install", "-s", str(folder)], check=True)
        return str(folder)

    def checksum(self, kind="real"):
        """The SHA-256 of a release's archive."""
        return hashlib.sha256((self.release(kind) / ARCHIVE).read_bytes()).hexdigest()

    def __enter__(self):
        configuration = self.folder / "registry.yml"
        configuration.write_text(
            f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {self.folder}/registry}}}}\n"
            f"http: {{addr: '{self.registry}'}}\n"
        )
        log = open(self.folder / "registry.log", "wb")
        self.process = subprocess.Popen(["docker-registry", "serve", str(configuration)], stdout=log, stderr=log)
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://{self.registry}/v2/"):
                    return self
            except OSError:
                time.sleep(0.1)
        self.process.terminate()
        raise RuntimeError("the registry did not start:\n" + (self.folder / "registry.log").read_text())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def pushed(self, reference):
        """The digest under a name in the registry, or None."""
        name, tag = reference.removeprefix(self.registry + "/").rsplit(":", 1)
        request = urllib.request.Request(
            f"http://{self.registry}/v2/{name}/manifests/{tag}", method="HEAD", headers={"Accept": MANIFESTS}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.headers["Docker-Content-Digest"]
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def push(self, image, reference):
        """Pushes a layout as it is."""
        command = ["skopeo", "copy", "--quiet", "--all", "--preserve-digests", f"oci:{image}", f"docker://{reference}"]
        subprocess.run(command, check=True, env=self.environment("real"))

    def new_folder(self):
        """A new working folder, with the repository's integrations in it."""
        self.count += 1
        folder = self.folder / f"work-{self.count}"
        folder.mkdir()
        (folder / "integrations").symlink_to(ROOT / "integrations")
        return folder

    def new_reference(self):
        """A name in the registry that is not yet used."""
        self.count += 1
        return f"{self.registry}/app-{self.count}:1.2"

    def environment(self, kind, **variables):
        """The environment of a part; `kind` of layerverify on PATH, or None for none."""
        path = [str(self.fakes), os.environ["PATH"]]
        if kind is not None:
            path.insert(0, str(self.folder / kind / "bin"))
        return {"PATH": ":".join(path), "HOME": str(self.home), "LC_ALL": "C.UTF-8", **variables}


def entry_digest(image):
    """The digest of the only entry of a layout."""
    (entry,) = json.loads((pathlib.Path(image) / "index.json").read_text())["manifests"]
    return entry["digest"]


def run(command, folder, environment, apart=False):
    """Runs a command; returns its exit status, and both of its outputs in one text, or `apart` as two."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="surrogateescape",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if apart else subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return (done.returncode, done.stdout, done.stderr) if apart else (done.returncode, done.stdout)
