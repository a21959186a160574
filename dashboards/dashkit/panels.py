"""The panels of Grafana, each made by one function; only what differs from Grafana's own defaults is written out."""

from dataclasses import dataclass, field, replace

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# A table that lists more lines than anybody reads asks for more than a browser merges.
MOST_LINES = 200
# The least `$__rate_interval` is four times this, whatever the data source says: enough for a scrape each minute.
LEAST_STEP = "1m"
# The same for what happens every few minutes, as requests to the cloud do.
SELDOM = "2m"

# Pixels of a column at least, and of one with a name; what does not fit is scrolled to, the names stay in front.
LEAST_WIDTH, NAME_WIDTH = 110, 150

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
    """A finished panel without its place; `span` is its width of the 24 columns, `height` its own where not the row's."""

    json: dict
    span: int
    height: int = 0

    def high(self, height):
        return replace(self, height=height)


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


def _targets(queries, least="", **common):
    targets = []
    for index, query in enumerate(queries):
        target = {"datasource": DATASOURCE, "editorMode": "code", "expr": query.expr, "refId": chr(ord("A") + index)}
        if query.legend:
            target["legendFormat"] = query.legend
        if "$__rate_interval" in query.expr:
            target["interval"] = least
        targets.append(target | common)
    return targets


def _panel(kind, title, description, queries, span, options, defaults, overrides=(), transformations=(), least="",
           **target):
    if any("$__rate_interval" in query.expr for query in queries):
        least = least or LEAST_STEP
    json = {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": _targets(queries, least, **target),
        "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
        "options": options,
    }
    if transformations:
        json["transformations"] = list(transformations)
    if least:
        json["interval"] = least
    return Panel(json, span)


def to_page(title, uid, **columns):
    """A link from a line of a table to a page, which shows what the line is about: variables by the line's columns."""
    kept = "&".join(f"${{{name}:queryparam}}" for name in ("datasource", "cluster", "job"))
    chosen = "".join(f'&var-{name}=${{__data.fields["{column}"]:percentencode}}' for name, column in columns.items())
    return {"title": title, "url": f"/d/{uid}?{kept}{chosen}&${{__url_time_range}}", "targetBlank": False}


def to_console(service):
    """A link from a line to a service in the cloud's console. The line needs a column Region, the page the Choice."""
    return {"title": "Open the cloud's console", "targetBlank": True,
            "url": f'${{console}}/{service}/?region=${{__data.fields["Region"]}}'}


def stat(title, description, queries, span=4, unit="short", thresholds=TROUBLES, link="", none="no data", mappings=(),
         decimals=None, least=""):
    """One large number (or one per query, with thresholds of its own). `link` is the uid of the page that says more.

    The number is coloured and not the tile: where all tiles are full of colour, the one that is red is not seen.
    """
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
        "colorMode": "value",
        "graphMode": "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "value_and_name" if len(queries) > 1 else "value",
        "wideLayout": False,
    }
    return _panel("stat", title, description, queries, span, options, defaults, overrides, least=least, range=True)


def timeseries(title, description, queries, span=12, unit="short", limit=None, stack=False, minimum=0,
               logarithmic=False, least=""):
    """Lines over time. `limit` draws a line from which on values are bad; `least` is the least distance of points."""
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
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return _panel("timeseries", title, description, queries, span, options, defaults, least=least, range=True)


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


def heatmap(title, description, query, span=12, unit="s", least=SELDOM):
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
    return _panel("heatmap", title, description, [query], span, options, defaults, least=least, format="heatmap",
                  range=True)


def table(title, description, labels, queries, key, first, span=24, sort="", descending=True, behind=None, hidden=None,
          coloured=None, links=None, widths=None):
    """One line per object, joined from several queries: those 200 whose value of the expression `first` is largest.

    `labels` maps the labels that say what a line is about to their column titles, in order; `behind` those that say
    where it is, which stand behind the values, and `hidden` those that only links need. The queries must return just
    these, and all of them those of `key`, which identify an object. A query without `column` only brings its labels.
    `coloured` maps column titles of labels to value mappings, `links` column titles to links.
    """
    behind, hidden = behind or {}, hidden or {}
    # A label that no series has makes no column, so the cluster is seen where there are several.
    if {"project", "instance"} & {*labels, *behind}:
        behind = behind | {"cluster": "Cluster"}
    chosen = f"topk({MOST_LINES}, {first})"
    queries = [replace(query, expr=f"({query.expr}) and on ({key}) {chosen}") for query in queries]
    rename, index, exclude, columns = {}, {}, {"Time": True}, {}
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
        columns[query.column] = _column(query)
    for label, column in (behind | hidden).items():
        rename[label] = column
        index[label] = len(index)
    for column, mappings in (coloured or {}).items():
        columns[column] = _column(Query("", column=column, unit="none", mappings=mappings))
    for column, several in (links or {}).items():
        columns.setdefault(column, []).append({"id": "links", "value": several})
    for column in labels.values():
        if column not in (widths or {}):
            columns.setdefault(column, []).append({"id": "custom.minWidth", "value": NAME_WIDTH})
    for column in hidden.values():
        columns.setdefault(column, []).append({"id": "custom.hidden", "value": True})
    for column, width in (widths or {}).items():
        columns.setdefault(column, []).append({"id": "custom.width", "value": width})
    overrides = [{"matcher": {"id": "byName", "options": column}, "properties": properties}
                 for column, properties in columns.items()]
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "fields": ""}}
    if sort:
        options["sortBy"] = [{"displayName": sort, "desc": descending}]
    defaults = {
        "unit": "short",
        "custom": {"align": "auto", "filterable": True, "minWidth": LEAST_WIDTH, "cellOptions": {"type": "auto"}},
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
    return properties
