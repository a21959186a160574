"""Code mirrors (CodeArts Repo) and image sync rules (SWR): does everything arrive where it should?"""

from .. import uids
from ..dashboard import Page, Row, Variable
from ..panels import CONCERNS, NEUTRAL, YES_NO, Query, stat, state_timeline, states, table, timeseries
from ..queries import MIRROR, MIRROR_LATE_SECONDS, MIRROR_NAMES, SYNC_REPOSITORY, SYNC_RULE, coded, of, once

STATES = states(("unknown", "purple"), ("none", "text"), ("scheduled", "light-blue"), ("started", "blue"),
                ("finished", "green"), ("canceled", "yellow"), ("to retry", "orange"), ("failed", "red"))
STATE_VALUES = ("unknown", "none", "scheduled", "started", "finished", "canceled", "to_retry", "failed")
CHOSEN_NAMESPACE = 'swr_namespace=~"$swr_namespace"'


def named(mirrors):
    """Adds the repository's name, which only the info series has."""
    return f"({mirrors}) * on ({MIRROR}) group_left (repository) {MIRROR_NAMES}"


def rule(name):
    return once(SYNC_RULE, of(name, CHOSEN_NAMESPACE))


STATE = coded(MIRROR, "huaweicloud_codearts_mirror_status", *STATE_VALUES)
LAST_SUCCESS = once(MIRROR, of("huaweicloud_codearts_mirror_last_successful_update_timestamp_seconds"))
LAST_UPDATE = once(MIRROR, of("huaweicloud_codearts_mirror_last_update_timestamp_seconds"))
FAILURES = once(MIRROR, of("huaweicloud_codearts_mirror_failures"))
ENABLED = once(MIRROR, of("huaweicloud_codearts_mirror_enabled"))
EVERY_MIRROR = f'group by ({MIRROR}) ({of("huaweicloud_codearts_mirror_status")})'
SCHEDULED = f"unless on ({MIRROR}) {ENABLED} == 0"
NEVER = f"count({EVERY_MIRROR} unless on ({MIRROR}) {LAST_SUCCESS}) or count({EVERY_MIRROR}) * 0"
FAILED = once(MIRROR, of("huaweicloud_codearts_mirror_status", 'status="failed"'))

RULES = once(SYNC_REPOSITORY, of("huaweicloud_swr_sync_rules", CHOSEN_NAMESPACE))
AUTO = rule("huaweicloud_swr_sync_rule_auto_enabled")
OVERRIDE = rule("huaweicloud_swr_sync_rule_override_enabled")

