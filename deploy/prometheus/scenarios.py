"""The life of each alert, as tests for promtool: generate.py writes them to tests/scenarios-GROUP.yaml, and those that take
days to tests/scenarios-of-days-GROUP.yaml.

Each scenario has two clusters that differ in `cluster` alone. In `a`, two exporters watch the same account and something
goes wrong in minute 1; in `b` everything stays just below the threshold. The alert fires in its minute and not the one
before, once and for `a` alone, also when both exporters restart. Where the last known state counts, a restart before
does not delay it, and an outage of the API in which the data goes stale does not end it. When all is well again it ends.

Where one of these makes no sense, EXCEPTIONS says why; dashboards/check refuses an alert that lacks one without a reason.

The tests use the rules without their texts (tests/bare), which are compared in the other tests.
A file has the alerts of one group, and takes the rules of that group and the recorded ones alone: with all of them the
tests take three times as long.
"""

import re

JOB = "huaweicloud-artifact-exporter"
EXPORTERS = [("a", "exporter-1"), ("a", "exporter-2"), ("b", "exporter-1")]
# For an alert about one process: the other one of the same account would raise its own.
ALONE = [("a", "exporter-1"), ("b", "exporter-1")]
PAIRS = [("a", "exporter-1"), ("a", "exporter-2"), ("b", "exporter-1"), ("b", "exporter-2")]
RESTART_MINUTES = 2
KEPT_MINUTES = 15
OUTAGE_AFTER, OUTAGE_MINUTES = 20, 60


def constant(value):
    return value if callable(value) else lambda minute: value


class Series:
    """A series of one exporter: its value by minute while something is wrong, and while all is well (None: absent)."""

    def __init__(self, metric, bad, good, outage=None, of=None, **labels):
        """`of` is the one exporter that has it; None: each."""
        self.metric, self.labels, self.of = metric, labels, of
        self.bad, self.good = constant(bad), constant(good)
        # What is there in an outage of the API; a series about the cloud is not.
        self.outage = constant(outage)


def target(collector, name="", interval=300, project="prod"):
    """The exporter's own series of a target that is refreshed well, but for an outage."""
    labels = {"project": project, "collector": collector, "target": name}
    return [
        Series("huaweicloud_exporter_refresh_success", 1, 1, 0, **labels),
        Series("huaweicloud_exporter_target_unsupported", 0, 0, 0, **labels),
        Series("huaweicloud_exporter_refresh_interval_seconds", interval, interval, interval, **labels),
    ]


