"""Compares what dashboards and rules use with the catalogue of metrics, docs/metrics.md."""

import re
from dataclasses import dataclass

from . import promql
from .dashboard import panels

# Series that Prometheus itself makes (`up` is another), and the labels that it adds to every series that it scrapes.
ALERTS = {
    "ALERTS": {"alertname", "alertstate", "severity"},
    "ALERTS_FOR_STATE": {"alertname", "severity"},
}
TARGET_LABELS = {"cluster", "job", "instance"}
# The labels by which the Prometheus operator tells one exporter from another.
EXPORTER_LABELS = {"instance", "pod", "container", "endpoint"}
HISTOGRAM_SERIES = ("_bucket", "_sum", "_count")
BACKTICKED = re.compile(r"`([^`]+)`")
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass
class Use:
    """An expression, where it stands, and the labels that are shown of its result."""

    where: str
    expr: str
    shown: set
    in_panel: bool = False


class CatalogueError(ValueError):
    """A catalogue that has no table of metrics."""


def read(path):
    """Metric → (type, labels), from the Markdown tables: name, type, labels and help in backticks and columns."""
    metrics = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        # `|` inside a cell is escaped.
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        name = BACKTICKED.search(cells[0]) if cells else None
        if name and len(cells) >= 3:
            metrics[name[1]] = (cells[1].strip("`"), set(BACKTICKED.findall(cells[2])))
    if not metrics:
        raise CatalogueError(f"{path}: no row of a metric in it")
    return metrics


def read_unused(path):
    """The metrics that no dashboard or rule uses on purpose: one a line, `#` begins the reason."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line}


def dashboard_uses(name, dashboard):
    """The expressions of a dashboard's panels, annotations and variables."""
    for panel in panels(dashboard):
        titles = set()
        for transformation in panel.get("transformations", []):
            titles |= set(transformation["options"].get("renameByName", {}))
        columns = {title for title in titles if not title.startswith("Value")}
        for target in panel.get("targets", []):
            shown = set(PLACEHOLDER.findall(target.get("legendFormat", "")))
            yield Use(f"{name}: panel '{panel['title']}' {target['refId']}", target["expr"], shown, True)
        if columns:
            # A column may come from any of the queries.
            together = " or ".join(target["expr"] for target in panel["targets"])
            yield Use(f"{name}: columns of '{panel['title']}'", together, columns)
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            yield Use(f"{name}: annotation '{annotation['name']}'", annotation["expr"], set())
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            where = f"{name}: variable {variable['name']}"
            result = re.fullmatch(r"query_result\((.*)\)", variable["definition"])
            if result:
                yield Use(where, result[1], set(re.findall(r'(\w+)="\(', variable["regex"])))
                continue
            inner = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"])
            # Several series, as `{…, __name__=~"a|b"}`: each has the label.
            several = re.fullmatch(r'\{(.*), __name__=~"([^"]+)"\}', inner[1])
            for series in several[2].split("|") if several else ():
                yield Use(where, f"{series}{{{several[1]}}}", {inner[2]})
            if not several:
                yield Use(where, inner[1], {inner[2]})


def rule_uses(name, groups):
    """The expressions of a rule file, with the labels that an alert's texts show."""
    for group in groups:
        for rule in group["rules"]:
            texts = " ".join((rule.get("annotations") or {}).values())
            shown = set(re.findall(r"\$labels\.(\w+)", texts))
            yield Use(f"{name}: {rule.get('alert') or rule['record']}", rule["expr"], shown)
            # Templates ask for other series: `printf "metric{label=%q}" … | query`.
            for query in re.findall(r'printf "(\w+\{\w+=)%q\}"', texts):
                yield Use(f"{name}: text of {rule['alert']}", query + '""}', set())


def recorded(groups, metrics):
    """Metric → labels of the recording rules: those that the expression groups by, or does not aggregate away."""
    records = {}
    for group in groups:
        for rule in group["rules"]:
            if "record" in rule:
                parts = promql.take_apart(rule["expr"])
                labels = set(parts.grouped)
                for metric in parts.metrics() if parts.dropped else ():
                    labels |= _known_labels(metric, metrics, records)[1] or set()
                # What is only ignored in a comparison stays, so this may be too many, never too few.
                records[rule["record"]] = labels | TARGET_LABELS
    return records


def _known_labels(metric, metrics, records):
    """The labels of a series, or None where nobody exposes it; and the catalogue's name for it."""
    if metric == "up":
        return None, set()
    if metric in ALERTS:
        # An alert has the labels of its own expression, which are looked at there.
        return None, ALERTS[metric].union(*(labels for _, labels in metrics.values()))
    if metric in records:
        return None, records[metric]
    if metric in metrics:
        kind, labels = metrics[metric]
        # A histogram's own name has no series.
        return (metric, labels) if kind != "histogram" else (None, None)
    for suffix in HISTOGRAM_SERIES:
        base = metric.removesuffix(suffix)
        if base != metric and metrics.get(base, ("", set()))[0] == "histogram":
            return base, metrics[base][1] | ({"le"} if suffix == "_bucket" else set())
    return None, None


def findings(uses, metrics, records, unused):
    """One line per metric or label that does not exist, and per metric that nobody uses."""
    used = set()
    for use in uses:
        try:
            parts = promql.take_apart(use.expr)
        except (promql.PromQLError, ValueError, IndexError) as error:
            yield f"{use.where}: {error}"
            continue
        every = set(TARGET_LABELS) | parts.made
        for metric, matchers, _ in parts.selectors:
            base, labels = _known_labels(metric, metrics, records)
            if base:
                used.add(base)
            if labels is None:
                yield f"{use.where}: no metric {metric}"
                continue
            every |= labels
            if use.in_panel and "project" in labels and metric not in records and "project" not in matchers:
                yield f"{use.where}: {metric} is not selected by $project"
            for label in sorted(set(matchers) - labels - TARGET_LABELS):
                yield f"{use.where}: {metric} has no label {label}"
        for label in sorted((parts.grouped | parts.dropped - EXPORTER_LABELS | use.shown) - every):
            yield f"{use.where}: none of its metrics has the label {label}"
    for metric in sorted(set(metrics) - used - unused):
        yield f"{metric}: used by no dashboard or rule and not listed in dashboards/unused-metrics.txt"
    for metric in sorted(unused & used):
        yield f"dashboards/unused-metrics.txt: {metric} is used"
    for metric in sorted(unused - set(metrics)):
        yield f"dashboards/unused-metrics.txt: no metric {metric}"
