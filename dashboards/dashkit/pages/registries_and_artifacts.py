"""SWR Enterprise: are instances and target registries healthy, what is stored, and what would a clean-up free?"""

from .. import uids
from ..dashboard import CONSOLE, InstanceVariable, Page, Row, Search, Variable
from ..panels import (CONCERNS, HEALTHY, NEUTRAL, YES_NO, Query, bar_gauge, stat, state_timeline, states, table,
                      timeseries, to_console, to_page)
from ..queries import (CREDENTIAL, DAY_SECONDS, INSTANCE, PROJECT, REGISTRY, REPOSITORY, STORED_REPOSITORY, coded,
                       latest, of, once, top, with_instance, with_region, worst)
from ..storage import (BY_NAME, CHOSEN_INSTANCE, CHOSEN_NAMESPACE, COUNT, IDENTIFIER, NEVER_PULLED, PULLS_HOURLY, SIZE,
                       SIZE_SERIES, UNTAGGED, UNTAGGED_SIZE, artifacts, by_repository, chosen, counted, swr,
                       with_organisation)

INSTANCE_STATES = states(("unknown", "purple"), ("Running", "green"), ("Initial", "light-blue"), ("Creating", "blue"),
                         ("Unavailable", "red"))
INSTANCE_VALUES = ("unknown", "Running", "Initial", "Creating", "Unavailable")
REGISTRY_STATES = states(("unknown", "purple"), ("healthy", "green"), ("unhealthy", "red"))
REGISTRY_VALUES = ("unknown", "healthy", "unhealthy")


REPOSITORY_NAME = "{{swr_namespace}}/{{repository}} {{instance_name}} {{cluster}}"


def named(expression):
    """By repository, with the names of its organisation and instance."""
    return with_organisation(with_instance(expression))


def newest(name):
    return f"{by_repository(artifacts(name), 'max')} * 1000"


# At the start of the time shown; of a repository that came later, its smallest size.
SIZE_BEFORE = once(REPOSITORY, f"{SIZE_SERIES} @ start()")
SIZE_SMALLEST = once(REPOSITORY, f"min_over_time({SIZE_SERIES}[$__range] @ end())", "min")
GROWTH = by_repository(f"{SIZE} - ({SIZE_BEFORE} or {SIZE_SMALLEST})")
# Over the chosen times the largest counts, which is the shortest: 30d includes 90d.
IDLE = artifacts("huaweicloud_swr_artifacts_idle", 'idle_for=~"$idle_for"')
IDLE_SIZE = artifacts("huaweicloud_swr_artifacts_idle_size_bytes", 'idle_for=~"$idle_for"')
HEALTH = once(REGISTRY, swr("huaweicloud_swr_registry_healthy"))
REGISTRY_STATE = coded(REGISTRY, "huaweicloud_swr_registry_status", *REGISTRY_VALUES, matchers=(CHOSEN_INSTANCE,))
INSTANCE_STATE = coded(INSTANCE, "huaweicloud_swr_instance_status", *INSTANCE_VALUES, matchers=(CHOSEN_INSTANCE,))
RUNNING = once(INSTANCE, swr("huaweicloud_swr_instance_status", 'status="Running"'))
EXPIRY = once(INSTANCE, swr("huaweicloud_swr_instance_expiry_timestamp_seconds"), "min")