class Scenario:
    def __init__(self, alert, severity, fires, series, labels=None, known=False, kept=KEPT_MINUTES, name="",
                 own=(), project="prod", ends=True, exporters=EXPORTERS, step=1, begins=1, about=None):
        """`fires` is the minute; `labels` are those of the alert beside job, cluster and project.

        `step` are the minutes between samples, `begins` is when it goes wrong; `about` is the exporter that the alert names.
        """
        self.alert, self.severity, self.fires, self.series = alert, severity, fires, series
        self.labels = {"project": project} if project else {}
        self.labels |= labels or {}
        self.known, self.kept, self.name, self.own = known, kept, name, own
        # A counter does not go back to what it would have been.
        self.ends = ends
        self.exporters, self.step, self.begins, self.about = exporters, step, begins, about

    def restarts(self):
        starts = [self.fires + 2] + ([4] if self.known else [])
        found = {minute for start in starts for minute in range(start, start + RESTART_MINUTES)}
        return found if self.step == 1 else {self.fires + self.step}

    def outage(self):
        start = self.fires + OUTAGE_AFTER
        return range(start, start + OUTAGE_MINUTES) if self.known else range(start, start)

    def value(self, series, cluster, minute):
        if minute in self.restarts() and series not in self.own:
            return None
        if minute in self.outage():
            return series.outage(minute)
        if cluster == "b" or minute < self.begins or minute >= self.outage().stop:
            return series.good(minute)
        return series.bad(minute)

    def minutes(self):
        return self.outage().stop + self.kept + 8

    def checks(self):
        """(minute, whether it fires)."""
        found = [(self.fires - self.step, False), (self.fires, True)]
        if self.kept:
            # While nobody is there, and after.
            found.append((self.fires + max(3, self.step), True))
            found.append(((self.fires + OUTAGE_AFTER - 1) // self.step * self.step, True))
        if self.known:
            found.append((self.outage().stop - 1, True))
        if self.ends:
            found.append(((self.minutes() - 1) // self.step * self.step, False))
        return found

    def yaml(self):
        lines = [f"  - name: '{self.alert}{': ' if self.name else ''}{self.name}'", f"    interval: {self.step}m",
                 "    input_series:"]
        for cluster, pod in self.exporters:
            for series in (series for series in self.series if series.of in (None, pod)):
                labels = {"job": JOB, "cluster": cluster, "pod": pod, "container": "exporter", "endpoint": "http",
                          "instance": f"{pod}:10068"} | series.labels
                selector = ", ".join(f'{label}="{value}"' for label, value in labels.items())
                values = [self.value(series, cluster, minute) for minute in range(0, self.minutes(), self.step)]
                if any(value is not None for value in values):
                    lines += [f"      - series: '{series.metric}{{{selector}}}'", f"        values: '{written(values)}'"]
        lines.append("    alert_rule_test:")
        for minute, firing in self.checks():
            lines += [f"      - eval_time: {minute}m", f"        alertname: {self.alert}"]
            if not firing:
                lines.append("        exp_alerts: []")
                continue
            labels = {"job": JOB, "cluster": "a", "severity": self.severity} | self.labels
            if self.about:
                labels |= {"pod": self.about, "container": "exporter", "endpoint": "http",
                           "instance": f"{self.about}:10068"}
            lines += ["        exp_alerts:", "          - exp_labels:"]
            lines += [f"              {label}: '{value}'" for label, value in labels.items()]
        return lines


def written(values):
    """promtool's notation: `5x3` is four times 5, `_` nothing; a series that ends is marked stale."""
    steps, before = [], None
    for value in values:
        text = f"{value:.15g}" if value is not None else ("_" if before in (None, "gone") else "stale")
        before = value if value is not None else "gone"
        if steps and steps[-1][0] == text and text != "stale":
            steps[-1][1] += 1
        else:
            steps.append([text, 1])
    return " ".join(text if count == 1 else f"{text}x{count if text == '_' else count - 1}" for text, count in steps)


def now(minute):
    return minute * 60


SWR = {"instance_id": "swr-1"}
POLICY = SWR | {"policy_id": "7", "policy": "to-hk"}
KEEPING = SWR | {"swr_namespace": "team", "policy_id": "7", "policy": "keep-ten"}
RULE = {"swr_namespace": "team", "repository": "app", "rule_id": "1", "remote_region": "hk", "remote_namespace": "far"}
JOBS = {label: value for label, value in RULE.items() if label != "rule_id"}
CACHE = {"image_cache_id": "1", "image_cache": "base"}
CREDENTIAL = SWR | {"credential_id": "1", "credential": "ci"}
REGISTRY = SWR | {"registry_id": "1", "registry": "hk"}
WATCHED = {"collector": "registries", "target": "swr-1"}
DAY = 86400


def about(metric, bad, good, labels, outage=None):
    return Series(f"huaweicloud_{metric}", bad, good, outage, project="prod", **labels)


def exporter(metric, bad, good, labels=None):
    """A series of the exporter itself, which an outage leaves as it is."""
    return about(f"exporter_{metric}", bad, good, WATCHED if labels is None else labels, bad)


def switched(alert, metric, labels, off=True, **more):
    """On and then off, or the other way round; what was so from the start is no alert."""
    before, after = (1, 0) if off else (0, 1)
    return Scenario(alert, "warning", 16, [about(metric, after, before, labels)], labels, **more)


def vanished(alert, metric, count, labels, shown=None, **more):
    count_labels = {"instance_id": "swr-1"} if "instance_id" in labels else {}
    return Scenario(alert, "warning", 16,
                    [about(metric, None, 1, labels), about(count, 0, 1, more.pop("count_labels", count_labels))],
                    labels if shown is None else shown, **more)


BUILD = Series("huaweicloud_exporter_build_info", 1, 1, version="1.0.0", swift_version="6")
FOREVER = exporter("refresh_interval_seconds", 300, 300)


def failing(success=0, good=1, interval=300):
    return [exporter("refresh_success", success, good), exporter("target_unsupported", 0, 0),
            exporter("refresh_interval_seconds", interval, interval)]


def counter(reason, by_minute, before=0):
    return exporter("refresh_failures_total", by_minute, before, WATCHED | {"reason": reason})


def requests(code, per_minute_bad, per_minute_good, operation="ListInstanceRegistries"):
    return exporter("api_requests_total", lambda minute: per_minute_bad * minute,
                    lambda minute: per_minute_good * minute, {"api": "swr", "operation": operation, "code": code})


def briefly(value, otherwise, minutes):
    """Otherwise, but for so many minutes from minute 1 on."""
    return lambda minute: value if 1 <= minute <= minutes else otherwise


DISCOVERY = {"collector": "discovery", "target": "instances"}
UP = Series("up", 0, briefly(0, 1, 5))
UP_OF_A_PAIR = [Series("up", 0, briefly(0, 1, 15), of="exporter-1"), Series("up", 1, 1, of="exporter-2")]
HAS_OF_A_PAIR = [exporter("refresh_interval_seconds", None, 300), exporter("refresh_interval_seconds", 300, 300),
                 Series("huaweicloud_exporter_build_info", None, 1, version="1.0.0", swift_version="6"),
                 Series("huaweicloud_exporter_build_info", 1, 1, version="1.0.0", swift_version="6")]
for series, name in zip(HAS_OF_A_PAIR, ("exporter-1", "exporter-2") * 2):
    series.of = name
RELOAD = Series("huaweicloud_exporter_config_last_reload_successful", 0, briefly(0, 1, 5))
GIB = 2 ** 30
REPOSITORY = SWR | {"repository_id": "1", "repository": "app", "artifact_type": "IMAGE"}


def shards(metric, first, second_bad, second_good):
    name = f"huaweicloud_exporter_{metric}"
    return [Series(name, first, first, of="exporter-1"), Series(name, second_bad, second_good, of="exporter-2")]


SCENARIOS = [
    Scenario("HuaweiCloudExporterDown", "critical", 6, [UP], project="", kept=0, own=[UP], exporters=ALONE,
             about="exporter-1"),
    Scenario("HuaweiCloudExporterReplicaDown", "warning", 16, UP_OF_A_PAIR + HAS_OF_A_PAIR, project="", kept=0,
             own=UP_OF_A_PAIR + HAS_OF_A_PAIR, exporters=PAIRS, about="exporter-1"),
    Scenario("HuaweiCloudExporterAbsent", "critical", 16,
             [Series("up", None, briefly(None, 1, 15)),
              Series("huaweicloud_exporter_build_info", None, briefly(None, 1, 15), version="1.0.0", swift_version="6"),
              exporter("refresh_interval_seconds", None, briefly(None, 300, 15))], project="", kept=0),
    Scenario("HuaweiCloudExporterCrashLooping", "warning", 40,
             [Series("process_start_time_seconds", lambda minute: minute // 10, lambda minute: min(minute // 10, 3)),
              BUILD], project="", ends=False, exporters=ALONE, about="exporter-1"),
    Scenario("HuaweiCloudExporterMemoryNearLimit", "warning", 16,
             [Series("process_resident_memory_bytes", 901, 900),
              Series("huaweicloud_exporter_memory_limit_bytes", 1000, 1000)], project="", exporters=ALONE,
             about="exporter-1"),
    Scenario("HuaweiCloudWebCertificateExpiring", "warning", 6,
             [Series("huaweicloud_exporter_web_certificate_expiry_timestamp_seconds", 14 * DAY, 15 * DAY)], project=""),
    Scenario("HuaweiCloudExporterShardsMissing", "critical", 16,
             shards("total_shards", 2, None, 2) + shards("shard_ordinal", 0, None, 1), project="", exporters=PAIRS),
    Scenario("HuaweiCloudExporterShardsDisagree", "warning", 16,
             shards("total_shards", 2, 3, 2) + shards("shard_ordinal", 0, 1, 1), project="", exporters=PAIRS),
    Scenario("HuaweiCloudConfigReloadFailed", "warning", 6, [RELOAD], project="", kept=0, own=[RELOAD],
             exporters=ALONE, about="exporter-1"),
    Scenario("HuaweiCloudExporterVersionsDiffer", "warning", 61,
             [BUILD, Series("huaweicloud_exporter_build_info", 1, None, version="1.1.0", swift_version="6")],
             project="", kept=0),
    Scenario("HuaweiCloudTargetGone", "warning", 16,
             [exporter("refresh_interval_seconds", None, 300), BUILD], WATCHED, own=(BUILD,)),
    Scenario("HuaweiCloudDiscoveryEmpty", "critical", 16,
             [exporter("objects", 0, 1, DISCOVERY), exporter("refresh_success", 1, 1, DISCOVERY)], DISCOVERY),
    Scenario("HuaweiCloudDiscoveryEmpty", "critical", 16,
             [exporter("objects", 0, 1, {"collector": "basic_repositories", "target": ""}),
              exporter("refresh_success", 1, 1, {"collector": "basic_repositories", "target": ""})],
             {"collector": "basic_repositories"}, name="by the collector that finds repositories for others"),
    Scenario("HuaweiCloudDiscoveryShrunk", "warning", 16,
             [exporter("objects", lambda minute: 9 if minute < 1 else 4, lambda minute: 9 if minute < 1 else 5,
                       DISCOVERY), exporter("refresh_success", 1, 1, DISCOVERY)], DISCOVERY),
    Scenario("HuaweiCloudObjectsFailing", "warning", 26, failing() + [
        exporter("objects", 500, 500), exporter("objects_failed", 1, 0),
        exporter("last_success_timestamp_seconds", 0, now)], WATCHED, name="one of 500"),
    Scenario("HuaweiCloudObjectsFailing", "warning", 76, failing(interval=21600) + [
        exporter("objects", 500, 500), exporter("objects_failed", 1, 0),
        exporter("last_success_timestamp_seconds", -11 * 3600, now)], WATCHED, name="one of 500, every 6 hours"),
    Scenario("HuaweiCloudObjectsFailing", "warning", 16, failing() + [
        exporter("objects", 1, 1), exporter("objects_failed", 1, 0), exporter("watched_objects", 3, 3)], WATCHED,
             name="one of three from the start, and alone asked"),
    Scenario("HuaweiCloudObjectsFailing", "warning", 16, failing(1) + [
        exporter("objects", 5, 5), exporter("objects_failed", 1, 0),
        exporter("last_success_timestamp_seconds", now, now)], WATCHED, name="left out of a good refresh"),
    Scenario("HuaweiCloudTargetFailing", "warning", 12, failing() + [
        exporter("last_success_timestamp_seconds", 0, now)], WATCHED, name="every 5 minutes"),
    Scenario("HuaweiCloudTargetFailing", "warning", 62, failing(interval=21600) + [
        exporter("last_success_timestamp_seconds", -11 * 3600, now)], WATCHED, name="every 6 hours"),
    Scenario("HuaweiCloudTargetFailing", "warning", 12, failing() + [
        exporter("objects", 500, 500), exporter("objects_failed", 250, 249),
        exporter("last_success_timestamp_seconds", 0, now)], WATCHED, name="half of its objects"),
    Scenario("HuaweiCloudTargetNeverSucceeded", "critical", 21, failing(), WATCHED, kept=30),
    Scenario("HuaweiCloudTargetNeverSucceeded", "critical", 21, failing(interval=21600) + [
        exporter("objects", 1, 1), exporter("objects_failed", 1, 1), exporter("watched_objects", 2, 3)], WATCHED, kept=30,
             name="half of what it watches, every 6 hours"),
    Scenario("HuaweiCloudTargetNeverRefreshed", "warning", 121,
             [exporter("refresh_success", None, 0), FOREVER], WATCHED, kept=0),
    Scenario("HuaweiCloudDataStale", "critical", 16, failing() + [exporter("data_stale", 1, 0)], WATCHED),
    Scenario("HuaweiCloudRefreshesSkipped", "warning", 146,
             [exporter("refreshes_skipped_total", lambda minute: 0.104 * minute, lambda minute: 0.096 * minute),
              FOREVER], WATCHED, kept=0, ends=False),
    Scenario("HuaweiCloudRefreshesSkipped", "warning", 1365,
             [exporter("refreshes_skipped_total", lambda minute: 0.0015 * minute, lambda minute: 0.0013 * minute),
              exporter("refresh_interval_seconds", 21600, 21600)], WATCHED, kept=0, ends=False, step=5, begins=0,
             name="every 6 hours"),
    Scenario("HuaweiCloudSeriesLimitNear", "warning", 16,
             [exporter("series", 801, 800), exporter("series_limit", 1000, 1000)], WATCHED),
    Scenario("HuaweiCloudThrottled", "warning", 20,
             [requests("200", 20, 20), exporter("api_throttled_total", lambda minute: 1.1 * minute,
                                                lambda minute: 0.9 * minute, {"api": "swr"})], {"api": "swr"},
             ends=False),
    Scenario("HuaweiCloudAPIErrors", "warning", 43, [requests("200", 0.5, 0.5), requests("503", 0.18, 0.12)],
             {"api": "swr", "operation": "ListInstanceRegistries"}, ends=False),
    Scenario("HuaweiCloudCredentialsRejected", "critical", 16,
             failing() + [counter("unauthorized", lambda minute: minute)], kept=30),
    Scenario("HuaweiCloudCredentialsRejected", "critical", 16,
             failing(interval=21600) + [counter("unauthorized", lambda minute: 1)], name="every 6 hours",
             kept=30),
    Scenario("HuaweiCloudPermissionMissing", "warning", 16, failing() + [counter("forbidden", lambda minute: minute)],
             {"collector": "registries"}),
    Scenario("HuaweiCloudPermissionMissing", "warning", 16,
             failing(interval=21600) + [counter("forbidden", lambda minute: 1)], {"collector": "registries"},
             name="every 6 hours"),
    Scenario("HuaweiCloudCredentialsRenewalFailing", "warning", 16,
             [exporter("credentials_renewals_total", lambda minute: minute, lambda minute: min(minute, 1),
                       {"result": "failure"}),
              exporter("credentials_renewals_total", 5, lambda minute: 6 if minute > 1 else 5, {"result": "success"}),
              FOREVER], ends=False),
    Scenario("HuaweiCloudCredentialsRenewalFailing", "warning", 16,
             [exporter("credentials_renewals_total", lambda minute: 1 + minute // 360, lambda minute: min(minute, 3),
                       {"result": "failure"}),
              exporter("credentials_renewals_total", 5, lambda minute: 6 if minute > 4 else 5, {"result": "success"}),
              exporter("refresh_interval_seconds", 21600, 21600)], ends=False,
             name="every 6 hours; in the other cluster the fourth attempt succeeds"),
    Scenario("HuaweiCloudCredentialsExpiring", "warning", 57,
             [exporter("credentials_expiry_timestamp_seconds", 3600, lambda minute: now(minute) + 3600, {}),
              exporter("last_success_timestamp_seconds", lambda minute: 3420 if minute >= 57 else 0, now)], kept=0),
    Scenario("HuaweiCloudCredentialsExpired", "critical", 21,
             [exporter("credentials_expiry_timestamp_seconds", 0, now, {}), FOREVER], kept=30),
    Scenario("HuaweiCloudCredentialsExpired", "critical", 376,
             [exporter("credentials_expiry_timestamp_seconds", 0, now, {}),
              exporter("refresh_interval_seconds", 21600, 21600)], name="every 6 hours", kept=30),
    Scenario("HuaweiCloudRegistryUnhealthy", "critical", 16,
             [about("swr_registry_healthy", 0, 1, REGISTRY)] + target("registries", "swr-1"), REGISTRY, known=True),
    vanished("HuaweiCloudRegistryVanished", "swr_registry_healthy", "swr_registries", REGISTRY),
    Scenario("HuaweiCloudInstanceNotRunning", "critical", 16,
             [about("swr_instance_status", 0, 1, SWR | {"status": "Running"})] + target("discovery", "instances"),
             SWR, known=True),
    Scenario("HuaweiCloudInstanceVanished", "warning", 16,
             [about("swr_instance_status", None, 1, SWR | {"status": "Running"}),
              exporter("refresh_success", 1, 1, DISCOVERY)], SWR),
    Scenario("HuaweiCloudInstanceExpiring", "warning", 6,
             [about("swr_instance_expiry_timestamp_seconds", 14 * DAY, 15 * DAY, SWR)], SWR),
    Scenario("HuaweiCloudInstanceExpiryImminent", "critical", 6,
             [about("swr_instance_expiry_timestamp_seconds", 2 * DAY, 3 * DAY, SWR)], SWR),
    Scenario("HuaweiCloudReplicationFailing", "warning", 16,
             [about("swr_replication_consecutive_failures", 1, 0, POLICY),
              about("swr_replication_policy_enabled", 1, 1, POLICY)] + target("replications", "swr-1"), POLICY,
             known=True),
    Scenario("HuaweiCloudReplicationLate", "warning", 81,
             [about("swr_replication_last_success_timestamp_seconds", 0, now, POLICY),
              about("swr_replication_policy_schedule_interval_seconds", 1800, 1800, POLICY),
              about("swr_replication_policy_enabled", 1, 1, POLICY)] + target("replications", "swr-1"), POLICY),
    Scenario("HuaweiCloudReplicationNeverSucceeded", "warning", 1455,
             [about("swr_replication_policy_schedule_interval_seconds", 43200, 43200, POLICY),
              about("swr_replication_policy_enabled", 1, 1, POLICY),
              about("swr_replication_last_success_timestamp_seconds", None, 0, POLICY)], POLICY, step=5, begins=0),
    Scenario("HuaweiCloudReplicationRunsLong", "warning", 81,
             [about("swr_replication_last_execution_created_timestamp_seconds", -3 * 3600, now, POLICY),
              about("swr_replication_last_execution_status", 1, 1, POLICY | {"status": "InProgress"})] + target("replications", "swr-1"), POLICY),
    switched("HuaweiCloudReplicationDisabled", "swr_replication_policy_enabled", POLICY),
    vanished("HuaweiCloudReplicationVanished", "swr_replication_policy_enabled", "swr_replication_policies", POLICY),
    Scenario("HuaweiCloudSyncJobsFailing", "warning", 16,
             [about("swr_sync_failing_tags", 1, 0, JOBS)] + target("sync_jobs", "team"), JOBS, known=True),
    Scenario("HuaweiCloudSyncJobsWaiting", "warning", 81,
             [about("swr_sync_oldest_waiting_timestamp_seconds", 0, now, JOBS)] + target("sync_jobs", "team"), JOBS),
    Scenario("HuaweiCloudSyncJobsWaiting", "warning", 436,
             [about("swr_sync_oldest_waiting_timestamp_seconds", 0, now, JOBS)] + target("sync_jobs", "team", 21600), JOBS,
             name="every 6 hours"),
    Scenario("HuaweiCloudCleanupFailed", "warning", 16,
             [about("swr_retention_last_execution_status", 1, 0, KEEPING | {"status": "Failed"})]
             + target("retentions", "swr-1"), KEEPING, known=True),
    Scenario("HuaweiCloudCleanupFailed", "warning", 16,
             [about("swr_retention_last_execution_status", lambda minute: 1 if minute < 18 else 0, 0,
                    KEEPING | {"status": "Failed"}),
              about("swr_retention_last_execution_status", lambda minute: 0 if minute < 18 else 1, 0,
                    KEEPING | {"status": "InProgress"})] + target("retentions", "swr-1"), KEEPING, name="and is tried again"),
    Scenario("HuaweiCloudCleanupLate", "warning", 81,
             [about("swr_retention_last_success_timestamp_seconds", 0, now, KEEPING),
              about("swr_retention_policy_schedule_interval_seconds", 1800, 1800, KEEPING)] + target("retentions", "swr-1"),
             KEEPING),
    Scenario("HuaweiCloudCleanupLate", "warning", 436,
             [about("swr_retention_last_success_timestamp_seconds", 0, now, KEEPING),
              about("swr_retention_policy_schedule_interval_seconds", 1800, 1800, KEEPING)]
             + target("retentions", "swr-1", 21600), KEEPING, name="every 6 hours"),
    switched("HuaweiCloudCleanupDisabled", "swr_retention_policy_enabled", KEEPING),
    vanished("HuaweiCloudCleanupVanished", "swr_retention_policy_enabled", "swr_retention_policies", KEEPING),
    Scenario("HuaweiCloudQuotaNearlyFull", "warning", 16,
             [about("swr_instance_quota_used", 91, 90, SWR | {"resource": "repository"}),
              about("swr_instance_quota_limit", 100, 100, SWR | {"resource": "repository"})],
             SWR | {"resource": "repository"}),
    Scenario("HuaweiCloudQuotaNearlyFull", "warning", 16,
             [about("swr_quota_used", 5, 5, {"resource": "repo"}), about("swr_quota_limit", 5, 0, {"resource": "repo"})],
             {"resource": "repo"}, name="of the shared edition, and a limit of 0"),
    Scenario("HuaweiCloudLongTermCredentialExpiring", "warning", 6,
             [about("swr_credential_expiry_timestamp_seconds", 14 * DAY, 15 * DAY, CREDENTIAL),
              about("swr_credential_enabled", 1, 1, CREDENTIAL)], CREDENTIAL),
    Scenario("HuaweiCloudLongTermCredentialExpiryImminent", "critical", 6,
             [about("swr_credential_expiry_timestamp_seconds", 2 * DAY, 3 * DAY, CREDENTIAL),
              about("swr_credential_enabled", 1, 1, CREDENTIAL)], CREDENTIAL),
    switched("HuaweiCloudLongTermCredentialDisabled", "swr_credential_enabled", CREDENTIAL),
    switched("HuaweiCloudNamespacePublic", "swr_namespace_public",
             SWR | {"namespace_id": "1", "swr_namespace": "team"}, off=False),
    switched("HuaweiCloudRepositoryPublic", "swr_basic_repository_public",
             {"swr_namespace": "team", "repository": "app"}, off=False),
    Scenario("HuaweiCloudStorageGrowthAbnormal", "warning", 1505,
             [about("swr_artifacts_size_bytes", 120 * GIB + 1,
                    lambda minute: (100 if minute < 1445 else 120) * GIB, REPOSITORY)], SWR, kept=60, step=5, begins=1445),
    Scenario("HuaweiCloudUntaggedBytesHigh", "warning", 61,
             [about("swr_artifacts_size_bytes", 100 * GIB, 100 * GIB, REPOSITORY),
              about("swr_artifacts_untagged_size_bytes", 30 * GIB + 1, 30 * GIB, REPOSITORY)], SWR, kept=60),
    Scenario("HuaweiCloudMirrorFailing", "warning", 16,
             [about("codearts_mirror_status", 1, 0, {"repository_id": "7", "status": "failed"})] + target("mirrors"),
             {"repository_id": "7"}, known=True),
    Scenario("HuaweiCloudMirrorLate", "warning", 71,
             [about("codearts_mirror_last_successful_update_timestamp_seconds", -25 * 3600, now, {"repository_id": "7"})]
             + target("mirrors"), {"repository_id": "7"}, known=True),
    Scenario("HuaweiCloudMirrorNeverUpdated", "warning", 1565,
             [about("codearts_mirror_status", 1, 1, {"repository_id": "7", "status": "failed"}),
              about("codearts_mirror_last_successful_update_timestamp_seconds", None, 0, {"repository_id": "7"})],
             {"repository_id": "7"}, step=5, begins=0),
    switched("HuaweiCloudMirrorDisabled", "codearts_mirror_enabled", {"repository_id": "7"}),
    vanished("HuaweiCloudMirrorVanished", "codearts_mirror_enabled", "codearts_mirrors", {"repository_id": "7"}),
    switched("HuaweiCloudSyncRuleDisabled", "swr_sync_rule_auto_enabled", RULE),
    vanished("HuaweiCloudSyncRuleVanished", "swr_sync_rule_auto_enabled", "swr_sync_rules", RULE, JOBS,
             count_labels={"swr_namespace": "team", "repository": "app"}),
    *(Scenario(alert, "warning", fires, [about("cce_image_cache_status", 1, 0, CACHE | {"status": status})]
               + target("image_caches"), CACHE, known=True)
      for alert, status, fires in (("HuaweiCloudImageCacheFailed", "Failed", 16),
                                   ("HuaweiCloudImageCacheUnavailable", "Unavailable", 16),
                                   ("HuaweiCloudImageCacheCreatingLong", "Creating", 61))),
    Scenario("HuaweiCloudImageCacheExpiring", "warning", 6,
             [about("cce_image_cache_expiry_timestamp_seconds", DAY, 2 * DAY, CACHE),
              about("cce_image_cache_retention_seconds", 7 * DAY, 7 * DAY, CACHE)], CACHE),
    vanished("HuaweiCloudImageCacheVanished", "cce_image_cache_images", "cce_image_caches", CACHE,
             {"image_cache": "base"}),
    Scenario("HuaweiCloudImageCachesNearLimit", "warning", 16,
             [about("cce_image_caches", 30, 29, {}),
              Series("huaweicloud_cce_image_caches", 15, 15, project="staging")], project=""),
]


# What is to be seen of each alert in one of its scenarios; just above, just below and two clusters are in every one.
ASPECTS = {
    "across a restart": lambda scenario: scenario.kept > 0,
    "across stale data": lambda scenario: scenario.known,
    "two exporters of one account": lambda scenario: scenario.exporters is not ALONE,
    "every 6 hours": lambda scenario: "every 6 hours" in scenario.name,
}
PROCESS = "Exporter(Down|ReplicaDown|Absent|CrashLooping|MemoryNearLimit|Shards.*|VersionsDiffer)|ConfigReloadFailed|WebCertificateExpiring"
# The aspect, the alerts without it (after HuaweiCloud), and why it would say nothing of them.
EXCEPTIONS = [
    ("across a restart", "Exporter(Down|ReplicaDown|Absent)",
     "a restart is a shorter absence than they wait for, which is what happens in the other cluster"),
    ("across a restart", "ExporterVersionsDiffer|ConfigReloadFailed", "a restart is what may end it"),
    ("across a restart", "TargetNeverRefreshed", "it is about what was since the start"),
    ("across a restart", "RefreshesSkipped", "its rate is over hours, and 30 minutes of keep_firing_for are longer"),
    ("across a restart", "CredentialsExpiring", "it lasts four minutes, and a start asks for new ones"),
    ("across stale data", PROCESS + "|Target.*|Discovery.*|ObjectsFailing|DataStale|RefreshesSkipped|SeriesLimitNear|"
     "Throttled|APIErrors|PermissionMissing|Credentials.*",
     "they are about the exporter, whose own series an outage of the API leaves"),
    ("across stale data", ".*(Vanished|Disabled|Public)",
     "they tell of a change within the last day, as long as both sides of it can be seen"),
    ("across stale data", ".*(Expiring|ExpiryImminent|Late|RunsLong|NeverSucceeded|NeverUpdated|Waiting|NearlyFull|"
     "NearLimit|GrowthAbnormal|BytesHigh)",
     "HuaweiCloudDataStale is there by then, and they come again with the data"),
    ("two exporters of one account", PROCESS, "they are about one process, and each has its own"),
    ("every 6 hours", PROCESS + "|DataStale|TargetNeverRefreshed|TargetGone|Discovery.*|SeriesLimitNear",
     "they look at no interval: the exporter itself knows what is late"),
    ("every 6 hours", "Throttled|APIErrors", "they count requests within the hour, and ten of them at least"),
    ("every 6 hours", "CredentialsExpiring",
     "who asks nothing in the last four minutes of a token learns nothing of it; RenewalFailing and Expired tell"),
    ("every 6 hours", "(Registry|Instance|Replication|SyncJobs|Cleanup|Quota|LongTermCredential|Namespace|Repository|"
     "Storage|Untagged|Mirror|SyncRule|ImageCache).*",
     "a gauge is in every scrape, however rarely its target refreshes"),
]


def lacking(alerts):
    """What no scenario shows of an alert and no exception explains, and what is explained in vain."""
    for alert in alerts:
        own = [scenario for scenario in SCENARIOS if scenario.alert == alert]
        if not own:
            yield f"{alert} has no scenario"
        for aspect, has in ASPECTS.items():
            excused = [why for of, names, why in EXCEPTIONS
                       if of == aspect and re.fullmatch(names, alert.removeprefix("HuaweiCloud"))]
            if own and not any(map(has, own)) and not excused:
                yield f"{alert} has no scenario {aspect}, and nothing says why"
    for of, names, _ in EXCEPTIONS:
        if not any(re.fullmatch(names, alert.removeprefix("HuaweiCloud")) for alert in alerts):
            yield f"there is no alert {names} to have no scenario {of}"


def tests(alerts, rule_files, step):
    """The text of the tests of those alerts whose samples are so many minutes apart; nothing where there is none.

    They need those groups of rules.
    """
    chosen = [scenario for scenario in SCENARIOS if scenario.alert in alerts and scenario.step == step]
    lines = ["# Generated by deploy/prometheus/generate.py from scenarios.py: change them there.", "rule_files:"]
    lines += [f"  - bare/{group}.yaml" for group in rule_files]
    lines += [f"evaluation_interval: {step}m", "group_eval_order:"]
    lines += [f"  - {group}" for group in rule_files]
    lines.append("tests:")
    for scenario in chosen:
        lines += scenario.yaml()
    return "\n".join(lines) + "\n" if chosen else ""
