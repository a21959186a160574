"""Is anything broken, where, and since when: the page that is opened at night."""

from .. import released, uids
from ..alerts import ALERTS_BY_PAGE, RUNBOOK_ANCHORS
from ..dashboard import Page, Row
from ..panels import (BROKEN, CONCERNS, SEVERITIES, SUCCESS, Query, stat, state_timeline, table, timeseries,
                      to_page)
from ..queries import (AGE, CREDENTIAL, DAY_SECONDS, FIRING, IMAGE_CACHE, INSTANCE, INSTANCE_NAMES, MIRROR,
                       MIRROR_LATE_SECONDS, PROJECT, REFRESH_FAILED, REGISTRY, REPLICATION, REPOSITORY,
                       RETENTION, SUPPORTED, SYNC_JOB, SYNC_RULE, TARGET, ever, of, once, own,
                       top, with_instance, with_mirror, with_target)

# Known by its job's name, as the alerts have it, or by what it exposed within a day.
EXPORTER_UP = (
    f"""{own("up", 'job=~".*huaweicloud-artifact-exporter.*"')} or {own("up")} """
    f'and on (cluster, job, instance) '
    f'group by (cluster, job, instance) (last_over_time({own("huaweicloud_exporter_build_info")}[1d]))'
)
# Sums that are 0 when nothing fires and absent, hence "rules not loaded", when no rule is evaluated.
RULES_LOADED = (
    'sum(job_project:huaweicloud_exporter_targets:sum{cluster=~"$cluster", job=~"$job", instance=~"$instance|"}) * 0'
)

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


def quota(used, limit, labels):
    return f"({once(labels, of(used))} / ({once(labels, of(limit))} > 0) > bool 0.9)"


QUOTAS = (
    quota("huaweicloud_swr_instance_quota_used", "huaweicloud_swr_instance_quota_limit", f"{INSTANCE}, resource")
    + " or " + quota("huaweicloud_swr_quota_used", "huaweicloud_swr_quota_limit", f"{PROJECT}, resource")
)
CREDENTIAL_ENABLED = once(CREDENTIAL, of("huaweicloud_swr_credential_enabled"))
CREDENTIAL_LEFT = f'{once(CREDENTIAL, of("huaweicloud_swr_credential_expiry_timestamp_seconds"), "min")} - time()'
# One that has expired is listed for ever: whoever needed it has noticed. 0 for those without an end.
CREDENTIALS_EXPIRING = (
    f"(({CREDENTIAL_LEFT} > 0) < bool {14 * DAY_SECONDS} and on ({CREDENTIAL}) {CREDENTIAL_ENABLED} == 1) "
    f"or on ({CREDENTIAL}) 0 * {CREDENTIAL_ENABLED}"
)
NO_DATA = (
    f'sum({once(TARGET, of("huaweicloud_exporter_data_stale"), "min")} * on ({TARGET}) {SUPPORTED}) '
    f"+ (count(({REFRESH_FAILED}) == 1 "
    f'unless on ({TARGET}) {of("huaweicloud_exporter_last_success_timestamp_seconds")}) or vector(0))'
)

# The labels that name what an alert is about: each alert has a few of them.
OBJECT = ("collector", "target", "api", "operation", "registry", "swr_namespace", "repository", "repository_id",
          "remote_region", "image_cache", "policy", "resource", "credential", "instance_name")


def labelled(expression):
    """Joins those labels to one, and names the page of the alert's group."""
    expression = f'label_join({expression}, "object", " ", ' + ", ".join(f'"{label}"' for label in OBJECT) + ")"
    for uid, alerts in ALERTS_BY_PAGE.items():
        expression = f'label_replace({expression}, "page", "{uid}", "alertname", "HuaweiCloud({"|".join(alerts)})")'
    return f'label_replace({expression}, "runbook", "$1", "alertname", "(.+)")'


SINCE = (FIRING.replace("ALERTS{", "ALERTS_FOR_STATE{").replace('alertstate="firing", ', "")
         + f" and ignoring (alertstate) {FIRING}")
# Most alerts are about no instance.
ALERTS_SINCE = (
    "max by (severity, alertname, cluster, project, object, page, runbook) ("
    + labelled(f"({with_instance(SINCE)}) or ({SINCE} unless on ({INSTANCE}) {INSTANCE_NAMES})")
    + ") * 1000"
)


def firing(severity):
    alerts = FIRING.replace("{", f'{{severity="{severity}", ', 1)
    return f"sum({alerts}) or {RULES_LOADED}"


