"""Is anything broken, where, and since when: the page that is opened at night."""

from .. import uids
from ..dashboard import Page, Row
from ..panels import BROKEN, CONCERNS, NEUTRAL, SEVERITIES, SUCCESS, Query, stat, state_timeline, table, timeseries
from ..queries import (DAY_SECONDS, FIRING, IMAGE_CACHE, INSTANCE, MIRROR, MIRROR_LATE_SECONDS, MIRROR_NAMES,
                       NAMESPACE, REFRESH_FAILED, REGISTRY, REPLICATION, REPOSITORY, RETENTION, SYNC_JOB, SYNC_RULE,
                       TARGET, ever, of, once, own)

# `up` of the jobs that had an exporter in the range that is shown: with `All`, `$job` matches every job there is.
EXPORTER_UP = (
    f'{own("up")} and on (job) '
    f'group by (job) (last_over_time({own("huaweicloud_exporter_build_info")}[$__range] @ end()))'
)
# Sums that are 0 when nothing fires and absent, hence "rules not loaded", when no rule is evaluated.
RULES_LOADED = 'sum(job_project:huaweicloud_exporter_targets:sum{job=~"$job", instance=~"$instance|"}) * 0'

LAST_UPDATE = of("huaweicloud_codearts_mirror_last_successful_update_timestamp_seconds")
MIRROR_ENABLED = of("huaweicloud_codearts_mirror_enabled")
UNHEALTHY = f'{once(REGISTRY, of("huaweicloud_swr_registry_healthy"))} == bool 0'
RUNNING = once(INSTANCE, of("huaweicloud_swr_instance_status", 'status="Running"'))
NOT_RUNNING = f"{RUNNING} == bool 0"
MIRROR_FAILED = once(MIRROR, of("huaweicloud_codearts_mirror_status", 'status="failed"'))
# The second half: mirrors that were never updated at all. The third: no schedule, no delay.
MIRROR_LATE = (
    f"((time() - {once(MIRROR, LAST_UPDATE)} > bool {MIRROR_LATE_SECONDS}) "
    f'or on ({MIRROR}) group by ({MIRROR}) ({of("huaweicloud_codearts_mirror_status")})) '
    f"unless on ({MIRROR}) {once(MIRROR, MIRROR_ENABLED)} == 0"
)
SYNC_OFF = f'{once(SYNC_RULE, of("huaweicloud_swr_sync_rule_auto_enabled"))} == bool 0'
CACHE_BAD = once(IMAGE_CACHE, of("huaweicloud_cce_image_cache_status", 'status=~"Unavailable|Failed|unknown"'))
# 0 for caches that are kept for ever and have no expiry.
CACHE_EXPIRING = (
    f'(min by ({IMAGE_CACHE}) ({of("huaweicloud_cce_image_cache_expiry_timestamp_seconds")}) - time() '
    f"< bool {DAY_SECONDS}) or on ({IMAGE_CACHE}) 0 * {CACHE_BAD}"
)
REPLICATION_FAILED = once(REPLICATION, of("huaweicloud_swr_replication_last_execution_status", 'status="Failed"'))
SYNC_FAILED = once(SYNC_JOB, of("huaweicloud_swr_sync_last_job_status", 'status=~"failed|timeout|cancel"'))
CLEANUP_FAILED = once(RETENTION, of("huaweicloud_swr_retention_last_execution_status", 'status="Failed"'))
PUBLIC = once(NAMESPACE, of("huaweicloud_swr_namespace_public"))
NO_DATA = (
    f'sum({once(TARGET, of("huaweicloud_exporter_data_stale"))} '
    f'* on ({TARGET}) ({once(TARGET, of("huaweicloud_exporter_target_unsupported"))} == bool 0)) '
    f"+ (count(({REFRESH_FAILED}) == 1 "
    f'unless on ({TARGET}) {of("huaweicloud_exporter_last_success_timestamp_seconds")}) or vector(0))'
)
OLDEST = (
    f'max((time() - {of("huaweicloud_exporter_last_success_timestamp_seconds")}) '
    f'/ on (job, instance, {TARGET}) {of("huaweicloud_exporter_stale_after_seconds")})'
)

# The labels that name what an alert is about: each alert has a few of them.
OBJECT = ("collector", "target", "api", "operation", "instance_id", "registry", "swr_namespace", "repository",
          "repository_id", "remote_region", "image_cache", "policy", "resource", "credential")
