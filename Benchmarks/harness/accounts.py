"""What accounts of different sizes cost, and what a middle one's day takes beside a Python exporter.

Each account is collected at no pace to speak of, by `serve` with the default intervals, and scraped with gzip once
everything is there; what it holds is read from its metrics, and `check --account` calculates its requests. The processor time
of a day is that of the requests of a day, at what the first of all refreshes took for one, and of a scrape every 15 seconds;
what all targets take at the default pace is as long as the service with the most requests takes.
"""

import gzip
import re
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from .collection import peer
from .programs import (EXPORTER, PYTHON, SIMULATED_CLOUD, SOURCES, cloud, instances, running, say, skipped)

# Of each instance: repositories, artifacts, replication and retention policies, credentials. XL is a project as many times.
SIZES = {
    "S": dict(instances=1, repositories=20, artifacts=1000, replication_policies=2, retention_policies=1,
              credentials=3, basic_repositories=20, sync_jobs=2, code_repositories=10, image_caches=3),
    "M": dict(instances=2, repositories=250, artifacts=10000, replication_policies=10, retention_policies=2,
              credentials=10, basic_repositories=800, sync_jobs=4, code_repositories=200, image_caches=20),
    "L": dict(instances=5, repositories=1000, artifacts=100000, replication_policies=40, retention_policies=10,
              credentials=40, basic_repositories=3000, sync_jobs=4, code_repositories=1000, image_caches=100),
    "XL": dict(instances=2, repositories=100, artifacts=4000, replication_policies=10, retention_policies=2,
               credentials=5, basic_repositories=200, sync_jobs=4, code_repositories=100, image_caches=20),
}
PROJECTS = {"XL": 50}
# In a day, one every 15 seconds.
SCRAPES = 86400 // 15
SERVICES = ("swr", "codearts_repo", "cce", "iam", "sts", "metadata")


def samples(page):
    return [(match[1], match[2] or "", float(match[3]))
            for match in re.finditer(r"(?m)^(\w+)(?:\{(.*)\})? (\S+)$", page)]


