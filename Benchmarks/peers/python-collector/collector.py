"""What an operator would write in Python: requests, signed calls, and the exporter's fold.

collector.py BASE_URL INSTANCE...

Prints pages, artifacts and totals, so that the answer is checked.
"""

import hashlib
import hmac
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

import requests

PROJECT = "0123456789abcdef0123456789abcdef"
ZERO = "0001-01-01T00:00:00.000Z"


def signed(host, path, query):
    """SDK-HMAC-SHA256 for a GET without a body."""
    date = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
    empty = hashlib.sha256(b"").hexdigest()
    canonical = f"GET\n{path}/\n{pairs}\nhost:{host}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n{empty}"
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(b"SKEXAMPLE", text.encode(), hashlib.sha256).hexdigest()
    return {
        "Host": host,
        "X-Sdk-Date": date,
        "Authorization": f"SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature={signature}",
    }


class Totals:
    __slots__ = ("artifacts", "bytes", "largest", "tags", "untagged", "untagged_bytes", "never", "idle", "idle_bytes",
                 "last_push", "last_pull")

    def __init__(self):
        self.artifacts = self.bytes = self.largest = self.tags = self.untagged = self.untagged_bytes = self.never = 0
        self.idle = [0, 0]
        self.idle_bytes = [0, 0]
        self.last_push = self.last_pull = None


class Fold:
    def __init__(self):
        now = datetime.now(timezone.utc)
        self.cutoffs = [now - timedelta(days=30), now - timedelta(days=90)]
        self.seen = set()
        self.totals = {}

    def add(self, artifact):
        if artifact["id"] in self.seen:
            return
        self.seen.add(artifact["id"])
        key = (artifact["repository_id"], artifact["type"])
        totals = self.totals.get(key)
        if totals is None:
            totals = self.totals[key] = Totals()
        size = artifact["size"]
        tags = len(artifact.get("tags") or ())
        totals.artifacts += 1
        totals.bytes += size
        totals.tags += tags
        totals.largest = max(totals.largest, size)
        if not tags:
            totals.untagged += 1
            totals.untagged_bytes += size
        pushed = datetime.fromisoformat(artifact["push_time"].replace("Z", "+00:00"))
        if totals.last_push is None or pushed > totals.last_push:
            totals.last_push = pushed
        if artifact["pull_time"] == ZERO:
            totals.never += 1
            use = pushed
        else:
            use = datetime.fromisoformat(artifact["pull_time"].replace("Z", "+00:00"))
            if totals.last_pull is None or use > totals.last_pull:
                totals.last_pull = use
        for index, cutoff in enumerate(self.cutoffs):
            if use <= cutoff:
                totals.idle[index] += 1
                totals.idle_bytes[index] += size


def main(base, instances):
    session = requests.Session()
    host = urlsplit(base).netloc
    pages = artifacts = repositories = 0
    for instance in instances:
        fold = Fold()
        marker = 1
        while marker is not None:
            path = f"/v2/{PROJECT}/instances/{instance}/artifacts"
            query = {"limit": "100", "marker": str(marker)}
            answer = session.get(base + path, params=query, headers=signed(host, path, query), timeout=30)
            answer.raise_for_status()
            page = answer.json()
            pages += 1
            for artifact in page["artifacts"]:
                fold.add(artifact)
            marker = page.get("next_marker") if page["artifacts"] else None
        artifacts += len(fold.seen)
        repositories += len(fold.totals)
    print(pages, artifacts, repositories)


main(sys.argv[1], sys.argv[2:])
