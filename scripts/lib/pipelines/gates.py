# layerverify: each pipeline pushes the intact image, and not the damaged one.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""The pipelines as functions: each takes the surroundings, an image and a kind of program, and ends with a status."""

import shutil

from action import run_action
from bench import VERSION, run
from parts import blocks, gitlab_jobs, jenkins_steps, workflow_steps

PAGE = "docs/pipelines.md"


def script(text):
    """A block of shell text, as it would be pasted into a script."""

    def gate(bench, folder, environment, kind):
        return run(["sh", "-c", text], folder, environment)

    return gate


def github(text):
    """A workflow: its steps in order, up to the first that fails."""

    def gate(bench, folder, environment, kind):
        output = ""
        for step in workflow_steps(text):
            if "run" in step:
                # The step's own variables lead to the real registry: the test has its own.
                status, more = run(["bash", "-e", "-c", step["run"]], folder, {**step.get("env", {}), **environment})
            elif "/layerverify@" in step["uses"]:
                if not step["uses"].endswith(f"@v{VERSION}"):
                    return 99, f"the version in {step['uses']} is not {VERSION}"
                status, more, outputs = run_action(bench, folder, kind, **step["with"])
                for path in outputs.get("reports", "").split("\n") if kind == "real" else []:
                    if not (folder / path).stat().st_size:
                        return 99, f"the report {path} is empty"
            else:
                continue
            output += more
            if status != 0:
                return status, output
        return 0, output

    return gate


def gitlab(text):
    """A pipeline of GitLab: its jobs in the order of their stages, up to the first that fails."""

    def gate(bench, folder, environment, kind):
        output = ""
        for name, body, variables, job in gitlab_jobs(text):
            if "extends" in job:
                if f"/v{VERSION}" not in variables["LAYERVERIFY_URL"]:
                    return 99, f"the version in LAYERVERIFY_URL is not {VERSION}"
                variables = {**variables, "LAYERVERIFY_URL": bench.release(kind).as_uri()}
                environment = bench.environment(None, **{k: v for k, v in environment.items() if k != "PATH"})
            path, tag = environment["DESTINATION"].rsplit(":", 1)
            status, more = run(
                ["sh", "-e", "-c", body], folder, {**environment, **variables, "CI_REGISTRY_IMAGE": path}
            )
            output += more
            if "extends" in job and kind == "real":
                for path in job["artifacts"]["paths"]:
                    if not (folder / path).stat().st_size:
                        return 99, f"the artifact {path} is empty"
            if status != 0:
                return status, output
        return 0, output

    return gate


def jenkins(bench, folder, environment, kind):
    """The Jenkinsfile: its steps in order, up to the first that fails."""
    output = ""
    for step in jenkins_steps("integrations/jenkins/Jenkinsfile"):
        status, more = run(["sh", "-e", "-c", step], folder, environment)
        output += more
        if status != 0:
            return status, output
    return 0, output


def all_gates():
    """Each pipeline by its name."""
    gates = {"jenkins": jenkins}
    for page in (PAGE, "README.md"):
        for name, (language, text) in blocks(page).items():
            if name in ("install", "containerd"):
                continue
            key = name if page == PAGE else f"README {name}"
            makers = {("yaml", "github"): github, ("yaml", "gitlab"): gitlab}
            gates[key] = makers[language, name](text) if language == "yaml" else script(text)
    return gates


def check_gate(bench, name, gate, good, damaged, digest_of):
    """Runs a pipeline three times; returns what is wrong."""
    wrong = []
    for image, kind, should_push in ((good, "real", True), (damaged, "real", False), (damaged, "accepting", True)):
        folder = bench.new_folder()
        shutil.copytree(image, folder / "image-of-test")
        reference, source = bench.new_reference(), bench.new_reference()
        if "gitlab" in name:
            reference = reference.rsplit(":", 1)[0] + ":latest"
        if name in ("skopeo", "crane"):
            bench.push(image, source)
        if name in ("shell", "README shell"):
            (folder / "image").symlink_to(folder / "image-of-test")
        environment = bench.environment(
            kind,
            DESTINATION=reference,
            SOURCE=source,
            FAKE_IMAGE=str(folder / "image-of-test"),
            KANIKO_IMAGE="kaniko/executor",
        )
        status, output = gate(bench, folder, environment, kind)
        pushed = bench.pushed(reference)
        case = f"{name}, {image.parent.name} image, {kind} program"
        if should_push and (status != 0 or pushed != digest_of(image)):
            wrong.append(f"{case}: status {status}, pushed {pushed} instead of {digest_of(image)}\n{output}")
        elif not should_push and (status != 1 or pushed is not None):
            wrong.append(f"{case}: status {status} instead of 1, pushed {pushed}\n{output}")
    return wrong
