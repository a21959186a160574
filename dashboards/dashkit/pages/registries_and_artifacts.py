"""SWR Enterprise: are instances and target registries healthy, what is stored, and what would a clean-up free?"""

from .. import uids
from ..dashboard import Page, Row, Variable
from ..panels import CONCERNS, HEALTHY, NEUTRAL, YES_NO, Query, bar_gauge, stat, state_timeline, states, table, timeseries
from ..queries import (BASIC_REPOSITORY, CREDENTIAL, DAY_SECONDS, INSTANCE, NAMESPACE, REGISTRY, REPOSITORY,
                       STORED_REPOSITORY, coded, of, once, top)

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

OLDEST_PUSH = (
    f"{by_repository(artifacts('huaweicloud_swr_artifacts_oldest_push_timestamp_seconds', operation='min'), 'min')} "
    "* 1000"
)
PUBLIC = once(NAMESPACE, swr("huaweicloud_swr_namespace_public"))
OPEN = states(("private", "green"), ("public", "orange"))
INSTANCE_LIMIT = once(f"{INSTANCE}, resource", swr("huaweicloud_swr_instance_quota_limit"))
INSTANCE_USED = once(f"{INSTANCE}, resource", swr("huaweicloud_swr_instance_quota_used"))
SHARED_LIMIT = once("project, resource", of("huaweicloud_swr_quota_limit"))
SHARED_USED = once("project, resource", of("huaweicloud_swr_quota_used"))
FULL = [(None, "green"), (0.8, "orange"), (0.95, "red")]
CREDENTIAL_ENABLED = once(CREDENTIAL, swr("huaweicloud_swr_credential_enabled"))
CREDENTIAL_EXPIRY = once(CREDENTIAL, swr("huaweicloud_swr_credential_expiry_timestamp_seconds"), "min")
BASIC_SIZE = once(BASIC_REPOSITORY, of("huaweicloud_swr_basic_repository_size_bytes"))
BASIC_PUBLIC = once(BASIC_REPOSITORY, of("huaweicloud_swr_basic_repository_public"))


def counted(name):
    return once(STORED_REPOSITORY, swr(name, CHOSEN_REPOSITORY))


def basic(name):
    return once(BASIC_REPOSITORY, of(name))


NAMESPACES_ROW = Row("Namespaces", 8, [
    stat("Namespaces in all", "Namespaces of the chosen instances.",
         [Query(f'sum({once(INSTANCE, swr("huaweicloud_swr_namespaces"))})')], span=4, thresholds=NEUTRAL),
    stat("Public namespaces", "Namespaces from which everybody may pull.", [Query(f"sum({PUBLIC})")], span=4,
         thresholds=CONCERNS),
    table("Settings of namespaces", "Who may pull from each namespace, whether its images are scanned, and whether "
          "vulnerable ones are kept back.",
          {"project": "Project", "swr_namespace": "Organisation", "instance_id": "Instance", "namespace_id": "Id"},
          [
              Query(PUBLIC, column="Open to", mappings=OPEN),
              Query(once(NAMESPACE, swr("huaweicloud_swr_namespace_auto_scan_enabled")), column="Scanned",
                    mappings=YES_NO),
              Query(once(NAMESPACE, swr("huaweicloud_swr_namespace_vulnerability_block_enabled")),
                    column="Vulnerable kept back", mappings=YES_NO),
              Query(once(NAMESPACE, swr("huaweicloud_swr_namespace_repositories")), column="Repositories"),
              Query(f'{once(NAMESPACE, swr("huaweicloud_swr_namespace_created_timestamp_seconds"))} * 1000',
                    column="Created", unit="dateTimeFromNow"),
          ], span=16, sort="Open to"),
])

QUOTAS_ROW = Row("Quotas and credentials", 8, [
    bar_gauge("Quotas of instances", "How much of each limit is used. A limit of 0 or less says nothing and is left "
              "out.", [Query(f"sort_desc({INSTANCE_USED} / on ({INSTANCE}, resource) ({INSTANCE_LIMIT} > 0))",
                             "{{resource}} {{instance_id}}")], span=8, unit="percentunit", thresholds=FULL),
    bar_gauge("Quotas of the shared edition", "How much of each limit is used.",
              [Query(f"sort_desc({SHARED_USED} / on (project, resource) ({SHARED_LIMIT} > 0))",
                     "{{project}} {{resource}}")], span=8, unit="percentunit", thresholds=FULL),
    timeseries("Storage of each instance", "The cloud's own count of the storage used. Its unit is not documented.",
               [Query(once(INSTANCE, swr("huaweicloud_swr_instance_storage_used")), "{{project}} {{instance_id}}")],
               span=8),
    stat("Long-term credentials", "Long-term credentials that are listed; where only the user's own may be listed, "
         "others are missing here.",
         [Query(f'sum({once(f"{INSTANCE}, scope", swr("huaweicloud_swr_credentials"))})')], span=4,
         thresholds=NEUTRAL),
    stat("First credential to expire", "Time until the first long-term credential that is on expires.",
         [Query(f"min({CREDENTIAL_EXPIRY} - time() and on ({CREDENTIAL}) {CREDENTIAL_ENABLED} == 1)")], span=4,
         unit="dtdurations", none="none expires",
         thresholds=[(None, "red"), (2 * DAY_SECONDS, "orange"), (14 * DAY_SECONDS, "green")]),
    table("Credentials", "Every long-term credential, and until when it is good.",
          {"project": "Project", "credential": "Credential", "instance_id": "Instance", "credential_id": "Id"},
          [
              Query(CREDENTIAL_ENABLED, column="On", mappings=YES_NO),
              Query(f'{once(CREDENTIAL, swr("huaweicloud_swr_credential_created_timestamp_seconds"))} * 1000',
                    column="Created", unit="dateTimeFromNow"),
              Query(f"{CREDENTIAL_EXPIRY} * 1000", column="Expires", unit="dateTimeFromNow"),
          ], span=16, sort="Expires", descending=False),
])

