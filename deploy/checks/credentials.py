"""Every way to authenticate that chart and kustomize have, until the cloud answers.

What is rendered is laid out in files as a kubelet would do it: ConfigMaps, Secrets, tokens of the service account, variables.
The program's `check --probe` then asks the simulated cloud, whose identity providers, agencies and Pod identity accept the
service account `huaweicloud-artifact-exporter` in the namespace `monitoring`, as docs/deployment.md tells to set them up.
"""

import base64
import concurrent.futures
import copy
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from .rendering import NAME, PROJECT, ROOT, Refused, of_kind, workload

sys.path.insert(0, str(ROOT / "scripts"))
from simulated_account import KEY, account  # noqa: E402

NAMESPACE = "monitoring"
AK, SK = KEY.values()
PAIR = {"access_key": AK, "secret_key": SK}
FILES = "/var/run/secrets/huaweicloud"
SERVICE_ACCOUNT = {"serviceAccount": {"name": NAME}}
STS = {"providerUrn": "iam::my-account:oidcProvider:my-cluster", "agencyUrn": "iam::my-account:agency:exporter"}
URL = "URL"  # of the simulated cloud, as a place in what is rendered


class Kubelet:
    """Makes of a rendered Pod what its container sees: files below `folder`, which take its mounts' place, and variables."""

    def __init__(self, folder, objects, secrets, has_pod_identity):
        self.folder, self.objects = folder, objects
        self.held = {(found["kind"], found["metadata"]["name"]): self.text(found) for found in objects}
        self.held |= {("Secret", name): content for name, content in secrets.items()}
        found, self.container = workload(objects)
        self.pod = found["spec"]["template"]["spec"]
        self.account = self.pod.get("serviceAccountName", "default")
        if self.account != "default" and not any(
                found["metadata"]["name"] == self.account for found in of_kind(objects, "ServiceAccount")):
            raise Refused(f"there is no service account {self.account}")
        self.mounts, self.variables = {}, {}
        self.environment(has_pod_identity)
        volumes = {volume["name"]: volume for volume in self.pod.get("volumes", [])}
        for number, mount in enumerate(self.container["volumeMounts"]):
            place = folder / f"mount-{number}"
            place.mkdir(parents=True)
            self.mounts[mount["mountPath"]] = str(place)
            self.files = self.content(volumes[mount["name"]])
            for path, content in self.files.items():
                (place / path).write_text(content)
        for place in self.mounts.values():
            for path in Path(place).iterdir():
                path.write_text(self.mounted(path.read_text()))

    @staticmethod
    def text(found):
        coded = {key: base64.b64decode(value).decode() for key, value in (found.get("data") or {}).items()} \
            if found["kind"] == "Secret" else found.get("data") or {}
        return coded | (found.get("stringData") or {})

    def get(self, kind, reference):
        content = self.held.get((kind, reference["name"]))
        if content is None and not reference.get("optional"):
            raise Refused(f"the Pod waits for ever: there is no {kind} {reference['name']}")
        content = content or {}
        if "items" in reference:
            content = {item["path"]: content[item["key"]] for item in reference["items"]}
        return content

    def content(self, volume):
        if "configMap" in volume:
            return self.get("ConfigMap", volume["configMap"])
        if "secret" in volume:
            return self.get("Secret", {**volume["secret"], "name": volume["secret"]["secretName"]})
        found = {}
        for source in volume.get("projected", {}).get("sources", []):
            if "serviceAccountToken" in source:
                asked = source["serviceAccountToken"]
                content = {asked["path"]: self.token(asked["audience"])}
            else:
                kind = "Secret" if "secret" in source else "ConfigMap"
                content = self.get(kind, source.get("secret") or source["configMap"])
            if both := found.keys() & content.keys():
                raise Refused(f"two sources of the volume {volume['name']} have {both}")
            found |= content
        return found

    def token(self, audience):
        return f"{audience}/system:serviceaccount:{NAMESPACE}:{self.account}"

    def environment(self, has_pod_identity):
        for source in self.container.get("envFrom", []):
            kind = "secretRef" if "secretRef" in source else "configMapRef"
            self.variables |= self.get(kind.removesuffix("Ref").capitalize(), source[kind])
        for variable in self.container.get("env", []):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                self.variables[variable["name"]] = self.get("Secret", reference)[reference["key"]]
            elif "value" in variable:
                self.variables[variable["name"]] = variable["value"]
        if has_pod_identity:
            # CCE puts these into the Pod of a service account with an association.
            (self.folder / "pod-identity").write_text(self.token("service.cce.pods"))
            self.variables["HC_CONTAINER_CREDENTIALS_FULL_URI"] = f"{URL}/v1/credentials"
            self.variables["HC_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(self.folder / "pod-identity")

    def mounted(self, text):
        for path, place in self.mounts.items():
            text = re.sub(rf"{re.escape(path)}(?=/|$)", place, text, flags=re.MULTILINE)
        return text


class Way:
    """A way to authenticate: what renders it, what the cluster has besides, and how it ends."""

    def __init__(self, name, render, secrets=None, variables=None, has_pod_identity=False, own_authority=False, refused=None):
        self.name, self.render, self.secrets, self.variables = name, render, secrets or {}, variables or {}
        self.has_pod_identity, self.own_authority, self.refused = has_pod_identity, own_authority, refused

    def finding(self, program, variables, url):
        """What is wrong, or nothing."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                secrets = self.secrets
                if self.own_authority:
                    secrets = {name: {**content, "ca.pem": Path(variables["SSL_CERT_FILE"]).read_text()}
                               for name, content in secrets.items()}
                kubelet = Kubelet(Path(folder), self.render(), secrets, self.has_pod_identity)
            except Refused as error:
                return None if self.refused and re.search(self.refused, str(error)) else f"{self.name}: {error}"
            for path in Path(folder).rglob("config.yaml"):
                config = yaml.safe_load(path.read_text().replace(URL, url))
                for project in config["projects"]:
                    # One thing is enough to know, and the pace holds nobody up.
                    project["collectors"] = {"image_caches": {}}
                path.write_text(yaml.dump(config))
            seen = {name: kubelet.mounted(value).replace(URL, url) for name, value in kubelet.variables.items()}
            seen |= self.variables
            seen |= variables if not self.own_authority else {"HTTPS_PROXY": variables["HTTPS_PROXY"]}
            words = [kubelet.mounted(word) for word in kubelet.container["args"] if word.startswith("--config.file=")]
            done = subprocess.run([program, "check", "--probe", *words], env=seen, text=True, capture_output=True,
                                  check=False, timeout=120)
            said = done.stdout + done.stderr
            if self.refused:
                good = done.returncode == 1 and re.search(self.refused, said)
                return None if good else f"{self.name}: should be refused with {self.refused}, and ended with\n{said}"
            if done.returncode or "may ListImageCaches" not in said:
                return f"{self.name}: ended with {done.returncode} and said\n{said}"
            return None


def metadata(project):
    """With the simulated cloud in the place of the metadata service, which no proxy leads to."""
    return {**project, "endpoints": {"metadata": URL}}


def with_secret(mode="auto", **project):
    """The chart's values for a project whose credentials are in the Secret."""
    return {"credentials": {"mode": mode}, "config": {"projects": [{**PROJECT, **project}]}}


def of_the_chart(chart):
    secret = {"huaweicloud-credentials": PAIR}
    two = {"huaweicloud-credentials": {"prod_ak": AK, "prod_sk": SK, "staging_ak": AK, "staging_sk": SK}}
    environment = {"exporter-keys": KEY}

    def way(name, values, *arguments, **options):
        return Way(f"chart, {name}", lambda: chart.objects(values), *arguments, **options)

    def pair(name):
        return {"access_key_file": f"{FILES}/{name}_ak", "secret_key_file": f"{FILES}/{name}_sk"}

    pod_identity = {**SERVICE_ACCOUNT, "credentials": {"mode": "podIdentity"}}
    oidc = {**SERVICE_ACCOUNT, "credentials": {"mode": "oidc", "oidc": {"idpId": "my-cluster"}}}
    return [
        way("keys", {"credentials": {"mode": "keys"}}, secret),
        way("keys, with shards", {"credentials": {"mode": "keys"}, "shards": 3}, secret),
        way("keys without their Secret", {"credentials": {"mode": "keys"}}, refused="there is no Secret"),
        way("agency", {"credentials": {"mode": "agency"}, "config": {"projects": [metadata(PROJECT)]}}),
        way("podIdentity", pod_identity, has_pod_identity=True),
        way("podIdentity without an association", pod_identity, refused="HC_CONTAINER_CREDENTIALS_FULL_URI"),
        way("oidc of the old IAM", oidc),
        way("oidc of the new IAM", {**SERVICE_ACCOUNT, "credentials": {"mode": "oidc", "oidc": STS}}),
        way("oidc of another service account", {"credentials": oidc["credentials"]}, refused="unauthorized|IAM.0011"),
        way("auto, agency", {"config": {"projects": [metadata(PROJECT)]}}),
        way("auto, Pod identity", SERVICE_ACCOUNT, has_pod_identity=True),
        way("auto, variables", {"extraEnvFrom": [{"secretRef": {"name": "exporter-keys"}}]}, environment),
        way("auto, one variable each", {"extraEnv": [
            {"name": name, "valueFrom": {"secretKeyRef": {"name": "exporter-keys", "key": name}}} for name in KEY
        ]}, environment),
        way("auto, variables named in config", {
            **with_secret(credentials={"access_key": "${A}", "secret_key": "${B}"}),
            "extraEnv": [{"name": "A", "value": AK}, {"name": "B", "value": SK}]}),
        way("a user's password", with_secret(credentials={"iam_user": {
            "domain_name": "simulated", "user_name": "exporter", "password_file": f"{FILES}/password"}}),
            {"huaweicloud-credentials": {"password": "simulated-password"}}),
        way("a token", with_secret(credentials={"token_file": f"{FILES}/x_auth"}, project_id="0b7a3c5d9e1f42688ab1c2d3e4f50617"),
            {"huaweicloud-credentials": {"x_auth": "simulated-token"}}),
        way("two pairs of keys", {"config": {"projects": [
            {**PROJECT, "credentials": pair("prod")},
            {"name": "staging", "region": "ap-southeast-3", "credentials": pair("staging")}]}}, two),
        way("one project by oidc, one by keys", {**SERVICE_ACCOUNT, "credentials": oidc["credentials"], "config": {"projects": [
            PROJECT, {"name": "staging", "region": "ap-southeast-3", "credentials": pair("staging")}]}}, two),
        way("keys in the configuration", with_secret(credentials=PAIR)),
        way("a certificate authority of one's own", {"credentials": {"mode": "keys"}, "config": {"projects": [
            {**PROJECT, "tls": {"ca_file": f"{FILES}/ca.pem"}}]}}, secret, own_authority=True),
        way("a configuration that is there", {"existingConfigSecret": "mine"}, {**secret, "mine": {
            "config.yaml": yaml.dump({"projects": [{**PROJECT, "credentials": {
                key + "_file": f"{FILES}/{key}" for key in PAIR}}]})}}),
        Way("chart, the values in docs/deployment.md", lambda: chart.exactly(documented_values())),
    ]


def documented_values():
    text = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    return yaml.safe_load(re.search(r"```yaml\n# my-values.yaml\n(.*?)```", text, re.DOTALL)[1])


def of_kustomize(rendered):
    region = {"HUAWEICLOUD_REGION": PROJECT["region"]}
    secret = {"huaweicloud-credentials": PAIR}

    def changed(name, change):
        """The overlay with another configuration, as whoever copies it would have."""
        objects = copy.deepcopy(rendered[name])
        for found in of_kind(objects, "ConfigMap"):
            if "config.yaml" in found["data"]:
                config = yaml.safe_load(found["data"]["config.yaml"])
                change(config["projects"][0])
                found["data"]["config.yaml"] = yaml.dump(config)
        return objects

    def sts(project):
        project["credentials"]["oidc"] = {
            "provider_urn": STS["providerUrn"], "agency_urn": STS["agencyUrn"], "id_token_file": f"{FILES}/token"}

    def at_metadata(project):
        project["endpoints"] = {"metadata": URL}

    return [
        *(Way(f"overlays/{name}", lambda name=name: rendered[name], secret) for name in ("keys", "sidecar", "sidecar-before-1.29")),
        Way("overlays/keys without their Secret", lambda: rendered["keys"], refused="there is no Secret"),
        Way("overlays/oidc", lambda: rendered["oidc"]),
        Way("overlays/oidc beside keys", lambda: changed("oidc", lambda project: project.update(credentials={
            key + "_file": f"{FILES}/{key}" for key in PAIR})), secret),
        Way("overlays/oidc by the new IAM", lambda: changed("oidc", sts)),
        Way("overlays/pod-identity", lambda: rendered["pod-identity"], has_pod_identity=True),
        Way("overlays/agency", lambda: changed("agency", at_metadata)),
        Way("base, agency", lambda: changed("base", at_metadata), variables=region),
        Way("base, Pod identity", lambda: rendered["base"], variables=region, has_pod_identity=True),
        Way("base with nothing named", lambda: changed("base", at_metadata), refused="region: the environment has no"),
        Way("overlays/operator", lambda: changed("operator", at_metadata), variables=region),
        Way("overlays/sharded", lambda: changed("sharded", at_metadata), variables=region),
    ]


def check(chart, rendered, program, cloud):
    """Each way's finding, if any."""
    with tempfile.TemporaryDirectory() as folder, account(cloud, Path(folder)) as (variables, url):
        ways = of_the_chart(chart) + of_kustomize(rendered)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from filter(None, pool.map(lambda way: way.finding(program, variables, url), ways))
