"""All dashboards, in the order in which they link to each other."""

from . import exporter, image_caches, mirrors_and_sync, overview, registries_and_artifacts

PAGES = [overview.PAGE, registries_and_artifacts.PAGE, mirrors_and_sync.PAGE, image_caches.PAGE, exporter.PAGE]
