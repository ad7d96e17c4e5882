# layerverify: the images of the benchmarks.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the images of the benchmarks, and keeps them for later runs."""
import json
import os
import shutil
import subprocess

from layout import Layout
from peers import HERE, Image

FORMS = ["none", "gzip", "zstd"]


class Store:
    """A folder of images. An image that was made with the same recipe is reused."""

    def __init__(self, folder, source):
        self.folder = folder
        self.script = os.path.join(HERE, source + "-image")
        self.source = source
        self.packages = {}
        os.makedirs(folder, exist_ok=True)

    def kept(self, name, form, recipe, make):
        """The image that `make` makes in a folder, unless it exists; `recipe` has everything that it depends on."""
        path = os.path.join(self.folder, name.replace(" ", "-").replace(",", ""))
        made = os.path.join(path, "recipe.json")
        try:
            with open(made, encoding="utf-8") as file:
                record = json.load(file)
        except (OSError, ValueError):
            record = {}
        if record.get("recipe") != recipe:
            shutil.rmtree(path, ignore_errors=True)
            make(path)
            # Written last: an unfinished image has no recipe.
            record = {"recipe": recipe, "bytes": self.uncompressed(path, form)}
            with open(made, "w", encoding="utf-8") as file:
                json.dump(record, file)
        self.note_packages(path)
        return Image(name, path, form, record["bytes"])

    def uncompressed(self, folder, form):
        """The size of an image's layers after decompression."""
        image = Image("", folder, form, 0)
        if form == "none":
            return sum(os.path.getsize(blob) for blob in image.blobs())
        total = 0
        for blob in image.blobs():
            if form == "gzip":
                # The last four bytes give the size modulo 2^32, and no layer here is as large as that.
                with open(blob, "rb") as file:
                    file.seek(-4, os.SEEK_END)
                    total += int.from_bytes(file.read(4), "little")
            else:
                with subprocess.Popen(["zstd", "-dcq", blob], stdout=subprocess.PIPE) as unpacking:
                    while block := unpacking.stdout.read(1 << 20):
                        total += len(block)
        return total

    def note_packages(self, folder):
        path = os.path.join(folder, "packages.tsv")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.packages.update(line.rstrip("\n").split("\t") for line in file)

    def made(self, name, form, size, more):
        recipe = [self.source, form, str(size), *more]
        return self.kept(name, form, recipe,
                         lambda path: subprocess.run([self.script, path, *recipe[1:]], check=True))

    def repacked(self, name, form, plain, recipe):
        def make(path):
            out = Layout(path, form)
            out.repack(plain.folder)
            out.finish()
        return self.kept(name, form, recipe, make)

    def eight(self, size):
        """Eight layers, uncompressed, and the same ones compressed with gzip and with zstd."""
        plain = self.made(f"8 layers, plain, {size} MB", "none", size, [])
        return plain, *(self.repacked(f"8 layers, {form}, {size} MB", form, plain, [self.source, form, str(size)])
                        for form in FORMS[1:])

    def large(self, size):
        """The same images, one after another; each is removed after it was used."""
        plain = self.made(f"8 layers, plain, {size} MB", "none", size, [])
        yield plain
        for form in FORMS[1:]:
            image = self.repacked(f"8 layers, {form}, {size} MB", form, plain, [self.source, form, str(size)])
            yield image
            shutil.rmtree(image.folder)
        shutil.rmtree(plain.folder)

    def single(self, name, size, more):
        """A gzip image with other layers."""
        return self.made(f"{name}, gzip, {size} MB", "gzip", size, more or ["1"])

    def small(self, count):
        """An image of many small blobs."""
        script = os.path.join(HERE, "small-image")
        return self.kept(f"{count} small layers, gzip", "gzip", ["small", str(count)],
                         lambda path: subprocess.run([script, path, "gzip", str(count)], check=True))

    def write_packages(self, folder):
        """Writes the names and versions of the packages in the layers."""
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "packages.tsv"), "w", encoding="utf-8") as file:
            file.write("package\tversion\n")
            file.writelines(f"{name}\t{version}\n" for name, version in self.packages.items())
