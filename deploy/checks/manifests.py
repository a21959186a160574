"""Chart and kustomizations, as they are rendered."""

import copy
import ipaddress
import json
import re
import shutil
from pathlib import Path

import helm_python
import yaml

from .rendering import HELM, KUBERNETES, NAME, PROJECT, ROOT, Chart, Refused, Schemas, kustomize, of_kind, workload

# Each value set to something else than its default, in as few sets as go together.
EVERYTHING = yaml.safe_load((Path(__file__).with_name("values.yaml")).read_text(encoding="utf-8"))
# For the alias of a chart inside another one, and for nobody inside of it.
WITHOUT_EFFECT = {"enabled", "global"}
# What these do is compared with the mixin by deploy/check, which takes as long as all others together.
OF_THE_MIXIN = {("prometheusRule", name) for name in (
    "selector", "clusterLabel", "thresholds", "severities", "disabled", "alertLabels", "runbookURLPattern", "grafanaURL")}


def leaves(values, schema, path=()):
    """The paths of what a user sets: objects that are open are one value."""
    if "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    properties = schema.get("properties", {})
    if not path or schema.get("additionalProperties") is False:
        for name, below in properties.items():
            yield from leaves(values.get(name) if isinstance(values, dict) else None, below, (*path, name))
    else:
        yield path


SCHEMA = json.loads((HELM / "values.schema.json").read_text(encoding="utf-8"))
DEFAULTS = yaml.safe_load((HELM / "values.yaml").read_text(encoding="utf-8"))
MISSING = object()


def at(values, path):
    for name in path:
        values = values.get(name, MISSING) if isinstance(values, dict) else MISSING
    return values


def without(values, path):
    """With the default in the place of what `path` leads to."""
    values = copy.deepcopy(values)
    inner = values
    for name in path[:-1]:
        inner = inner[name]
    default = at(DEFAULTS, path)
    if default is MISSING:
        inner.pop(path[-1])
    else:
        inner[path[-1]] = default
    return values


def check_values(chart):
    """Schema and defaults know the same values, and each value changes something."""
    paths = [path for path in leaves(DEFAULTS, SCHEMA) if path[0] not in WITHOUT_EFFECT]
    for path in paths:
        if at(DEFAULTS, path) is MISSING and path != ("config", "defaults"):
            yield f"values.yaml does not have {'.'.join(path)}, which the schema knows"
    # Rules and dashboards take long, and follow few values.
    slow, rendered = ("prometheusRule", "dashboards"), {}
    for path in paths:
        sets = [name for name, values in EVERYTHING.items() if at(values, path) not in (MISSING, at(DEFAULTS, path))]
        if not sets:
            yield f"deploy/checks/values.yaml does not set {'.'.join(path)}"
        for name in sets if path not in OF_THE_MIXIN else []:
            values = {**EVERYTHING[name], **{other: {} for other in slow if other != path[0]}}
            key = name, path[0] if path[0] in slow else None
            if key not in rendered:
                rendered[key] = chart.exactly(values)
            if not same(chart, without(values, path), rendered[key]):
                break
        else:
            if sets and path not in OF_THE_MIXIN:
                yield f"{'.'.join(path)} changes nothing"


def same(chart, values, objects):
    try:
        return chart.exactly(values) == objects
    except Refused:
        return False


def check_copies(chart, rendered):
    """Chart, shards and sidecars run the base's container, and add to its arguments only."""
    _, base = workload(rendered["base"])
    own = {"args", "env", "restartPolicy"}
    copies = {"the chart": (chart.objects(), set()), "overlays/sharded": (rendered["sharded"], own)}
    copies |= {f"overlays/{name}": (rendered[name], own | {"readinessProbe"}) for name in ("sidecar", "sidecar-before-1.29")}
    for name, (objects, ignored) in copies.items():
        _, container = workload(objects)
        for key in sorted({*base, *container} - ignored):
            if container.get(key) != base.get(key):
                yield f"{key} of {name} differs from deploy/kubernetes/base: {container.get(key)} and {base.get(key)}"
        if container["args"][:len(base["args"])] != base["args"]:
            yield f"the arguments of {name} do not begin with those of deploy/kubernetes/base"


