# layerverify: the cases of diff-check.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0

import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile

import generate
import images
import oracle


class Check:
    """Runs `layerverify diff` and compares its results."""

    def __init__(self, program, scratch):
        self.program, self.scratch = program, scratch
        self.count, self.faults = 0, []

    def path(self, name):
        return os.path.join(self.scratch, name)

    def expect(self, what, found, wanted):
        self.count += 1
        if found != wanted:
            self.faults.append(what)
            print(f"diff-check: {what}: {found!r}, expected {wanted!r}", file=sys.stderr)

    def diff(self, first, second, *options):
        """The exit status and the JSON report."""
        run = subprocess.run(
            [self.program, "diff", "--format", "json", *options, first, second], stdout=subprocess.PIPE, check=False)
        return run.returncode, json.loads(run.stdout)

    def compare(self, what, first, second):
        """Compares two layouts whose layers are paired in order, with Python's view of them."""
        status, report = self.diff(first, second)
        ones, others = images.tars(first), images.tars(second)
        self.expect(f"{what}: layers", len(report["layers"]), max(len(ones), len(others)))
        for number, (one, other) in enumerate(zip(ones, others)):
            layer = report["layers"][number]
            where = f"{what}: layer {number}"
            if one == other:
                self.expect(where, layer["relation"] in ("identical", "recompressed"), True)
                continue
            wanted, moved = oracle.differences(one, other)
            found = collections.Counter(
                (path(item), item["change"], tuple(sorted(item["aspects"]))) for item in layer["files"]["differences"])
            self.expect(where, found, wanted)
            self.expect(f"{where}: moved", layer["files"]["movedEntries"], moved)
            same = not wanted and not moved and not layer["files"]["differsOutsideEntries"]
            self.expect(f"{where}: same", layer["same"], same)
            # Different bytes must have a reason.
            self.expect(f"{where}: unexplained", same, False)
        return status, report


def path(item):
    return bytes.fromhex(item["pathBytes"]) if "pathBytes" in item else item["path"].encode()


def generated(check, count, seed):
    """Pairs of layers that differ a little."""
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        form, end = chance.choice(generate.FORMATS), chance.choice([512, 10240])
        items = generate.layer(chance)
        other = generate.changed(chance, items)
        other_form = form if chance.random() < 0.9 else chance.choice(generate.FORMATS)
        other_end = end if chance.random() < 0.8 else 20480
        first = images.write(check.path("g1"), [generate.tar(items, form, end)], chance.choice(["gzip", "none", "zstd"]))
        second = images.write(check.path("g2"), [generate.tar(other, other_form, other_end)], "gzip")
        check.compare(f"seed {seed}, pair {number}", first, second)
        for folder in (first, second):
            shutil.rmtree(folder)


def written(check):
    """What no tool at hand makes: layers in another order, other configs, damage."""
    chance = random.Random(1)
    tars = [generate.tar(generate.loadable_layer(chance), tarfile.PAX_FORMAT) for _ in range(4)]
    base = images.write(check.path("base"), tars)
    same = images.write(check.path("same"), tars)
    check.expect("same", check.diff(base, same)[0], 0)
    turned = images.write(check.path("turned"), [tars[0], tars[2], tars[1], tars[3]])
    status, report = check.diff(base, turned)
    check.expect("order of layers", (status, [layer["moved"] for layer in report["layers"]].count(True)), (1, 1))
    check.expect("order of layers: files", [layer["relation"] for layer in report["layers"]], ["identical"] * 4)
    fewer = images.write(check.path("fewer"), tars[1:])
    report = check.diff(base, fewer)[1]
    check.expect(
        "a layer removed", [layer["relation"] for layer in report["layers"]], ["removed"] + ["identical"] * 3)
    for how in ("zstd", "none"):
        other = images.write(check.path(how), tars, how)
        status, report = check.diff(base, other)
        check.expect(f"{how}: status", status, 1)
        check.expect(f"{how}: layers", {layer["relation"] for layer in report["layers"]}, {"recompressed"})
        check.expect(f"{how}: ignored", check.diff(base, other, "--ignore", "compression")[0], 0)
    env = images.write(check.path("env"), tars, config={"Env": ["PATH=/bin", "HOME=/root", "A=b"]})
    report = check.diff(base, env)[1]
    found = [(member["pointer"], member["first"], member["second"]) for member in report["config"]["members"]]
    check.expect("config", found, [("/config/Env/1", '"HOME=/"', '"HOME=/root"'), ("/config/Env/2", None, '"A=b"')])
    late = images.write(check.path("late"), tars, created="2021-01-01T00:00:00Z")
    check.expect("created", check.diff(base, late)[0], 1)
    check.expect("created, ignored", check.diff(base, late, "--ignore", "times")[0], 0)
    damaged(check, base)


