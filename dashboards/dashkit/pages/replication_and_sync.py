"""Replications and retentions (SWR Enterprise), sync jobs (SWR's shared edition): do they run, and do they succeed?"""

from .. import uids
from ..dashboard import CONSOLE, Page, Row, Search, Variable
from ..panels import (CONCERNS, NEUTRAL, YES_NO, Query, stat, state_timeline, states, table, timeseries, to_console,
                      to_page)
from ..queries import (INSTANCE, REPLICATION, RETENTION, SYNC_JOB, coded, latest, of, once, top, with_instance, with_region,
                       worst)

EXECUTION_STATES = states(("unknown", "purple"), ("succeeded", "green"), ("in progress", "blue"),
                          ("stopped", "yellow"), ("failed", "red"))
EXECUTION_VALUES = ("unknown", "Succeed", "InProgress", "Stopped", "Failed")
JOB_STATES = states(("unknown", "purple"), ("success", "green"), ("was there", "green"), ("running", "blue"),
                    ("waiting", "light-blue"), ("canceled", "yellow"), ("timed out", "orange"), ("failed", "red"))
JOB_VALUES = ("unknown", "success", "existed", "running", "waiting", "cancel", "timeout", "failed")
POLICY_CHOSEN = 'policy=~"$policy"'
NAMESPACE_CHOSEN = 'swr_namespace=~"$swr_namespace"'
REPOSITORY_CHOSEN = 'repository=~".*$search.*"'
BAD_EXECUTION = 'status=~"Failed|Stopped|unknown"'


def replication(name, *matchers, operation="max"):
    return once(REPLICATION, of(name, POLICY_CHOSEN, *matchers), operation)


def retention(name, *matchers):
    return once(RETENTION, of(name, NAMESPACE_CHOSEN, *matchers))


def job(name, *matchers):
    return once(SYNC_JOB, of(name, NAMESPACE_CHOSEN, REPOSITORY_CHOSEN, *matchers))


REPLICATION_NAME = "{{policy}} {{instance_name}} {{cluster}}"
RETENTION_NAME = "{{swr_namespace}} {{policy}} {{instance_name}} {{cluster}}"
JOB_NAME = "{{swr_namespace}}/{{repository}} → {{remote_region}} {{project}} {{cluster}}"

POLICY_SERIES = of("huaweicloud_swr_replication_policy_info", POLICY_CHOSEN)
REPLICATION_STATE = coded(REPLICATION, "huaweicloud_swr_replication_last_execution_status", *EXECUTION_VALUES,
                          matchers=(POLICY_CHOSEN,))
REPLICATION_STATUS = "huaweicloud_swr_replication_last_execution_status"
REPLICATION_SUCCESS = replication("huaweicloud_swr_replication_last_success_timestamp_seconds")
REPLICATION_INTERVAL = replication("huaweicloud_swr_replication_policy_schedule_interval_seconds")
REPLICATION_FAILURES = replication("huaweicloud_swr_replication_consecutive_failures")
REPLICATION_ENABLED = replication("huaweicloud_swr_replication_policy_enabled")
# A registry that nobody lists any more is shown by its identifier.
POLICY_INFO = (
    f"({once(f'{REPLICATION}, registry_id, direction, trigger, remote_namespace', POLICY_SERIES)}) "
    f"* on ({INSTANCE}, registry_id) group_left (registry) "
    f"({latest(f'{INSTANCE}, registry_id + registry', of('huaweicloud_swr_registry_info'))} "
    f"or on ({INSTANCE}, registry_id) label_replace(group by ({INSTANCE}, registry_id) ({POLICY_SERIES}), "
    f'"registry", "$1", "registry_id", "(.+)"))'
)
TASKS = "huaweicloud_swr_replication_last_execution_tasks"
RETENTION_STATE = coded(RETENTION, "huaweicloud_swr_retention_last_execution_status", *EXECUTION_VALUES,
                        matchers=(NAMESPACE_CHOSEN,))
RETENTION_BAD = retention("huaweicloud_swr_retention_last_execution_status", BAD_EXECUTION)
RETENTION_ENABLED = retention("huaweicloud_swr_retention_policy_enabled")
RETENTION_SUCCESS = retention("huaweicloud_swr_retention_last_success_timestamp_seconds")
JOB_STATE = coded(SYNC_JOB, "huaweicloud_swr_sync_last_job_status", *JOB_VALUES,
                  matchers=(NAMESPACE_CHOSEN, REPOSITORY_CHOSEN))
FAILING_TAGS = job("huaweicloud_swr_sync_failing_tags")
WAITING_SINCE = job("huaweicloud_swr_sync_oldest_waiting_timestamp_seconds")
JOBS = of("huaweicloud_swr_sync_jobs", NAMESPACE_CHOSEN, REPOSITORY_CHOSEN)
JOB_CREATED = job("huaweicloud_swr_sync_last_job_created_timestamp_seconds")
TO_INSTANCE = to_page("Show the instance", uids.REGISTRIES, project="Project", instance_id="Id")