AT_A_GLANCE = Row("Is anything broken?", 3, [
    stat("Critical alerts", "Critical alerts of these rules that fire now. Without the rules in this Prometheus it says "
         "so.", [Query(firing("critical"))], none="rules not loaded"),
    stat("Warnings", "Warnings of these rules that fire now.", [Query(firing("warning"))], thresholds=CONCERNS,
         none="rules not loaded"),
    stat("Exporters down", "Exporters that Prometheus cannot scrape. What no other one watches is not watched.",
         [Query(f"sum(({EXPORTER_UP}) == bool 0)")], link=uids.EXPORTER, none="no exporter"),
    stat("Targets failing", "Targets whose last refresh failed. One failure alone may be harmless: the last good data "
         "is still served. What the cloud does not have here is left out.", [Query(f"sum({REFRESH_FAILED})")],
         thresholds=CONCERNS, link=uids.EXPORTER),
    stat("Without data", "Targets whose data has gone stale, wholly or for some objects, or that have never refreshed "
         "well. What is wrong there cannot be seen on these pages.", [Query(NO_DATA)], link=uids.EXPORTER),
    stat("Oldest data", "Age of the oldest target's data as a share of its own stale_after. At 100% the data is "
         "dropped.", [Query(f"max({AGE})")], unit="percentunit", link=uids.EXPORTER, decimals=0,
         thresholds=[(None, "text"), (0, "green"), (0.8, "orange"), (1, "red")]),
    stat("Replications failed", "Replication policies whose newest execution failed.",
         [Query(f"sum({REPLICATION_FAILED})")], link=uids.REPLICATION),
    stat("Syncs failed", "Repositories whose newest sync job failed, timed out or was canceled, counted once for each "
         "destination.", [Query(f"sum({SYNC_FAILED})")], thresholds=CONCERNS, link=uids.REPLICATION),
    stat("Clean-ups failed", "Retention policies whose newest execution failed.", [Query(f"sum({CLEANUP_FAILED})")],
         thresholds=CONCERNS, link=uids.REPLICATION),
    stat("Registries ill", "Target registries that SWR reports as not healthy: images are not replicated there.",
         [Query(f"sum({UNHEALTHY})")], link=uids.REGISTRIES),
    stat("Instances ill", "SWR Enterprise instances in another state than Running.", [Query(f"sum({NOT_RUNNING})")],
         link=uids.REGISTRIES),
    stat("Quotas nearly full", "Quotas of SWR of which so much is used that the alert fires.", [Query(f"sum({QUOTAS})")],
         thresholds=CONCERNS, link=uids.REGISTRIES),
    stat("Mirrors failing", "Code mirrors in the state failed.", [Query(f"sum({MIRROR_FAILED})")],
         thresholds=CONCERNS, link=uids.MIRRORS),
    stat("Mirrors late", "Scheduled code mirrors without a successful update for 26 hours, those never updated "
         "included.", [Query(f"sum({MIRROR_LATE})")], thresholds=CONCERNS, link=uids.MIRRORS),
    stat("Sync rules off", "Image sync rules whose automatic synchronisation is switched off.",
         [Query(f"sum({SYNC_OFF})")], thresholds=CONCERNS, link=uids.MIRRORS),
    stat("Caches broken", "Image caches that are Failed or Unavailable, or in a state that nobody knows.",
         [Query(f"sum({CACHE_BAD})")], thresholds=CONCERNS, link=uids.IMAGE_CACHES),
    stat("Caches expiring", "Image caches that expire, and are deleted, within a day.",
         [Query(f"sum({CACHE_EXPIRING})")], thresholds=CONCERNS, link=uids.IMAGE_CACHES),
    stat("Credentials expire", "Long-term credentials that are on and expire so soon that the alert fires.",
         [Query(f"sum({CREDENTIALS_EXPIRING})")], thresholds=CONCERNS, link=uids.REGISTRIES),
])