HEALTH_ROW = Row("Instances and target registries", 7, [
    state_timeline("State of each instance", "Which state each SWR Enterprise instance was in, and since when.",
                   [Query(worst(50, with_instance(INSTANCE_STATE)), "{{instance_name}} {{project}} {{cluster}}")], INSTANCE_STATES, span=12),
    state_timeline("State of each target registry", "Which state SWR reports for each registry that images are "
                   "replicated to.",
                   [Query(worst(50, with_instance(REGISTRY_STATE)), "{{registry}} {{instance_name}} {{cluster}}")],
                   REGISTRY_STATES, span=12),
    table("Instances", "Every instance with its version, size, number of target registries and expiry.",
          {"instance_name": "Instance"},
          [
              Query(with_region(latest(f"{INSTANCE} + instance_name, instance_version, instance_spec",
                                       swr("huaweicloud_swr_instance_info")))),
              Query(RUNNING, column="Running", mappings=states(("no", "red"), ("yes", "green"))),
              Query(once(INSTANCE, swr("huaweicloud_swr_registries")), column="Registries"),
              Query(f'{once(INSTANCE, swr("huaweicloud_swr_instance_created_timestamp_seconds"))} * 1000',
                    column="Created", unit="dateTimeFromNow"),
              Query(f"{EXPIRY} * 1000", column="Expires", unit="dateTimeFromNow"),
          ], key=INSTANCE, first=f"-{RUNNING}", span=24, sort="Expires", descending=False,
          behind={"instance_version": "Version", "instance_spec": "Specification", "project": "Project",
                  "cloud_region": "Region", "instance_id": "Id"},
          links={"Instance": [to_page("Show it alone", uids.REGISTRIES, project="Project", instance_id="Id"),
                              to_page("Show who pays", uids.ORGANISATIONS, project="Project", instance_id="Id")],
                 "Region": [to_console("swr")]}),
    table("Target registries", "Every registry that images are replicated to: its kind, address and far end.",
          {"registry": "Registry", "instance_name": "Instance"},
          [
              Query(with_region(with_instance(latest(
                  f"{REGISTRY} + registry_type, url, remote_region, remote_instance_id, insecure",
                  swr("huaweicloud_swr_registry_info"))))),
              Query(HEALTH, column="Health", mappings=HEALTHY),
              Query(f'{once(REGISTRY, swr("huaweicloud_swr_registry_created_timestamp_seconds"))} * 1000',
                    column="Created", unit="dateTimeFromNow"),
              Query(f'{once(REGISTRY, swr("huaweicloud_swr_registry_updated_timestamp_seconds"))} * 1000',
                    column="Changed", unit="dateTimeFromNow"),
          ], key=REGISTRY, first=f"-{HEALTH}", span=24, sort="Health", descending=False,
          behind={"registry_type": "Type", "url": "Address", "remote_region": "Far region",
                  "remote_instance_id": "Far instance", "insecure": "Insecure", "project": "Project",
                  "cloud_region": "Region"},
          hidden={"instance_id": "Id"},
          links={"Registry": [to_page("Show the replications", uids.REPLICATION, project="Project")],
                 "Instance": [to_page("Show it alone", uids.REGISTRIES, project="Project", instance_id="Id")],
                 "Region": [to_console("swr")]}),
])

TO_REPOSITORY = to_page("Show it alone", uids.REGISTRIES, project="Project", instance_id="Id",
                        swr_namespace="Organisation", search="Repository")
TO_ORGANISATION = to_page("Show who pays", uids.ORGANISATIONS, project="Project", instance_id="Id",
                          swr_namespace="Organisation")
OLDEST_PUSH = (
    f"{by_repository(artifacts('huaweicloud_swr_artifacts_oldest_push_timestamp_seconds', operation='min'), 'min')} "
    "* 1000"
)
INSTANCE_LIMIT = once(f"{INSTANCE}, resource", swr("huaweicloud_swr_instance_quota_limit"))
INSTANCE_USED = once(f"{INSTANCE}, resource", swr("huaweicloud_swr_instance_quota_used"))
SHARED_LIMIT = once(f"{PROJECT}, resource", of("huaweicloud_swr_quota_limit"))
SHARED_USED = once(f"{PROJECT}, resource", of("huaweicloud_swr_quota_used"))
FULL = [(None, "green"), (0.8, "orange"), (0.95, "red")]
CREDENTIAL_ENABLED = once(CREDENTIAL, swr("huaweicloud_swr_credential_enabled"))
CREDENTIAL_CREATED = once(CREDENTIAL, swr("huaweicloud_swr_credential_created_timestamp_seconds"))
CREDENTIAL_EXPIRY = once(CREDENTIAL, swr("huaweicloud_swr_credential_expiry_timestamp_seconds"), "min")

