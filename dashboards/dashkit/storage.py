"""What the repositories of SWR hold, as the pages about it ask: by repository or by organisation."""

from .queries import BASIC_REPOSITORY, INSTANCE, REPOSITORY, STORED_REPOSITORY, latest, of, once

CHOSEN_INSTANCE = 'instance_id=~"$instance_id"'
CHOSEN_NAMESPACE = 'swr_namespace=~"$swr_namespace"'
CHOSEN_REPOSITORY = 'repository=~".*$search.*"'
IDENTIFIER = f"{INSTANCE}, repository_id"
BY_NAME = f"{IDENTIFIER}, repository"
ORGANISATION = f"{INSTANCE}, swr_namespace"
BASIC_ORGANISATION = "cluster, project, swr_namespace"
# Only this series knows to which organisation a repository belongs.
CHOSEN = of("huaweicloud_swr_repository_info", CHOSEN_INSTANCE, CHOSEN_NAMESPACE, CHOSEN_REPOSITORY)


def swr(name, *matchers):
    return of(name, CHOSEN_INSTANCE, *matchers)


def series(name, *matchers):
    return swr(name, CHOSEN_REPOSITORY, *matchers)


def chosen(expression):
    """Leaves the repositories of the chosen organisations."""
    return f"({expression} and on ({IDENTIFIER}) {CHOSEN})"


def artifacts(name, *matchers, operation="max"):
    """One series per repository and type of artifact."""
    return chosen(once(REPOSITORY, series(name, *matchers), operation))


def by_repository(expression, operation="sum"):
    """Takes the artifact types of a repository together."""
    return f"{operation} by ({BY_NAME}) ({expression})"


def with_organisation(expression):
    """Adds `swr_namespace`."""
    names = latest(f"{IDENTIFIER} + swr_namespace", CHOSEN)
    return f"({expression}) * on ({IDENTIFIER}) group_left (swr_namespace) {names}"


def by_organisation(expression):
    return f"sum by ({ORGANISATION}) ({with_organisation(expression)})"


def counted(name):
    """A number by repository as the cloud counts it."""
    return once(STORED_REPOSITORY, series(name, CHOSEN_NAMESPACE))


def basic(name):
    """A number by repository of the shared edition."""
    return once(BASIC_REPOSITORY, of(name, CHOSEN_NAMESPACE, CHOSEN_REPOSITORY))


def basic_by_organisation(expression):
    return f"sum by ({BASIC_ORGANISATION}) ({expression})"


def grown(labels, selector, also=lambda expression: expression):
    """How much larger than at the start of the time shown; of what came later, than when it was smallest."""
    before, smallest = once(labels, f"{selector} offset $__range"), once(labels, f"min_over_time({selector}[$__range])")
    return f"({also(once(labels, selector))} - ({before} or {smallest}))"


SIZE = artifacts("huaweicloud_swr_artifacts_size_bytes")
SIZE_SERIES = series("huaweicloud_swr_artifacts_size_bytes")
COUNT = artifacts("huaweicloud_swr_artifacts")
UNTAGGED = artifacts("huaweicloud_swr_artifacts_untagged")
UNTAGGED_SIZE = artifacts("huaweicloud_swr_artifacts_untagged_size_bytes")
NEVER_PULLED = artifacts("huaweicloud_swr_artifacts_never_pulled")
PULLS = once(STORED_REPOSITORY,
             "increase(" + series("huaweicloud_swr_repository_pulls_total", CHOSEN_NAMESPACE) + "[$__range])")
PULLS_HOURLY = once(STORED_REPOSITORY,
                    "increase(" + series("huaweicloud_swr_repository_pulls_total", CHOSEN_NAMESPACE) + "[1h])")
BASIC_SIZE = basic("huaweicloud_swr_basic_repository_size_bytes")
BASIC_SERIES = of("huaweicloud_swr_basic_repository_size_bytes", CHOSEN_NAMESPACE, CHOSEN_REPOSITORY)
BASIC_PUBLIC = basic("huaweicloud_swr_basic_repository_public")
_DOWNLOADS = of("huaweicloud_swr_basic_repository_downloads_total", CHOSEN_NAMESPACE, CHOSEN_REPOSITORY)
DOWNLOADS = once(BASIC_REPOSITORY, f"increase({_DOWNLOADS}[$__range])")
DOWNLOADS_HOURLY = once(BASIC_REPOSITORY, f"increase({_DOWNLOADS}[1h])")
# How many there were ever: the counter itself, which is 0 for what nobody wants.
DOWNLOADED_EVER = once(BASIC_REPOSITORY, f"last_over_time({_DOWNLOADS}[5m])")
