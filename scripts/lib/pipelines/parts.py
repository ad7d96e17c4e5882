# layerverify: the shell parts of docs/pipelines.md, README.md, action.yml and integrations/.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the parts that can be run, and what GitHub and GitLab would make of the YAML around them."""

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


def read(path):
    """The text of a file of the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(path):
    """The blocks of a page after a line `<!-- run: NAME -->`: name -> (language, text)."""
    pattern = re.compile(r"^<!-- run: (\S+) -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    found = {}
    for name, language, text in pattern.findall(read(path)):
        if name in found:
            raise ValueError(f"{path}: two blocks are named {name}")
        found[name] = (language, text)
    if len(found) != read(path).count("<!-- run:"):
        raise ValueError(f"{path}: a mark is not followed by a block")
    return found


def jenkins_steps(path):
    """The texts of the `sh` steps of a Jenkinsfile, in order."""
    text = read(path)
    steps = re.findall(r"\bsh '''(.*?)'''", text, re.DOTALL)
    if len(steps) != len(re.findall(r"\bsh\b", text.split("pipeline {", 1)[1])):
        raise ValueError(f"{path}: a step is not of the form sh '''...'''")
    if any("\\" in step for step in steps):
        raise ValueError(f"{path}: Groovy changes backslashes in strings")
    return steps


def gitlab_jobs(text):
    """The jobs of a pipeline in order of their stages: name, the script that a runner makes of it, variables, job."""
    pipeline = yaml.safe_load(text)
    template = yaml.safe_load(read("integrations/gitlab/layerverify.yml"))
    reserved = {"include", "stages", "variables", "default", "workflow"}
    jobs = []
    for name, job in pipeline.items():
        if name in reserved or name.startswith("."):
            continue
        merged = dict(template[job["extends"]]) if "extends" in job else {}
        merged.update(job)
        variables = {**pipeline.get("variables", {}), **merged.get("variables", {})}
        script = "\n".join([*merged.get("before_script", []), *merged["script"]])
        jobs.append((pipeline["stages"].index(merged["stage"]), name, script, variables, merged))
    return [job[1:] for job in sorted(jobs, key=lambda job: job[0])]


def evaluate(text, contexts):
    """A string with the `${{ }}` expressions that action.yml uses: names, and `||` between them."""

    def value(match):
        for operand in match.group(1).split("||"):
            found = contexts
            for name in operand.strip().split("."):
                found = found.get(name, "") if isinstance(found, dict) else ""
            if found != "":
                return str(found)
        return ""

    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", value, str(text))


def shell_scripts():
    """All shell text that is not a file of its own, by a name: (shell, text)."""
    found = {}
    for page in ("README.md", "docs/pipelines.md"):
        for name, (language, text) in blocks(page).items():
            if language == "sh":
                found[f"{page}:{name}"] = ("sh", text)
            if name == "gitlab":
                for job, script, _, _ in gitlab_jobs(text):
                    found[f"{page}:{name}:{job}"] = ("sh", script)
            if name == "github":
                for index, step in enumerate(workflow_steps(text)):
                    if "run" in step:
                        found[f"{page}:{name}:{index}"] = ("bash", step["run"])
    for index, step in enumerate(jenkins_steps("integrations/jenkins/Jenkinsfile")):
        found[f"Jenkinsfile:{index}"] = ("sh", step)
    for step in yaml.safe_load(read("action.yml"))["runs"]["steps"]:
        if "${{" in step["run"]:
            raise ValueError("action.yml: an expression in a script is run by the shell")
        found[f"action.yml:{step['id']}"] = (step["shell"], step["run"])
    return found


def workflow_steps(text):
    """The steps of the only job of a workflow."""
    (job,) = yaml.safe_load(text)["jobs"].values()
    return job["steps"]
