"""What is measured and what it is measured with: building, starting, asking what it costs."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Benchmarks"
WORK = ROOT / ".build" / "benchmarks"
BIN = WORK / "bin"
SCRATCH = ROOT / ".build" / "bench"
EXPORTER = SCRATCH / "release" / "huaweicloud-artifact-exporter"
SIMULATED_CLOUD = SCRATCH / "release" / "simulated-cloud"
INNER = SCRATCH / "release" / "ExporterBenchmarks"
PYTHON = WORK / "venv" / "bin" / "python"
GOCODE = "/usr/share/gocode"
PROJECT_ID = "0123456789abcdef0123456789abcdef"

# What could not be built or found, with the reason.
skipped = {}


def say(text):
    print(text, flush=True)


def build():
    """Builds the exporter as it is released, the tools, and those peers whose toolchains are there."""
    BIN.mkdir(parents=True, exist_ok=True)
    build_exporter()
    build_swift("ExporterBenchmarks")
    build_swift("simulated-cloud")
    say("building the tools and the peers")
    for tool in ("cloud", "load", "measure"):
        compile_c(SOURCES / "tools" / f"{tool}.c", BIN / tool)
    compile_c(SOURCES / "peers" / "floor" / "floor.c", BIN / "floor", "-lpthread")
    curl = subprocess.run(["curl-config", "--libs"], capture_output=True, text=True).stdout.split()
    compile_c(SOURCES / "peers" / "start" / "start.c", BIN / "start", *(curl or ["-lcurl"]), "-lmicrohttpd")
    for peer in ("go-collector", "go-exporter", "go-encoder"):
        build_go(peer)
    install_python()
    for program, package in (("nginx", "nginx-light"), ("prometheus-node-exporter", "prometheus-node-exporter")):
        if not find(program):
            skipped[program] = f"{program} is not installed (Debian's {package})"


def build_exporter():
    build_swift("huaweicloud-artifact-exporter")


def build_swift(product):
    say(f"building {product}")
    subprocess.run([str(ROOT / "scripts" / "release"), product, "--scratch-path", str(SCRATCH)], check=True,
                   stdout=subprocess.DEVNULL)


def compile_c(source, target, *libraries):
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", str(target), str(source), *libraries], check=True)


def build_go(peer):
    if not find("go"):
        skipped[peer] = "go is not installed (Debian's golang-go)"
        return
    environment = dict(os.environ, GO111MODULE="off", GOPATH=GOCODE)
    built = subprocess.run(["go", "build", "-o", str(BIN / peer), "."], cwd=SOURCES / "peers" / peer, env=environment,
                           capture_output=True, text=True)
    if built.returncode:
        skipped[peer] = "it does not build (Debian's golang-github-prometheus-client-golang-dev)"


def install_python():
    """The Python peers' packages, in an environment of their own below .build."""
    if not PYTHON.exists() and subprocess.run(["python3", "-m", "venv", str(WORK / "venv")]).returncode:
        for peer in ("python-collector", "sdk-collector", "python-exporter"):
            skipped[peer] = "there is no venv for Python (Debian's python3-venv)"
        return
    for peer, package in (("python-collector", "requests"), ("python-exporter", "prometheus_client"),
                          ("sdk-collector", "huaweicloudsdkswr")):
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        if subprocess.run(command, capture_output=True).returncode:
            skipped[peer] = f"{package} cannot be installed from PyPI"


def find(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A running server: its port, its costs so far."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    def cpu(self):
        """Seconds of processor time so far, of all its threads, also those that are gone."""
        # The kernel's number for the clock of another process.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def memory(self, name="VmHWM"):
        """Bytes: VmHWM is the peak, VmRSS what is resident now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def context_switches(self):
        """Of each thread that lives, by its id."""
        counts = {}
        for status in Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            lines = [line.split()[1] for line in status.read_text().splitlines() if "ctxt_switches" in line]
            counts[status.parent.name] = sum(map(int, lines))
        return counts

    def get(self, path, encoding="identity"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept-Encoding": encoding})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def wait_until_answers(self, path, seconds=300):
        end = time.monotonic() + seconds
        while True:
            try:
                return self.get(path)
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.05)


@contextlib.contextmanager
def running(command, port=None, **options):
    """A server that prints its port, or the address with it, or listens on `port`; it is ended at the end."""
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE if port is None else subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, text=True, **options)
    try:
        yield Server(process, port if port is not None else int(process.stdout.readline().rsplit(":")[-1]))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def one_processor():
    """What is started inside shares one processor: on a virtual machine, waking another can cost more than a page does."""
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(processors)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, processors)


def cloud(latency_ms=0, changing=False):
    return running([BIN / "cloud", latency_ms, int(changing)])


def instances(count, artifacts, repositories):
    """Ids that tell the cloud what each instance holds."""
    return [f"i{number:04d}-a{artifacts:09d}-r{repositories:08d}-000000000" for number in range(count)]


def project(name, port, ids, interval="1h", concurrency=32):
    """One project of a configuration that never waits for its own pace."""
    return f"""  - name: {name}
    region: cn-north-4
    project_id: {PROJECT_ID}
    credentials: {{access_key: AKEXAMPLE, secret_key: SKEXAMPLE}}
    endpoints: {{swr: "http://127.0.0.1:{port}"}}
    requests_per_second: 1000000
    max_concurrent_requests: {concurrency}
    max_series: 10000000
    interval: {interval}
    stale_after: 6h
    collectors:
      artifacts:
        instances: {json.dumps(ids)}
"""


def configuration(*projects):
    file = WORK / "config.yaml"
    file.write_text("projects:\n" + "".join(projects))
    return file


def measured(*command, mode=("run",)):
    """Runs a command to its end; returns what it cost and what it printed."""
    with tempfile.NamedTemporaryFile(dir=WORK) as report:
        done = subprocess.run([str(BIN / "measure"), report.name, *mode, *[str(part) for part in command]],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        costs = json.loads(Path(report.name).read_text())
    if costs["status"] > 0:
        raise RuntimeError(f"{command[0]} failed with {costs['status']}")
    return costs, done.stdout


def once(*projects):
    return measured(EXPORTER, "once", "--config.file", configuration(*projects))[0]


@contextlib.contextmanager
def serving(*projects):
    """The exporter, after the first refresh of every target."""
    port = free_port()
    command = [EXPORTER, "serve", "--config.file", configuration(*projects), "--web.listen-address", f"127.0.0.1:{port}"]
    with running(command, port) as server:
        server.wait_until_answers("/-/ready")
        yield server


def load(port, encoding, count, seconds, path="/metrics", pause_ms=0):
    done = subprocess.run([str(BIN / "load"), str(port), path, encoding, str(count), str(seconds), str(pause_ms)],
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)