COUNTED_ROW = Row("Repositories as the cloud counts them", 9, [
    timeseries("Pulls by repository", "Pulls within an hour from the ten repositories that are pulled most.",
               [Query(top(10, f"max by ({STORED_REPOSITORY}) (increase("
                          + swr("huaweicloud_swr_repository_pulls_total", CHOSEN_REPOSITORY) + "[1h]))"),
                      "{{swr_namespace}}/{{repository}} {{instance_id}}")], span=10),
    table("Counts of repositories", "Artifacts and tags of each repository, as the cloud counts them.",
          {"project": "Project", "swr_namespace": "Organisation", "repository": "Repository",
           "instance_id": "Instance", "repository_id": "Id"},
          [
              Query(counted("huaweicloud_swr_repository_artifacts"), column="Artifacts"),
              Query(counted("huaweicloud_swr_repository_tags"), column="Tags"),
              Query(f'{counted("huaweicloud_swr_repository_created_timestamp_seconds")} * 1000', column="Created",
                    unit="dateTimeFromNow"),
              Query(f'{counted("huaweicloud_swr_repository_updated_timestamp_seconds")} * 1000', column="Changed",
                    unit="dateTimeFromNow"),
          ], span=14, sort="Artifacts"),
    timeseries("Repositories in each instance", "Repositories of each instance. A line that drops: somebody deleted.",
               [Query(once(INSTANCE, swr("huaweicloud_swr_repositories")), "{{project}} {{instance_id}}")], span=24),
])

SHARED_ROW = Row("Shared edition", 9, [
    stat("Repositories of the shared edition", "Repositories of SWR's shared edition that are watched.",
         [Query(f'sum(max by (project) ({of("huaweicloud_swr_basic_repositories")}))')], span=4, thresholds=NEUTRAL),
    stat("Public repositories", "Repositories of the shared edition from which everybody may pull.",
         [Query(f"sum({BASIC_PUBLIC})")], span=4, thresholds=CONCERNS),
    timeseries("Largest of the shared edition", "Bytes of the ten repositories that are largest now.",
               [Query(top(10, BASIC_SIZE), "{{project}} {{swr_namespace}}/{{repository}}")], span=8, unit="bytes",
               stack=True),
    timeseries("Downloads by repository", "Downloads within an hour from the ten repositories that have most.",
               [Query(top(10, f"max by ({BASIC_REPOSITORY}) (increase("
                          + of("huaweicloud_swr_basic_repository_downloads_total") + "[1h]))"),
                      "{{project}} {{swr_namespace}}/{{repository}}")], span=8),
    table("Repositories of the shared edition in detail", "Every repository of the shared edition.",
          {"project": "Project", "swr_namespace": "Organisation", "repository": "Repository"},
          [
              Query(BASIC_SIZE, column="Bytes", unit="bytes"),
              Query(basic("huaweicloud_swr_basic_repository_images"), column="Images"),
              Query(BASIC_PUBLIC, column="Open to", mappings=OPEN),
              Query(f'{basic("huaweicloud_swr_basic_repository_created_timestamp_seconds")} * 1000',
                    column="Created", unit="dateTimeFromNow"),
              Query(f'{basic("huaweicloud_swr_basic_repository_updated_timestamp_seconds")} * 1000',
                    column="Changed", unit="dateTimeFromNow"),
          ], span=24, sort="Bytes"),
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
                      Query(OLDEST_PUSH, column="Oldest push", unit="dateTimeFromNow"),
                  ], span=24, sort="Bytes"),
            bar_gauge("Artifacts by media type", "What the artifacts' manifests are: images, indexes of several "
                      "platforms, charts, the old Docker schema 1.",
                      [Query("sort_desc(sum by (manifest_media_type) ("
                             + once(f"{INSTANCE}, manifest_media_type", swr("huaweicloud_swr_artifacts_by_media_type"))
                             + "))", "{{manifest_media_type}}")], span=24),
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
        NAMESPACES_ROW, QUOTAS_ROW, COUNTED_ROW, SHARED_ROW,
    ],
    [
        Variable("instance_id", "SWR instance", "huaweicloud_swr_artifacts", "instance_id"),
        Variable("repository", "Repository", "huaweicloud_swr_artifacts", "repository"),
        Variable("idle_for", "Idle for", "huaweicloud_swr_artifacts_idle", "idle_for"),
    ],
    hours=24)