QUOTAS_ROW = Row("Quotas and credentials", 8, [
    bar_gauge("Quotas of instances", "How much of each limit is used. A limit of 0 or less says nothing and is left "
              "out.",
              [Query("sort_desc(topk(30, "
                     + with_instance(f"{INSTANCE_USED} / on ({INSTANCE}, resource) ({INSTANCE_LIMIT} > 0)") + "))",
                     "{{resource}} {{instance_name}} {{cluster}}")], span=8, unit="percentunit", thresholds=FULL),
    bar_gauge("Quotas of the shared edition", "How much of each limit is used.",
              [Query(f"sort_desc({SHARED_USED} / on ({PROJECT}, resource) ({SHARED_LIMIT} > 0))",
                     "{{resource}} {{project}} {{cluster}}")], span=8, unit="percentunit", thresholds=FULL),
    timeseries("Storage of each instance", "The cloud's own count of the storage used. Its unit is not documented.",
               [Query(with_instance(once(INSTANCE, swr("huaweicloud_swr_instance_storage_used"))),
                      "{{instance_name}} {{project}} {{cluster}}")],
               span=8),
    stat("Credentials in all", "Long-term credentials that are listed; where only the user's own may be listed, "
         "others are missing here.",
         [Query(f'sum({once(f"{INSTANCE}, scope", swr("huaweicloud_swr_credentials"))})')], span=12,
         thresholds=NEUTRAL).high(3),
    stat("Next to expire", "Time until the first long-term credential that is on expires.",
         [Query(f"min({CREDENTIAL_EXPIRY} - time() > 0 and on ({CREDENTIAL}) {CREDENTIAL_ENABLED} == 1)")], span=12,
         unit="dtdurations", none="none expires",
         thresholds=[(None, "red"), (2 * DAY_SECONDS, "orange"), (14 * DAY_SECONDS, "green")]).high(3),
    table("Credentials", "Every long-term credential, and until when it is good.",
          {"credential": "Credential"},
          [
              Query(with_region(with_instance(CREDENTIAL_ENABLED))),
              Query(CREDENTIAL_ENABLED, column="On", mappings=YES_NO),
              Query(f"{CREDENTIAL_CREATED} * 1000", column="Created", unit="dateTimeFromNow"),
              Query(f"{CREDENTIAL_EXPIRY} * 1000", column="Expires", unit="dateTimeFromNow"),
          ], key=CREDENTIAL, first=f"-({CREDENTIAL_EXPIRY} or {CREDENTIAL_CREATED})", sort="Expires",
          descending=False,
          behind={"instance_name": "Instance", "project": "Project", "cloud_region": "Region"},
          hidden={"instance_id": "Id"},
          links={"Instance": [to_page("Show it alone", uids.REGISTRIES, project="Project", instance_id="Id")],
                 "Region": [to_console("swr")]}),
], collapsed=True)

ARTIFACTS_COUNTED = counted("huaweicloud_swr_repository_artifacts")
COUNTED_ROW = Row("Repositories as the cloud counts them", 9, [
    timeseries("Pulls by repository", "Pulls within an hour from the ten repositories that are pulled most.",
               [Query(top(10, with_instance(PULLS_HOURLY)), REPOSITORY_NAME)], span=10),
    table("Counts of repositories", "Artifacts and tags of each repository, as the cloud counts them.",
          {"swr_namespace": "Organisation", "repository": "Repository"},
          [
              Query(with_instance(ARTIFACTS_COUNTED)),
              Query(ARTIFACTS_COUNTED, column="Artifacts"),
              Query(counted("huaweicloud_swr_repository_tags"), column="Tags"),
              Query(f'{counted("huaweicloud_swr_repository_created_timestamp_seconds")} * 1000', column="Created",
                    unit="dateTimeFromNow"),
              Query(f'{counted("huaweicloud_swr_repository_updated_timestamp_seconds")} * 1000', column="Changed",
                    unit="dateTimeFromNow"),
          ], key=STORED_REPOSITORY, first=ARTIFACTS_COUNTED, span=14, sort="Artifacts",
          behind={"instance_name": "Instance", "project": "Project"}, hidden={"instance_id": "Id"},
          links={"Repository": [TO_REPOSITORY], "Organisation": [TO_ORGANISATION]}),
    timeseries("Repositories in each instance", "Repositories of each instance. A line that drops: somebody deleted.",
               [Query(with_instance(once(INSTANCE, swr("huaweicloud_swr_repositories"))),
                      "{{instance_name}} {{project}} {{cluster}}")], span=24),
], collapsed=True)

