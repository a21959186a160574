"""The footprint: the file, memory at rest, waking up, starting, rendering, compressing."""

import contextlib
import json
import shutil
import subprocess
import threading
import time
from statistics import median

from .programs import (BIN, EXPORTER, INNER, WORK, cloud, configuration, find, free_port, instances, load, measured,
                       project, running, say, serving, skipped)


def released():
    """The program as it is released: stripped."""
    stripped = WORK / "stripped"
    shutil.copy(EXPORTER, stripped)
    subprocess.run(["strip", str(stripped)], check=True)
    return stripped


def binary(quick):
    """Its size as it is shipped, and whether the character tables of ICU are in it."""
    content = released().read_bytes()
    result = {"bytes": len(content), "icu": [word for word in ("icudt", "ucol_", "libicu") if word.encode() in content]}
    say(f"  {result}")
    return result


def resident(quick):
    """Memory after the first refresh of 1,000 series, beside node_exporter's after 200 scrapes."""
    result = {}
    with cloud() as source, serving(project("production", source.port, instances(1, 7200, 72))) as exporter:
        time.sleep(2)
        result["ours"] = exporter.memory("VmRSS")
        load(exporter.port, "gzip", 200, 60)
        result["ours_scraped"] = exporter.memory("VmRSS")
        result["ours_peak"] = exporter.memory()
    if "prometheus-node-exporter" not in skipped:
        port = free_port()
        command = [find("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{port}"]
        with running(command, port) as server:
            server.wait_until_answers("/metrics", 20)
            load(port, "gzip", 200, 60)
            result["node_exporter"] = server.memory("VmRSS")
    say(f"  {result}")
    return result


def idle(quick):
    """A minute with five targets at intervals of 5 minutes, between two refreshes."""
    seconds = 10 if quick else 60
    with cloud() as source, serving(
            project("production", source.port, instances(5, 7200, 72), interval="5m")) as exporter:
        time.sleep(3)
        cpu, switches = exporter.cpu(), exporter.context_switches()
        time.sleep(seconds)
        after = exporter.context_switches()
        result = {"seconds": seconds, "cpu": exporter.cpu() - cpu, "threads": len(after),
                  "switches": sum(count - switches.get(thread, 0) for thread, count in after.items())}
    say(f"  {result}")
    return result


@contextlib.contextmanager
def resting(minutes):
    """Memory after so long with five targets at 5 minutes and a scrape every 15 s, beside all else that is measured.

    Gives a function that waits until the time is over and tells.
    """
    if not minutes:
        yield lambda: None
        return
    ended = threading.Event()
    with cloud() as source, serving(
            project("production", source.port, instances(5, 7200, 72), interval="5m")) as exporter:
        def scrape():
            while not ended.wait(15):
                exporter.get("/metrics", "gzip")

        def result():
            time.sleep(max(0, begun + minutes * 60 - time.monotonic()))
            return {"minutes": minutes, "before": before, "after": exporter.memory("VmRSS")}

        for _ in range(10):
            exporter.get("/metrics", "gzip")
        time.sleep(10)
        before, begun = exporter.memory("VmRSS"), time.monotonic()
        scraper = threading.Thread(target=scrape, daemon=True)
        scraper.start()
        try:
            yield result
        finally:
            ended.set()
            scraper.join()


def start(quick):
    """From exec to the first answer of /-/healthy."""
    times = {"ours": [], "C": []}
    program = released()
    with cloud() as source:
        file = configuration(project("production", source.port, instances(1, 100, 10)))
        for _ in range(5 if quick else 300):
            for name in times:
                port = free_port()
                command = [BIN / "start", port] if name == "C" else [
                    program, "serve", "--config.file", file, "--web.listen-address", f"127.0.0.1:{port}"]
                costs, _ = measured(*command, mode=("start", str(port)))
                times[name].append(costs["healthy"])
    result = {name: median(values) * 1000 for name, values in times.items()}
    result["difference"] = median(mine - theirs for mine, theirs in zip(times["ours"], times["C"])) * 1000
    say(f"  {result}")
    return result


def rendering(quick):
    """100,000 lines as text, and compressed."""
    rounds = 1 if quick else 7
    pairs = []
    for _ in range(rounds):
        mine = json.loads(subprocess.run([str(INNER), "render", "100000"], capture_output=True, check=True).stdout)
        if "go-encoder" not in skipped:
            go = subprocess.run([str(BIN / "go-encoder"), "100000", "5"], capture_output=True, text=True, check=True).stdout
            mine["go_us"] = int(go.split()[0])
        pairs.append(mine)
    result = {key: median(pair[key] for pair in pairs) for key in pairs[0]}
    if "go_us" in result:
        result["ratio"] = median(pair["go_us"] / pair["render_us"] for pair in pairs)
    result.update(igzip())
    say(f"  {result}")
    return result


def igzip():
    """ISA-L's compressor over the page that the floor served last, where Debian's isal is installed."""
    page = WORK / "page"
    if not find("igzip") or not page.exists():
        return {}
    text = page.read_bytes()
    results = {"igzip_text": len(text)}
    for level in (0, 1, 3):
        begin = time.process_time(), time.monotonic()
        done = subprocess.run(["igzip", f"-{level}", "-c", str(page)], capture_output=True, check=True)
        results[f"igzip{level}_bytes"] = len(done.stdout)
        results[f"igzip{level}_us"] = round((time.monotonic() - begin[1]) * 1e6)
    return results


SECTIONS = {"binary": binary, "resident": resident, "idle": idle, "start": start, "rendering": rendering}
