"""Asks a Prometheus what a dashboard's panels would ask it."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request

VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")


class PrometheusError(RuntimeError):
    """A query that a Prometheus refuses, or a Prometheus that does not answer."""


class Prometheus:
    """A server, and the time range that is shown: `end` in Unix time and a number of hours before it."""

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
        return max(self.step, int(least[:-1]) * {"s": 1, "m": 60, "h": 3600}[least[-1]]) if least else self.step

    def fill_in(self, expression, least=None):
        """Puts values where the expression has variables: All, unless something else was chosen."""
        step = self.step_of(least)
        known = {
            "__range": f"{int(self.end - self.start)}s",
            "__interval": f"{step}s",
            # As Grafana has it, for a scrape interval of a minute.
            "__rate_interval": f"{max(step + 60, 240)}s",
        }
        return VARIABLE.sub(lambda m: known.get(m[1] or m[2]) or self.choices.get(m[1] or m[2], ".+"), expression)

    def ask(self, target, least=None):
        """The result of a panel's query: [(labels, [(time, value)…])…]."""
        expression = self.fill_in(target["expr"], least)
        if target.get("instant"):
            result = self._get("/api/v1/query", query=expression, time=self.end)
            return [(series["metric"], [_point(series["value"])]) for series in result]
        step = self.step_of(least)
        result = self._get("/api/v1/query_range", query=expression, start=self.start, end=self.end, step=step)
        return [(series["metric"], [_point(value) for value in series["values"]]) for series in result]


def _point(pair):
    return float(pair[0]), float(pair[1])


def empty_queries(name, dashboard, prometheus):
    """One line per query of a panel that returns nothing, or fails."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            where = f"{name}: {panel['type']} '{panel['title']}' query {target['refId']}"
            try:
                least = panel.get("interval")
                if not prometheus.ask(target, least):
                    yield f"{where}: no data for {prometheus.fill_in(target['expr'], least)}"
            except PrometheusError as error:
                yield f"{where}: {error}"
