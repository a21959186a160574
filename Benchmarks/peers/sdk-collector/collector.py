"""The same with the vendor's own Python SDK, huaweicloudsdkswr: what its examples show, and the exporter's fold.

collector.py BASE_URL INSTANCE...
"""

import sys
from datetime import datetime, timedelta, timezone

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkswr.v2 import ListInstanceAllArtifactsRequest, SwrClient

PROJECT = "0123456789abcdef0123456789abcdef"


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def main(base, instances):
    config = HttpConfig.get_default_config()
    config.ignore_ssl_verification = True
    credentials = BasicCredentials("AKEXAMPLE", "SKEXAMPLE", PROJECT)
    client = SwrClient.new_builder().with_http_config(config).with_credentials(credentials).with_endpoints([base]).build()
    now = datetime.now(timezone.utc)
    cutoffs = [now - timedelta(days=30), now - timedelta(days=90)]
    pages = artifacts = repositories = 0
    for instance in instances:
        seen = set()
        totals = {}
        marker = 1
        while marker is not None:
            answer = client.list_instance_all_artifacts(
                ListInstanceAllArtifactsRequest(instance_id=instance, limit=100, marker=marker))
            pages += 1
            for artifact in answer.artifacts:
                if artifact.id in seen:
                    continue
                seen.add(artifact.id)
                # Artifacts, bytes, largest, tags, untagged, its bytes, never pulled, last push and pull, idle and bytes.
                entry = totals.setdefault(
                    (artifact.repository_id, artifact.type), [0, 0, 0, 0, 0, 0, 0, None, None, [0, 0], [0, 0]])
                tags = len(artifact.tags or ())
                entry[0] += 1
                entry[1] += artifact.size
                entry[2] = max(entry[2], artifact.size)
                entry[3] += tags
                if not tags:
                    entry[4] += 1
                    entry[5] += artifact.size
                pushed = moment(artifact.push_time)
                if entry[7] is None or pushed > entry[7]:
                    entry[7] = pushed
                if artifact.pull_time.startswith("0001"):
                    entry[6] += 1
                    use = pushed
                else:
                    use = moment(artifact.pull_time)
                    if entry[8] is None or use > entry[8]:
                        entry[8] = use
                for index, cutoff in enumerate(cutoffs):
                    if use <= cutoff:
                        entry[9][index] += 1
                        entry[10][index] += artifact.size
            marker = answer.next_marker if answer.artifacts else None
        artifacts += len(seen)
        repositories += len(totals)
    print(pages, artifacts, repositories)


main(sys.argv[1], sys.argv[2:])