def damaged(check, base):
    """Every blob damaged in turn: the comparison with the sound image, and with itself, must fail."""
    names = os.listdir(os.path.join(base, "blobs", "sha256"))
    for number, name in enumerate(sorted(names)):
        bad = check.path(f"bad{number}")
        shutil.copytree(base, bad)
        blob = os.path.join(bad, "blobs", "sha256", name)
        with open(blob, "r+b") as file:
            file.seek(os.path.getsize(blob) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        for first, second in ((base, bad), (bad, base), (bad, bad)):
            status, report = check.diff(first, second)
            check.expect(f"damaged blob {number}", status, 2)
            damaged_layers = [layer for layer in report["layers"] if name in str(layer["first"]) and layer["same"]]
            check.expect(f"damaged blob {number}: not the same", damaged_layers, [])
    check.expect("missing", check.diff(base, check.path("nothing"))[0], 2)


def run(*arguments):
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tree(bundle):
    """The files below a root file system: kind, content, mode and time."""
    found = {}
    root = os.path.join(bundle, "rootfs")
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            place = os.path.join(folder, name)
            status = os.lstat(place)
            content = os.readlink(place) if os.path.islink(place) else None
            if content is None and os.path.isfile(place):
                with open(place, "rb") as file:
                    content = file.read()
            found[os.path.relpath(place, root)] = (status.st_mode, content, status.st_mtime_ns, status.st_uid)
    return found


def real_tools(check):
    """Images that umoci and skopeo make, compared with the trees that umoci unpacks."""
    make_base(check)
    base = check.path("umoci")
    changes = {
        "nothing but a time": lambda root: os.utime(os.path.join(root, "etc", "f3"), (1_600_000_000, 1_600_000_000)),
        "a file added": lambda root: write_file(os.path.join(root, "etc", "new"), b"new"),
        "content changed": lambda root: write_file(os.path.join(root, "etc", "f4"), b"changed"),
        "mode changed": lambda root: os.chmod(os.path.join(root, "etc", "f5"), 0o600),
        "a link changed": lambda root: relink(os.path.join(root, "bin", "link"), "other"),
        "a file removed": lambda root: os.remove(os.path.join(root, "etc", "f6")),
    }
    made = {}
    for number, (what, change) in enumerate(changes.items()):
        made[what] = check.path(f"umoci{number}")
        repack(check, base, made[what], change)
        check.compare(f"umoci: {what}", base, made[what])
        compare_trees(check, f"umoci: {what}", base, made[what])
    check.compare("umoci: two repacks", made["nothing but a time"], made["content changed"])
    run("skopeo", "copy", "-q", "--dest-compress-format", "zstd", f"oci:{base}:v1", f"oci:{check.path('zstd1')}:v1")
    status, report = check.compare("skopeo: zstd", base, check.path("zstd1"))
    check.expect("skopeo: zstd", (status, report["layers"][0]["relation"]), (1, "recompressed"))
    check.expect("skopeo: zstd, ignored", check.diff(base, check.path("zstd1"), "--ignore", "compression")[0], 0)
    archive = check.path("app.tar")
    run("skopeo", "copy", "-q", f"oci:{base}:v1", f"docker-archive:{archive}:app:v1")
    check.expect("skopeo: docker-archive", check.diff(base, archive, "--ignore", "compression")[0], 0)
    run("skopeo", "copy", "-q", f"docker-archive:{archive}", f"oci-archive:{check.path('back.tar')}:v1")
    status, report = check.diff(archive, check.path("back.tar"))
    check.expect("skopeo: and back", {layer["relation"] for layer in report["layers"]} <= {"identical", "recompressed"}, True)
    run("umoci", "config", "--image", f"{made['content changed']}:v1", "--config.env", "A=b")
    report = check.diff(base, made["content changed"])[1]
    pointers = {member["pointer"].split("/")[1] for member in report["config"]["members"]}
    check.expect("umoci config", "config" in pointers, True)


def make_base(check):
    base = check.path("umoci")
    run("umoci", "init", "--layout", base)
    run("umoci", "new", "--image", f"{base}:v1")
    repack(check, base, base, fill)


def fill(root):
    os.makedirs(os.path.join(root, "etc"))
    os.makedirs(os.path.join(root, "bin"))
    for number in range(20):
        write_file(os.path.join(root, "etc", f"f{number}"), b"%d\n" % number)
    os.symlink("app", os.path.join(root, "bin", "link"))
    os.link(os.path.join(root, "etc", "f1"), os.path.join(root, "etc", "hard"))


def write_file(place, content):
    with open(place, "wb") as file:
        file.write(content)


def relink(place, target):
    os.remove(place)
    os.symlink(target, place)


def repack(check, base, image, change):
    """Adds a layer to a copy of an image."""
    if image != base:
        shutil.copytree(base, image)
    bundle = check.path("bundle")
    shutil.rmtree(bundle, ignore_errors=True)
    run("umoci", "unpack", "--rootless", "--image", f"{image}:v1", bundle)
    change(os.path.join(bundle, "rootfs"))
    run("umoci", "repack", "--image", f"{image}:v1", bundle)


def compare_trees(check, what, first, second):
    """The second image has one layer more, whose entries are what differs between the trees."""
    trees = []
    for number, image in enumerate((first, second)):
        bundle = check.path(f"tree{number}")
        shutil.rmtree(bundle, ignore_errors=True)
        run("umoci", "unpack", "--rootless", "--image", f"{image}:v1", bundle)
        trees.append(tree(bundle))
    differing = {name for name in trees[0].keys() | trees[1].keys() if trees[0].get(name) != trees[1].get(name)}
    report = check.diff(first, second)[1]
    check.expect(f"{what}: trees", [layer["relation"] for layer in report["layers"]][-1], "added")
    listed = set()
    for entry in oracle.entries(images.tars(second)[-1]):
        folder, _, name = entry.path.decode().rpartition("/")
        listed.add(os.path.join(folder, name.removeprefix(".wh.")))
    # The time of a folder changes with its entries, and umoci writes the folders of changed files.
    check.expect(f"{what}: entries", {name for name in differing - listed if "/" in name}, set())


def squashed(check):
    """Two images of one layer each, which umoci makes of trees that differ: the report names what differs in the trees."""
    made, trees = [], []
    for number in range(2):
        image, bundle = check.path(f"squash{number}"), check.path("bundle")
        run("umoci", "init", "--layout", image)
        run("umoci", "new", "--image", f"{image}:v1")
        shutil.rmtree(bundle, ignore_errors=True)
        run("umoci", "unpack", "--rootless", "--image", f"{image}:v1", bundle)
        root = os.path.join(bundle, "rootfs")
        fill(root)
        if number == 1:
            write_file(os.path.join(root, "etc", "f2"), b"other")
            os.remove(os.path.join(root, "etc", "f7"))
            write_file(os.path.join(root, "bin", "new"), b"")
            os.chmod(os.path.join(root, "etc", "f8"), 0o700)
        for folder, folders, files in os.walk(root):
            for name in folders + files:
                os.utime(os.path.join(folder, name), (1_500_000_000, 1_500_000_000), follow_symlinks=False)
        trees.append(tree(bundle))
        run("umoci", "repack", "--image", f"{image}:v1", bundle)
        made.append(image)
    report = check.compare("squashed", *made)[1]
    found = {path(item).decode() for item in report["layers"][0]["files"]["differences"]}
    names = trees[0].keys() | trees[1].keys()
    check.expect("squashed: trees", found - {""}, {name for name in names if trees[0].get(name) != trees[1].get(name)})
