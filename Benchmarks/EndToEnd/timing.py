# layerverify: times programs alternately, for the benchmarks.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Times programs alternately.

The machine has other load, and its speed changes. So every round runs each program once, each round begins with another
program, and the result is the median of the ratios within the rounds. hyperfine measures the time, one run at a time; GNU
time around the program, which adds about 1 ms per run, measures the peak memory, which hyperfine does not.
"""
import dataclasses
import json
import os
import shlex
import statistics
import subprocess
import tempfile


class Failure(Exception):
    """An error that invalidates a benchmark, with a message for people."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """One run: wall time and processor time in seconds, and the peak memory of the largest process in MiB."""
    wall: float
    cpu: float
    peak: float


@dataclasses.dataclass(frozen=True)
class Command:
    """A program with its arguments, what to remove before each run, and the maximum number of rounds."""
    arguments: list
    leaves: str = ""
    most_rounds: int = 1_000_000


def once(command):
    """Runs a command once; raises Failure if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        times, memory = os.path.join(folder, "times.json"), os.path.join(folder, "memory")
        whole = ["time", "--format", "%M", "--output", memory, *command.arguments]
        clock = ["hyperfine", "-N", "--runs", "1", "--style", "none", "--export-json", times]
        if command.leaves:
            clock += ["--prepare", shlex.join(["rm", "-rf", command.leaves])]
        os.sync()  # otherwise another program's output would be written back during this run
        # hyperfine would warn that there are too few runs, or that they are too short.
        done = subprocess.run([*clock, shlex.join(whole)], capture_output=True, text=True, check=False)
        if done.returncode:
            again = subprocess.run(command.arguments, capture_output=True, text=True, check=False)
            raise Failure(f"{shlex.join(command.arguments)}: failed\n{done.stderr}{again.stdout}{again.stderr}")
        with open(times, encoding="utf-8") as file:
            result = json.load(file)["results"][0]
        with open(memory, encoding="utf-8") as file:
            peak = int(file.read().split()[-1]) / 1024
    if command.leaves:
        subprocess.run(["rm", "-rf", command.leaves], check=True)
    return Sample(result["times"][0], result["user"] + result["system"], peak)


def rounds(commands, count):
    """Runs commands, by name, in `count` rounds; returns the samples by name, then by round."""
    samples = {name: {} for name in commands}
    names = list(commands)
    for number in range(count):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if number < commands[name].most_rounds:
                samples[name][number] = once(commands[name])
    return samples


@dataclasses.dataclass(frozen=True)
class Spread:
    """The median of some numbers, with minimum and maximum."""
    median: float
    least: float
    most: float

    def __str__(self):
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def spread(numbers):
    return Spread(statistics.median(numbers), min(numbers), max(numbers))


def median(samples, field):
    """The median of a field of samples by round."""
    return statistics.median(getattr(one, field) for one in samples.values())


def ratio(samples, base, field):
    """The spread of one program's samples, each divided by another program's in the same round."""
    return spread([getattr(one, field) / max(getattr(base[number], field), 1e-9)
                   for number, one in samples.items() if number in base])
