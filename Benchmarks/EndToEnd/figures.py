# layerverify: tables and plots of the benchmarks.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes tables and plots of the measurements. Every figure comes from samples, and samples.tsv has all of them."""
import datetime
import os
import platform
import re
import shutil
import subprocess
import xml.etree.ElementTree

import peers as programs
import timing

# The best script for each form; they share one row of the plot.
SHORT = dict.fromkeys(["igzip, openssl", "zstd, openssl", "openssl"], "best script")
# The markers around the part of the documentation that is replaced.
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


class Sheet:
    """All samples, and the tables and plots made from them."""

    def __init__(self, peers):
        self.peers = peers
        self.samples = {}  # by image, then by program, then by round
        self.images = []
        self.jobs, self.blobs, self.memory = [], [], []
        self.rows = []

    def note(self, section, image, samples):
        self.rows += [[section, image.name, str(image.byte_count), name, str(number + 1), f"{one.wall:.4f}",
                       f"{one.cpu:.4f}", f"{one.peak:.1f}"]
                      for name, own in samples.items() for number, one in own.items()]

    def add(self, image, samples):
        self.images.append(image)
        self.samples[image.name] = samples
        self.note("throughput", image, samples)

    def add_jobs(self, image, samples):
        self.note("jobs", image, samples)
        by_jobs = {}
        for name, own in samples.items():
            program, jobs = name.rsplit(" ", 1)
            by_jobs.setdefault(int(jobs), {})[program] = image.byte_count / 1e9 / timing.median(own, "wall")
        self.jobs = [[jobs, *cells(by_jobs[jobs], ["layerverify", "yardstick"])] for jobs in sorted(by_jobs)]

    def add_blobs(self, image, count, samples):
        self.note("blobs", image, samples)
        walls = {name: timing.median(own, "wall") for name, own in samples.items()}
        self.blobs.append([count, *cells(walls, ["layerverify", "yardstick", "igzip, openssl"])])

    def add_memory(self, image, samples):
        if samples is not self.samples.get(image.name):
            self.note("memory", image, samples)
        peaks = {name: max(one.peak for one in own.values()) for name, own in samples.items()}
        self.memory.append([image.form, image.byte_count / 1e6, *cells(peaks, ["layerverify", "yardstick"])])

    def table(self):
        """The comparison with peers, in Markdown."""
        lines = ["| image | program | wall time | of layerverify | processor time | of layerverify | peak memory |",
                 "|---|---|---|---|---|---|---|"]
        for image in self.images:
            samples = self.samples[image.name]
            base = samples["layerverify"]
            lines += [f"| {image.name} | {name}"
                      f" | {timing.median(own, 'wall'):.2f} s | {timing.ratio(own, base, 'wall')}"
                      f" | {timing.median(own, 'cpu'):.2f} s | {timing.ratio(own, base, 'cpu')}"
                      f" | {max(one.peak for one in own.values()):.0f} MiB |" for name, own in samples.items()]
        if self.peers.yardstick:
            lines += ["", "layerverify's time, of the yardstick's in the same round:", "",
                      "| image | wall time | processor time |", "|---|---|---|"]
            for image in self.images:
                own, base = (self.samples[image.name][name] for name in ["layerverify", "yardstick"])
                lines.append(f"| {image.name} | {timing.ratio(own, base, 'wall')} | {timing.ratio(own, base, 'cpu')} |")
        return lines

    def throughput(self):
        """GB of tar per second by program, in a column for each form of the 8-layer images."""
        by_program = {}
        for image in self.images[:3]:
            for name, own in self.samples[image.name].items():
                speed = image.byte_count / 1e9 / timing.median(own, "wall")
                by_program.setdefault(SHORT.get(name, name), {})[image.form] = speed
        return [[name, *cells(speeds, ["gzip", "zstd", "none"])] for name, speeds in by_program.items()]

    def write(self, results, plots):
        """Writes all files into two folders; raises Failure if a plot is invalid."""
        os.makedirs(results, exist_ok=True)
        os.makedirs(plots, exist_ok=True)
        write(results, "samples.tsv", "section image bytes program round wall-s cpu-s peak-MiB", self.rows)
        write(results, "throughput.tsv", "program gzip-GB/s zstd-GB/s plain-GB/s", self.throughput())
        write(results, "jobs.tsv", "jobs layerverify-GB/s yardstick-GB/s", self.jobs)
        write(results, "blobs.tsv", "blobs layerverify-s yardstick-s script-s", self.blobs)
        # For gnuplot, two empty lines separate data sets.
        forms = [sorted(row for row in self.memory if row[0] == form) for form in ["gzip", "zstd", "none"]]
        write(results, "memory.tsv", "form tar-MB layerverify-MiB yardstick-MiB",
              [row for rows in forms for row in [*rows, [], []]])
        with open(os.path.join(results, "table.md"), "w", encoding="utf-8") as file:
            file.write("\n".join([*machine(self.peers), "", *self.table(), ""]))
        for name in ["throughput", "jobs", "memory", "blobs"]:
            plot(name, results, plots)


