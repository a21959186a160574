"""SWR Enterprise: are instances and target registries healthy, what is stored, and what would a clean-up free?"""

from .. import uids
from ..dashboard import Page, Row, Variable
from ..panels import HEALTHY, NEUTRAL, Query, bar_gauge, stat, state_timeline, states, table, timeseries
from ..queries import DAY_SECONDS, INSTANCE, REGISTRY, REPOSITORY, coded, of, once, top

CHOSEN_INSTANCE = 'instance_id=~"$instance_id"'
CHOSEN_REPOSITORY = 'repository=~"$repository|"'
INSTANCE_STATES = states(("unknown", "purple"), ("Running", "green"), ("Initial", "light-blue"), ("Creating", "blue"),
                         ("Unavailable", "red"))
INSTANCE_VALUES = ("unknown", "Running", "Initial", "Creating", "Unavailable")
REGISTRY_STATES = states(("unknown", "purple"), ("healthy", "green"), ("unhealthy", "red"))
REGISTRY_VALUES = ("unknown", "healthy", "unhealthy")


def swr(name, *matchers):
    return of(name, CHOSEN_INSTANCE, *matchers)


def artifacts(name, *matchers, operation="max"):
    """One series per repository; those without a name are never chosen by it and always shown."""
    return once(REPOSITORY, swr(name, CHOSEN_REPOSITORY, *matchers), operation)


def by_repository(expression, operation="sum"):
    """Takes the artifact types of a repository together."""
    return f"{operation} by (project, instance_id, repository_id, repository) ({expression})"


def latest(name):
    return f"{by_repository(artifacts(name), 'max')} * 1000"


REPOSITORY_NAME = "{{repository}} {{instance_id}}"
REPOSITORY_INFO = once("project, instance_id, repository_id, repository, swr_namespace",
                       swr("huaweicloud_swr_repository_info", CHOSEN_REPOSITORY))
SIZE = artifacts("huaweicloud_swr_artifacts_size_bytes")
# At the start of the time shown; of a repository that came later, its smallest size.
SIZE_SERIES = swr("huaweicloud_swr_artifacts_size_bytes", CHOSEN_REPOSITORY)
SIZE_BEFORE = once(REPOSITORY, f"{SIZE_SERIES} @ start()")
SIZE_SMALLEST = once(REPOSITORY, f"min_over_time({SIZE_SERIES}[$__range] @ end())", "min")
COUNT = artifacts("huaweicloud_swr_artifacts")
UNTAGGED = artifacts("huaweicloud_swr_artifacts_untagged")
UNTAGGED_SIZE = artifacts("huaweicloud_swr_artifacts_untagged_size_bytes")
# Over the chosen times the largest counts, which is the shortest: 30d includes 90d.
IDLE = artifacts("huaweicloud_swr_artifacts_idle", 'idle_for=~"$idle_for"')
IDLE_SIZE = artifacts("huaweicloud_swr_artifacts_idle_size_bytes", 'idle_for=~"$idle_for"')
NEVER_PULLED = artifacts("huaweicloud_swr_artifacts_never_pulled")
HEALTH = once(REGISTRY, swr("huaweicloud_swr_registry_healthy"))
REGISTRY_STATE = coded(REGISTRY, "huaweicloud_swr_registry_status", *REGISTRY_VALUES, matchers=(CHOSEN_INSTANCE,))
INSTANCE_STATE = coded(INSTANCE, "huaweicloud_swr_instance_status", *INSTANCE_VALUES, matchers=(CHOSEN_INSTANCE,))
RUNNING = once(INSTANCE, swr("huaweicloud_swr_instance_status", 'status="Running"'))
EXPIRY = once(INSTANCE, swr("huaweicloud_swr_instance_expiry_timestamp_seconds"), "min")

HEALTH_ROW = Row("Instances and target registries", 7, [
    state_timeline("State of each instance", "Which state each SWR Enterprise instance was in, and since when.",
                   [Query(INSTANCE_STATE, "{{project}} {{instance_id}}")], INSTANCE_STATES, span=12),
    state_timeline("State of each target registry", "Which state SWR reports for each registry that images are "
                   "replicated to.", [Query(REGISTRY_STATE, "{{registry}} {{instance_id}}")], REGISTRY_STATES, span=12),
    table("Instances", "Every instance with its version, size, number of target registries and expiry.",
          {"project": "Project", "instance_name": "Instance", "instance_id": "Id", "instance_version": "Version",
           "instance_spec": "Specification"},
          [
              Query(once(f"{INSTANCE}, instance_name, instance_version, instance_spec",
                         swr("huaweicloud_swr_instance_info"))),
              Query(RUNNING, column="Running", mappings=states(("no", "red"), ("yes", "green"))),
              Query(once(INSTANCE, swr("huaweicloud_swr_registries")), column="Registries"),
              Query(f'{once(INSTANCE, swr("huaweicloud_swr_instance_created_timestamp_seconds"))} * 1000',
                    column="Created", unit="dateTimeFromNow"),
              Query(f"{EXPIRY} * 1000", column="Expires", unit="dateTimeFromNow"),
          ], span=24, sort="Expires", descending=False),
    table("Target registries", "Every registry that images are replicated to: its kind, address and far end.",
          {"project": "Project", "registry": "Registry", "registry_type": "Type", "url": "Address",
           "remote_region": "Region", "remote_instance_id": "Remote instance", "insecure": "Insecure",
           "instance_id": "Instance"},
          [
              Query(once(f"{REGISTRY}, registry_type, url, remote_region, remote_instance_id, insecure",
                         swr("huaweicloud_swr_registry_info"))),
              Query(HEALTH, column="Health", mappings=HEALTHY),
              Query(f'{once(REGISTRY, swr("huaweicloud_swr_registry_created_timestamp_seconds"))} * 1000',
                    column="Created", unit="dateTimeFromNow"),
              Query(f'{once(REGISTRY, swr("huaweicloud_swr_registry_updated_timestamp_seconds"))} * 1000',
                    column="Changed", unit="dateTimeFromNow"),
          ], span=24, sort="Health", descending=False),
])

