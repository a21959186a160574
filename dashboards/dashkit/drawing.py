"""Draws a dashboard as one HTML page: roughly what Grafana would show, for a picture without a Grafana."""

import html
import math
import re
import time

from . import values
from .prometheus import PrometheusError

UNIT_HEIGHT = 38
STYLE = """
body{background:#111217;color:#ccccdc;font:13px sans-serif;margin:0;position:relative}
h1{font-size:17px;margin:0;padding:12px}
h1 small{color:#ff9830;font-weight:normal}
.panel{position:absolute;background:#181b1f;border:1px solid #2c3235;border-radius:3px;overflow:hidden}
.panel{box-sizing:border-box}
.title{padding:5px 8px;font-weight:600;font-size:13px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.row{position:absolute;font-weight:600;padding:8px}
.none{text-align:center;padding-top:24px;color:#8e9196}
.stats{display:flex;height:100%;gap:2px}
.stat{flex:1;text-align:center;font-size:28px;padding-top:8px}
.stat small{display:block;font-size:12px}
table{border-collapse:collapse;table-layout:fixed}
th{text-align:left;color:#8ab8ff;font-weight:600}
td,th{padding:4px 8px;border-bottom:1px solid #2c3235;white-space:nowrap;font-size:12px;overflow:hidden;text-overflow:ellipsis}
td.link{text-decoration:underline}
.bar{display:flex;align-items:center;margin:3px 8px}
.bar span{width:38%;overflow:hidden;white-space:nowrap;font-size:12px}
.bar div{background:#22252b;flex:1;margin:0 8px}
.bar i{display:block;height:16px}
.bar b{width:130px;font-size:12px;white-space:nowrap}
.legend{padding:0 8px;font-size:11px;line-height:15px}
.legend span{margin-right:14px;white-space:nowrap}
text{fill:#9fa7b3;font-size:11px;font-family:sans-serif}
"""


def page(dashboard, prometheus, width=1600, expand=False):
    """The HTML of `dashboard` with the data of `prometheus`; collapsed rows are opened with `expand`."""
    parts, bottom, column = [], 0, width / 24
    for panel, row in _placed(dashboard, expand):
        grid = panel["gridPos"]
        left, top = grid["x"] * column, 46 + row * UNIT_HEIGHT
        wide, high = grid["w"] * column - 6, grid["h"] * UNIT_HEIGHT - 6
        bottom = max(bottom, top + high)
        title = html.escape(panel["title"])
        if panel["type"] == "row":
            sign = "›" if panel["collapsed"] and not expand else "⌄"
            parts.append(f'<div class=row style="left:{left:.0f}px;top:{top}px">{sign} {title}</div>')
            continue
        parts.append(f'<div class=panel style="left:{left:.0f}px;top:{top}px;width:{wide:.0f}px;height:{high}px">'
                     f'<div class=title>{title}</div>{_content(panel, prometheus, wide, high - 28)}</div>')
    heading = html.escape(dashboard["title"])
    return (f"<!doctype html><meta charset=utf-8><title>{heading}</title><style>{STYLE}</style>"
            f"<h1>{heading} <small>a preview by dashboards/preview.py, not Grafana</small></h1>{''.join(parts)}"
            f'<div style="height:{bottom:.0f}px"></div>\n')


def _placed(dashboard, expand):
    """Every panel that is seen, and its row of the grid: what is opened pushes down what follows."""
    pushed = 0
    for panel in dashboard["panels"]:
        yield panel, panel["gridPos"]["y"] + pushed
        inside = panel.get("panels", []) if expand else []
        for other in inside:
            yield other, other["gridPos"]["y"] + pushed
        if inside:
            pushed += max(other["gridPos"]["y"] + other["gridPos"]["h"] for other in inside) - panel["gridPos"]["y"] - 1


def height(dashboard, expand=False):
    """The height of the page in pixels, for the browser's window."""
    return 60 + UNIT_HEIGHT * max(row + panel["gridPos"]["h"] for panel, row in _placed(dashboard, expand))


