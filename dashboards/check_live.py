#!/usr/bin/env python3
"""Runs every panel's queries on a Prometheus and names those that fail or return nothing; and those of the runbooks, which
may return nothing.
"""

import argparse
import json
import pathlib
import sys
import time

from dashkit import runbooks
from dashkit.prometheus import Prometheus, PrometheusError, empty_queries

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prometheus", required=True, metavar="URL", help="for example http://127.0.0.1:9090")
    parser.add_argument("--hours", type=float, default=1, help="the time range that is shown, up to now (default: 1)")
    parser.add_argument("dashboards", nargs="*", type=pathlib.Path, help="JSON files (default: all)")
    arguments = parser.parse_args()
    prometheus = Prometheus(arguments.prometheus, time.time(), arguments.hours)
    count = 0
    for path in arguments.dashboards or sorted(HERE.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        for finding in empty_queries(path.name, dashboard, prometheus):
            print(finding, file=sys.stderr)
            count += 1
    for alert, expression in runbooks.queries(HERE.parent / "docs/runbooks.md"):
        try:
            prometheus.ask({"expr": expression, "instant": True})
        except PrometheusError as error:
            print(f"runbooks.md: {alert}: {error}", file=sys.stderr)
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
