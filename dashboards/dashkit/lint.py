"""The rules that every dashboard keeps. They are those of Grafana's dashboard linter and some of our own."""

import json
import re

from . import promql
from .dashboard import COLUMNS, SCHEMA_VERSION, panels
from .panels import MOST_LINES

# No panel of Angular (`graph`, `singlestat`, `table-old`), which current Grafana has no more.
PANEL_TYPES = {"row", "stat", "timeseries", "state-timeline", "bargauge", "heatmap", "table"}
UNITS = {"none", "short", "percentunit", "bytes", "s", "dtdurations", "dateTimeFromNow", "reqps", "ops"}
GRAFANA_VARIABLES = {"__rate_interval", "__interval", "__range", "__all_variables", "__url_time_range"}
RATES = {"rate", "irate", "increase"}
# What happens a few times an hour is counted per hour: over `$__rate_interval` it would be a row of spikes.
WINDOWS = {"rate": {"$__rate_interval"}, "irate": {"$__rate_interval"},
           "increase": {"$__rate_interval", "$__range", "1h"}}
# A window of four times this holds samples of a scrape each minute.
LEAST_SECONDS = 60
# Beyond, `kubectl apply` cannot note in an annotation what it applied.
MOST_BYTES = 250_000
# A title of the widest letters is cut where there are fewer pixels for each.
TITLE_PIXELS, TITLE_MARGIN, NARROW_PAGE = 8, 12, 1000
COUNTER = re.compile(r"_total$|_bucket$|_sum$|_count$")
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
# `$job|` also finds what has no such label: alerts and recorded series about the cloud have no exporter's instance.
REQUIRED = {"cluster": ("$cluster",), "job": ("$job", "$job|"), "instance": ("$instance", "$instance|")}
# What All stands for: a label that may be absent needs `.*`, and the projects are those that are listed.
EVERY = {"job": (".+",), "instance": (".+",), "cluster": (".*",), "project": ("",)}


def findings(name, dashboard, others=()):
    """One line per broken rule. `others` are the uids that the dashboard must link to."""
    for finding in [*_whole(dashboard, others), *_variables(dashboard), *_grid(dashboard)]:
        yield f"{name}: {finding}"
    ids, titles = set(), set()
    for panel in panels(dashboard):
        where = f"{name}: {panel['type']} '{panel.get('title', '')}'"
        if panel.get("id") in ids:
            yield f"{where}: its id {panel.get('id')} is taken"
        ids.add(panel.get("id"))
        if panel["type"] != "row":
            if panel.get("title") in titles:
                yield f"{where}: its title is taken"
            titles.add(panel.get("title"))
        for finding in [*_panel(panel), *_links(panel, dashboard, others)]:
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
    if len(json.dumps(dashboard, indent=2, ensure_ascii=False).encode()) > MOST_BYTES:
        yield f"more than {MOST_BYTES} bytes"
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
    for required in ("cluster", "job", "instance", "cloud_region", "project"):
        if required not in names:
            yield f"no variable {required}"
    for variable in listed:
        if not variable.get("label"):
            yield f"variable {variable['name']} has no label"
        if variable["type"] != "query":
            continue
        every = EVERY.get(variable["name"], (".+", ".*"))
        if not variable.get("multi") or not variable.get("includeAll") or variable.get("allValue") not in every:
            yield f"variable {variable['name']}: must allow several, and All as {' or '.join(every) or 'what is listed'}"
        if (variable["name"] == "cluster") != (variable.get("hide") == 2):
            yield f"variable {variable['name']}: the cluster, and nothing else, is hidden where nobody asks for it"
        if variable.get("refresh") != 2:
            yield f"variable {variable['name']}: must refresh when the time range changes"
        if variable.get("datasource", {}).get("uid") != "${datasource}":
            yield f"variable {variable['name']}: not from the datasource variable"
    used = set(VARIABLE.findall(str([panel.get("targets") for panel in panels(dashboard)])))
    indirectly = set(VARIABLE.findall(str([panel.get("fieldConfig") for panel in panels(dashboard)])))
    indirectly |= set(VARIABLE.findall(str([variable.get("definition") for variable in listed])))
    for name in sorted(set(names) - used - indirectly - {"datasource"}):
        yield f"variable {name} is used by no panel"
    for name in sorted(used - set(names) - GRAFANA_VARIABLES):
        yield f"no variable {name}"


def _grid(dashboard):
    yield from _overlaps(dashboard["panels"])
    for row in dashboard["panels"]:
        if row["type"] == "row" and row["collapsed"] != bool(row["panels"]):
            yield f"'{row['title']}' is collapsed and empty, or open and holds panels"
        yield from _overlaps(row.get("panels", []))


def _overlaps(beside):
    taken = {}
    for panel in beside:
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
    if panel["type"] == "stat":
        if panel["options"].get("colorMode") != "value":
            yield "coloured as a whole: the one that is red is not seen among twelve"
        if len(panel.get("title", "")) * TITLE_PIXELS + TITLE_MARGIN > panel["gridPos"]["w"] * NARROW_PAGE / COLUMNS:
            yield f"its title is cut where the page is {NARROW_PAGE} pixels wide"
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


def _links(panel, dashboard, others):
    """Each line of a table about the cloud leads somewhere, and every link has what it needs."""
    if panel["type"] == "row":
        return
    titles = {title for step in panel.get("transformations", [])
              for title in step["options"].get("renameByName", {}).values()}
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    links = [link for override in panel["fieldConfig"]["overrides"] for item in override["properties"]
             if item["id"] == "links" for link in item["value"]]
    if panel["type"] == "table" and "Project" in titles and not links:
        yield "its lines lead nowhere"
    for link in links + panel["fieldConfig"]["defaults"].get("links", []):
        for column in re.findall(r'__data\.fields\["([^"]+)"\]', link["url"]):
            if column not in titles:
                yield f"its link '{link['title']}' needs a column {column}"
        page = re.match(r"/d/([\w-]+)\?", link["url"])
        if page and page[1] not in {*others, dashboard["uid"]}:
            yield f"its link '{link['title']}' leads to {page[1]}, which is no dashboard"
        for name in set(VARIABLE.findall(link["url"])) - variables - {"__data", "__all_variables", "__url_time_range"}:
            yield f"its link '{link['title']}' needs a variable {name}"


def _seconds(interval):
    matched = re.fullmatch(r"(\d+)([smh])", interval or "")
    return int(matched[1]) * {"s": 1, "m": 60, "h": 3600}[matched[2]] if matched else 0


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
    if panel["type"] == "table" and f"topk({MOST_LINES}, " not in expression:
        yield f"a table of more than {MOST_LINES} lines"
    if "$__rate_interval" in expression:
        for where, interval in (("panel", panel.get("interval")), ("query", target.get("interval"))):
            if _seconds(interval) < LEAST_SECONDS:
                yield f"a rate in a {where} without a least interval of a minute"
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
        # Who writes last_over_time means the count itself.
        if COUNTER.search(metric) and function not in RATES | {"last_over_time"}:
            yield f"{metric} is a counter and needs a rate"
