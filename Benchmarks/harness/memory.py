"""Memory: what `serve` holds, by what the same series are divided into."""

import gzip
import re
import time

from .programs import (BIN, SIMULATED_CLOUD, cloud, instances, project, running, say, serving, skipped)

# Discoveries have an hour of their own.
REFRESHES = re.compile(rb'(?m)^huaweicloud_exporter_refreshes_total\{(?!.*collector="discovery").*\} (\d+)$')


def simulated(port, collectors, interval):
    """One project of a generated world, at no pace to speak of."""
    address = f"http://127.0.0.1:{port}"
    named = ", ".join(f"{name}: {{}}" for name in collectors)
    return f"""  - name: production
    region: cn-north-4
    credentials: {{access_key: SIMULATEDACCESSKEY01, secret_key: simulated-secret-key-of-the-demo}}
    endpoints: {{swr: "{address}", codearts_repo: "{address}", iam: "{address}"}}
    requests_per_second: 1000000
    interval: {interval}
    stale_after: 6h
    collectors: {{{named}}}
"""


def of_world(words, collectors, interval):
    with running([SIMULATED_CLOUD, *words]) as source, serving(simulated(source.port, collectors, interval)) as exporter:
        return after_refreshes(exporter, 3)


def after_refreshes(exporter, count):
    """Scrapes every second until every target was refreshed so often, and then in both encodings; the series."""
    while True:
        time.sleep(1)
        page = gzip.decompress(exporter.get("/metrics", "gzip"))
        refreshes = [int(number) for number in REFRESHES.findall(page)]
        if refreshes and min(refreshes) >= count:
            break
    exporter.get("/metrics")
    exporter.get("/metrics", "gzip")
    lines = [line for line in page.splitlines() if not line.startswith(b"#")]
    own = sum(1 for line in lines if line.startswith((b"huaweicloud_exporter", b"process")))
    return {"targets": len(refreshes), "series": len(lines), "own": own, "text": len(page),
            "resident": exporter.memory("VmRSS"), "peak": exporter.memory()}


def golang(series):
    """What client_golang takes for as many series, after as many scrapes."""
    if "go-exporter" in skipped:
        return {}
    with running([BIN / "go-exporter", series]) as server:
        for encoding in ("gzip", "identity") * 3:
            server.get("/metrics", encoding)
        return {"golang_resident": server.memory("VmRSS"), "golang_peak": server.memory()}


def by_targets(quick):
    """The same text or more of it, in more and more targets."""
    rows = {}
    count = 40 if quick else 400
    rows["organisations of 5 repositories"] = of_world(
        [f"organisations={count}", f"basic_repositories={count * 5}"], ["sync_rules"], "5s" if quick else "15s")
    shapes = ((100, 10, "5s"),) if quick else ((1000, 10, "20s"), (10_000, 1, "2m"))
    for count, repositories, interval in shapes:
        with cloud() as source, serving(project(
                "production", source.port, instances(count, 100 * repositories, repositories), interval)) as exporter:
            rows[f"instances of {repositories} repositories"] = after_refreshes(exporter, 3)
    for name, row in rows.items():
        row.update(golang(row["series"]))
        say(f"  {name}: {row}")
    return rows


def by_objects(quick):
    """Many objects in a few targets."""
    count = 1000 if quick else 10_000
    interval = "5s" if quick else "30s"
    rows = {
        "repositories of each edition": of_world(
            ["instances=1", f"repositories={count}", f"basic_repositories={count}"],
            ["basic_repositories", "repositories"], interval),
        "repositories with about as many sync rules": of_world(
            [f"basic_repositories={count}"], ["sync_rules"], interval),
        # Of six and a half repositories of code, five have a mirror.
        "repositories of code, of which most have a mirror": of_world(
            [f"code_repositories={count * 64 // 100}"], ["mirrors"], interval),
    }
    for name, row in rows.items():
        say(f"  {name}: {row}")
    return {"count": count, "rows": rows}


SECTIONS = {"memory": by_targets, "objects": by_objects}