def measure(name, program=EXPORTER, simulated=SIMULATED_CLOUD):
    size, projects = SIZES[name], PROJECTS.get(name, 1)
    with tempfile.TemporaryDirectory() as folder:
        source = subprocess.Popen([simulated, *(f"{name}={count}" for name, count in size.items())],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        address = source.stdout.readline().strip()
        configuration = Path(folder) / "config.yaml"
        configuration.write_text("projects:\n" + "".join(
            f"  - name: prod-{number}\n    region: cn-north-4\n    requests_per_second: 100000\n"
            "    credentials: {access_key: SIMULATEDACCESSKEY01, secret_key: simulated-secret-key-of-the-demo}\n"
            "    endpoints: {" + ", ".join(f"{service}: '{address}'" for service in SERVICES) + "}\n"
            for number in range(projects)))
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        exporter = subprocess.Popen(
            [program, f"--config.file={configuration}", f"--web.listen-address=127.0.0.1:{port}"],
            stderr=subprocess.DEVNULL)
        try:
            return follow(exporter, port, projects, program)
        finally:
            exporter.kill()
            source.kill()
            exporter.wait()
            source.wait()


def follow(exporter, port, projects, program):
    def scrape():
        request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept-Encoding": "gzip"})
        body = urllib.request.urlopen(request, timeout=30).read()
        return len(body), gzip.decompress(body).decode()

    def cpu():
        # The kernel's number for the clock of another process.
        return time.clock_gettime((~exporter.pid << 3) | 2)

    begin, page, quiet, collecting = time.monotonic(), "", 0, 0
    # Complete is what has not grown for five seconds, with every target refreshed.
    while quiet < 5 and time.monotonic() - begin < 600:
        time.sleep(1)
        try:
            size, now = scrape()
        except OSError:
            continue
        found = samples(now)
        if len(found) != len(samples(page)):
            collecting = cpu()
        waiting = sum(1 for name, _, value in found if name == "huaweicloud_exporter_refreshes_total" and value == 0)
        quiet = quiet + 1 if len(found) == len(samples(page)) and not waiting and found else 0
        page = now
    found = samples(page)
    before = cpu()
    for _ in range(100):
        scrape()
    scraping = (cpu() - before) / 100

    def total(name, labels=""):
        return int(sum(value for other, text, value in found if other == name and labels in text))

    def count(name):
        return sum(1 for other, _, _ in found if other == name)

    things = {
        "instances": count("huaweicloud_swr_instance_info"), "registries": total("huaweicloud_swr_registries"),
        "artifacts": total("huaweicloud_swr_artifacts"), "namespaces": total("huaweicloud_swr_namespaces"),
        "repositories": total("huaweicloud_swr_repositories"),
        "replication_policies": total("huaweicloud_swr_replication_policies"),
        "retention_policies": total("huaweicloud_swr_retention_policies"),
        "credentials": total("huaweicloud_swr_credentials"),
        "basic_repositories": total("huaweicloud_swr_basic_repositories"),
        "synced_repositories": sum(1 for name, _, value in found if name == "huaweicloud_swr_sync_rules" and value),
        "code_repositories": total("huaweicloud_exporter_objects", 'collector="mirrors"'),
        "mirrors": total("huaweicloud_codearts_mirrors"),
    }
    # Its requests are calculated for one project, of which there may be many.
    account = ",".join(f"{name}={value // projects}" for name, value in things.items())
    report = subprocess.run(
        [program, "check", f"--account={account}"], text=True, capture_output=True, check=True,
        env={"HUAWEICLOUD_REGION": "cn-north-4", "HUAWEICLOUD_SDK_AK": "A" * 20, "HUAWEICLOUD_SDK_SK": "b" * 40})
    status = Path(f"/proc/{exporter.pid}/status").read_text()
    series = {}
    for name, labels, value in found:
        if name == "huaweicloud_exporter_series":
            collector = re.search(r'collector="(\w+)"', labels)[1]
            series[collector] = series.get(collector, 0) + value
    things["image_caches"] = total("huaweicloud_cce_image_caches")
    hourly = {name: int(value) for name, value in re.findall(r"(?m)^  (\w+): .* about (\d+) requests/h$", report.stdout)}
    swr = sum(value for name, value in hourly.items() if name not in ("mirrors", "image_caches"))
    requests = projects * int(re.search(r"cost: about (\d+)", report.stdout)[1])
    first, services = total("huaweicloud_exporter_api_requests_total"), {}
    for name, labels, value in found:
        if name == "huaweicloud_exporter_api_requests_total":
            service = re.search(r'project="([^"]*)",api="(\w+)"', labels).groups()
            services[service] = services.get(service, 0) + value
    return {
        "things": things, "requests": requests, "series": len(found), "projects": projects,
        "objects": total("huaweicloud_exporter_objects"),
        "own": sum(1 for name, _, _ in found if name.startswith(("huaweicloud_exporter", "process"))),
        "targets": count("huaweicloud_exporter_refresh_success"), "text": len(page), "gzip": size,
        "memory": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024 / 1e6,
        "peak": int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024 / 1e6, "collectors": series, "swr": swr / 3600,
        "cpu": requests * 24 * collecting / first + SCRAPES * scraping, "paced": max(services.values()) / 2,
    }


def day(quick):
    """Account M's day, beside the scrapes and the requests of a Python exporter that knows as many series.

    Its pages are of 100 artifacts, which are larger than most, and what it takes to set its metrics is not counted."""
    account = measure("S" if quick else "M")
    result = {key: account[key] for key in ("series", "requests", "cpu")}
    if "python-exporter" not in skipped:
        with running([PYTHON, SOURCES / "peers" / "python-exporter" / "exporter.py", account["series"]]) as server:
            server.get("/metrics", "gzip")
            before = server.cpu()
            for _ in range(10):
                server.get("/metrics", "gzip")
            result["python_scrapes"] = (server.cpu() - before) / 10 * SCRAPES
    if "python-collector" not in skipped:
        with cloud() as server:
            few, many = (peer("python-collector", server.port, instances(1, pages * 100, 500))["cpu"] for pages in (20, 120))
        result["python_requests"] = (many - few) / 100 * account["requests"] * 24
    say(f"  {result}")
    return result


SECTIONS = {"day": day}
