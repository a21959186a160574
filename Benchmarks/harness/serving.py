"""Serving: what a scrape costs, beside other exporters and beside what is possible at all."""

import contextlib
import json
import shutil
import subprocess
import zlib
from statistics import median

from .programs import (BIN, INNER, PYTHON, SOURCES, WORK, Server, cloud, find, free_port, instances, load, project,
                       running, say, serving, skipped)

# Lines that one repository has.
LINES = 14
ENCODINGS = ("gzip", "identity")


@contextlib.contextmanager
def nginx(page, compressed):
    directory = WORK / "nginx"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    (directory / "metrics").write_bytes(page)
    (directory / "metrics.gz").write_bytes(compressed)
    port = free_port()
    text = (SOURCES / "peers" / "nginx" / "nginx.conf").read_text()
    (directory / "nginx.conf").write_text(text.replace("DIRECTORY", str(directory)).replace("PORT", str(port)))
    with running([find("nginx"), "-c", directory / "nginx.conf", "-p", directory, "-e", "stderr"], port) as server:
        server.wait_until_answers("/metrics", 20)
        yield server


@contextlib.contextmanager
def floor(page, compressed):
    file = WORK / "page"
    file.write_bytes(page)
    file.with_suffix(".gz").write_bytes(compressed)
    with running([BIN / "floor", file]) as server:
        yield server


def peers(series, page, compressed):
    """Those that are there, each as a server that is about to start; in the order of the table.

    The last two send the exporter's own bytes.
    """
    if "go-exporter" not in skipped:
        yield "client_golang", running([BIN / "go-exporter", series])
    # Beyond this it takes minutes and gigabytes.
    if "python-exporter" not in skipped and series <= 100_000:
        yield "prometheus_client", running([PYTHON, SOURCES / "peers" / "python-exporter" / "exporter.py", series])
    if "nginx" not in skipped:
        yield "nginx", nginx(page, compressed)
    yield "C floor", floor(page, compressed)


def cost(server, encoding, count, seconds):
    load(server.port, encoding, 2, seconds)
    before = server.cpu()
    result = load(server.port, encoding, count, seconds)
    result["cpu"] = (server.cpu() - before) / result["count"] * 1e6
    return result


def rounds_of(name, encoding, series, quick):
    """Rounds, and the seconds of each: many where a scrape takes so little that where the scheduler puts it decides."""
    if quick:
        return 1, 1
    if encoding == "gzip" and name in ("nginx", "C floor"):
        return 9, 1
    return (3, 2) if series <= 100_000 else (1, 1)


def scrapes(quick):
    """Pair by pair: the exporter and one peer, in turns, at each size."""
    sizes = (1000, 10_000) if quick else (1000, 10_000, 100_000, 1_000_000)
    tables = {}
    for series in sizes:
        rows = {}
        repositories = max(1, round(series / LINES))
        with cloud() as source, serving(
                project("production", source.port, instances(1, repositories, repositories))) as exporter:
            page, compressed = exporter.get("/metrics"), exporter.get("/metrics", "gzip")
            for name, starting in peers(series, page, compressed):
                count = 500 if quick else 4000
                with starting as server:
                    for encoding in ENCODINGS:
                        rounds, seconds = rounds_of(name, encoding, series, quick)
                        pairs = [(cost(exporter, encoding, count, seconds), cost(server, encoding, count, seconds))
                                 for _ in range(rounds)]
                        rows[f"{name} {encoding}"] = {
                            **{f"{key}": median(pair[1][key] for pair in pairs) for key in ("p50", "p99", "cpu", "bytes")},
                            **{f"ours_{key}": median(pair[0][key] for pair in pairs)
                               for key in ("p50", "p99", "cpu", "bytes")},
                            **{f"ratio_{key}": median(pair[1][key] / pair[0][key] for pair in pairs)
                               for key in ("p50", "p99", "cpu")},
                        }
                    rows[f"{name} gzip"]["peak"] = server.memory()
            rows["ours"] = {"peak": exporter.memory(), "bytes": len(page),
                            "lines": sum(1 for line in page.splitlines() if not line.startswith(b"#"))}
        tables[series] = rows
        say(f"  {series}: " + json.dumps({name: {key: round(value, 1) for key, value in row.items()}
                                          for name, row in rows.items()}))
    return tables


def under_refresh(quick):
    """The slowest scrapes at 100,000 series, idle and in turns while one of 100 targets is refreshed every 500 ms."""
    rounds, seconds = (1, 2) if quick else (7, 3)
    return {"pairs": [{name: under_refresh_every(interval, seconds) for name, interval in
                       (("idle", "1h"), ("refreshing", "500ms"))} for _ in range(rounds)]}


def under_refresh_every(interval, seconds):
    with cloud(0, changing=True) as source:
        ids = instances(100, 72, 72)
        with serving(project("production", source.port, ids[1:]),
                     project("busy", source.port, ids[:1], interval=interval)) as exporter:
            result = {encoding: load(exporter.port, encoding, 100_000, seconds) for encoding in ENCODINGS}
            result["paced"] = load(exporter.port, "gzip", 100_000, seconds, pause_ms=5)
    say(f"  {interval}: {result}")
    return result


def page_sizes(quick):
    """The gzip page against zlib's of the whole page in one piece."""
    results = {}
    shapes = {"one target, 100,000 series": (1, 7143), "100 targets of 1,000": (100, 72), "300 targets of 28": (300, 2)}
    for name, (targets, repositories) in shapes.items():
        with cloud() as source, serving(
                project("production", source.port, instances(targets, repositories, repositories))) as exporter:
            compressed = exporter.get("/metrics", "gzip")
            text = zlib.decompress(compressed, 31)
            results[name] = {"text": len(text), "ours": len(compressed), "zlib": len(zlib.compress(text, 6))}
    say(f"  {results}")
    return results


def refresh(quick):
    """What a refresh of one target costs beside everything anew: one of 100 that are large, one of 10,000 of an object each."""
    rows = []
    for targets, series in ((100, 1000), (10_000, LINES)):
        arguments = [str(INNER), "refresh", str(targets), str(series)]
        runs = [json.loads(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)
                for _ in range(1 if quick else 3)]
        rows.append({"targets": targets, "series": series, **{key: median(run[key] for run in runs) for key in runs[0]},
                     "ratio": median(run["everything_us"] / run["changed_us"] for run in runs)})
        say(f"  {rows[-1]}")
    return rows


SECTIONS = {"scrapes": scrapes, "under_refresh": under_refresh, "page_sizes": page_sizes, "refresh": refresh}
