# layerverify: runs action.yml as a runner of GitHub does.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""A runner for composite actions, as far as action.yml uses them."""

import yaml
from bench import run
from parts import ROOT, evaluate, read


def outputs_of(path):
    """The outputs in a file of `name=value` lines and `name<<DELIMITER` blocks."""
    found = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if "<<" in line and "=" not in line.split("<<")[0]:
            name, delimiter = line.split("<<", 1)
            found[name] = ""
            for more in lines:
                if more == delimiter:
                    break
                found[name] += ("\n" if found[name] else "") + more
            else:
                raise ValueError(f"the block of {name} has no end")
        elif line:
            name, value = line.split("=", 1)
            found[name] = value
    return found


def run_action(bench, folder, kind="real", path_program=None, variables=None, **inputs):
    """Runs the action in a folder, with the release of a kind of program; returns status, output, and its outputs.

    The outputs also have `errors`, the standard error of the last step, `summary`, and what was `left` behind.
    `path_program` is the kind of program on PATH, if there is to be one; `variables` replace those of the runner.
    """
    action = yaml.safe_load(read("action.yml"))
    inputs = {name.replace("_", "-"): value for name, value in inputs.items()}
    unknown = set(inputs) - set(action["inputs"])
    if unknown:
        raise ValueError(f"action.yml has no inputs {unknown}")
    values = {name: str(inputs.get(name, declared.get("default", ""))) for name, declared in action["inputs"].items()}
    if "release-url" not in inputs:
        values["release-url"] = bench.release(kind).as_uri()
    bench.count += 1
    state = bench.folder / f"runner-{bench.count}"
    state.mkdir()
    (state / "temp").mkdir()
    contexts = {"inputs": values, "github": {"action_repository": "OWNER/layerverify"}, "steps": {}}
    status, output, errors = 0, "", ""
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(state / "temp"),
        "RUNNER_TOOL_CACHE": str(state / "tools"),
        "GITHUB_STEP_SUMMARY": str(state / "summary"),
        "GITHUB_PATH": str(state / "path"),
    }
    environment = {**bench.environment(path_program), **runner, **(variables or {})}
    for step in action["runs"]["steps"]:
        outputs = state / step["id"]
        outputs.write_text("")
        settings = {name: evaluate(value, contexts) for name, value in step["env"].items()}
        settings["GITHUB_OUTPUT"] = str(outputs)
        command = [step["shell"], "-e", "-c", step["run"]]
        status, more, errors = run(command, folder, {**environment, **settings}, apart=True)
        output += more + errors
        contexts["steps"][step["id"]] = {"outputs": outputs_of(outputs)}
        if status != 0:
            break
    found = {name: evaluate(declared["value"], contexts) for name, declared in action["outputs"].items()}
    summary = state / "summary"
    found["errors"] = errors
    found["summary"] = summary.read_text(encoding="utf-8", errors="replace") if summary.exists() else ""
    found["left"] = ",".join(path.name for path in (state / "temp").glob("layerverify-run.*"))
    return status, output, found