def _content(panel, prometheus, width, height):
    try:
        results = [prometheus.ask(target, panel.get("interval")) for target in panel["targets"]]
    except PrometheusError as error:
        return f"<div class=none>{html.escape(str(error))}</div>"
    if panel["type"] == "table":
        return _table(panel, results, prometheus.end, width)
    series = [(_legend(target, labels), points) for target, result in zip(panel["targets"], results, strict=True)
              for labels, points in result]
    if not series and panel["type"] != "stat":
        return "<div class=none>No data</div>"
    draw = {"stat": _stat, "timeseries": _lines, "state-timeline": _states, "bargauge": _bars, "heatmap": _heatmap}
    return draw[panel["type"]](panel, series, prometheus, width, height)


def _legend(target, labels):
    pattern = target.get("legendFormat") or "{{__name__}}"
    return re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""), pattern).strip()


def _look(panel, value, now, name=""):
    """(text, CSS colour) of a value of the series `name` by the panel's mappings, thresholds and unit."""
    defaults = dict(panel["fieldConfig"]["defaults"])
    for override in panel["fieldConfig"]["overrides"]:
        if name and override["matcher"]["options"] == name:
            defaults.update({item["id"]: item["value"] for item in override["properties"]})
    known = values.mapped(value, defaults.get("mappings"))
    if known:
        return known[0], values.COLOURS[known[1]]
    colour = values.threshold(value, defaults.get("thresholds", {}).get("steps", []))
    return values.text(value, defaults["unit"], now), values.COLOURS[colour]


def _stat(panel, series, prometheus, width, _):
    if not series:
        none = html.escape(panel["fieldConfig"]["defaults"].get("noValue", "No data"))
        return f'<div class=stat style="color:{values.COLOURS["text"]};font-size:22px">{none}</div>'
    boxes = []
    for name, points in series:
        text, colour = _look(panel, points[-1][1], prometheus.end, name)
        # The text is as large as fits.
        style = f"color:{colour};font-size:{min(28, 1.6 * width / len(series) / max(1, len(text))):.0f}px"
        label = f"<small>{html.escape(name)}</small>" if panel["options"]["textMode"] == "value_and_name" else ""
        boxes.append(f'<div class=stat style="{style}">{html.escape(text)}{label}</div>')
    return f"<div class=stats>{''.join(boxes)}</div>"


def _time_axis(prometheus, left, width, bottom):
    ticks = []
    span = prometheus.end - prometheus.start
    for part in range(7):
        moment = prometheus.start + span * part / 6
        x = left + (width - left - 40) * part / 6
        ticks.append(f'<text x="{x:.0f}" y="{bottom}">{time.strftime("%H:%M", time.gmtime(moment))}</text>')
    return "".join(ticks)


def _lines(panel, series, prometheus, width, height):
    defaults = panel["fieldConfig"]["defaults"]
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    logarithmic = "scaleDistribution" in defaults["custom"]
    bottom, left = height - 62, 64
    if stacked:
        series = _stacked(series)
    present = [value for _, points in series for _, value in points if value == value]
    if logarithmic:
        present = [value for value in present if value > 0]
    if not present:
        return "<div class=none>No data</div>"
    low, high = min(present + ([0] if defaults.get("min") == 0 else [])), max(present)
    limits = [step["value"] for step in defaults["thresholds"]["steps"] if step["value"] is not None]
    high = max([high] + limits) * 1.05 or 1
    span = (high - low) or 1

    def y(value):
        share = (value - low) / span
        if logarithmic:
            share = math.log(max(value, low) / low) / math.log(high / low) if high > low else 0
        return bottom - share * (bottom - 8)

    def x(moment):
        return left + (moment - prometheus.start) / (prometheus.end - prometheus.start) * (width - left - 12)

    def across(value, look):
        return f'<line x1="{left}" x2="{width - 12:.0f}" y1="{y(value):.1f}" y2="{y(value):.1f}" {look}/>'

    parts = [f'<svg width="{width:.0f}" height="{bottom + 20:.0f}">']
    for step in range(5):
        value = low * (high / low) ** (step / 4) if logarithmic else low + span * step / 4
        text = values.text(value, defaults["unit"], prometheus.end, 1)
        parts.append(across(value, 'stroke="#2c3235"') + f'<text x="4" y="{y(value) + 4:.1f}">{text}</text>')
    red = values.COLOURS["red"]
    parts.extend(across(limit, f'stroke="{red}" stroke-dasharray="8 6"') for limit in limits)
    legend, step = [], prometheus.step_of(panel.get("interval"))
    for number, (name, points) in enumerate(series):
        colour = values.PALETTE[number % len(values.PALETTE)]
        for run in _runs(points, step):
            line = " ".join(f"{x(moment):.1f},{y(value):.1f}" for moment, value in run)
            parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{line}"/>')
        legend.append(f'<span><b style="color:{colour}">▬</b> {html.escape(name)}</span>')
    parts.append(_time_axis(prometheus, left, width, bottom + 16))
    return "".join(parts) + f"</svg><div class=legend>{' '.join(legend)}</div>"


