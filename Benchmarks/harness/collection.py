"""Collecting: CPU per page, throughput, and how both grow."""

from statistics import median

from .programs import (BIN, PYTHON, SOURCES, cloud, instances, load, measured, once, one_processor, project, say, serving,
                       skipped)

COLLECTORS = {
    "go-collector": ("Go, net/http and encoding/json", [BIN / "go-collector"]),
    "python-collector": ("Python, requests", [PYTHON, SOURCES / "peers" / "python-collector" / "collector.py"]),
    "sdk-collector": ("the vendor's Python SDK", [PYTHON, SOURCES / "peers" / "sdk-collector" / "collector.py"]),
}
PAGE = 100


def peer(name, port, ids):
    return measured(*COLLECTORS[name][1], f"http://127.0.0.1:{port}", *ids)[0]


def ours(port, ids, concurrency=32):
    return once(project("production", port, ids, concurrency=concurrency))


def cpu_per_page(quick):
    """Pair by pair: what many pages cost more than a few, which leaves out start, rendering and end."""
    rounds, few, many = (2, 20, 220) if quick else (5, 100, 1100)
    sizes = [instances(1, pages * PAGE, 500) for pages in (few, many)]
    results = {}
    with one_processor(), cloud() as server:
        for name, (title, _) in COLLECTORS.items():
            if name in skipped:
                continue
            pairs = []
            for _ in range(rounds):
                before = server.cpu()
                mine = [ours(server.port, ids)["cpu"] for ids in sizes]
                serving_cpu = (server.cpu() - before) / (few + many)
                theirs = [peer(name, server.port, ids)["cpu"] for ids in sizes]
                pairs.append(((mine[1] - mine[0]) / (many - few), (theirs[1] - theirs[0]) / (many - few), serving_cpu))
            results[name] = {
                "title": title,
                "ours_us": median(pair[0] for pair in pairs) * 1e6,
                "theirs_us": median(pair[1] for pair in pairs) * 1e6,
                "ratio": median(pair[1] / pair[0] for pair in pairs),
                "cloud_us": median(pair[2] for pair in pairs) * 1e6,
            }
            say(f"  {title}: {results[name]}")
    return results


def throughput(quick):
    """32 targets at once with 20 ms of latency; and one alone, beside a client that only reads the same pages.

    What that client takes is the latency as this machine has it, with its timers and its waking up."""
    pages = 25 if quick else 200
    rounds = 1 if quick else 5
    results = {"pages": pages, "pairs": []}
    with cloud(20) as server:
        many, one = instances(32, pages * PAGE, 50), instances(1, pages * PAGE, 50)
        for _ in range(rounds):
            mine, alone = ours(server.port, many), ours(server.port, one)
            latency = load(server.port, "identity", pages, 60, f"/instances/{one[0]}/artifacts?marker=2")["seconds"] / pages
            # One more is the instance's namespaces.
            pair = {"ours": mine, "latency": latency, "alone": alone["wall"] / (latency * (pages + 1))}
            if "go-collector" not in skipped:
                pair["go"] = peer("go-collector", server.port, many)
                pair["go_alone"] = peer("go-collector", server.port, one)["wall"] / (latency * pages)
            results["pairs"].append(pair)
    say(f"  {results['pairs'][0]}")
    return results


def million(quick):
    """The peak of `once`, and of `serve` after a scrape of each kind."""
    artifacts = 100_000 if quick else 1_000_000
    with cloud() as server:
        ids = instances(1, artifacts, 5000)
        result = {"artifacts": artifacts, "once": ours(server.port, ids)}
        with serving(project("production", server.port, ids)) as exporter:
            result["serve_peak"] = exporter.memory()
            result["serve_resident"] = exporter.memory("VmRSS")
            exporter.get("/metrics", "gzip")
            exporter.get("/metrics")
            result["serve_scraped_peak"] = exporter.memory()
    say(f"  {result}")
    return result


def growth(quick):
    """Time and memory against artifacts, and against targets."""
    sizes = (1000, 10_000, 100_000) if quick else (1000, 10_000, 100_000, 1_000_000)
    counts = (10, 100) if quick else (10, 100, 1000)
    rows = {"artifacts": [], "targets": []}
    with cloud() as server:
        for artifacts in sizes:
            runs = [ours(server.port, instances(1, artifacts, 1000)) for _ in range(3)]
            rows["artifacts"].append(middle(artifacts, runs))
        for targets in counts:
            runs = [ours(server.port, instances(targets, 1000, 10)) for _ in range(3)]
            rows["targets"].append(middle(targets, runs))
    say(f"  {rows}")
    return rows


def middle(size, runs):
    return {"size": size, **{key: median(run[key] for run in runs) for key in ("wall", "cpu", "peak")}}


SECTIONS = {"cpu": cpu_per_page, "throughput": throughput, "million": million, "growth": growth}
