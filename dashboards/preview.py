#!/usr/bin/env python3
"""Draws dashboards with the data of a Prometheus as HTML pages, and with --png as pictures by a headless Chromium.

It is a preview, and says so on the page: the layout, queries, units, states and thresholds are the dashboard's, the
drawing is not Grafana's.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

from dashkit import drawing
from dashkit.prometheus import Prometheus

# What the window has besides the page.
WINDOW_FRAME = 90
HERE = pathlib.Path(__file__).resolve().parent


def choice(text):
    name, _, value = text.partition("=")
    return name, value


def take_picture(browser, source, target, width, height):
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               f"--window-size={width},{height + WINDOW_FRAME}", f"--screenshot={target}", source.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", required=True, metavar="URL", help="for example http://127.0.0.1:9090")
    parser.add_argument("--hours", type=float, help="the time range (default: the dashboard's own)")
    parser.add_argument("--set", action="append", default=[], type=choice, metavar="NAME=REGEX",
                        help="the value of a variable (default: All); repeatable")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("."), metavar="DIR",
                        help="where the pages go (default: here)")
    parser.add_argument("--width", type=int, default=1600, help="of the page, in pixels (default: 1600)")
    parser.add_argument("--expand", action="store_true", help="open the collapsed rows")
    parser.add_argument("--png", action="store_true", help="also take a picture of each page")
    parser.add_argument("dashboards", nargs="*", type=pathlib.Path, help="JSON files (default: all)")
    arguments = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if arguments.png and not browser:
        print("--png needs chromium, which is not installed", file=sys.stderr)
        return 1
    arguments.output.mkdir(parents=True, exist_ok=True)
    for path in arguments.dashboards or sorted(HERE.glob("*.json")):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        hours = arguments.hours or float(dashboard["time"]["from"].removeprefix("now-").removesuffix("h"))
        prometheus = Prometheus(arguments.prometheus, time.time(), hours, dict(arguments.set))
        page = arguments.output / f"{path.stem}.html"
        page.write_text(drawing.page(dashboard, prometheus, arguments.width, arguments.expand), encoding="utf-8")
        if arguments.png:
            take_picture(browser, page, page.with_suffix(".png"), arguments.width,
                         drawing.height(dashboard, arguments.expand))
    return 0


if __name__ == "__main__":
    sys.exit(main())