PAGE = Page(
    "mirrors-and-sync", uids.MIRRORS, "Huawei Cloud images: mirrors and sync",
    "Code mirrors of CodeArts Repo: which fail, which are late and why. Image sync rules of SWR: which repositories "
    "sync where, and whether they do it by themselves.",
    [
        Row("Code mirrors at a glance", 4, [
            stat("Mirrors watched", "Watched repositories that have a mirror.",
                 [Query(f'sum(max by (project) ({of("huaweicloud_codearts_mirrors")}))')], thresholds=NEUTRAL),
            stat("Failing", "Mirrors in the state failed.", [Query(f"sum({FAILED})")]),
            stat("Late", "Scheduled mirrors whose last successful update is more than 26 hours ago.",
                 [Query(f"sum((time() - {LAST_SUCCESS} > bool {MIRROR_LATE_SECONDS}) {SCHEDULED})")]),
            stat("Never updated", "Mirrors without any successful update. The alert gives a new one 26 hours.",
                 [Query(NEVER)], thresholds=CONCERNS),
            stat("No schedule", "Mirrors whose scheduled updates are off: they are not watched for being late.",
                 [Query(f"sum({ENABLED} == bool 0)")], thresholds=CONCERNS),
            stat("Longest without update", "The longest time since a scheduled mirror's last successful update. The "
                 "schedule is 24 hours.", [Query(f"max((time() - {LAST_SUCCESS}) {SCHEDULED})")], unit="dtdurations",
                 thresholds=[(None, "text"), (0, "green"), (25 * 3600, "orange"), (MIRROR_LATE_SECONDS, "red")]),
        ]),
        Row("Code mirrors", 9, [
            state_timeline("State of each mirror", "Which state each mirror was in, and since when.",
                           [Query(named(STATE), "{{project}} {{repository}} {{repository_id}}")], STATES, span=14),
            timeseries("Time since the last successful update", "A saw tooth of 24 hours is normal. The line is at 26 "
                       "hours, from where the alert fires.",
                       [Query(named(f"time() - {LAST_SUCCESS}"),
                             "{{project}} {{repository}} {{repository_id}}")], span=10,
                       unit="dtdurations", limit=MIRROR_LATE_SECONDS),
            table("Mirrors", "Every mirror with its source, state, failures, last error and dates. The last error's "
                  "code is shown while there is one; its text is in the exporter's log and in the console.",
                  {"project": "Project", "repository": "Repository", "repository_id": "Id", "url": "Source",
                   "error_code": "Error code"},
                  [
                      Query(once(f"{MIRROR}, repository, url", of("huaweicloud_codearts_mirror_info"))),
                      Query(once(f"{MIRROR}, error_code", of("huaweicloud_codearts_mirror_last_error_info"))),
                      Query(STATE, column="State", mappings=STATES),
                      Query(FAILURES, column="Failures", thresholds=[(None, "text"), (1, "orange")]),
                      Query(f"{LAST_SUCCESS} * 1000", column="Last success", unit="dateTimeFromNow"),
                      Query(f"{LAST_UPDATE} * 1000", column="Last update", unit="dateTimeFromNow"),
                      Query(ENABLED, column="Scheduled", mappings=YES_NO),
                      Query(once(MIRROR, of("huaweicloud_codearts_mirror_private")), column="Private",
                            mappings=states(("no", "text"), ("yes", "text"))),
                  ], span=24, sort="Failures"),
            timeseries("Failures of each mirror", "How often each mirror has failed, as the cloud counts it.",
                       [Query(named(FAILURES), "{{project}} {{repository}} {{repository_id}}")], span=24),
        ]),
        Row("Image sync rules at a glance", 4, [
            stat("Rules in all", "Sync rules of the watched repositories.", [Query(f"sum({RULES})")],
                 thresholds=NEUTRAL),
            stat("Rules switched off", "Rules whose automatic synchronisation is off: images pushed now do not arrive.",
                 [Query(f"sum({AUTO} == bool 0)")], thresholds=CONCERNS),
            stat("Rules that do not override", "Rules that leave an image alone that is there already with the same "
                 "tag.", [Query(f"sum({OVERRIDE} == bool 0)")], thresholds=NEUTRAL),
            stat("Repositories without a rule", "Watched repositories that sync nowhere.",
                 [Query(f"sum({RULES} == bool 0)")], thresholds=NEUTRAL),
            stat("Repositories watched", "Repositories that were asked for their sync rules.",
                 [Query(f"count({RULES})")], thresholds=NEUTRAL),
            stat("Regions synced to", "Regions that at least one rule sends images to.",
                 [Query(f"count(group by (remote_region) ({AUTO}))")], thresholds=NEUTRAL),
        ]),
        Row("Image sync rules", 9, [
            state_timeline("Automatic synchronisation", "Whether each rule syncs by itself. A bar that ends means that "
                           "the rule was deleted.",
                           [Query(AUTO, "{{project}} {{swr_namespace}}/{{repository}} → {{remote_region}}")],
                           states(("off", "orange"), ("on", "green")), span=14),
            timeseries("Rules by region", "Rules that send images to each region.",
                       [Query(f"count by (remote_region) ({AUTO})", "{{remote_region}}")], span=10),
            table("Rules", "Every sync rule with where it sends images, and how.",
                  {"project": "Project", "swr_namespace": "Organisation", "repository": "Repository",
                   "remote_region": "To region", "remote_namespace": "To organisation", "rule_id": "Rule"},
                  [
                      Query(AUTO, column="Automatic", mappings=YES_NO),
                      Query(OVERRIDE, column="Overrides", mappings=states(("no", "text"), ("yes", "text"))),
                      Query(f'{rule("huaweicloud_swr_sync_rule_created_timestamp_seconds")} * 1000',
                            column="Created", unit="dateTimeFromNow"),
                      Query(f'{rule("huaweicloud_swr_sync_rule_updated_timestamp_seconds")} * 1000',
                            column="Changed", unit="dateTimeFromNow"),
                  ], span=24, sort="Automatic", descending=False),
        ]),
    ],
    [Variable("swr_namespace", "Organisation", "huaweicloud_swr_sync_rules", "swr_namespace")],
    hours=24)
