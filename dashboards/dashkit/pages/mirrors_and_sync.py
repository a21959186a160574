"""Code mirrors (CodeArts Repo) and image sync rules (SWR): does everything arrive where it should?"""

from .. import uids
from ..dashboard import CONSOLE, Page, Row, Search, Variable
from ..panels import (CONCERNS, NEUTRAL, YES_NO, Query, stat, state_timeline, states, table, timeseries, to_console,
                      to_page)
from ..queries import (MIRROR, MIRROR_LATE_SECONDS, PROJECT, SYNC_REPOSITORY, SYNC_RULE, coded, latest, of, once, top,
                       with_mirror, with_region, worst)

STATES = states(("unknown", "purple"), ("none", "text"), ("scheduled", "light-blue"), ("started", "blue"),
                ("finished", "green"), ("canceled", "yellow"), ("to retry", "orange"), ("failed", "red"))
STATE_VALUES = ("unknown", "none", "scheduled", "started", "finished", "canceled", "to_retry", "failed")
CHOSEN = ('swr_namespace=~"$swr_namespace"', 'repository=~".*$search.*"')
MIRROR_LABEL = "{{repository}} {{project}} {{cluster}} {{repository_id}}"


def rule(name):
    return once(SYNC_RULE, of(name, *CHOSEN))


STATE = coded(MIRROR, "huaweicloud_codearts_mirror_status", *STATE_VALUES)
# Only the info series knows by what name to search.
FOUND_STATE = (
    f'{STATE} and on ({MIRROR}) {of("huaweicloud_codearts_mirror_info", CHOSEN[1])}'
)
LAST_SUCCESS = once(MIRROR, of("huaweicloud_codearts_mirror_last_successful_update_timestamp_seconds"))
LAST_UPDATE = once(MIRROR, of("huaweicloud_codearts_mirror_last_update_timestamp_seconds"))
FAILURES = once(MIRROR, of("huaweicloud_codearts_mirror_failures"))
ENABLED = once(MIRROR, of("huaweicloud_codearts_mirror_enabled"))
EVERY_MIRROR = f'group by ({MIRROR}) ({of("huaweicloud_codearts_mirror_status")})'
SCHEDULED = f"unless on ({MIRROR}) {ENABLED} == 0"
NEVER = f"count({EVERY_MIRROR} unless on ({MIRROR}) {LAST_SUCCESS}) or count({EVERY_MIRROR}) * 0"
FAILED = once(MIRROR, of("huaweicloud_codearts_mirror_status", 'status="failed"'))

RULES = once(SYNC_REPOSITORY, of("huaweicloud_swr_sync_rules", *CHOSEN))
AUTO = rule("huaweicloud_swr_sync_rule_auto_enabled")
OVERRIDE = rule("huaweicloud_swr_sync_rule_override_enabled")

