"""An exporter as prometheus_client's documentation writes it: a custom collector behind start_http_server.

exporter.py SERIES

Listens on a free port of 127.0.0.1, prints it, and ends when its standard input does.
"""

import os
import sys

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily

NAMES = ["", "_size_bytes", "_largest_size_bytes", "_tags", "_untagged", "_untagged_size_bytes", "_never_pulled",
         "_idle", "_idle_size_bytes", "_last_push_timestamp_seconds"]
LABELS = ["project", "instance_id", "repository_id", "repository", "artifact_type"]


class Collector:
    def __init__(self, series):
        self.rows = [[] for _ in NAMES]
        for i in range(series):
            family, repository = i % len(NAMES), str(1000000 + i // len(NAMES))
            self.rows[family].append((["production", "i0000-a000100000-r00010000-000000000", repository,
                                       "team-001/service-" + repository, "IMAGE"], (i * 7919) % 100000007))

    def collect(self):
        for name, rows in zip(NAMES, self.rows):
            family = GaugeMetricFamily("huaweicloud_swr_artifacts" + name, "Artifacts of the repository.", labels=LABELS)
            for labels, value in rows:
                family.add_metric(labels, value)
            yield family


registry = CollectorRegistry()
registry.register(Collector(int(sys.argv[1])))
server, _ = start_http_server(0, addr="127.0.0.1", registry=registry)
print(server.server_port, flush=True)
while os.read(0, 4096):
    pass
os._exit(0)