def _stacked(series):
    base, result = {}, []
    for name, points in series:
        points = [(moment, base.get(moment, 0) + value) for moment, value in points]
        base.update(points)
        result.append((name, points))
    return result


def _runs(points, step):
    """Splits a line where samples are missing: a gap is a gap."""
    run = []
    for moment, value in points:
        if run and (moment - run[-1][0] > 1.5 * step or value != value):
            yield run
            run = []
        if value == value:
            run.append((moment, value))
    if run:
        yield run


def _states(panel, series, prometheus, width, height):
    left, bottom = min(16 + 6.3 * max(len(name) for name, _ in series), width * 0.45), height - 22
    row = min(30, max(18, bottom / len(series)))
    if len(series) * row > bottom:
        # More than fit: Grafana turns pages.
        series = series[:int(bottom / row)]
    scale = (width - left - 12) / (prometheus.end - prometheus.start)
    parts = [f'<svg width="{width:.0f}" height="{height:.0f}">']
    for number, (name, points) in enumerate(series):
        top = number * row
        parts.append(f'<text x="6" y="{top + row / 2 + 4:.1f}">{html.escape(name[:int(left / 6.3)])}</text>')
        for begin, end, value in _spans(points, prometheus.step):
            text, colour = _look(panel, value, prometheus.end)
            x, wide = left + (begin - prometheus.start) * scale, (end - begin) * scale
            parts.append(f'<rect x="{x:.1f}" y="{top + 2:.1f}" width="{wide:.1f}" height="{row - 4:.1f}" '
                         f'fill="{colour}"/>')
            if wide > 8 * len(text) and row > 12:
                parts.append(f'<text x="{x + 4:.1f}" y="{top + row / 2 + 4:.1f}" style="fill:#111">'
                             f'{html.escape(text)}</text>')
    parts.append(_time_axis(prometheus, left, width, height - 8))
    return "".join(parts) + "</svg>"


def _spans(points, step):
    """Joins equal neighbours: (begin, end, value)."""
    begin, last, current = None, None, None
    for moment, value in points:
        if begin is not None and (value != current or moment - last > 1.5 * step):
            yield begin, min(last + step, moment), current
            begin = None
        if begin is None:
            begin, current = moment, value
        last = moment
    if begin is not None:
        yield begin, last, current


def _bars(panel, series, prometheus, _, height):
    most = max(points[-1][1] for _, points in series) or 1
    parts = []
    for name, points in series[:int(height / 23)]:
        text, colour = _look(panel, points[-1][1], prometheus.end)
        share = max(0, 100 * points[-1][1] / most)
        parts.append(f'<div class=bar><span>{html.escape(name)}</span><div><i style="width:{share:.1f}%;'
                     f'background:{colour}"></i></div><b style="color:{colour}">{html.escape(text)}</b></div>')
    return "".join(parts)


