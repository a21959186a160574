"""The dashboards' fixed uids: links from elsewhere rely on them, so they never change."""

OVERVIEW = "huaweicloud-overview"
REGISTRIES = "huaweicloud-registries"
MIRRORS = "huaweicloud-mirrors"
REPLICATION = "huaweicloud-replication"
IMAGE_CACHES = "huaweicloud-image-caches"
ORGANISATIONS = "huaweicloud-organisations"
EXPORTER = "huaweicloud-exporter"
