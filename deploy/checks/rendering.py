"""What users get: the chart as Helm's own engine renders it, and kustomizations as kubectl does."""

import concurrent.futures
import json
import os
import shutil
import subprocess
from pathlib import Path

import helm_python
import kubernetes_validate
import yaml
from jsonschema.validators import Draft202012Validator
from referencing import Registry, Resource

ROOT = Path(__file__).resolve().parents[2]
HELM = ROOT / "deploy/helm"
KUBERNETES = ROOT / "deploy/kubernetes"
NAME = "huaweicloud-artifact-exporter"
OLDEST_KUBERNETES = 28
PROJECT = {"name": "prod", "region": "cn-north-4"}


def load(text):
    return [found for found in yaml.load_all(text, yaml.CSafeLoader) if found]


class Refused(Exception):
    """What Helm says instead of manifests."""


class Chart:
    """A chart that is loaded once."""

    def __init__(self, folder):
        self.loaded = helm_python.Chart.load(folder)

    @classmethod
    def ours(cls, folder):
        """With files for links, which Helm would tell of each time."""
        if not Path(folder).exists():
            shutil.copytree(HELM, folder)
        return cls(folder)

    def objects(self, values=None, name="exporter", namespace="monitoring"):
        """The objects; `values` without projects get one."""
        values = {**(values or {})}
        if not values.get("existingConfigMap") and not values.get("existingConfigSecret"):
            values["config"] = {"projects": [PROJECT], **values.get("config", {})}
        return self.exactly(values, name, namespace)

    def exactly(self, values, name="exporter", namespace="monitoring"):
        try:
            parts = self.loaded.render(values, name=name, namespace=namespace)
        except helm_python.HelmError as error:
            raise Refused(str(error)) from None
        return [found for path, part in parts.items() if path.endswith(".yaml") for found in load(part)]


def kustomize(folder):
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{folder}: {done.stderr.strip()}")
    return load(done.stdout)


def kustomizations():
    """What base and overlays become, by name."""
    folders = [KUBERNETES / "base", *sorted((KUBERNETES / "overlays").iterdir())]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip((folder.name for folder in folders), pool.map(kustomize, folders)))


def workload(objects):
    """The Deployment or StatefulSet that has the exporter in it, and the exporter's container."""
    for found in objects:
        if found["kind"] in ("Deployment", "StatefulSet"):
            spec = found["spec"]["template"]["spec"]
            for container in [*spec.get("initContainers", []), *spec["containers"]]:
                if container["name"] == NAME:
                    return found, container
    raise Refused("no exporter in what is rendered")


def of_kind(objects, kind):
    return [found for found in objects if found["kind"] == kind]


class Schemas:
    """Kubernetes' own schemas, strictly, in every version that there is from the oldest that we name."""

    FOLDER = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"

    def __init__(self):
        newest = int(kubernetes_validate.latest_version().split(".")[1])
        self.versions = [f"1.{minor}" for minor in range(OLDEST_KUBERNETES, newest + 1)]
        self.definitions, self.validators = {}, {}

    def validator(self, version, kind, api_version):
        key = (version, kind, api_version)
        if key not in self.validators:
            folder = next(self.FOLDER.glob(f"v{version}*-local-strict"))
            if version not in self.definitions:
                text = (folder / "_definitions.json").read_text(encoding="utf-8")
                self.definitions[version] = Resource.from_contents(json.loads(text)) @ Registry()
            group, _, number = api_version.rpartition("/")
            name = "-".join(filter(None, [kind, group.split(".")[0], number])).lower()
            schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            registry = Resource.from_contents(schema) @ self.definitions[version]
            self.validators[key] = Draft202012Validator(schema, registry=registry)
        return self.validators[key]

    def findings(self, rendered):
        """What the versions refuse of `rendered`, lists of objects by a name."""
        refused, seen = {}, set()
        for name, objects in rendered.items():
            for found in objects:
                text = json.dumps(found, sort_keys=True)
                # The operator's kinds are not Kubernetes' own: there is no schema for them here.
                if text in seen or found["apiVersion"].startswith("monitoring.coreos.com/"):
                    continue
                seen.add(text)
                for version in self.versions:
                    for error in self.validator(version, found["kind"], found["apiVersion"]).iter_errors(found):
                        where = ".".join(map(str, error.absolute_path))
                        refused.setdefault((f"{name}: {found['kind']} {where}", error.message), []).append(version)
        for (where, message), versions in refused.items():
            yield f"{where}: {message} (Kubernetes {', '.join(versions)})"
