"""From the description of a page to Grafana's classic dashboard JSON (schema 39, read by Grafana 10.4 to 13)."""

from dataclasses import dataclass, field

from .panels import DATASOURCE
from .queries import INSTANCE_NAMES

SCHEMA_VERSION = 39
COLUMNS = 24
TAG = "huaweicloud-artifact-exporter"


@dataclass
class Row:
    """Panels next to each other under a heading; they wrap after 24 columns. A collapsed one asks nothing until opened."""

    title: str
    height: int
    panels: list
    collapsed: bool = False


@dataclass
class Variable:
    """A template variable that lists the values of `label` in the series called `metric` (a regular expression).

    `every` is what All stands for: `.*` where some series lack the label, nothing for the listed values alone.
    """

    name: str
    title: str
    metric: str
    label: str
    every: str = ".+"
    hidden: bool = False


@dataclass
class InstanceVariable:
    """Chooses SWR instances by name."""

    name: str = "instance_id"
    title: str = "SWR instance"


@dataclass
class Search:
    """A text that something must contain; a regular expression may stand in it."""

    name: str
    title: str


@dataclass
class Choice:
    """Fixed values by their titles; the first is chosen."""

    name: str
    title: str
    values: dict


# Where the console of the chosen account is: the one of China does not know accounts of the others.
CONSOLE = Choice("console", "Console", {
    "China": "https://console.huaweicloud.com",
    "international": "https://console-intl.huaweicloud.com",
})


@dataclass
class Page:
    """One dashboard; `file` is its name without the ending."""

    file: str
    uid: str
    title: str
    description: str
    rows: list
    variables: list = field(default_factory=list)
    hours: int = 6


def _variable(variable, earlier):
    """Its JSON. A query is narrowed by the variables before it; `refresh` 2 keeps it true when the time range changes."""
    if isinstance(variable, Search):
        return _entry("textbox", variable, query="", current={"selected": False, "text": "", "value": ""}, options=[])
    if isinstance(variable, Choice):
        options = [{"selected": number == 0, "text": title, "value": value}
                   for number, (title, value) in enumerate(variable.values.items())]
        query = ", ".join(f"{title} : {value}" for title, value in variable.values.items())
        return _entry("custom", variable, query=query, current=options[0], options=options, multi=False,
                      includeAll=False)
    if isinstance(variable, InstanceVariable):
        every, hidden, query = ".+", False, f"query_result({INSTANCE_NAMES})"
        regex = '/instance_id="(?<value>[^"]+)|instance_name="(?<text>[^"]+)/g'
    else:
        matchers = [f'{name}=~"${name}"' for name in earlier]
        series = variable.metric
        if "|" in series:
            matchers.append(f'__name__=~"{series}"')
            series = ""
        query, regex = f"label_values({series}{{{', '.join(matchers)}}}, {variable.label})", ""
        every, hidden = variable.every, variable.hidden
    return _entry(
        "query", variable, datasource=DATASOURCE, definition=query,
        query={"query": query, "refId": "StandardVariableQuery"}, refresh=2, sort=1, multi=True, includeAll=True,
        allValue=every, current={"selected": True, "text": ["All"], "value": ["$__all"]}, options=[], regex=regex,
        hide=2 if hidden else 0)


def _entry(kind, variable, **more):
    return {"type": kind, "name": variable.name, "label": variable.title, "hide": 0, "skipUrlSync": False} | more


def _templating(page):
    source = {
        "type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1,
        "current": {}, "hide": 0, "includeAll": False, "multi": False, "options": [], "regex": "", "skipUrlSync": False,
    }
    listed, earlier = [source], []
    # The region narrows the projects, and All of them is what is listed: nothing else needs to know of regions.
    # The cluster is hidden: most have none. The mixin and the chart show it.
    common = [
        Variable("cluster", "Cluster", "huaweicloud_exporter_build_info", "cluster", ".*", hidden=True),
        Variable("job", "Job", "huaweicloud_exporter_build_info", "job"),
        Variable("instance", "Exporter", "huaweicloud_exporter_build_info", "instance"),
        Variable("cloud_region", "Region", "huaweicloud_exporter_project_info", "cloud_region", ".*"),
        Variable("project", "Project", "huaweicloud_exporter_project_info", "project", ""),
    ]
    for variable in common + page.variables:
        listed.append(_variable(variable, earlier))
        # A page's own variable is a label of the data, so later ones are narrowed by the common ones alone.
        if variable in common:
            earlier.append(variable.name)
        if variable.name == "project":
            earlier.remove("cloud_region")
    return {"list": listed}


def _annotations(firing):
    builtin = {
        "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    }
    alerts = {
        "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": "red", "name": "Firing alerts",
        "expr": firing, "step": "60s", "titleFormat": "{{alertname}}", "textFormat": "{{cluster}} {{project}} {{collector}}",
        "tagKeys": "severity", "useValueForTime": False,
    }
    return {"list": [builtin, alerts]}


def _place(rows):
    """Numbers the panels and gives each its place in the 24-column grid; those of a collapsed row stand inside it."""
    placed, y, number = [], 0, 0
    for row in rows:
        number += 1
        heading = {"type": "row", "title": row.title, "collapsed": row.collapsed, "panels": [], "id": number,
                   "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}}
        placed.append(heading)
        inside = heading["panels"] if row.collapsed else placed
        x, top, deepest = 0, y + 1, y + 1
        for panel in row.panels:
            if x + panel.span > COLUMNS:
                x, top = 0, deepest
            number += 1
            height = panel.height or row.height
            inside.append({"id": number, "gridPos": {"x": x, "y": top, "w": panel.span, "h": height}} | panel.json)
            x, deepest = x + panel.span, max(deepest, top + height)
        y = y + 1 if row.collapsed else deepest
    return placed


def panels(dashboard):
    """Every panel, those of collapsed rows after their row."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def dashboard(page, pages, firing):
    """The JSON of `page`. `pages` are linked to each other; `firing` is the query of the annotations."""
    links = [
        {"type": "link", "title": other.title, "url": f"/d/{other.uid}", "icon": "dashboard",
         "tooltip": other.description, "asDropdown": False, "includeVars": True, "keepTime": True, "tags": [],
         "targetBlank": False}
        for other in pages if other is not page
    ]
    return {
        "id": None,
        "uid": page.uid,
        "title": page.title,
        "description": page.description,
        "tags": [TAG, "huaweicloud"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": f"now-{page.hours}h", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "weekStart": "",
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "links": links,
        "annotations": _annotations(firing),
        "templating": _templating(page),
        "panels": _place(page.rows),
    }