ALERTS_SINCE = (
    "max by (severity, alertname, project, object) (label_join("
    + FIRING.replace("ALERTS{", "ALERTS_FOR_STATE{").replace('alertstate="firing", ', "")
    + f" and ignoring (alertstate) {FIRING}, \"object\", \" \", "
    + ", ".join(f'"{label}"' for label in OBJECT)
    + ")) * 1000"
)


def firing(severity):
    alerts = FIRING.replace("{", f'{{severity="{severity}", ', 1)
    return f"sum({alerts}) or {RULES_LOADED}"


AT_A_GLANCE = Row("Is anything broken?", 4, [
    stat("Alerts firing", "Critical and warning alerts of these rules that fire now. Without the rules in this "
         "Prometheus it says so.", [Query(firing("critical"), "critical"),
                                    Query(firing("warning"), "warning", thresholds=CONCERNS)],
         none="rules not loaded"),
    stat("Exporters down", "Exporters that Prometheus cannot scrape. Nothing they watch is watched.",
         [Query(f"sum(({EXPORTER_UP}) == bool 0)")], link=uids.EXPORTER, none="no exporter"),
    stat("Targets failing", "Targets whose last refresh failed. One failure alone may be harmless: the last good data "
         "is still served.", [Query(f"sum({REFRESH_FAILED})")], thresholds=CONCERNS, link=uids.EXPORTER),
    stat("Targets without data", "Targets whose data has gone stale, wholly or for some objects, or that have never "
         "refreshed well. What is wrong there cannot be seen on these pages.", [Query(NO_DATA)], link=uids.EXPORTER),
    stat("Age of the oldest data", "Age of the oldest target's data as a share of its own stale_after. At 100% the "
         "data is dropped.", [Query(OLDEST)], unit="percentunit", link=uids.EXPORTER, decimals=0,
         thresholds=[(None, "text"), (0, "green"), (0.8, "orange"), (1, "red")]),
    stat("Instances not running", "SWR Enterprise instances in another state than Running.",
         [Query(f"sum({NOT_RUNNING})")], link=uids.REGISTRIES),
    stat("Registries unhealthy", "Target registries that SWR reports as not healthy: images are not replicated there.",
         [Query(f"sum({UNHEALTHY})")], link=uids.REGISTRIES),
    stat("Mirrors failing", "Code mirrors in the state failed.", [Query(f"sum({MIRROR_FAILED})")],
         thresholds=CONCERNS, link=uids.MIRRORS),
    stat("Mirrors late", "Scheduled code mirrors without a successful update for 26 hours, those never updated "
         "included.", [Query(f"sum({MIRROR_LATE})")], link=uids.MIRRORS),
    stat("Sync rules off", "Image sync rules whose automatic synchronisation is switched off.",
         [Query(f"sum({SYNC_OFF})")], thresholds=CONCERNS, link=uids.MIRRORS),
    stat("Image caches broken", "Image caches that are Failed or Unavailable, or in a state that nobody knows.",
         [Query(f"sum({CACHE_BAD})")], link=uids.IMAGE_CACHES),
    stat("Image caches expiring", "Image caches that expire, and are deleted, within a day.",
         [Query(f"sum({CACHE_EXPIRING})")], thresholds=CONCERNS, link=uids.IMAGE_CACHES),
    stat("Replications failed", "Replication policies whose newest execution failed.",
         [Query(f"sum({REPLICATION_FAILED})")], span=6, link=uids.REPLICATION),
    stat("Syncs failed", "Repositories whose newest sync job failed, timed out or was canceled, counted once for each "
         "destination.", [Query(f"sum({SYNC_FAILED})")], span=6, thresholds=CONCERNS, link=uids.REPLICATION),
    stat("Clean-ups failed", "Retention policies whose newest execution failed.", [Query(f"sum({CLEANUP_FAILED})")],
         span=6, thresholds=CONCERNS, link=uids.REPLICATION),
    stat("Public namespaces", "Namespaces of SWR Enterprise from which everybody may pull.", [Query(f"sum({PUBLIC})")],
         span=6, thresholds=NEUTRAL, link=uids.REGISTRIES),
])

