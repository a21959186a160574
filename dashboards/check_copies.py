#!/usr/bin/env python3
"""Replays an exporter's page to a Prometheus as if it were scraped in other ways, and asks the panels' queries.

Scraped every 15 seconds and every minute, every query that has data in one has it in the other. From two clusters, one
of them with two exporters that see the same account, everything counts once: what one exporter says of an object is
what two say, and two clusters with the same names are two. Which queries may be empty in what is replayed (alerts,
since no rules run; what the account does not have) is not judged here: check_live.py does.

Needs prometheus and promtool; starts its own Prometheus on a free port of this machine and ends it.
"""

import argparse
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from dashkit import promql
from dashkit.dashboard import panels
from dashkit.prometheus import Prometheus, PrometheusError

HERE = pathlib.Path(__file__).resolve().parent
# What each exporter does for itself: of two there is twice as much.
OWN = re.compile(r"^(up|ALERTS.*|process_.*|job_project:.*|huaweicloud_exporter_(api_|http_|scrape_|refreshes|refresh_failures|"
                 r"refresh_duration|build|config|targets|requests_per_second|objects|series|refresh_success|data_stale|"
                 r"credentials|last_success|unexpected).*)$")
MINUTES = 40
PLACES = (("a", "exporter-0"), ("a", "exporter-1"), ("b", "exporter-0"))


def pages(url, count, pause):
    """Some scrapes, one after the other: their lines without comments."""
    found = []
    for number in range(count):
        if number:
            time.sleep(pause)
        with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        found.append([line for line in lines if line and not line.startswith("#")])
    return found


def write_blocks(folder, found, end, interval, places):
    """What a Prometheus would have stored: the scrapes again and again at `interval`, the last at `end`."""
    text = pathlib.Path(folder) / "samples.txt"
    with text.open("w", encoding="utf-8") as file:
        for number in range(MINUTES * 60 // interval, -1, -1):
            page = found[(MINUTES * 60 // interval - number) * len(found) // (MINUTES * 60 // interval + 1)]
            for cluster, instance in places:
                own = f'cluster="{cluster}",job="huaweicloud-artifact-exporter",instance="{instance}"'
                for line in page + ["up 1"]:
                    name, labels, value = re.match(r"([\w:]+)(?:\{(.*)\})? (\S+)", line).groups()
                    file.write(f"{name}{{{own}{',' + labels if labels else ''}}} {value} {end - number * interval}\n")
        file.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder)], check=True,
                   capture_output=True)
    text.unlink()


class Server:
    """A Prometheus over stored blocks, which scrapes nothing."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}"
        configuration = pathlib.Path(folder) / "prometheus.yaml"
        configuration.write_text("global: {}\n", encoding="utf-8")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder}",
             f"--web.listen-address={address}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=5).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise PrometheusError("prometheus does not get ready")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def queries():
    for path in sorted(HERE.glob("*.json")):
        for panel in panels(json.loads(path.read_text(encoding="utf-8"))):
            for target in panel.get("targets", []):
                yield f"{path.name}: {panel['type']} '{panel['title']}' query {target['refId']}", panel, target


def ask(server, end, panel, target, **choices):
    """Label sets without the cluster → the values of all clusters, at the end of the range."""
    # All of them and not the largest few, of which there are twice as many.
    target = target | {"expr": re.sub(r"\b(top|bottom)k\(\d+,", r"\1k(100000,", target["expr"])}
    result = Prometheus(server.url, end, MINUTES / 60 / 2, choices).ask(target, panel.get("interval"))
    found = {}
    for labels, points in result:
        key = frozenset((name, value) for name, value in labels.items() if name != "cluster")
        found.setdefault(key, []).append((labels.get("cluster"), points[-1][1]))
    return found


def equal(one, other):
    return one == other or abs(one - other) <= 1e-9 * max(abs(one), abs(other)) or one != one and other != other


def miscounts(server, end, where, panel, target):
    """One line where the same account, seen by two exporters or under two clusters, is told wrongly."""
    expression = target["expr"]
    one = ask(server, end, panel, target, cluster="a", instance="exporter-0")
    if not any(OWN.match(metric) for metric in promql.take_apart(expression).metrics()):
        two = ask(server, end, panel, target, cluster="a")
        if set(one) != set(two) or not all(equal(one[key][0][1], two[key][0][1]) for key in one):
            yield f"{where}: two exporters of one account are not told as one"
    both = ask(server, end, panel, target, instance="exporter-0")
    if set(one) != set(both):
        yield f"{where}: two clusters with the same names are not told as one is"
        return
    # What has no cluster, such as a region, is the same in both.
    added = re.match(r"\(*(sum|count)\b(?!\(group by \((?!cluster))(?! by \(cluster)", expression)
    for key, values in both.items():
        clusters = sorted(cluster or "" for cluster, _ in values)
        alone, together = one[key][0][1], [value for _, value in values]
        if clusters == ["a", "b"]:
            right = all(equal(value, alone) for value in together)
        elif added and "/" not in expression:
            right = equal(together[0], 2 * alone)
        else:
            right = equal(together[0], alone) or equal(together[0], 2 * alone)
        # What is told of a project is told of its cluster.
        of_project = any(name == "project" for name, _ in key)
        if not right or clusters not in (["a", "b"], *([] if of_project else [[""]])):
            yield f"{where}: one cluster has {alone}, two have {values}"
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exporter", required=True, metavar="URL", help="for example http://127.0.0.1:10068")
    parser.add_argument("--scrapes", type=int, default=10, help="how many are replayed (default: 10)")
    parser.add_argument("--pause", type=float, default=2, help="seconds between them (default: 2)")
    arguments = parser.parse_args()
    for program in ("prometheus", "promtool"):
        if not shutil.which(program):
            print(f"{program} is not installed", file=sys.stderr)
            return 1
    found = pages(arguments.exporter, arguments.scrapes, arguments.pause)
    end, count = int(time.time()) // 60 * 60, 0
    empty = {}
    for interval, places in ((15, PLACES[:1]), (60, PLACES)):
        with tempfile.TemporaryDirectory() as folder:
            write_blocks(folder, found, end, interval, places)
            with Server(folder) as server:
                for where, panel, target in queries():
                    try:
                        findings = list(miscounts(server, end, where, panel, target)) if len(places) > 1 else []
                        if not ask(server, end, panel, target):
                            empty.setdefault(where, set()).add(interval)
                    except PrometheusError as error:
                        findings = [f"{where}: {error}"]
                    count += len(findings)
                    print(*findings, sep="\n", end="\n" if findings else "", file=sys.stderr)
    for where, intervals in empty.items():
        if len(intervals) == 1:
            print(f"{where}: no data where scrapes are {intervals.pop()} s apart", file=sys.stderr)
            count += 1
    print(f"{count} findings; {len(empty)} queries have no data in what was replayed")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