PAGE = Page(
    "mirrors-and-sync", uids.MIRRORS, "Huawei Cloud images: mirrors and sync",
    "Code mirrors of CodeArts Repo: which fail, which are late and why. Image sync rules of SWR: which repositories "
    "sync where, and whether they do it by themselves.",
    [
        Row("Code mirrors at a glance", 3, [
            stat("Mirrors watched", "Watched repositories that have a mirror.",
                 [Query(f'sum(max by ({PROJECT}) ({of("huaweicloud_codearts_mirrors")}))')], thresholds=NEUTRAL),
            stat("Failing", "Mirrors in the state failed.", [Query(f"sum({FAILED})")]),
            stat("Late", "Scheduled mirrors whose last successful update is more than 26 hours ago.",
                 [Query(f"sum((time() - {LAST_SUCCESS} > bool {MIRROR_LATE_SECONDS}) {SCHEDULED})")]),
            stat("Never updated", "Mirrors without any successful update. The alert gives a new one 26 hours.",
                 [Query(NEVER)], thresholds=CONCERNS),
            stat("No schedule", "Mirrors whose scheduled updates are off: they are not watched for being late.",
                 [Query(f"sum({ENABLED} == bool 0)")], thresholds=CONCERNS),
            stat("Oldest success", "The longest time since a scheduled mirror's last successful update. The "
                 "schedule is 24 hours.", [Query(f"max((time() - {LAST_SUCCESS}) {SCHEDULED})")], unit="dtdurations",
                 thresholds=[(None, "text"), (0, "green"), (25 * 3600, "orange"), (MIRROR_LATE_SECONDS, "red")]),
        ]),
        Row("Code mirrors", 9, [
            state_timeline("State of each mirror", "Which state each mirror was in, and since when.",
                           [Query(worst(50, with_mirror(STATE)), MIRROR_LABEL)], STATES, span=14),
            timeseries("Time since the last successful update", "A saw tooth of 24 hours is normal. The line is at 26 "
                       "hours, from where the alert fires.",
                       [Query(top(20, with_mirror(f"time() - {LAST_SUCCESS}")), MIRROR_LABEL)], span=10,
                       unit="dtdurations", limit=MIRROR_LATE_SECONDS),
            table("Mirrors", "Every mirror with its source, state, failures, last error and dates. The last error's "
                  "code is shown while there is one; what the cloud said of it is on the exporter's status page and in the console.",
                  {"repository": "Repository", "url": "Source"},
                  [
                      Query(with_region(latest(f"{MIRROR} + repository, url",
                                               of("huaweicloud_codearts_mirror_info", CHOSEN[1])))),
                      Query(once(f"{MIRROR}, error_code", of("huaweicloud_codearts_mirror_last_error_info"))),
                      Query(STATE, column="State", mappings=STATES),
                      Query(FAILURES, column="Failures", thresholds=[(None, "text"), (1, "orange")]),
                      Query(f"{LAST_SUCCESS} * 1000", column="Last success", unit="dateTimeFromNow"),
                      Query(f"{LAST_UPDATE} * 1000", column="Last update", unit="dateTimeFromNow"),
                      Query(ENABLED, column="Scheduled", mappings=YES_NO),
                      Query(once(MIRROR, of("huaweicloud_codearts_mirror_private")), column="Private",
                            mappings=states(("no", "text"), ("yes", "text"))),
                  ], key=MIRROR, first=FOUND_STATE, span=24, sort="Failures",
                  behind={"error_code": "Error code", "repository_id": "Id", "project": "Project",
                          "cloud_region": "Region"}, widths={"Source": 300},
                  links={"Region": [to_console("devcloud")],
                         "Project": [to_page("Show how it is collected", uids.EXPORTER, project="Project")]}),
            timeseries("Failures of each mirror", "How often each mirror has failed, as the cloud counts it.",
                       [Query(top(20, with_mirror(FAILURES)), MIRROR_LABEL)], span=24),
        ]),
        Row("Image sync rules at a glance", 3, [
            stat("Rules in all", "Sync rules of the watched repositories.", [Query(f"sum({RULES})")],
                 thresholds=NEUTRAL),
            stat("Rules switched off", "Rules whose automatic synchronisation is off: images pushed now do not arrive.",
                 [Query(f"sum({AUTO} == bool 0)")], thresholds=CONCERNS),
            stat("Not overriding", "Rules that leave an image alone that is there already with the same "
                 "tag.", [Query(f"sum({OVERRIDE} == bool 0)")], thresholds=NEUTRAL),
            stat("Without a rule", "Watched repositories that sync nowhere.",
                 [Query(f"sum({RULES} == bool 0)")], thresholds=NEUTRAL),
            stat("Watched for rules", "Repositories that were asked for their sync rules.",
                 [Query(f"count({RULES})")], thresholds=NEUTRAL),
            stat("Regions synced to", "Regions that at least one rule sends images to.",
                 [Query(f"count(group by (remote_region) ({AUTO}))")], thresholds=NEUTRAL),
        ]),
        Row("Image sync rules", 9, [
            state_timeline("Automatic synchronisation", "Whether each rule syncs by itself. A bar that ends means that "
                           "the rule was deleted.",
                           [Query(worst(50, f"1 - {AUTO}"),
                                  "{{swr_namespace}}/{{repository}} → {{remote_region}} {{project}} {{cluster}}")],
                           states(("on", "green"), ("off", "orange")), span=14),
            timeseries("Rules by region", "Rules that send images to each region.",
                       [Query(f"count by (remote_region) ({AUTO})", "{{remote_region}}")], span=10),
            table("Rules", "Every sync rule with where it sends images, and how.",
                  {"swr_namespace": "Organisation", "repository": "Repository", "remote_region": "To region",
                   "remote_namespace": "To organisation"},
                  [
                      Query(with_region(AUTO)),
                      Query(AUTO, column="Automatic", mappings=YES_NO),
                      Query(OVERRIDE, column="Overrides", mappings=states(("no", "text"), ("yes", "text"))),
                      Query(f'{rule("huaweicloud_swr_sync_rule_created_timestamp_seconds")} * 1000',
                            column="Created", unit="dateTimeFromNow"),
                      Query(f'{rule("huaweicloud_swr_sync_rule_updated_timestamp_seconds")} * 1000',
                            column="Changed", unit="dateTimeFromNow"),
                  ], key=SYNC_RULE, first=f"-{AUTO}", span=24, sort="Automatic", descending=False,
                  behind={"project": "Project", "cloud_region": "Region", "rule_id": "Rule"},
                  links={"Region": [to_console("swr")],
                         "Repository": [to_page("Show its sync jobs", uids.REPLICATION, project="Project",
                                                swr_namespace="Organisation", search="Repository")]}),
        ]),
    ],
    [
        Variable("swr_namespace", "Organisation", "huaweicloud_swr_sync_rules", "swr_namespace"),
        Search("search", "Repository"),
        CONSOLE,
    ],
    hours=24)
