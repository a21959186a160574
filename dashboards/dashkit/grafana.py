"""From a description of panels to Grafana's classic dashboard JSON (schema 39, read by Grafana 10.4 to 13).

A page is a list of rows, a row a list of panels, a panel is made by one of the functions `stat`, `timeseries`,
`state_timeline`, `bar_gauge`, `heatmap` and `table`. Only what differs from Grafana's own defaults is written out.
"""

from dataclasses import dataclass, field

SCHEMA_VERSION = 39
COLUMNS = 24
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
TAG = "huaweicloud-artifact-exporter"

# Thresholds: (from this value on, colour). The first colour is also the one of "no data", hence never green.
TROUBLES = [(None, "text"), (0, "green"), (1, "red")]
CONCERNS = [(None, "text"), (0, "green"), (1, "orange")]
NEUTRAL = [(None, "text"), (0, "blue")]


@dataclass
class Query:
    """One PromQL query of a panel. In a table, `column` is the title of its values."""

    expr: str
    legend: str = ""
    column: str = ""
    unit: str = ""
    mappings: list = field(default_factory=list)
    thresholds: list = field(default_factory=list)
    width: int = 0


@dataclass
class Panel:
    """A finished panel without its place; `span` is its width of the 24 columns."""

    json: dict
    span: int


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


def states(*named):
    """Value mappings of a coded state: the n-th (text, colour) stands for the value n, from 0 on."""
    options = {str(code): {"text": text, "color": colour, "index": code} for code, (text, colour) in enumerate(named)}
    return [{"type": "value", "options": options}]


YES_NO = states(("no", "orange"), ("yes", "green"))
HEALTHY = states(("unhealthy", "red"), ("healthy", "green"))
SUCCESS = states(("failed", "red"), ("good", "green"))
BROKEN = states(("well", "green"), ("broken", "red"))
SEVERITIES = [{"type": "value", "options": {"critical": {"text": "critical", "color": "red", "index": 0},
                                            "warning": {"text": "warning", "color": "orange", "index": 1}}}]


def _thresholds(steps):
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for value, colour in steps]}


def _targets(queries, **common):
    targets = []
    for index, query in enumerate(queries):
        target = {"datasource": DATASOURCE, "editorMode": "code", "expr": query.expr, "refId": chr(ord("A") + index)}
        if query.legend:
            target["legendFormat"] = query.legend
        targets.append(target | common)
    return targets


def _panel(kind, title, description, queries, span, options, defaults, overrides=(), transformations=(), **target):
    json = {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": _targets(queries, **target),
        "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
        "options": options,
    }
    if transformations:
        json["transformations"] = list(transformations)
    return Panel(json, span)


def stat(title, description, queries, span=4, unit="short", thresholds=TROUBLES, link="", none="no data", mappings=(),
         decimals=None):
    """One large number (or one per query, with thresholds of its own). `link` is the uid of the page that says more."""
    defaults = {
        "unit": unit,
        "noValue": none,
        "color": {"mode": "thresholds"},
        "thresholds": _thresholds(thresholds),
        "mappings": list(mappings),
    }
    overrides = [
        {"matcher": {"id": "byName", "options": query.legend},
         "properties": [{"id": "thresholds", "value": _thresholds(query.thresholds)}]}
        for query in queries if query.thresholds
    ]
    if decimals is not None:
        defaults["decimals"] = decimals
    if link:
        url = f"/d/{link}?${{__all_variables}}&${{__url_time_range}}"
        defaults["links"] = [{"title": "Details", "url": url, "targetBlank": False}]
    options = {
        "colorMode": "background" if thresholds is not NEUTRAL else "value",
        "graphMode": "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "value_and_name" if len(queries) > 1 else "value",
        "wideLayout": False,
    }
    return _panel("stat", title, description, queries, span, options, defaults, overrides, range=True)


