"""All dashboards, in the order in which they link to each other."""

from . import exporter, image_caches, mirrors_and_sync, overview, registries_and_artifacts, replication_and_sync

PAGES = [overview.PAGE, registries_and_artifacts.PAGE, replication_and_sync.PAGE, mirrors_and_sync.PAGE,
         image_caches.PAGE, exporter.PAGE]