SINCE_WHEN = Row("Where, and since when?", 11, [
    state_timeline(
        "What was broken in this time",
        "Everything that was broken at any moment of the time shown, and when. What was well all the time is not "
        "listed, except for the first line, so that an empty page means that the exporter is gone.",
        [
            Query(f"max(({EXPORTER_UP}) == bool 0)", "exporter"),
            Query(ever(TARGET, REFRESH_FAILED), "refresh {{project}} {{collector}} {{target}}"),
            Query(ever(INSTANCE, NOT_RUNNING), "instance {{project}} {{instance_id}}"),
            Query(ever(REGISTRY, UNHEALTHY), "registry {{project}} {{registry}}"),
            Query(f"({ever(MIRROR, MIRROR_FAILED)}) * on ({MIRROR}) group_left (repository) {MIRROR_NAMES}",
                  "mirror {{project}} {{repository}} {{repository_id}}"),
            Query(f"({ever(SYNC_RULE, SYNC_OFF)}) or ({ever(SYNC_JOB, SYNC_FAILED)})",
                  "sync {{project}} {{swr_namespace}}/{{repository}} → {{remote_region}}"),
            Query(ever(IMAGE_CACHE, CACHE_BAD), "cache {{project}} {{image_cache}}"),
            Query(f"({ever(REPLICATION, REPLICATION_FAILED)}) or ({ever(RETENTION, CLEANUP_FAILED)})",
                  "policy {{project}} {{policy}} {{instance_id}}"),
        ], BROKEN, span=14),
    table(
        "Firing alerts",
        "The alerts that fire now and since when their condition holds. Each has a chapter in docs/runbooks.md.",
        {"severity": "Severity", "alertname": "Alert", "project": "Project", "object": "What"},
        [Query(ALERTS_SINCE, column="Since", unit="dateTimeFromNow", width=130)], span=10, sort="Severity",
        descending=False, coloured={"Severity": SEVERITIES}),
])

COLLECTION = Row("Can these pages be trusted?", 8, [
    state_timeline(
        "Collection by project", "Whether all targets of a collector refreshed well. A red bar means that what the "
        "pages show about it is old, or gone.",
        [Query(f"1 - max by (project, collector) ({REFRESH_FAILED})",
               "{{project}} {{collector}}")], SUCCESS, span=14),
    timeseries(
        "Age of the data", "Age of the oldest data of each collector as a share of its stale_after: at 100% it is "
        "dropped.",
        [Query(OLDEST.replace("max(", "max by (project, collector) (", 1), "{{project}} {{collector}}")],
        span=10, unit="percentunit", limit=1),
])

INVENTORY = Row("What is watched", 7, [
    timeseries(
        "Objects", "How many objects of each kind exist. A line that drops shows what was deleted, or is not seen any "
        "more.",
        [
            Query(f'sum(max by (project, instance_id) ({of("huaweicloud_swr_registries")}))', "target registries"),
            Query(f'sum({once(REPOSITORY, of("huaweicloud_swr_artifacts"))})', "artifacts"),
            Query(f'sum(max by (project, swr_namespace, repository) ({of("huaweicloud_swr_sync_rules")}))',
                  "sync rules"),
            Query(f'sum(max by (project) ({of("huaweicloud_codearts_mirrors")}))', "code mirrors"),
            Query(f'sum(max by (project) ({of("huaweicloud_cce_image_caches")}))', "image caches"),
        ], span=8, logarithmic=True),
    timeseries(
        "Artifact bytes by project", "Sum of the artifacts' sizes. Layers that artifacts share count in each, so it is "
        "more than what is billed.",
        [Query(f'sum by (project) ({once(REPOSITORY, of("huaweicloud_swr_artifacts_size_bytes"))})', "{{project}}")],
        span=8, unit="bytes"),
    table(
        "Targets", "How many targets each collector has, all exporters together. None: discovery found nothing "
        "to watch.",
        {"project": "Project", "collector": "Collector"},
        [Query(f'sum by (project, collector) (max by (job, instance, project, collector) '
               f'({of("huaweicloud_exporter_targets")}))', column="Targets")], span=8, sort="Project",
        descending=False),
])

PAGE = Page(
    "overview", uids.OVERVIEW, "Huawei Cloud images: overview",
    "Is anything in the image supply chain broken, where, and since when. Numbers lead to the page that says more.",
    [AT_A_GLANCE, SINCE_WHEN, COLLECTION, INVENTORY])
