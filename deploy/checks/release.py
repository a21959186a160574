"""What a release is made of, as far as that can be made here."""

import filecmp
import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from .rendering import NAME, ROOT, Chart, Refused, kustomize, workload

DIGEST = "sha256:" + "0123456789abcdef" * 4


def run(*command, **options):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False, **options)


def check_files(folder):
    """The same bytes twice, and what is unpacked works without the repository."""
    made = [Path(folder) / name for name in ("first", "second")]
    for place in made:
        done = run(ROOT / "scripts/release-files", place, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
        if done.returncode:
            yield f"release-files: {done.stderr}"
            return
    names = sorted(path.name for path in made[0].iterdir())
    if filecmp.cmpfiles(*made, names, shallow=False)[0] != names:
        yield "release-files: other bytes the second time"
    for part in ("manifests.tar.gz", "rules.yaml", *(f"dashboard-{path.name}" for path in (ROOT / "dashboards").glob("*.json"))):
        if not any(name.endswith(f"-{part}") for name in names):
            yield f"release-files: no {part}"
    chart = next(made[0].glob("*.tgz"))
    Chart(chart).objects({"dashboards": {"enabled": True}, "prometheusRule": {"enabled": True}})
    unpacked = Path(folder) / "unpacked"
    unpacked.mkdir()
    run("tar", "-xzf", next(made[0].glob("*-manifests.tar.gz")), "-C", unpacked)
    root = next(unpacked.iterdir())
    for overlay in sorted((root / "deploy/kubernetes/overlays").iterdir()):
        workload(kustomize(overlay))
    kinds = {found["kind"] for found in kustomize(root / "deploy/kubernetes/overlays/operator")}
    if not {"PrometheusRule", "ConfigMap"} <= kinds:
        yield f"the archive of the manifests gives {kinds} only"
    done = run("jsonnet", "-e", "(import 'mixin/mixin.libsonnet').prometheusRules", cwd=root)
    if done.returncode:
        yield f"the archive's mixin: {done.stderr}"


def check_bases(folder):
    """Every base image gets its digest, and nothing is written where one is not known."""
    bin = Path(folder) / "bin"
    bin.mkdir()
    docker = bin / "docker"
    docker.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "buildx imagetools inspect" ] && [ "$4" != unknown ] && echo {DIGEST}\n')
    docker.chmod(0o755)
    variables = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}"}
    dockerfile = Path(folder) / "Dockerfile"
    shutil.copy(ROOT / "deploy/Dockerfile", dockerfile)
    run(ROOT / "scripts/pin-bases", dockerfile, env=variables)
    froms = re.findall(r"(?m)^FROM (\S+)", dockerfile.read_text())
    if not all(name == "scratch" or name.endswith(f"@{DIGEST}") for name in froms) or len(froms) < 3:
        yield f"pin-bases made {froms}"
    again = dockerfile.read_text()
    run(ROOT / "scripts/pin-bases", dockerfile, env=variables)
    if dockerfile.read_text() != again:
        yield "pin-bases changes what has a digest"
    dockerfile.write_text("FROM debian AS a\nFROM unknown\nFROM a\n")
    if run(ROOT / "scripts/pin-bases", dockerfile, env=variables).returncode == 0 or "@" in dockerfile.read_text():
        yield "pin-bases goes on without a digest"


def check_tags(folder):
    """A tag passes where everything says its version, and nowhere else."""
    copied = Path(folder) / "copied"
    shutil.copytree(ROOT, copied, symlinks=True, ignore=shutil.ignore_patterns(".build", ".git", "__pycache__", "Tests"))
    version = re.search(r"(?m)^VERSION=(.+)$", (copied / "project.env").read_text())[1]
    changes = copied / "CHANGELOG.md"

    def judged(tag):
        done = run(copied / "scripts/check-release", tag)
        return done.returncode == 0, done.stderr

    text = re.sub(r"(?ms)^## \[\d.*", "", changes.read_text())
    for path in copied.rglob("*.md"):
        path.write_text(path.read_text().replace("is released yet", "was released"))
    changes.write_text(text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - 2026-01-01\n", 1))
    passes, said = judged(f"v{version}")
    if not passes:
        yield f"v{version} should pass: {said}"
    if judged("v9.9.9")[0]:
        yield "a tag passes that is not the version"
    places = {"deploy/helm/Chart.yaml": f"version: {version}", f"Sources/{NAME}/Version.swift": version, "mixin/README.md": f"@v{version}",
              "deploy/compose.yaml": f":{version}", "deploy/prometheus/rules.yaml": f"/blob/v{version}/"}
    for path, old in places.items():
        place = copied / path
        place.write_text(place.read_text().replace(old, old.replace(version, "9.9.9"), 1))
    changes.write_text(text)
    passes, said = judged(f"v{version}")
    for path in places:
        if passes or path not in said:
            yield f"v{version} passes where {path} says another version"
    if subprocess.run([copied / "scripts/check-documents", "--write"], capture_output=True, check=False).returncode == 0:
        yield "the links of rules to another version are nobody's concern"
    for path in ("deploy/prometheus/rules.yaml", "mixin/README.md"):
        shutil.copy(ROOT / path, copied / path)
    passes, said = judged(f"v{version}")
    if passes or "tells nothing" not in said:
        yield f"v{version} passes with nothing about it in CHANGELOG.md: {said}"


def check_workflows():
    """A release needs the whole test suite, and makes nothing public before its last step."""
    workflows = {path.name: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
                 for path in (ROOT / ".github/workflows").glob("*.yaml")}
    if not any(step.get("run") == "make test" for step in workflows["ci.yaml"]["jobs"]["test"]["steps"]):
        yield "ci.yaml does not run make test"
    jobs = workflows["release.yaml"]["jobs"]

    def before(job):
        needs = jobs[job].get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        return {*needs, *(earlier for name in needs for earlier in before(name))}

    if jobs["test"].get("uses") != "./.github/workflows/ci.yaml" or before("publish") != set(jobs) - {"publish"}:
        yield f"release.yaml publishes after {before('publish')} only"
    if "test" not in before("image") or "test" not in before("packages"):
        yield "release.yaml pushes what was not tested"
    if "environment" not in jobs["publish"]:
        yield "release.yaml publishes without anybody's agreement"
    public = re.compile(r"helm push|--draft=false|\$IMAGE:\$(tag|version)|:latest")
    for name, workflow in workflows.items():
        steps = [(job, number, step) for job, content in workflow["jobs"].items()
                 for number, step in enumerate(content.get("steps", []))]
        for job, number, step in steps:
            last = max(other for where, other, _ in steps if where == job)
            if public.search(step.get("run", "")) and "docker create" not in step["run"] and number != last:
                yield f"{name} makes something public before its last step: {step['name']}"


def check(folder):
    for findings in (check_files(folder), check_bases(folder), check_tags(folder), check_workflows()):
        try:
            yield from findings
        except Refused as error:
            yield str(error)