PAGE = Page(
    "registries-and-artifacts", uids.REGISTRIES, "Huawei Cloud images: registries and artifacts",
    "Health of SWR Enterprise instances and of the registries they replicate to; what the repositories hold, how it "
    "grows, and what a clean-up would free.",
    [
        Row("At a glance", 3, [
            stat("Registries ill", "Target registries that are not healthy: images are not replicated there.",
                 [Query(f"sum({HEALTH} == bool 0)")]),
            stat("Instances ill", "SWR Enterprise instances in another state than Running.",
                 [Query(f"sum({RUNNING} == bool 0)")]),
            stat("Next to end", "Time until the first instance expires. Instances paid by use have no "
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
                       [Query(top(10, named(by_repository(SIZE))), REPOSITORY_NAME)], unit="bytes", stack=True),
            timeseries("Growth in this time", "How many bytes larger the ten repositories that grew most are than at "
                       "the start of the time shown. Below 0: a clean-up.",
                       [Query(top(10, named(GROWTH)), REPOSITORY_NAME)], unit="bytes", minimum=None),
            table("Repositories", "What every repository holds, all types of artifacts together.",
                  {"swr_namespace": "Organisation", "repository": "Repository"},
                  [
                      Query(named(by_repository(SIZE))),
                      Query(by_repository(SIZE), column="Bytes", unit="bytes"),
                      Query(by_repository(COUNT), column="Artifacts"),
                      Query(by_repository(artifacts("huaweicloud_swr_artifacts_tags")), column="Tags"),
                      Query(by_repository(artifacts("huaweicloud_swr_artifacts_largest_size_bytes"), "max"),
                            column="Largest", unit="bytes"),
                      Query(by_repository(UNTAGGED_SIZE), column="Untagged", unit="bytes"),
                      Query(by_repository(IDLE_SIZE), column="Idle", unit="bytes"),
                      Query(by_repository(NEVER_PULLED), column="Never pulled"),
                      Query(newest("huaweicloud_swr_artifacts_last_push_timestamp_seconds"), column="Last push",
                            unit="dateTimeFromNow"),
                      Query(newest("huaweicloud_swr_artifacts_last_pull_timestamp_seconds"), column="Last pull",
                            unit="dateTimeFromNow"),
                      Query(OLDEST_PUSH, column="Oldest push", unit="dateTimeFromNow"),
                  ], key=BY_NAME, first=by_repository(SIZE), span=24, sort="Bytes",
                  behind={"instance_name": "Instance", "project": "Project"}, hidden={"instance_id": "Id"},
                  links={"Repository": [TO_REPOSITORY], "Organisation": [TO_ORGANISATION]}),
            bar_gauge("Artifacts by media type", "What the artifacts' manifests are: images, indexes of several "
                      "platforms, charts, the old Docker schema 1.",
                      [Query("sort_desc(sum by (manifest_media_type) ("
                             + once(f"{INSTANCE}, manifest_media_type", swr("huaweicloud_swr_artifacts_by_media_type"))
                             + "))", "{{manifest_media_type}}")], span=24).high(5),
        ]),
        Row("What a clean-up would free", 9, [
            bar_gauge("Idle bytes by repository", "The repositories where deleting what nobody has pulled for the "
                      "chosen time frees most.",
                      [Query(f"sort_desc(topk(12, {named(by_repository(IDLE_SIZE))}))", REPOSITORY_NAME)], unit="bytes"),
            bar_gauge("Untagged bytes by repository", "The repositories where deleting artifacts without a tag frees "
                      "most.", [Query(f"sort_desc(topk(12, {named(by_repository(UNTAGGED_SIZE))}))", REPOSITORY_NAME)],
                      unit="bytes"),
            timeseries("Bytes that could go", "Untagged and idle bytes of all repositories. An artifact may be both.",
                       [Query(f"sum({UNTAGGED_SIZE})", "untagged"),
                        Query(f"sum({IDLE_SIZE})", "idle for the chosen time"),
                        Query(f"sum({SIZE})", "all")], unit="bytes"),
            timeseries("Artifacts that could go", "Artifacts that are untagged, idle, or were never pulled.",
                       [Query(f"sum({UNTAGGED})", "untagged"), Query(f"sum({IDLE})", "idle for the chosen time"),
                        Query(f"sum({NEVER_PULLED})", "never pulled"), Query(f"sum({COUNT})", "all")]),
        ], collapsed=True),
        QUOTAS_ROW, COUNTED_ROW,
    ],
    [
        InstanceVariable(),
        Variable("swr_namespace", "Organisation",
                 "huaweicloud_swr_repository_info|huaweicloud_swr_repository_pulls_total", "swr_namespace"),
        Search("search", "Repository"),
        Variable("idle_for", "Idle for", "huaweicloud_swr_artifacts_idle", "idle_for"),
        CONSOLE,
    ],
    hours=24)
