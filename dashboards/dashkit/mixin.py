"""What the mixin makes of rules and dashboards: with no values what the files are, with values what they say."""

import json
import pathlib
import subprocess
import sys
import tempfile

from . import promql, released, simpleyaml
from .dashboard import panels

ROOT = released.ROOT
sys.path.insert(0, str(ROOT / "deploy/prometheus"))
from template import COMMON, DASHBOARD_PLACES, THRESHOLDS  # noqa: E402  (found by the line before)

MIXIN = ROOT / "mixin/mixin.libsonnet"
CHANGED = {
    "selector": 'env="prod", site=~"a|b"',
    "clusterLabel": "k8s_cluster",
    "showMultiCluster": True,
    "thresholds": {name: 0.75 if value < 1 else 77 + number
                   for number, (name, (value, _)) in enumerate(THRESHOLDS.items())},
    # Two levels that change their names with each other, and one alert on its own.
    "severities": {"critical": "warning", "warning": "ticket", "HuaweiCloudMirrorLate": "info"},
    "disabled": ["HuaweiCloudSyncRuleDisabled"],
    "alertLabels": {"team": "images"},
    "runbookURLPattern": "https://wiki.example/%s.html",
    "grafanaURL": "https://grafana.example",
    "dashboardTags": ["images"],
    "dashboardRefresh": "5m",
}
SLIPS = [{"thresholds": {"mirorLateHours": 30}}, {"severities": {"severe": "page"}}, {"disabled": ["HuaweiCloudNothing"]}]


