"""Asks a Prometheus what a dashboard's panels would ask it."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request

from .dashboard import panels

VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$([A-Za-z_]\w*)")


class PrometheusError(RuntimeError):
    """A query that a Prometheus refuses, or a Prometheus that does not answer."""


class Prometheus:
    """A server, and the time range that is shown: `end` in Unix time and a number of hours before it.

    Intervals are as Grafana has them for a data source that nobody told how often it scrapes.
    """

    SCRAPE_SECONDS = 15

    def __init__(self, url, end, hours, choices=None):
        self.url = url.rstrip("/")
        self.end = end
        self.start = end - hours * 3600
        # Grafana asks for about as many points as a panel has pixels.
        self.step = max(15, int(hours * 3600 / 400) // 15 * 15)
        self.choices = choices or {}

    def _get(self, path, **parameters):
        try:
            with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(parameters)}", timeout=60) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            raise PrometheusError(json.load(error).get("error", str(error))) from None
        except (urllib.error.URLError, TimeoutError) as error:
            raise PrometheusError(f"{self.url}: {error}") from None

    def step_of(self, least):
        """Seconds between two points; `least` is a panel's own minimum, such as 5m."""
        return max(self.step, _seconds(least)) if least else self.step

    def fill_in(self, target, least=None):
        """Puts values where the query has variables: All, unless something else was chosen."""
        step = self.step_of(least)
        # A query's own interval stands for the scrape interval; a panel's does not.
        scrape = _seconds(target["interval"]) if "interval" in target else self.SCRAPE_SECONDS
        known = {
            "__range": f"{int(self.end - self.start)}s",
            "__interval": f"{step}s",
            "__rate_interval": f"{max(step + scrape, 4 * scrape)}s",
            # What is searched for: nothing.
            "search": "",
        }
        chosen = known | self.choices
        return VARIABLE.sub(lambda m: chosen.get(m[1] or m[2], ".*"), target["expr"])

    def ask(self, target, least=None):
        """The result of a panel's query: [(labels, [(time, value)…])…]."""
        expression = self.fill_in(target, least)
        if target.get("instant"):
            result = self._get("/api/v1/query", query=expression, time=self.end)
            return [(series["metric"], [_point(series["value"])]) for series in result]
        step = self.step_of(least)
        result = self._get("/api/v1/query_range", query=expression, start=self.start, end=self.end, step=step)
        return [(series["metric"], [_point(value) for value in series["values"]]) for series in result]


def _seconds(interval):
    return int(interval[:-1]) * {"s": 1, "m": 60, "h": 3600}[interval[-1]]


def _point(pair):
    return float(pair[0]), float(pair[1])


def empty_queries(name, dashboard, prometheus):
    """One line per query of a panel that returns nothing, or fails."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            where = f"{name}: {panel['type']} '{panel['title']}' query {target['refId']}"
            try:
                least = panel.get("interval")
                if not prometheus.ask(target, least):
                    yield f"{where}: no data for {prometheus.fill_in(target, least)}"
            except PrometheusError as error:
                yield f"{where}: {error}"