def cells(values, names):
    """The named values; `-` for a missing one."""
    return [values.get(name, "-") for name in names]


def write(folder, name, heads, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        for row in [heads.split(" "), *rows]:
            file.write("\t".join(f"{one:.4g}" if isinstance(one, float) else str(one) for one in row) + "\n")


def plot(name, results, plots):
    out = os.path.join(plots, name + ".svg")
    done = subprocess.run(["gnuplot", "-e", f"data='{results}/{name}.tsv'; cpus={programs.JOBS}", "-e",
                           f"set output '{out}'", os.path.join(programs.HERE, "plots", name + ".gp")],
                          capture_output=True, text=True, check=False)
    # gnuplot warns, and exits with 0, if there is nothing to plot.
    if done.returncode or done.stderr.strip():
        raise timing.Failure(f"the plot {name}: {done.stderr.strip()}")
    drawn = xml.etree.ElementTree.parse(out).getroot()
    if not any(one.tag.endswith("path") for one in drawn.iter()):
        raise timing.Failure(f"the plot {name} is empty")
    with open(out, encoding="utf-8") as file:
        lines = [line.rstrip() + "\n" for line in file]
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(lines)


def machine(peers):
    """The machine, the date and the versions, as text."""
    def first(path, pattern):
        with open(path, encoding="utf-8") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
        return found[1].strip() if found else "unknown"

    versions = subprocess.run([peers.program, "--version"], capture_output=True, text=True, check=True).stdout
    memory = int(first("/proc/meminfo", r"^MemTotal:\s*(\d+)")) / (1 << 20)
    system = first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)')
    model = first("/proc/cpuinfo", r"^model name[^:]*: (.*)$")
    libraries = ", ".join(" ".join(line.split()) for line in versions.splitlines())
    return [f"{datetime.date.today()}: {programs.JOBS} CPUs of {model}, {memory:.0f} GiB, {system},"
            f" Linux {'.'.join(platform.release().split('.')[:2])}; {libraries}."]


def publish(out, root):
    """Copies results and plots to the documentation, and inserts the table there."""
    day = os.path.join(root, "Benchmarks", "EndToEnd", "results", str(datetime.date.today()))
    for source, target in [("results", day), ("plots", os.path.join(root, "docs", "plots"))]:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(os.path.join(out, source), target)
    page = os.path.join(root, "docs", "performance.md")
    with open(os.path.join(out, "results", "table.md"), encoding="utf-8") as file:
        table = file.read()
    with open(page, encoding="utf-8") as file:
        text = file.read()
    before, begins, rest = text.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not begins or not ends:
        raise timing.Failure(f"{page}: no place for the table")
    with open(page, "w", encoding="utf-8") as file:
        file.write("".join([before, BEGIN, "\n", table, END, after]))