def rendered(values):
    """{"groups": […], "dashboards": {name: …}}, or what jsonnet says against the values."""
    program = (f"local m = (import '{MIXIN}') + {{ _config+:: {json.dumps(values)} }}; "
               "{groups: m.prometheusRules.groups + m.prometheusAlerts.groups, dashboards: m.grafanaDashboards}")
    done = subprocess.run(["jsonnet", "-e", program], capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[0]
    return json.loads(done.stdout)


def findings(run):
    """One line for each difference; `run` gives what a program says that fails."""
    yield from _documented()
    yield from _places()
    yield from _defaults(rendered({}))
    yield from _changed(rendered(CHANGED), run)
    for values in SLIPS:
        if not isinstance(rendered(values), str):
            yield f"mixin: takes {values}, which nobody knows"


def _documented():
    """mixin/README.md tells every threshold, its default and its alerts."""
    table = [line for line in MIXIN.with_name("README.md").read_text(encoding="utf-8").splitlines() if "| `" in line]
    for name, (value, alerts) in THRESHOLDS.items():
        if not any(all(word in line for word in (f"`{name}`", f"{value:g}", *alerts)) for line in table):
            yield f"mixin/README.md: {name} with {value:g} and {', '.join(alerts)} is in no line"


def _places():
    """What is replaced in the dashboards is there."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dashboards").glob("*.json"))
    yield from (f"template.py: no dashboard has {before}" for before, _ in DASHBOARD_PLACES if before not in text)


def _defaults(made):
    if isinstance(made, str):
        yield f"mixin: {made}"
        return
    plain = simpleyaml.load(ROOT / "deploy/prometheus/rules.yaml")["groups"]
    yield from differing_rules("mixin with no values", made["groups"], plain)
    files = {}
    for path in sorted((ROOT / "dashboards").glob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        files[f"{board['uid']}.json"] = board
    for name in sorted(set(files) ^ set(made["dashboards"])):
        yield f"mixin: {name} is on one side alone, of the files and the mixin"
    for name in sorted(set(files) & set(made["dashboards"])):
        if files[name] != made["dashboards"][name]:
            yield f"mixin: {name} differs from its file with no values given"


def differing_rules(where, groups, plain):
    """What two lists of groups do not have alike."""
    if [group["name"] for group in groups] != [group["name"] for group in plain]:
        yield f"{where}: other groups of rules"
        return
    for group, other in zip(groups, plain, strict=True):
        if len(group["rules"]) != len(other["rules"]):
            yield f"{where}: {group['name']} has {len(group['rules'])} rules, not {len(other['rules'])}"
        for rule, plain_rule in zip(group["rules"], other["rules"], strict=False):
            if rule != plain_rule:
                name = plain_rule.get("alert") or plain_rule["record"]
                keys = [key for key in {*rule, *plain_rule} if rule.get(key) != plain_rule.get(key)]
                yield f"{where}: {name} differs in {', '.join(sorted(keys))}"


def _changed(made, run):
    if isinstance(made, str):
        yield f"mixin with values: {made}"
        return
    yield from changed_rules("mixin with values", made["groups"], run)
    for name, board in made["dashboards"].items():
        for finding in _changed_dashboard(board):
            yield f"mixin with values: {name}: {finding}"


def changed_rules(where, groups, run):
    """What CHANGED must have changed."""
    rules = {rule.get("alert") or rule["record"]: rule for group in groups for rule in group["rules"]}
    plain = {rule["alert"]: rule for group in simpleyaml.load(ROOT / "deploy/prometheus/rules.yaml")["groups"]
             for rule in group["rules"] if "alert" in rule}
    for name in CHANGED["disabled"]:
        if name in rules:
            yield f"{where}: {name} is there"
    for name, (_, alerts) in THRESHOLDS.items():
        value = CHANGED["thresholds"][name]
        for alert, places in alerts.items():
            text = rules[alert]["expr"] + " ".join(rules[alert]["annotations"].values())
            for words in places:
                if words.replace("{%}", f"{100 * value:g}").replace("{}", f"{value:g}") not in text:
                    yield f"{where}: {alert} does not have {name} {value}"
    for name, rule in rules.items():
        for metric, matchers, _ in promql.take_apart(rule["expr"]).selectors:
            if metric in COMMON or metric.startswith("huaweicloud_") and ":" not in metric:
                if (matchers.get("env"), matchers.get("site")) != (("=", "prod"), ("=~", "a|b")):
                    yield f"{where}: {name} does not select {metric} as it should"
        if "alert" not in rule:
            continue
        level = plain[name]["labels"]["severity"]
        severity = CHANGED["severities"].get(name) or CHANGED["severities"][level]
        if rule["labels"] != plain[name]["labels"] | {"severity": severity, "team": "images"}:
            yield f"{where}: {name} has the labels {rule['labels']}"
        if rule["annotations"]["runbook_url"] != f"https://wiki.example/{name.lower()}.html":
            yield f"{where}: {name} has the runbook {rule['annotations']['runbook_url']}"
        link = rule["annotations"]["dashboard_url"]
        if not link.startswith("https://grafana.example/d/huaweicloud-") or "$labels.k8s_cluster" not in link:
            yield f"{where}: {name} has the dashboard {link}"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rules.yaml"
        path.write_text(json.dumps({"groups": groups}), encoding="utf-8")
        yield from run("promtool", "check", "rules", "--lint=all", "--lint-fatal", str(path))


def _changed_dashboard(board):
    text = json.dumps(board, ensure_ascii=False)
    for gone in ("{{cluster}}", '"cluster":', "93600", "26 hours", "wiki.example/%s", "/blob/", "<<"):
        if gone in text:
            yield f"it still has {gone}"
    expressions = [target["expr"] for panel in panels(board) for target in panel.get("targets", [])]
    for expression in expressions:
        parts = promql.take_apart(expression)
        if "cluster" in parts.grouped:
            yield f"cluster is a label in {expression[:80]}"
        for metric, matchers, _ in parts.selectors:
            if matchers.get("k8s_cluster", ("", ""))[1] != "$cluster" or "cluster" in matchers:
                yield f"{metric} is not selected by k8s_cluster"
            if metric.startswith("huaweicloud_") and matchers.get("env") != ("=", "prod"):
                yield f"{metric} is not selected as it should"
            if metric == "ALERTS" and matchers.get("severity", ("=", "ticket"))[1] not in ("ticket", "warning"):
                yield f"counts alerts of severity {matchers['severity'][1]}"
    listed = {variable["name"]: variable for variable in board["templating"]["list"]}
    if listed["cluster"]["hide"] != 0 or not listed["cluster"]["definition"].endswith(', k8s_cluster)'):
        yield "the cluster is not there to choose"
    for name, variable in listed.items():
        if variable["type"] == "query" and 'env="prod"' not in variable["definition"]:
            yield f"variable {name} is not selected as it should"
    if (board["tags"], board["refresh"]) != (CHANGED["dashboardTags"], CHANGED["dashboardRefresh"]):
        yield "tags or refresh are others"