SINCE_WHEN = Row("Where, and since when?", 12, [
    state_timeline(
        "What was broken in this time",
        "What was broken at some moment of the time shown, and when: of each kind the ten that were broken for "
        "longest. What was well all the time is not listed, except for the first line, so that an empty page means "
        "that the exporter is gone.",
        [
            Query(f"max(({EXPORTER_UP}) == bool 0)", "any exporter"),
            Query(with_target(ever(TARGET, REFRESH_FAILED)),
                  "{{collector}} {{name}} {{project}} {{cluster}}"),
            Query(with_instance(ever(INSTANCE, NOT_RUNNING)),
                  "{{instance_name}} (instance) {{project}} {{cluster}}"),
            Query(with_instance(ever(REGISTRY, UNHEALTHY)),
                  "{{registry}} (registry) {{instance_name}} {{cluster}}"),
            Query(with_mirror(ever(MIRROR, MIRROR_FAILED)), "{{repository}} (mirror) {{project}} {{cluster}}"),
            Query(f"({ever(SYNC_RULE, SYNC_OFF)}) or ({ever(SYNC_JOB, SYNC_FAILED)})",
                  "{{swr_namespace}}/{{repository}} → {{remote_region}} {{project}} {{cluster}}"),
            Query(ever(IMAGE_CACHE, CACHE_BAD), "{{image_cache}} (cache) {{project}} {{cluster}}"),
            Query(with_instance(f"({ever(REPLICATION, REPLICATION_FAILED)}) or ({ever(RETENTION, CLEANUP_FAILED)})"),
                  "{{policy}} {{swr_namespace}} (policy) {{instance_name}} {{cluster}}"),
        ], BROKEN),
    table(
        "Firing alerts",
        "The alerts that fire now, and since when their condition holds. A click on an alert opens its runbook, a "
        "click on what it is about the page that shows it.",
        {"severity": "Severity", "alertname": "Alert", "object": "What"},
        [Query(ALERTS_SINCE, column="Since", unit="dateTimeFromNow", width=130)],
        key="severity, alertname, cluster, project, object, page, runbook", first=ALERTS_SINCE,
        sort="Severity", descending=False, coloured={"Severity": SEVERITIES, "Runbook": RUNBOOK_ANCHORS},
        behind={"project": "Project"}, hidden={"page": "Page", "runbook": "Runbook"},
        widths={"Severity": 90, "Alert": 330, "Project": 110, "Cluster": 90},
        links={
            "Alert": [{"title": "Open the runbook", "targetBlank": True,
                       "url": released.RUNBOOKS + '#${__data.fields["Runbook"]}'}],
            "What": [{"title": "Show it", "targetBlank": False,
                      "url": '/d/${__data.fields["Page"]}?${datasource:queryparam}&${cluster:queryparam}'
                             '&${job:queryparam}&var-project=${__data.fields["Project"]:percentencode}'
                             '&${__url_time_range}'}],
        }).high(10),
])

COLLECTION = Row("Can these pages be trusted?", 8, [
    state_timeline(
        "Collection by project", "Whether all targets of a collector refreshed well. A red bar means that what the "
        "pages show about it is old, or gone.",
        [Query(f"1 - max by ({PROJECT}, collector) ({REFRESH_FAILED})",
               "{{collector}} {{project}} {{cluster}}")], SUCCESS, span=13),
    timeseries(
        "Age of the data", "Age of the oldest data of twelve collectors as a share of its stale_after: at 100% it is "
        "dropped.",
        [Query(top(12, f"max by ({PROJECT}, collector) ({AGE})"), "{{collector}} {{project}} {{cluster}}")],
        span=11, unit="percentunit", limit=1),
])

INVENTORY = Row("What is watched", 8, [
    timeseries(
        "Objects", "How many objects of each kind exist. A line that drops shows what was deleted, or is not seen any "
        "more.",
        [
            Query(f'sum(max by ({INSTANCE}) ({of("huaweicloud_swr_registries")}))', "target registries"),
            Query(f'sum({once(REPOSITORY, of("huaweicloud_swr_artifacts"))})', "artifacts"),
            Query(f'sum(max by ({PROJECT}, swr_namespace, repository) ({of("huaweicloud_swr_sync_rules")}))',
                  "sync rules"),
            Query(f'sum(max by ({PROJECT}) ({of("huaweicloud_codearts_mirrors")}))', "code mirrors"),
            Query(f'sum(max by ({PROJECT}) ({of("huaweicloud_cce_image_caches")}))', "image caches"),
        ], span=8, logarithmic=True),
    timeseries(
        "Artifact bytes by project", "Sum of the artifacts' sizes. Layers that artifacts share count in each, so it is "
        "more than what is billed.",
        [Query(f'sum by ({PROJECT}) ({once(REPOSITORY, of("huaweicloud_swr_artifacts_size_bytes"))})',
               "{{project}} {{cluster}}")],
        span=8, unit="bytes"),
    table(
        "Targets", "How many targets each collector has, all exporters together. None: discovery found nothing "
        "to watch.",
        {"collector": "Collector"},
        [Query(f'sum by ({PROJECT}, collector) (max by (job, instance, {PROJECT}, collector) '
               f'({of("huaweicloud_exporter_targets")}))', column="Targets")],
        key=f"{PROJECT}, collector",
        first=f'-max by ({PROJECT}, collector) ({of("huaweicloud_exporter_targets")})', span=8, sort="Targets",
        descending=False, behind={"project": "Project"},
        links={"Collector": [to_page("Show its targets", uids.EXPORTER, project="Project", collector="Collector")]}),
], collapsed=True)

PAGE = Page(
    "overview", uids.OVERVIEW, "Huawei Cloud images: overview",
    "Is anything in the image supply chain broken, where, and since when. Numbers lead to the page that says more.",
    [AT_A_GLANCE, SINCE_WHEN, COLLECTION, INVENTORY])
