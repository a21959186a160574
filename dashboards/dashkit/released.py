"""Where a released version can be read, and which page shows what an alert is about: the one place that knows."""

import pathlib
import re

from . import uids

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROJECT = dict(re.findall(r"(?m)^([A-Z]+)=(\S+)$", (ROOT / "project.env").read_text(encoding="utf-8")))
REPOSITORY, VERSION = PROJECT["REPOSITORY"], PROJECT["VERSION"]
# A rule that was deployed stays with the words that were written for it.
RUNBOOKS = f"{REPOSITORY}/blob/v{VERSION}/docs/runbooks.md"
DASHBOARDS = f"{REPOSITORY}/blob/v{VERSION}/dashboards"

# The page of a group of alerts: the name of its file, and its uid.
PAGES = {
    "huaweicloud-exporter": ("exporter", uids.EXPORTER),
    "huaweicloud-api": ("exporter", uids.EXPORTER),
    "huaweicloud-registries": ("registries-and-artifacts", uids.REGISTRIES),
    "huaweicloud-replications": ("replication-and-sync", uids.REPLICATION),
    "huaweicloud-retentions": ("replication-and-sync", uids.REPLICATION),
    "huaweicloud-limits": ("registries-and-artifacts", uids.REGISTRIES),
    "huaweicloud-artifacts": ("registries-and-artifacts", uids.REGISTRIES),
    "huaweicloud-mirrors": ("mirrors-and-sync", uids.MIRRORS),
    "huaweicloud-sync-rules": ("mirrors-and-sync", uids.MIRRORS),
    "huaweicloud-image-caches": ("image-caches", uids.IMAGE_CACHES),
}


def runbook(alert):
    """Anchors of headings are in lower case."""
    return f"{RUNBOOKS}#{alert.lower()}"
