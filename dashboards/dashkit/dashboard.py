"""From the description of a page to Grafana's classic dashboard JSON (schema 39, read by Grafana 10.4 to 13)."""

from dataclasses import dataclass, field

from .panels import DATASOURCE

SCHEMA_VERSION = 39
COLUMNS = 24
TAG = "huaweicloud-artifact-exporter"


@dataclass
class Row:
    """Panels next to each other under a heading; they wrap after 24 columns."""

    title: str
    height: int
    panels: list


@dataclass
class Variable:
    """A template variable that lists the values of `label` in `metric`."""

    name: str
    title: str
    metric: str
    label: str


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
    """A query variable, narrowed by the ones before it; `refresh` 2 keeps it true when the time range changes."""
    matchers = ", ".join(f'{name}=~"${name}"' for name in earlier)
    query = f"label_values({variable.metric}{{{matchers}}}, {variable.label})"
    return {
        "type": "query",
        "name": variable.name,
        "label": variable.title,
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": "StandardVariableQuery"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
        "options": [],
        "regex": "",
        "skipUrlSync": False,
    }


def _templating(page):
    source = {
        "type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1,
        "current": {}, "hide": 0, "includeAll": False, "multi": False, "options": [], "regex": "", "skipUrlSync": False,
    }
    listed, earlier = [source], []
    common = [
        Variable("job", "Job", "huaweicloud_exporter_build_info", "job"),
        Variable("instance", "Exporter", "huaweicloud_exporter_build_info", "instance"),
        Variable("project", "Project", "huaweicloud_exporter_project_info", "project"),
    ]
    for variable in common + page.variables:
        listed.append(_variable(variable, earlier))
        # A page's own variable is a label of the data, so later ones are narrowed by the common three alone.
        if variable in common:
            earlier.append(variable.name)
    return {"list": listed}


def _annotations(firing):
    builtin = {
        "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    }
    alerts = {
        "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": "red", "name": "Firing alerts",
        "expr": firing, "step": "60s", "titleFormat": "{{alertname}}", "textFormat": "{{project}} {{collector}}",
        "tagKeys": "severity", "useValueForTime": False,
    }
    return {"list": [builtin, alerts]}


def _place(rows):
    """Numbers the panels and gives each its place in the 24-column grid."""
    placed, y = [], 0
    for row in rows:
        placed.append({"type": "row", "title": row.title, "collapsed": False, "panels": [], "id": len(placed) + 1,
                       "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}})
        y += 1
        x = 0
        for panel in row.panels:
            if x + panel.span > COLUMNS:
                x, y = 0, y + row.height
            grid = {"x": x, "y": y, "w": panel.span, "h": row.height}
            placed.append({"id": len(placed) + 1, "gridPos": grid} | panel.json)
            x += panel.span
        y += row.height
    return placed


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