PAGE = Page(
    "registries-and-artifacts", uids.REGISTRIES, "Huawei Cloud images: registries and artifacts",
    "Health of SWR Enterprise instances and of the registries they replicate to; what the repositories hold, how it "
    "grows, and what a clean-up would free.",
    [
        Row("At a glance", 4, [
            stat("Registries unhealthy", "Target registries that are not healthy: images are not replicated there.",
                 [Query(f"sum({HEALTH} == bool 0)")]),
            stat("Instances not running", "SWR Enterprise instances in another state than Running.",
                 [Query(f"sum({RUNNING} == bool 0)")]),
            stat("Next instance to expire", "Time until the first instance expires. Instances paid by use have no "
                 "expiry.", [Query(f"min({EXPIRY} - time())")], unit="dtdurations", none="none expires",
                 thresholds=[(None, "red"), (2 * DAY_SECONDS, "orange"), (14 * DAY_SECONDS, "green")]),
            stat("Stored", "Sum of the artifacts' sizes. Layers that artifacts share count in each.",
                 [Query(f"sum({SIZE})")], unit="bytes", thresholds=NEUTRAL),
            stat("Untagged", "Bytes of artifacts without a tag.", [Query(f"sum({UNTAGGED_SIZE})")], unit="bytes",
                 thresholds=NEUTRAL),
            stat("Idle", "Bytes of artifacts that nobody has pulled for the chosen time.", [Query(f"sum({IDLE_SIZE})")],
                 unit="bytes", thresholds=NEUTRAL),
        ]),
        HEALTH_ROW,
        Row("What is stored", 9, [
            timeseries("Largest repositories", "Bytes of the ten repositories that are largest now.",
                       [Query(top(10, by_repository(SIZE)), REPOSITORY_NAME)], unit="bytes", stack=True),
            timeseries("Growth in this time", "How many bytes larger the ten repositories that grew most are than at "
                       "the start of the time shown. Below 0: a clean-up.",
                       [Query(top(10, by_repository(f"{SIZE} - ({SIZE_BEFORE} or {SIZE_SMALLEST})")), REPOSITORY_NAME)],
                       unit="bytes", minimum=None),
            table("Repositories", "What every repository holds, all types of artifacts together.",
                  {"project": "Project", "swr_namespace": "Organisation", "repository": "Repository",
                   "instance_id": "Instance"},
                  [
                      Query(REPOSITORY_INFO),
                      Query(by_repository(SIZE), column="Bytes", unit="bytes"),
                      Query(by_repository(COUNT), column="Artifacts"),
                      Query(by_repository(artifacts("huaweicloud_swr_artifacts_tags")), column="Tags"),
                      Query(by_repository(artifacts("huaweicloud_swr_artifacts_largest_size_bytes"), "max"),
                            column="Largest", unit="bytes"),
                      Query(by_repository(UNTAGGED_SIZE), column="Untagged", unit="bytes"),
                      Query(by_repository(IDLE_SIZE), column="Idle", unit="bytes"),
                      Query(by_repository(NEVER_PULLED), column="Never pulled"),
                      Query(latest("huaweicloud_swr_artifacts_last_push_timestamp_seconds"), column="Last push",
                            unit="dateTimeFromNow"),
                      Query(latest("huaweicloud_swr_artifacts_last_pull_timestamp_seconds"), column="Last pull",
                            unit="dateTimeFromNow"),
                  ], span=24, sort="Bytes"),
        ]),
        Row("What a clean-up would free", 9, [
            bar_gauge("Idle bytes by repository", "The repositories where deleting what nobody has pulled for the "
                      "chosen time frees most.",
                      [Query(f"sort_desc(topk(12, {by_repository(IDLE_SIZE)}))", REPOSITORY_NAME)], unit="bytes"),
            bar_gauge("Untagged bytes by repository", "The repositories where deleting artifacts without a tag frees "
                      "most.", [Query(f"sort_desc(topk(12, {by_repository(UNTAGGED_SIZE)}))", REPOSITORY_NAME)],
                      unit="bytes"),
            timeseries("Bytes that could go", "Untagged and idle bytes of all repositories. An artifact may be both.",
                       [Query(f"sum({UNTAGGED_SIZE})", "untagged"),
                        Query(f"sum({IDLE_SIZE})", "idle for the chosen time"),
                        Query(f"sum({SIZE})", "all")], unit="bytes"),
            timeseries("Artifacts that could go", "Artifacts that are untagged, idle, or were never pulled.",
                       [Query(f"sum({UNTAGGED})", "untagged"), Query(f"sum({IDLE})", "idle for the chosen time"),
                        Query(f"sum({NEVER_PULLED})", "never pulled"), Query(f"sum({COUNT})", "all")]),
        ]),
    ],
    [
        Variable("instance_id", "SWR instance", "huaweicloud_swr_artifacts", "instance_id"),
        Variable("repository", "Repository", "huaweicloud_swr_artifacts", "repository"),
        Variable("idle_for", "Idle for", "huaweicloud_swr_artifacts_idle", "idle_for"),
    ],
    hours=24)