def _heatmap(panel, series, prometheus, width, height):
    """Cumulative buckets become cells: each is what it has more than the one below."""
    series = sorted(series, key=lambda item: float(item[0]))
    left, bottom = 64, height - 24
    row = bottom / len(series)
    scale = (width - left - 12) / (prometheus.end - prometheus.start)
    wide = prometheus.step_of(panel.get("interval")) * scale + 0.5
    below, cells, most = {}, [], 0
    for number, (_, points) in enumerate(series):
        for moment, value in points:
            cell = max(0, value - below.get(moment, 0))
            most = max(most, cell)
            cells.append((moment, number, cell))
        below = dict(points)
    parts = [f'<svg width="{width:.0f}" height="{height:.0f}">']
    for number, (name, _) in enumerate(series):
        parts.append(f'<text x="4" y="{bottom - number * row - row / 3:.1f}">{html.escape(name)} s</text>')
    for moment, number, cell in cells:
        if cell > 0:
            x, y = left + (moment - prometheus.start) * scale, bottom - (number + 1) * row
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                         f'height="{row - 1:.1f}" fill="#ff9830" opacity="{(cell / most) ** 0.5:.2f}"/>')
    parts.append(_time_axis(prometheus, left, width, height - 8))
    return "".join(parts) + "</svg>"


def _table(panel, results, now, width):
    """Joins the queries' lines as Grafana's `merge` does: by the labels that all of them have."""
    organize = next(step["options"] for step in panel["transformations"] if step["id"] == "organize")
    names = ["Value"] if len(results) == 1 else [f"Value #{target['refId']}" for target in panel["targets"]]
    filled = [set().union(*(labels for labels, _ in result)) for result in results if result]
    shared = sorted(set.intersection(*filled)) if filled else []
    lines = {}
    for name, result in zip(names, results, strict=True):
        for labels, points in result:
            line = lines.setdefault(tuple(labels.get(label, "") for label in shared), {})
            line.update(labels)
            line[name] = points[-1][1]
    if not lines:
        return "<div class=none>No data</div>"
    titles = organize["renameByName"]
    overrides = {override["matcher"]["options"]: {item["id"]: item["value"] for item in override["properties"]}
                 for override in panel["fieldConfig"]["overrides"]}
    rows = list(lines.values())
    looks = [(column, overrides.get(titles[column], {})) for column in sorted(titles, key=organize["indexByName"].get)]
    # A column that no line has is none; one that is hidden is there for links.
    looks = [(column, look) for column, look in looks
             if any(column in line for line in rows) and not look.get("custom.hidden")]
    order = panel["options"].get("sortBy", [])
    by = next((column for column, _ in looks if order and titles[column] == order[0]["displayName"]), None)
    if by:
        rows.sort(key=lambda line: (by in line, line.get(by, 0)), reverse=order[0]["desc"])
    given = [look.get("custom.width", 0) for _, look in looks]
    share = (width - sum(given)) / max(1, given.count(0))
    least = panel["fieldConfig"]["defaults"]["custom"]["minWidth"]
    wides = [look.get("custom.width") or max(share, look.get("custom.minWidth", least)) for _, look in looks]
    head = "".join(f'<th style="width:{wide:.0f}px;box-sizing:border-box">{html.escape(titles[column])}</th>'
                   for (column, _), wide in zip(looks, wides, strict=True))
    body = ("".join(_cell(line.get(column), look, now) for column, look in looks) for line in rows)
    return (f'<table style="width:{sum(wides):.0f}px"><tr>{head}</tr><tr>{"</tr><tr>".join(body)}</tr></table>')


def _cell(value, override, now):
    known = values.mapped(value, override.get("mappings")) if value is not None else None
    link = " class=link" if "links" in override else ""
    if known:
        return f'<td{link} style="color:{values.COLOURS[known[1]]}">{html.escape(known[0])}</td>'
    if value is None or isinstance(value, str):
        return f"<td{link}>{html.escape(value or '')}</td>"
    steps = override.get("thresholds", {}).get("steps")
    style = f' style="color:{values.COLOURS[values.threshold(value, steps)]}"' if steps else ""
    return f"<td{link}{style}>{html.escape(values.text(value, override.get('unit', 'short'), now))}</td>"