def timeseries(title, description, queries, span=12, unit="short", limit=None, stack=False, minimum=0,
               logarithmic=False, interval=""):
    """Lines over time. `limit` draws a line from which on values are bad.

    `interval` is the least distance of two points, and so the least `$__rate_interval`: for what happens seldom.
    """
    custom = {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "fillOpacity": 25 if stack else 8,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if stack else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if limit is not None else "off"},
    }
    if logarithmic:
        custom["scaleDistribution"] = {"type": "log", "log": 10}
    defaults = {
        "unit": unit,
        "custom": custom,
        "color": {"mode": "palette-classic"},
        "thresholds": _thresholds([(None, "green")] + ([(limit, "red")] if limit is not None else [])),
        "mappings": [],
    }
    if minimum is not None and not logarithmic:
        defaults["min"] = minimum
    options = {
        "legend": {"displayMode": "table", "placement": "right" if span >= 16 else "bottom", "showLegend": True,
                   "calcs": ["lastNotNull", "max"], "sortBy": "Last *", "sortDesc": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    panel = _panel("timeseries", title, description, queries, span, options, defaults, range=True)
    if interval:
        panel.json["interval"] = interval
    return panel


def state_timeline(title, description, queries, mappings, span=24):
    """A bar per object, coloured by its state: shows since when something is as it is."""
    defaults = {
        "unit": "none",
        "custom": {"fillOpacity": 80, "lineWidth": 0, "spanNulls": False},
        "color": {"mode": "fixed", "fixedColor": "text"},
        "thresholds": _thresholds([(None, "text")]),
        "mappings": mappings,
    }
    options = {
        "alignValue": "left",
        "mergeValues": True,
        "rowHeight": 0.85,
        "showValue": "auto",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "tooltip": {"mode": "single", "sort": "none"},
        "perPage": 25,
    }
    return _panel("state-timeline", title, description, queries, span, options, defaults, range=True)


def bar_gauge(title, description, queries, span=12, unit="short", thresholds=NEUTRAL):
    """Bars of the present values, one per series."""
    defaults = {
        "unit": unit,
        "min": 0,
        "color": {"mode": "thresholds"},
        "thresholds": _thresholds(thresholds),
        "mappings": [],
    }
    options = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "valueMode": "text",
        "showUnfilled": True,
        "namePlacement": "left",
        "sizing": "auto",
        "minVizHeight": 16,
        "maxVizHeight": 40,
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return _panel("bargauge", title, description, queries, span, options, defaults, instant=True, range=False)


def heatmap(title, description, query, span=12, unit="s", interval="5m"):
    """A histogram over time; the query must return the rate of its buckets by `le`."""
    defaults = {"unit": unit, "custom": {"hideFrom": {"legend": False, "tooltip": False, "viz": False}}}
    options = {
        "calculate": False,
        "cellGap": 1,
        "cellValues": {"unit": "reqps"},
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 32, "exponent": 0.5, "fill": "dark-orange",
                  "reverse": False, "scale": "exponential"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": True},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
    }
    panel = _panel("heatmap", title, description, [query], span, options, defaults, format="heatmap", range=True)
    panel.json["interval"] = interval
    return panel


def table(title, description, labels, queries, span=24, sort="", descending=True, coloured=None):
    """One line per object, joined from several queries.

    `labels` maps the labels that are shown to their column titles, in order; the queries must return just these, and
    all of them the ones that identify an object. A query without `column` only brings its labels. `coloured` maps
    column titles of labels to value mappings.
    """
    rename, index, exclude, overrides = {}, {}, {"Time": True}, []
    for label, column in labels.items():
        rename[label] = column
        index[label] = len(index)
    for number, query in enumerate(queries):
        name = "Value" if len(queries) == 1 else f"Value #{chr(ord('A') + number)}"
        if not query.column:
            exclude[name] = True
            continue
        rename[name] = query.column
        index[name] = len(index)
        overrides.append(_column(query))
    for column, mappings in (coloured or {}).items():
        overrides.append(_column(Query("", column=column, unit="none", mappings=mappings)))
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "fields": ""}}
    if sort:
        options["sortBy"] = [{"displayName": sort, "desc": descending}]
    defaults = {
        "unit": "short",
        "custom": {"align": "auto", "filterable": True, "cellOptions": {"type": "auto"}},
        "color": {"mode": "thresholds"},
        "thresholds": _thresholds([(None, "text")]),
        "mappings": [],
    }
    transformations = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": exclude, "indexByName": index, "renameByName": rename}},
    ]
    return _panel("table", title, description, queries, span, options, defaults, overrides, transformations,
                  format="table", instant=True, range=False)


def _column(query):
    properties = [{"id": "unit", "value": query.unit or "short"}]
    if query.mappings:
        properties.append({"id": "mappings", "value": query.mappings})
    if query.thresholds:
        properties.append({"id": "thresholds", "value": _thresholds(query.thresholds)})
    if query.mappings or query.thresholds:
        properties.append({"id": "custom.cellOptions", "value": {"type": "color-text"}})
    if query.width:
        properties.append({"id": "custom.width", "value": query.width})
    return {"matcher": {"id": "byName", "options": query.column}, "properties": properties}


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