PAGE = Page(
    "replication-and-sync", uids.REPLICATION, "Huawei Cloud images: replication and sync",
    "Replication policies of SWR Enterprise, sync jobs of SWR's shared edition, and the retention policies that clean "
    "up: which ran, how they ended, and when they last succeeded.",
    [
        Row("Replications at a glance", 3, [
            stat("Policies in all", "Replication policies of the chosen projects.",
                 [Query(f'sum(max by ({INSTANCE}) ({of("huaweicloud_swr_replication_policies")}))')],
                 thresholds=NEUTRAL),
            stat("Replications failed", "Policies whose newest execution failed or was stopped.",
                 [Query(f"sum({replication(REPLICATION_STATUS, BAD_EXECUTION)})")]),
            stat("Running now", "Policies whose newest execution is in progress.",
                 [Query(f"""sum({replication(REPLICATION_STATUS, 'status="InProgress"')})""")], thresholds=NEUTRAL),
            stat("Policies off", "Replication policies that are switched off.",
                 [Query(f"sum({REPLICATION_ENABLED} == bool 0)")], thresholds=NEUTRAL),
            stat("Most behind", "Time since the last success of the policy that is latest, in intervals of "
                 "its own schedule. From 2 on the alert fires.",
                 [Query(f"max((time() - {REPLICATION_SUCCESS}) / on ({REPLICATION}) {REPLICATION_INTERVAL})")],
                 none="none scheduled", decimals=1,
                 thresholds=[(None, "text"), (0, "green"), (1.2, "orange"), (2, "red")]),
            stat("Tasks failed", "Tasks of the newest executions that failed.",
                 [Query(f"""sum({replication(TASKS, 'result="failed"')})""")], thresholds=CONCERNS),
        ]),
        Row("Replications", 9, [
            state_timeline("Newest execution of each policy", "How the newest execution of each policy stood, and "
                           "since when.", [Query(worst(50, with_instance(REPLICATION_STATE)), REPLICATION_NAME)], EXECUTION_STATES, span=14),
            timeseries("Time since a policy succeeded", "Time since the end of each policy's last successful "
                       "execution: a saw tooth of the schedule's length is normal.",
                       [Query(top(20, with_instance(f"time() - {REPLICATION_SUCCESS}")), REPLICATION_NAME)], span=10, unit="dtdurations"),
            table("Policies", "Every replication policy with its far end, state and dates.",
                  {"policy": "Policy", "registry": "Registry"},
                  [
                      Query(with_region(with_instance(POLICY_INFO))),
                      Query(REPLICATION_ENABLED, column="On", mappings=YES_NO),
                      Query(REPLICATION_STATE, column="Newest", mappings=EXECUTION_STATES),
                      Query(REPLICATION_FAILURES, column="Failures in a row",
                            thresholds=[(None, "text"), (1, "orange")]),
                      Query(REPLICATION_INTERVAL, column="Every", unit="dtdurations"),
                      Query(f"{REPLICATION_SUCCESS} * 1000", column="Last success", unit="dateTimeFromNow"),
                      Query(f'{replication("huaweicloud_swr_replication_last_execution_created_timestamp_seconds")} '
                            "* 1000", column="Began", unit="dateTimeFromNow"),
                      Query(f'{replication("huaweicloud_swr_replication_last_execution_updated_timestamp_seconds")} '
                            "* 1000", column="Changed", unit="dateTimeFromNow"),
                  ], key=REPLICATION, first=REPLICATION_STATE, span=24, sort="Newest",
                  behind={"direction": "Direction", "trigger": "Trigger", "remote_namespace": "To namespace",
                          "instance_name": "Instance", "project": "Project", "cloud_region": "Region"},
                  hidden={"instance_id": "Id"},
                  links={"Instance": [TO_INSTANCE], "Region": [to_console("swr")],
                         "Registry": [to_page("Show the registry", uids.REGISTRIES, project="Project",
                                              instance_id="Id")]}),
            timeseries("Tasks of the newest executions", "Tasks of the newest executions, by result.",
                       [Query(f'sum by (result) ({once(f"{REPLICATION}, result", of(TASKS, POLICY_CHOSEN))})',
                              "{{result}}")], stack=True),
            timeseries("Executions that are listed", "The executions that the cloud lists, a hundred or two hundred "
                       "for each policy, by status.",
                       [Query("sum by (status) ("
                              + once(f"{REPLICATION}, status",
                                     of("huaweicloud_swr_replication_executions", POLICY_CHOSEN)) + ")",
                              "{{status}}")], stack=True),
        ]),
        Row("Sync jobs at a glance", 3, [
            stat("Destinations", "Repositories that sync, counted once for each destination.",
                 [Query(f'count({job("huaweicloud_swr_sync_last_job_status")})')], span=6, thresholds=NEUTRAL),
            stat("Newest job failed", "Destinations whose newest sync job failed, timed out or was canceled.",
                 [Query("sum(" + job("huaweicloud_swr_sync_last_job_status", 'status=~"failed|timeout|cancel"')
                        + ")")], span=6),
            stat("Tags that fail", "Tags whose newest sync job failed, timed out or was canceled: they are missing at "
                 "the far end, or old.", [Query(f"sum({FAILING_TAGS})")], span=6, thresholds=CONCERNS),
            stat("Longest wait", "How long the oldest job that waits has waited.",
                 [Query(f"max(time() - {WAITING_SINCE})")], span=6, unit="dtdurations", none="none waits",
                 thresholds=[(None, "green"), (1800, "orange"), (3600, "red")]),
        ]),
        Row("Sync jobs", 9, [
            state_timeline("Newest job of each destination", "How the newest sync job of each repository and "
                           "destination stood, and since when.", [Query(worst(50, JOB_STATE), JOB_NAME)], JOB_STATES, span=14),
            timeseries("Jobs by status", "The newest hundred jobs of each repository, by status.",
                       [Query(f'sum by (status) ({once(f"{SYNC_JOB}, status", JOBS)})', "{{status}}")], span=10,
                       stack=True),
            table("Synchronised repositories", "Every repository and destination with its newest job, the tags that "
                  "fail, and its dates.",
                  {"swr_namespace": "Organisation", "repository": "Repository", "remote_region": "To region",
                   "remote_namespace": "To organisation"},
                  [
                      Query(with_region(JOB_CREATED)),
                      Query(JOB_STATE, column="Newest job", mappings=JOB_STATES),
                      Query(FAILING_TAGS, column="Failing tags", thresholds=[(None, "text"), (1, "red")]),
                      Query(f"{JOB_CREATED} * 1000", column="Created", unit="dateTimeFromNow"),
                      Query(f'{job("huaweicloud_swr_sync_last_success_timestamp_seconds")} * 1000',
                            column="Last success", unit="dateTimeFromNow"),
                      Query(f"{WAITING_SINCE} * 1000", column="Waiting since", unit="dateTimeFromNow"),
                  ], key=SYNC_JOB, first=JOB_STATE, span=24, sort="Failing tags",
                  behind={"project": "Project", "cloud_region": "Region"},
                  links={"Organisation": [to_page("Show the organisation", uids.ORGANISATIONS, project="Project",
                                                  swr_namespace="Organisation")],
                         "Repository": [to_page("Show its sync rules", uids.MIRRORS, project="Project",
                                                swr_namespace="Organisation", search="Repository")],
                         "Region": [to_console("swr")]}),
        ]),
        Row("Clean-up", 9, [
            stat("Retention policies", "Retention policies of the chosen projects.",
                 [Query(f'sum(max by ({INSTANCE}) ({of("huaweicloud_swr_retention_policies")}))')], span=8,
                 thresholds=NEUTRAL).high(3),
            stat("Clean-ups failed", "Retention policies whose newest execution failed or was stopped.",
                 [Query(f"sum({RETENTION_BAD})")], span=8, thresholds=CONCERNS).high(3),
            stat("Clean-ups off", "Retention policies that are switched off.",
                 [Query(f"sum({RETENTION_ENABLED} == bool 0)")], span=8, thresholds=NEUTRAL).high(3),
            state_timeline("Newest clean-up of each policy", "How the newest execution of each retention policy "
                           "stood; trial runs are left out.", [Query(worst(50, with_instance(RETENTION_STATE)), RETENTION_NAME)],
                           EXECUTION_STATES).high(7),
            table("Clean-ups", "Every retention policy with its state and dates.",
                  {"swr_namespace": "Organisation", "policy": "Policy"},
                  [
                      Query(with_region(with_instance(RETENTION_ENABLED))),
                      Query(RETENTION_ENABLED, column="On", mappings=YES_NO),
                      Query(RETENTION_STATE, column="Newest", mappings=EXECUTION_STATES),
                      Query(retention("huaweicloud_swr_retention_policy_schedule_interval_seconds"), column="Every",
                            unit="dtdurations"),
                      Query(f'{retention("huaweicloud_swr_retention_last_execution_timestamp_seconds")} * 1000',
                            column="Began", unit="dateTimeFromNow"),
                      Query(f"{RETENTION_SUCCESS} * 1000", column="Last success", unit="dateTimeFromNow"),
                  ], key=RETENTION, first=RETENTION_STATE, span=24, sort="Newest",
                  behind={"instance_name": "Instance", "project": "Project", "cloud_region": "Region"},
                  hidden={"instance_id": "Id"},
                  links={"Instance": [TO_INSTANCE], "Region": [to_console("swr")],
                         "Organisation": [to_page("Show the organisation", uids.ORGANISATIONS, project="Project",
                                                  swr_namespace="Organisation")]}),
        ], collapsed=True),
    ],
    [
        Variable("swr_namespace", "Organisation",
                 "huaweicloud_swr_sync_last_job_status|huaweicloud_swr_retention_policy_enabled", "swr_namespace"),
        Variable("policy", "Replication", "huaweicloud_swr_replication_policy_enabled", "policy"),
        Search("search", "Repository"),
        CONSOLE,
    ],
    hours=24)
