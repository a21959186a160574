"""All dashboards, in the order in which they link to each other."""

from . import (exporter, image_caches, mirrors_and_sync, organisations, overview, registries_and_artifacts,
               replication_and_sync)

PAGES = [overview.PAGE, replication_and_sync.PAGE, registries_and_artifacts.PAGE, organisations.PAGE,
         mirrors_and_sync.PAGE, image_caches.PAGE, exporter.PAGE]
