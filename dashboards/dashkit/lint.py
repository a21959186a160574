"""The rules that every dashboard keeps. They are those of Grafana's dashboard linter and some of our own."""

import re

from . import promql
from .dashboard import COLUMNS, SCHEMA_VERSION

# No panel of Angular (`graph`, `singlestat`, `table-old`), which current Grafana has no more.
PANEL_TYPES = {"row", "stat", "timeseries", "state-timeline", "bargauge", "heatmap", "table"}
UNITS = {"none", "short", "percentunit", "bytes", "s", "dtdurations", "dateTimeFromNow", "reqps", "ops"}
GRAFANA_VARIABLES = {"__rate_interval", "__interval", "__range", "__all_variables", "__url_time_range"}
RATES = {"rate", "irate", "increase"}
# What happens a few times an hour is counted per hour: over `$__rate_interval` it would be a row of spikes.
WINDOWS = {"rate": {"$__rate_interval"}, "irate": {"$__rate_interval"}, "increase": {"$__rate_interval", "1h"}}
COUNTER = re.compile(r"_total$|_bucket$|_sum$|_count$")
VARIABLE = re.compile(r"\$\{?(\w+)")
# `$job|` also finds what has no such label: alerts and recorded series about the cloud have no exporter's instance.
REQUIRED = {"job": ("$job", "$job|"), "instance": ("$instance", "$instance|")}


def findings(name, dashboard, others=()):
    """One line per broken rule. `others` are the uids that the dashboard must link to."""
    for finding in [*_whole(dashboard, others), *_variables(dashboard), *_grid(dashboard)]:
        yield f"{name}: {finding}"
    ids, titles = set(), set()
    for panel in dashboard["panels"]:
        where = f"{name}: {panel['type']} '{panel.get('title', '')}'"
        if panel.get("id") in ids:
            yield f"{where}: its id {panel.get('id')} is taken"
        ids.add(panel.get("id"))
        if panel["type"] != "row":
            if panel.get("title") in titles:
                yield f"{where}: its title is taken"
            titles.add(panel.get("title"))
        for finding in _panel(panel):
            yield f"{where}: {finding}"


def _whole(dashboard, others):
    if dashboard.get("schemaVersion") != SCHEMA_VERSION:
        yield f"schemaVersion is not {SCHEMA_VERSION}"
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", dashboard.get("uid") or ""):
        yield "no fixed uid of at most 40 letters, digits, _ and -"
    if dashboard.get("id") is not None:
        yield "id must be null: a server gives it"
    for key in ("__inputs", "__requires"):
        if key in dashboard:
            yield f"{key}: use a datasource variable"
    if dashboard.get("editable"):
        yield "editable: changes belong into its description"
    for key in ("title", "description", "tags"):
        if not dashboard.get(key):
            yield f"no {key}"
    linked = " ".join(link.get("url", "") for link in dashboard.get("links", [])) + " "
    for uid in others:
        if not re.search(rf"/d/{uid}\b(?!-)", linked):
            yield f"no link to {uid}"
    if not any("ALERTS{" in note.get("expr", "") for note in dashboard["annotations"]["list"]):
        yield "no annotation from firing alerts"


def _variables(dashboard):
    listed = dashboard["templating"]["list"]
    names = [variable["name"] for variable in listed]
    sources = [variable["name"] for variable in listed if variable["type"] == "datasource"]
    if sources != ["datasource"]:
        yield f"want one datasource variable named datasource, not {sources}"
    for required in ("job", "instance", "project"):
        if required not in names:
            yield f"no variable {required}"
    for variable in listed:
        if not variable.get("label"):
            yield f"variable {variable['name']} has no label"
        if variable["type"] != "query":
            continue
        if not variable.get("multi") or not variable.get("includeAll") or variable.get("allValue") != ".+":
            yield f"variable {variable['name']}: must allow several, and All as .+"
        if variable.get("refresh") != 2:
            yield f"variable {variable['name']}: must refresh when the time range changes"
        if variable.get("datasource", {}).get("uid") != "${datasource}":
            yield f"variable {variable['name']}: not from the datasource variable"
    text = str([panel.get("targets") for panel in dashboard["panels"]])
    used = set(VARIABLE.findall(text))
    for name in sorted(set(names) - used - {"datasource"}):
        yield f"variable {name} is used by no panel"
    for name in sorted(used - set(names) - GRAFANA_VARIABLES):
        yield f"no variable {name}"


def _grid(dashboard):
    taken = {}
    for panel in dashboard["panels"]:
        grid = panel["gridPos"]
        if grid["x"] < 0 or grid["w"] < 1 or grid["x"] + grid["w"] > COLUMNS:
            yield f"'{panel['title']}' is outside of the {COLUMNS} columns"
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"]:
                    yield f"'{panel['title']}' lies on '{other}'"
                    return


def _panel(panel):
    if panel["type"] not in PANEL_TYPES:
        yield "its type is not one that Grafana 10.4 to 13 have"
    if not panel.get("title"):
        yield "no title"
    if panel["type"] == "row":
        return
    if not re.search(r"\.$", panel.get("description") or ""):
        yield "no description that ends like a sentence"
    if panel.get("datasource", {}).get("uid") != "${datasource}":
        yield "not from the datasource variable"
    yield from _fields(panel)
    targets = panel.get("targets") or []
    if not targets:
        yield "no query"
    if len({target.get("refId") for target in targets}) < len(targets):
        yield "two queries with one refId"
    for target in targets:
        for finding in _query(panel, target):
            yield f"query {target.get('refId')}: {finding}"


def _fields(panel):
    config = panel["fieldConfig"]
    defaults = config["defaults"]
    if defaults.get("unit") not in UNITS:
        yield f"unit {defaults.get('unit')!r}"
    columns = {target.get("legendFormat") for target in panel.get("targets", [])}
    for transformation in panel.get("transformations", []):
        columns |= set(transformation["options"].get("renameByName", {}).values())
    for override in config["overrides"]:
        if override["matcher"]["options"] not in columns:
            yield f"an override for {override['matcher']['options']}, which is no column"
        for item in override["properties"]:
            if item["id"] == "unit" and item["value"] not in UNITS:
                yield f"unit {item['value']!r}"
    if panel["type"] == "state-timeline" and not defaults.get("mappings"):
        yield "states without names"


def _query(panel, target):
    expression = target.get("expr")
    if not expression:
        yield "empty"
        return
    if target.get("datasource", {}).get("uid") != "${datasource}":
        yield "not from the datasource variable"
    if panel["type"] in ("timeseries", "state-timeline", "bargauge") and not target.get("legendFormat"):
        yield "no legend"
    if panel["type"] == "table" and not (target.get("instant") and target.get("format") == "table"):
        yield "a table needs an instant query in the format table"
    try:
        parts = promql.take_apart(expression)
    except (promql.PromQLError, ValueError, IndexError) as error:
        yield str(error)
        return
    for (metric, matchers, window), function in zip(parts.selectors, parts.rated, strict=True):
        for label, wanted in REQUIRED.items():
            if matchers.get(label, ("", ""))[1] not in wanted:
                yield f"{metric} is not selected by ${label}"
        if function in RATES and window not in WINDOWS[function]:
            yield f"{function} of {metric} over {window}, not $__rate_interval"
        if COUNTER.search(metric) and function not in RATES:
            yield f"{metric} is a counter and needs a rate"
