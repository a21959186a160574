"""Pieces of PromQL that the pages share.

Every replica of the exporter, and a sidecar in every Pod, reports the same cloud objects. So what is counted or summed
is first aggregated to one series per object (`once`), by the labels that identify it. Projects of one name in two
clusters are two: `cluster` is the first of these labels, and where nobody sets it, it is absent and changes nothing.
"""

PROJECT = "cluster, project"
REGISTRY = f"{PROJECT}, instance_id, registry_id, registry"
INSTANCE = f"{PROJECT}, instance_id"
REPOSITORY = f"{PROJECT}, instance_id, repository_id, repository, artifact_type"
SYNC_RULE = f"{PROJECT}, swr_namespace, repository, rule_id, remote_region, remote_namespace"
SYNC_REPOSITORY = f"{PROJECT}, swr_namespace, repository"
MIRROR = f"{PROJECT}, repository_id"
IMAGE_CACHE = f"{PROJECT}, image_cache_id, image_cache"
REPLICATION = f"{PROJECT}, instance_id, policy_id, policy"
RETENTION = f"{PROJECT}, instance_id, swr_namespace, policy_id, policy"
SYNC_JOB = f"{PROJECT}, swr_namespace, repository, remote_region, remote_namespace"
NAMESPACE = f"{PROJECT}, instance_id, namespace_id, swr_namespace"
STORED_REPOSITORY = f"{PROJECT}, instance_id, repository_id, swr_namespace, repository"
BASIC_REPOSITORY = f"{PROJECT}, swr_namespace, repository"
CREDENTIAL = f"{PROJECT}, instance_id, credential_id, credential"
TARGET = f"{PROJECT}, collector, target"

# The mirrors' schedule is 24 hours; two more leave room for the run itself. The alert has the same number.
MIRROR_LATE_SECONDS = 26 * 3600
DAY_SECONDS = 86400

# What every series is selected by, and what two jobs or two clusters are told apart by.
SELECTION = ('cluster=~"$cluster"', 'job=~"$job"', 'instance=~"$instance"')

# `instance` may be absent from an alert about the cloud, hence the empty alternative; likewise `project`.
FIRING = (
    'ALERTS{alertname=~"HuaweiCloud.+", alertstate="firing", '
    'cluster=~"$cluster", job=~"$job|", instance=~"$instance|", project=~"$project|"}'
)


def own(name, *matchers):
    """A series of the exporter as a whole."""
    return f"{name}{{{', '.join(SELECTION + matchers)}}}"


def of(name, *matchers):
    """A series that has a project."""
    return own(name, 'project=~"$project"', *matchers)


def once(labels, series, operation="max"):
    """One series per object, however many exporters report it."""
    return f"{operation} by ({labels}) ({series})"


def latest(labels, series):
    """The labels of an info series, once per object also while two exporters tell different ones."""
    key, _, shown = labels.partition(" + ")
    return f"topk by ({key}) (1, max by ({key}, {shown}) ({series}))"


# 1 for a target whose last refresh failed. What the cloud does not have here is nobody's trouble: such a target is 0.
SUPPORTED = f'({once(TARGET, of("huaweicloud_exporter_target_unsupported"))} == bool 0)'
REFRESH_FAILED = (
    f'({once(TARGET, of("huaweicloud_exporter_refresh_success"), "min")} == bool 0) * on ({TARGET}) {SUPPORTED}'
)
# The age of a target's last good data as a share of its stale_after. Two exporters: the younger data is there to see.
AGE = (
    f'(min by ({TARGET}) ((time() - {of("huaweicloud_exporter_last_success_timestamp_seconds")}) '
    f'/ on (job, instance, {TARGET}) {of("huaweicloud_exporter_stale_after_seconds")}) '
    f'and on ({TARGET}) {once(TARGET, of("huaweicloud_exporter_target_unsupported"))} == 0)'
)

# What has an identifier is shown by its name: an instance by what the discovery found, else by the identifier that the
# configuration names, which is the name of its targets.
FOUND_NAMES = latest(f"{INSTANCE} + instance_name", of("huaweicloud_swr_instance_info"))
TARGETS = f'group by ({PROJECT}, target) ({of("huaweicloud_exporter_refresh_interval_seconds")})'
INSTANCE_NAMES = (
    f'({FOUND_NAMES} or on ({INSTANCE}) label_replace(label_replace({TARGETS}, '
    f'"instance_id", "$1", "target", "(.+)"), "instance_name", "$1", "target", "(.+)"))'
)
TARGET_NAMES = (
    f'(label_replace(label_replace({FOUND_NAMES}, "target", "$1", "instance_id", "(.+)"), '
    f'"name", "$1", "instance_name", "(.+)") or on ({PROJECT}, target) '
    f'label_replace({TARGETS}, "name", "$1", "target", "(.+)"))'
)
MIRROR_NAMES = latest(f"{MIRROR} + repository", of("huaweicloud_codearts_mirror_info"))
REGIONS = latest(f"{PROJECT} + cloud_region", of("huaweicloud_exporter_project_info"))


def with_instance(expression):
    """Adds `instance_name`."""
    return f"({expression}) * on ({INSTANCE}) group_left (instance_name) {INSTANCE_NAMES}"


def with_target(expression):
    """Adds `name`: the target's, and of an SWR instance its name."""
    return f"({expression}) * on ({PROJECT}, target) group_left (name) {TARGET_NAMES}"


def with_mirror(expression):
    """Adds `repository`, which only the info series has."""
    return f"({expression}) * on ({MIRROR}) group_left (repository) {MIRROR_NAMES}"


def with_region(expression):
    """Adds `cloud_region`."""
    return f"({expression}) * on ({PROJECT}) group_left (cloud_region) {REGIONS}"


def coded(labels, name, *values, matchers=()):
    """The state of an object as a number: the position of its label value among `values`, from 0 on.

    Of the states' series only the present one is 1, so the largest product is the code.
    """
    series = (of(name, *matchers, f'status="{value}"') for value in values)
    terms = " or ".join(f"{selector} * {code}" for code, selector in enumerate(series))
    return f"max by ({labels}) ({terms})"


def ever(labels, bad, count=10):
    """`bad` (0 or 1 per object) of the objects that were bad for the longest part of the range that is shown."""
    share = f"avg_over_time(({bad})[$__range:$__interval] @ end())"
    return f"({bad}) and on ({labels}) topk({count}, {share} > 0)"


def top(count, expression):
    """The series that are largest at the end, over the whole range: else each moment would choose its own."""
    return f"({expression}) and topk({count}, last_over_time(({expression})[5m:1m] @ end()))"


def worst(count, expression):
    """The series that were largest at any time of the range: of coded states, those that were worst."""
    return f"({expression}) and topk({count}, max_over_time(({expression})[$__range:$__interval] @ end()))"