def check_sidecars(folder, rendered):
    """Another configuration leaves the application as it is, and the exporter takes it over."""
    copied = shutil.copytree(KUBERNETES, Path(folder) / "kubernetes")
    for name in ("sidecar", "sidecar-before-1.29"):
        path = copied / "overlays" / name / "config.yaml"
        path.write_text(path.read_text().replace("cn-north-4", "cn-east-3"))
        before, after = ({found["kind"]: found for found in objects}
                         for objects in (rendered[name], kustomize(copied / "overlays" / name)))
        if before["Deployment"] != after["Deployment"]:
            yield f"overlays/{name}: another configuration restarts the application"
        if before["ConfigMap"] == after["ConfigMap"]:
            yield f"overlays/{name}: another configuration changes nothing"
        _, container = workload(rendered[name])
        if not any(word.startswith("--config.auto-reload-interval=") for word in container["args"]):
            yield f"overlays/{name}: nobody takes another configuration over"


def check_refusals(chart):
    """What would go wrong in silence is refused with words."""
    project = {"config": {"projects": [PROJECT]}}
    refused = [
        ({}, "config.projects is empty"),
        ({**project, "existingConfigMap": "mine"}, "beside an existing configuration"),
        ({"existingConfigMap": "mine", "existingConfigSecret": "mine"}, "both set"),
        ({**project, "credentials": {"mode": "oidc"}}, "needs credentials.oidc.providerUrn and agencyUrn, or idpId"),
        ({**project, "credentials": {"mode": "oidc", "oidc": {"providerUrn": "x"}}}, "needs credentials.oidc"),
        ({**project, "podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}, "scraped twice"),
        ({**project, "misspelt": 1}, "misspelt"),
        ({**project, "image": {"digest": "latest"}}, "digest"),
        ({"config": {"projects": [{"name": "prod"}]}}, "region"),
    ]
    for values, words in refused:
        try:
            chart.exactly(values)
        except Refused as error:
            if words not in str(error):
                yield f"{values} is refused with {error}, not with {words}"
        else:
            yield f"{values} should be refused with {words}"


def check_secrets(chart):
    """A key, a token or a password of the values is in Secrets only."""
    held = "s3same"
    project = [
        {"credentials": {"access_key": held, "secret_key": "${SK}"}}, {"credentials": {"access_key": "${AK}", "secret_key": held}},
        {"credentials": {"access_key": "${AK}", "secret_key": "${SK}", "security_token": held}}, {"credentials": {"token": held}},
        {"credentials": {"iam_user": {"domain_name": "a", "user_name": "b", "password": held}}},
        {"proxy_url": f"http://me:{held}@proxy:3128"}, {"credentials": {"access_key": "${AK}" + held, "secret_key": "${SK}"}},
    ]
    sets = [{"config": {"projects": [PROJECT, {**PROJECT, "name": "other", **more}]}} for more in project]
    sets.append({"web": {"config": {"basic_auth_users": {"me": held}}}})
    for values in sets:
        objects = chart.objects(values)
        for found in objects:
            if found["kind"] != "Secret" and held in json.dumps(found):
                yield f"{found['kind']} {found['metadata']['name']} holds a secret, with {values}"
        if not any(held in json.dumps(found) for found in of_kind(objects, "Secret")):
            yield f"no Secret holds the secret of {values}"
    kinds = {found["kind"] for found in chart.objects({"config": {"projects": [
        {**PROJECT, "credentials": {"access_key": "${AK}", "secret_key": "${SK}"}}]}})}
    if "Secret" in kinds or "ConfigMap" not in kinds:
        yield "a configuration that only names variables is no ConfigMap"


def check_tls(chart):
    """With TLS on, everything that asks the exporter does so with TLS."""
    inline = {"tls_server_config": {"cert": "a", "key": "b"}}
    for web in ({"tlsSecret": "exporter-tls"}, {"config": inline}, {"existingSecret": "mine", "tls": True}):
        for monitor in ("podMonitor", "serviceMonitor"):
            objects = chart.objects({"web": web, monitor: {"enabled": True}})
            _, container = workload(objects)
            schemes = [container[name]["httpGet"].get("scheme") for name in ("livenessProbe", "readinessProbe")]
            for found in objects:
                spec = found.get("spec", {})
                schemes += [endpoint.get("scheme", "").upper()
                            for endpoint in spec.get("podMetricsEndpoints", []) + spec.get("endpoints", [])]
                if found["kind"] == "Pod":
                    schemes.append(spec["containers"][0]["args"][1].split(":")[0].upper())
            if schemes != ["HTTPS"] * 4:
                yield f"probes, {monitor} and test ask by {schemes}, with {web}"
            if "--web.config.file=/etc/huaweicloud-artifact-exporter-web/web-config.yaml" not in container["args"]:
                yield f"the exporter does not read its web configuration, with {web}"


def identity(found):
    return found["kind"], found["metadata"].get("namespace"), found["metadata"]["name"]


def selects(found):
    """What a Service, a workload, a monitor, a budget or a policy picks its Pods by."""
    spec = found.get("spec", {})
    if found["kind"] == "Service":
        return spec["selector"]
    return (spec.get("selector") or spec.get("podSelector") or {}).get("matchLabels")


def check_neighbours(chart, base):
    """Two releases, and a release and the base, in one namespace: no object and no Pod is both's."""
    full = {**EVERYTHING["deployment"], "nameOverride": "", "namespaceOverride": "", "serviceAccount": {}}
    shards = {"shards": 2, "serviceMonitor": {"enabled": True}, "networkPolicy": {"enabled": True}}
    long = "a-release-with-a-name-as-long-as-helm-allows-it-to-be"
    sides = {name: chart.objects(values, name=name) for name, values in (
        ("a", full), ("b", shards), (long[:53], shards), (long[:52] + "x", shards))}
    for found in base:
        found["metadata"].setdefault("namespace", "monitoring")
    sides["base"] = base
    pods = {name: workload(objects)[0]["spec"]["template"]["metadata"]["labels"] for name, objects in sides.items()}
    for name, objects in sides.items():
        for other, others in sides.items():
            if other == name:
                continue
            for kind, _, both in {identity(found) for found in objects} & {identity(found) for found in others}:
                yield f"{kind} {both} is of the releases {name} and {other}"
            for found in objects:
                labels = selects(found)
                if labels and labels.items() <= pods[other].items():
                    yield f"{found['kind']} of {name} selects the Pods of {other}"
        if name != "base":
            tests = [found["metadata"]["labels"] for found in of_kind(objects, "Pod")]
            # A policy is for the test as well, and a ServiceMonitor selects the Service.
            for found in (found for found in objects if found["kind"] not in ("NetworkPolicy", "ServiceMonitor")):
                labels = selects(found)
                if labels and any(labels.items() <= test.items() for test in tests):
                    yield f"{found['kind']} of {name} selects the Pod of the test"
            for found in objects:
                # Not those of extraObjects, which end in what they are.
                if NAME not in found["metadata"]["name"] and not found["metadata"]["name"].endswith("-extra"):
                    yield f"the name {found['metadata']['name']} has lost the chart's"
                if found["kind"] in ("Service", "StatefulSet") and len(found["metadata"]["name"]) > 52:
                    yield f"the name {found['metadata']['name']} leaves no room for what is added to it"


def check_umbrella(folder):
    """In another chart: switched off by its condition, configured and named from there, twice by an alias."""
    parent = Path(folder) / "umbrella"
    (parent / "charts").mkdir(parents=True)
    shutil.copytree(Path(folder) / "helm", parent / "charts" / NAME)
    dependency = {"name": NAME, "version": ">=0", "condition": f"{NAME}.enabled"}
    (parent / "Chart.yaml").write_text(yaml.dump({
        "apiVersion": "v2", "name": "umbrella", "version": "1.0.0",
        "dependencies": [dependency, {**dependency, "alias": "second", "condition": "second.enabled"}]}))
    # A template of ours by a common name would be overwritten.
    (parent / "templates").mkdir()
    (parent / "templates/_helpers.tpl").write_text("".join(
        '{{- define "%s" -}}of-the-umbrella{{- end }}' % name for name in ("name", "fullname", "labels", "exporter.name")))
    def exactly(values):
        # Loaded anew: what a condition switched off stays off in a chart that is loaded.
        return Chart(parent).exactly(values)

    values = {"config": {"projects": [PROJECT]}, "enabled": True, "dashboards": {"enabled": True}}
    for name in (NAME, "second"):
        off = {NAME: {"enabled": False}, "second": {"enabled": False}}
        if found := exactly(off):
            yield f"{len(found)} objects of a chart that is switched off"
        objects = exactly({**off, name: values, "global": {"imageRegistry": "registry.example.com:5000"}})
        if "of-the-umbrella" in json.dumps(objects):
            yield "another chart's templates are used"
        _, container = workload(objects)
        if container["image"] != f"registry.example.com:5000/{NAME}/{NAME}:{chart_version()}":
            yield f"the image {container['image']} does not come from the registry of all charts"
    both = exactly({NAME: values, "second": values})
    names = [identity(found) for found in both]
    for name in {name for name in names if names.count(name) > 1}:
        yield f"{name} twice in one umbrella"


def chart_version():
    return yaml.safe_load((HELM / "Chart.yaml").read_text(encoding="utf-8"))["appVersion"]


def allows(policy, address, port, protocol="TCP", namespace=None):
    """Whether a NetworkPolicy lets a Pod out to there."""
    for rule in policy["spec"]["egress"]:
        if "ports" in rule and not any(
                found["port"] == port and found["protocol"] == protocol for found in rule["ports"]):
            continue
        for peer in rule["to"]:
            block = peer.get("ipBlock")
            if block and address:
                there = ipaddress.ip_address(address)
                inside = [there in ipaddress.ip_network(part) for part in [block["cidr"], *block.get("except", [])]]
                if inside[0] and not any(inside[1:]):
                    return True
            labels = peer.get("namespaceSelector", {}).get("matchLabels", {})
            if namespace and labels.get("kubernetes.io/metadata.name") == namespace:
                return True
    return False


def check_network_policies(chart, rendered):
    """Names, cloud and credentials get through, and the metadata service where it is wanted only."""
    def of(objects):
        return of_kind(objects, "NetworkPolicy")[0]

    def ours(values):
        return of(chart.objects({"networkPolicy": {"enabled": True, **values.pop("networkPolicy", {})}, **values}))

    proxy = {"config": {"projects": [
        {**PROJECT, "proxy_url": "http://me@proxy:3128", "endpoints": {"swr": "https://swr.example:8443/x", "iam": "https://iam"}}]}}
    policies = {
        "auto": (ours({}), True, True), "agency": (ours({"credentials": {"mode": "agency"}}), True, False),
        "keys": (ours({"credentials": {"mode": "keys"}}), False, False),
        "podIdentity": (ours({"credentials": {"mode": "podIdentity"}}), False, True), "proxy": (ours(proxy), True, True),
        "overlays/agency": (of(rendered["agency"]), True, False), "overlays/keys": (of(rendered["keys"]), False, False),
        "overlays/oidc": (of(rendered["oidc"]), False, False), "overlays/operator": (of(rendered["operator"]), True, False),
        "overlays/pod-identity": (of(rendered["pod-identity"]), False, True),
    }
    for name, (policy, metadata, pod_identity) in policies.items():
        expected = [
            (allows(policy, None, 53, "UDP", "kube-system"), True, "the cluster's DNS"),
            (allows(policy, "169.254.20.10", 53, "UDP"), True, "a cache of names on the node"),
            (allows(policy, "169.254.20.10", 53, "TCP"), True, "a cache of names on the node, by TCP"),
            (allows(policy, "203.0.113.7", 443), True, "the cloud"),
            (allows(policy, "2001:db8::7", 443), True, "the cloud by IPv6"),
            (allows(policy, "203.0.113.7", 22), False, "something else"),
            (allows(policy, "169.254.169.254", 80), metadata, "the metadata service"),
            (allows(policy, "169.254.170.23", 80), pod_identity, "Pod identity on the node"),
            (allows(policy, "203.0.113.7", 3128), name == "proxy", "a proxy"),
            (allows(policy, "203.0.113.7", 8443), name == "proxy", "an endpoint on another port"),
        ]
        for found, wanted, what in expected:
            if found != wanted:
                yield f"the network policy of {name} {'lets nobody' if wanted else 'lets one'} out to {what}"
    other = ours({"networkPolicy": {
        "dns": {"namespace": "openshift-dns", "port": 5353, "addresses": []}, "ports": [8443],
        "extraEgress": [{"to": [{"ipBlock": {"cidr": "10.0.0.5/32"}}], "ports": [{"port": 3128, "protocol": "TCP"}]}]}})
    for found, what in ((allows(other, None, 5353, "UDP", "openshift-dns"), "openshift-dns"),
                        (allows(other, "203.0.113.7", 8443), "another port"), (allows(other, "10.0.0.5", 3128), "a proxy")):
        if not found:
            yield f"the network policy does not let one out to {what} where that is given"


def check_documented(chart):
    """What the documents show of values is taken."""
    chapter = re.search(r"(?s)\n## Helm\n(.*?)\n## ", (ROOT / "docs/deployment.md").read_text(encoding="utf-8"))[1]
    blocks = re.findall(r"(?s)```yaml\n(.*?)```", chapter + (HELM / "README.md").read_text(encoding="utf-8"))
    for block in blocks:
        chart.objects(yaml.safe_load(block))
    modes = set(re.findall(r"(?m)^\| `(\w+)` \|", chapter))
    if len(blocks) < 3 or modes != set(SCHEMA["properties"]["credentials"]["properties"]["mode"]["enum"]):
        yield f"{len(blocks)} blocks of values and the modes {modes} in the documents"


def check_shards(chart, rendered):
    """Replicas and shards are one number."""
    for name, objects in (("the chart", chart.objects({"shards": 7})), ("overlays/sharded", rendered["sharded"])):
        found, container = workload(objects)
        replicas = found["spec"]["replicas"]
        if f"--total-shards={replicas}" not in container["args"] or found["kind"] != "StatefulSet":
            yield f"{name}: {replicas} replicas, and {container['args']}"


def check_lint(folder):
    for message in helm_python.lint(f"{folder}/helm", {"config": {"projects": [PROJECT]}}, strict=True)["messages"]:
        # An icon is recommended, which is information.
        if message["severity"] > 1:
            yield message["error"]


def check_schemas(chart, rendered):
    """Every version of Kubernetes that we name takes what is rendered, with every value set."""
    schemas = Schemas()
    sets = {f"chart, {name}": chart.exactly(values) for name, values in EVERYTHING.items()}
    yield from schemas.findings({**rendered, "chart": chart.objects(), **sets})
    # Do they see anything at all?
    misspelt = copy.deepcopy(rendered["base"])
    workload(misspelt)[1]["readinessprobe"] = {}
    if not all(version in " ".join(schemas.findings({"base": misspelt})) for version in schemas.versions):
        yield "the schemas take what is misspelt"


def check(folder, chart, rendered):
    checks = {
        "values": check_values(chart), "copies": check_copies(chart, rendered), "refusals": check_refusals(chart),
        "secrets": check_secrets(chart), "TLS": check_tls(chart),
        "neighbours": check_neighbours(chart, copy.deepcopy(rendered["base"])), "umbrella": check_umbrella(folder),
        "network": check_network_policies(chart, rendered), "shards": check_shards(chart, rendered),
        "documents": check_documented(chart),
        "sidecars": check_sidecars(folder, rendered), "lint": check_lint(folder), "schemas": check_schemas(chart, rendered),
    }
    for name, findings in checks.items():
        try:
            for finding in findings:
                yield f"{name}: {finding}"
        except Refused as error:
            yield f"{name}: {error}"
