"""Pieces of PromQL that the pages share.

Every replica of the exporter, and a sidecar in every Pod, reports the same cloud objects. So what is counted or summed
is first aggregated to one series per object (`once`), by the labels that identify it.
"""

REGISTRY = "project, instance_id, registry_id, registry"
INSTANCE = "project, instance_id"
REPOSITORY = "project, instance_id, repository_id, repository, artifact_type"
SYNC_RULE = "project, swr_namespace, repository, rule_id, remote_region, remote_namespace"
SYNC_REPOSITORY = "project, swr_namespace, repository"
MIRROR = "project, repository_id"
IMAGE_CACHE = "project, image_cache_id, image_cache"
REPLICATION = "project, instance_id, policy_id, policy"
RETENTION = "project, instance_id, swr_namespace, policy_id, policy"
SYNC_JOB = "project, swr_namespace, repository, remote_region, remote_namespace"
NAMESPACE = "project, instance_id, namespace_id, swr_namespace"
STORED_REPOSITORY = "project, instance_id, repository_id, swr_namespace, repository"
BASIC_REPOSITORY = "project, swr_namespace, repository"
CREDENTIAL = "project, instance_id, credential_id, credential"
TARGET = "project, collector, target"

# The mirrors' schedule is 24 hours; two more leave room for the run itself. The alert has the same number.
MIRROR_LATE_SECONDS = 26 * 3600
DAY_SECONDS = 86400

# `instance` may be absent from an alert about the cloud, hence the empty alternative; likewise `project`.
FIRING = (
    'ALERTS{alertname=~"HuaweiCloud.+", alertstate="firing", '
    'job=~"$job|", instance=~"$instance|", project=~"$project|"}'
)


def own(name, *matchers):
    """A series of the exporter as a whole."""
    selection = ", ".join(('job=~"$job"', 'instance=~"$instance"') + matchers)
    return f"{name}{{{selection}}}"


def of(name, *matchers):
    """A series that has a project."""
    return own(name, 'project=~"$project"', *matchers)


def once(labels, series, operation="max"):
    """One series per object, however many exporters report it."""
    return f"{operation} by ({labels}) ({series})"


# 1 for a target whose last refresh failed. What the cloud does not have here is nobody's trouble: such a target is 0.
REFRESH_FAILED = (
    f'({once(TARGET, of("huaweicloud_exporter_refresh_success"), "min")} == bool 0) '
    f'* on ({TARGET}) ({once(TARGET, of("huaweicloud_exporter_target_unsupported"))} == bool 0)'
)
# Only the info series knows a mirror's repository by name.
MIRROR_NAMES = once(f"{MIRROR}, repository", of("huaweicloud_codearts_mirror_info"))


def coded(labels, name, *values, matchers=()):
    """The state of an object as a number: the position of its label value among `values`, from 0 on.

    Of the states' series only the present one is 1, so the largest product is the code.
    """
    series = (of(name, *matchers, f'status="{value}"') for value in values)
    terms = " or ".join(f"{selector} * {code}" for code, selector in enumerate(series))
    return f"max by ({labels}) ({terms})"


def ever(labels, bad):
    """`bad` (0 or 1 per object) of the objects that were bad at any time of the range that is shown."""
    return f"({bad}) and on ({labels}) (max_over_time(({bad})[$__range:$__interval] @ end()) > 0)"


def top(count, expression):
    """The series that are largest at the end, over the whole range: else each moment would choose its own."""
    return f"({expression}) and topk({count}, last_over_time(({expression})[5m:1m] @ end()))"
