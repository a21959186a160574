"""The life of each alert, as tests for promtool: generate.py writes them to tests/scenarios-GROUP.yaml.

Each scenario has two clusters that differ in `cluster` alone. In `a`, two exporters watch the same account and something
goes wrong in minute 1; in `b` everything stays just below the threshold. The alert fires in its minute and not the one
before, once and for `a` alone, also when both exporters restart. Where the last known state counts, a restart before
does not delay it, and an outage of the API in which the data goes stale does not end it. When all is well again it ends.

The tests use the rules without their texts (tests/bare), which are compared in the other tests, as is what takes a day.
A file has the alerts of one group, and takes the rules of that group and the recorded ones alone: with all of them the
tests take three times as long.
"""

JOB = "huaweicloud-artifact-exporter"
EXPORTERS = [("a", "exporter-1"), ("a", "exporter-2"), ("b", "exporter-1")]
RESTART_MINUTES = 2
KEPT_MINUTES = 15
OUTAGE_AFTER, OUTAGE_MINUTES = 20, 60


def constant(value):
    return value if callable(value) else lambda minute: value


class Series:
    """A series of one exporter: its value by minute while something is wrong, and while all is well (None: absent)."""

    def __init__(self, metric, bad, good, outage=None, **labels):
        self.metric, self.labels = metric, labels
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
                 own=(), project="prod", ends=True):
        """`fires` is the minute; `labels` are those of the alert beside job, cluster and project."""
        self.alert, self.severity, self.fires, self.series = alert, severity, fires, series
        self.labels = {"project": project} if project else {}
        self.labels |= labels or {}
        self.known, self.kept, self.name, self.own = known, kept, name, own
        # A counter does not go back to what it would have been.
        self.ends = ends

    def restarts(self):
        starts = [self.fires + 2] + ([4] if self.known else [])
        return {minute for start in starts for minute in range(start, start + RESTART_MINUTES)}

    def outage(self):
        start = self.fires + OUTAGE_AFTER
        return range(start, start + OUTAGE_MINUTES) if self.known else range(start, start)

    def value(self, series, cluster, minute):
        if minute in self.restarts() and series not in self.own:
            return None
        if minute in self.outage():
            return series.outage(minute)
        if cluster == "b" or minute < 1 or minute >= self.outage().stop:
            return series.good(minute)
        return series.bad(minute)

    def minutes(self):
        return self.outage().stop + self.kept + 8

    def checks(self):
        """(minute, whether it fires)."""
        found = [(self.fires - 1, False), (self.fires, True)]
        if self.kept:
            # While nobody is there, and after.
            found.append((self.fires + 3, True))
            found.append((self.fires + OUTAGE_AFTER - 1, True))
        if self.known:
            found.append((self.outage().stop - 1, True))
        if self.ends:
            found.append((self.minutes() - 1, False))
        return found

    def yaml(self):
        lines = [f"  - name: '{self.alert}{': ' if self.name else ''}{self.name}'", "    interval: 1m",
                 "    input_series:"]
        for cluster, pod in EXPORTERS:
            for series in self.series:
                labels = {"job": JOB, "cluster": cluster, "pod": pod, "container": "exporter", "endpoint": "http",
                          "instance": f"{pod}:10068"} | series.labels
                selector = ", ".join(f'{label}="{value}"' for label, value in labels.items())
                values = [self.value(series, cluster, minute) for minute in range(self.minutes())]
                if any(value is not None for value in values):
                    lines += [f"      - series: '{series.metric}{{{selector}}}'", f"        values: '{written(values)}'"]
        lines.append("    alert_rule_test:")
        for minute, firing in self.checks():
            lines += [f"      - eval_time: {minute}m", f"        alertname: {self.alert}"]
            if not firing:
                lines.append("        exp_alerts: []")
                continue
            labels = {"job": JOB, "cluster": "a", "severity": self.severity} | self.labels
            lines += ["        exp_alerts:", "          - exp_labels:"]
            lines += [f"              {label}: '{value}'" for label, value in labels.items()]
        return lines


def written(values):
    """promtool's notation: `5x3` is four times 5, `_` nothing; a series that ends is marked stale."""
    steps, before = [], None
    for value in values:
        text = f"{value:.10g}" if value is not None else ("_" if before in (None, "gone") else "stale")
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


DISCOVERY = {"collector": "discovery", "target": "instances"}

SCENARIOS = [
    Scenario("HuaweiCloudExporterVersionsDiffer", "warning", 61,
             [BUILD, Series("huaweicloud_exporter_build_info", 1, None, version="1.1.0", swift_version="6")],
             project="", kept=0),
    Scenario("HuaweiCloudTargetGone", "warning", 16,
             [exporter("refresh_interval_seconds", None, 300), BUILD], WATCHED, own=(BUILD,)),
    Scenario("HuaweiCloudDiscoveryEmpty", "critical", 16,
             [exporter("objects", 0, 1, DISCOVERY), exporter("refresh_success", 1, 1, DISCOVERY)], DISCOVERY),
    Scenario("HuaweiCloudDiscoveryShrunk", "warning", 16,
             [exporter("objects", lambda minute: 9 if minute < 1 else 4, lambda minute: 9 if minute < 1 else 5,
                       DISCOVERY), exporter("refresh_success", 1, 1, DISCOVERY)], DISCOVERY),
    Scenario("HuaweiCloudObjectsFailing", "warning", 26, failing() + [
        exporter("objects", 500, 500), exporter("objects_failed", 1, 0),
        exporter("last_success_timestamp_seconds", 0, now)], WATCHED, name="one of 500"),
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
    Scenario("HuaweiCloudTargetNeverSucceeded", "critical", 21, failing(), WATCHED, kept=0),
    Scenario("HuaweiCloudTargetNeverRefreshed", "warning", 121,
             [exporter("refresh_success", None, 0), FOREVER], WATCHED, kept=0),
    Scenario("HuaweiCloudDataStale", "critical", 16, failing() + [exporter("data_stale", 1, 0)], WATCHED),
    Scenario("HuaweiCloudRefreshesSkipped", "warning", 146,
             [exporter("refreshes_skipped_total", lambda minute: 0.104 * minute, lambda minute: 0.096 * minute),
              FOREVER], WATCHED, kept=0, ends=False),
    Scenario("HuaweiCloudSeriesLimitNear", "warning", 16,
             [exporter("series", 801, 800), exporter("series_limit", 1000, 1000)], WATCHED),
    Scenario("HuaweiCloudThrottled", "warning", 20,
             [requests("200", 20, 20), exporter("api_throttled_total", lambda minute: 1.1 * minute,
                                                lambda minute: 0.9 * minute, {"api": "swr"})], {"api": "swr"},
             ends=False),
    Scenario("HuaweiCloudAPIErrors", "warning", 43, [requests("200", 0.5, 0.5), requests("503", 0.18, 0.12)],
             {"api": "swr", "operation": "ListInstanceRegistries"}, ends=False),
    Scenario("HuaweiCloudCredentialsRejected", "critical", 16,
             failing() + [counter("unauthorized", lambda minute: minute)]),
    Scenario("HuaweiCloudCredentialsRejected", "critical", 16,
             failing(interval=21600) + [counter("unauthorized", lambda minute: 1)], name="every 6 hours"),
    Scenario("HuaweiCloudPermissionMissing", "warning", 16, failing() + [counter("forbidden", lambda minute: minute)],
             {"collector": "registries"}),
    Scenario("HuaweiCloudCredentialsExpiring", "warning", 57,
             [exporter("credentials_expiry_timestamp_seconds", 3600, lambda minute: now(minute) + 3600, {}),
              exporter("last_success_timestamp_seconds", lambda minute: 3420 if minute >= 57 else 0, now)], kept=0),
    Scenario("HuaweiCloudCredentialsExpired", "critical", 21,
             [exporter("credentials_expiry_timestamp_seconds", 0, now, {}), FOREVER]),
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
    Scenario("HuaweiCloudReplicationLate", "warning", 76,
             [about("swr_replication_last_success_timestamp_seconds", 0, now, POLICY),
              about("swr_replication_policy_schedule_interval_seconds", 1800, 1800, POLICY),
              about("swr_replication_policy_enabled", 1, 1, POLICY)], POLICY),
    Scenario("HuaweiCloudReplicationRunsLong", "warning", 76,
             [about("swr_replication_last_execution_created_timestamp_seconds", -3 * 3600, now, POLICY),
              about("swr_replication_last_execution_status", 1, 1, POLICY | {"status": "InProgress"})], POLICY),
    switched("HuaweiCloudReplicationDisabled", "swr_replication_policy_enabled", POLICY),
    vanished("HuaweiCloudReplicationVanished", "swr_replication_policy_enabled", "swr_replication_policies", POLICY),
    Scenario("HuaweiCloudSyncJobsFailing", "warning", 16,
             [about("swr_sync_failing_tags", 1, 0, JOBS)] + target("sync_jobs", "team"), JOBS, known=True),
    Scenario("HuaweiCloudSyncJobsWaiting", "warning", 76,
             [about("swr_sync_oldest_waiting_timestamp_seconds", 0, now, JOBS)], JOBS),
    Scenario("HuaweiCloudCleanupFailed", "warning", 16,
             [about("swr_retention_last_execution_status", 1, 0, KEEPING | {"status": "Failed"})]
             + target("retentions", "swr-1"), KEEPING, known=True),
    Scenario("HuaweiCloudCleanupLate", "warning", 76,
             [about("swr_retention_last_success_timestamp_seconds", 0, now, KEEPING),
              about("swr_retention_policy_schedule_interval_seconds", 1800, 1800, KEEPING)], KEEPING),
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
    Scenario("HuaweiCloudMirrorFailing", "warning", 16,
             [about("codearts_mirror_status", 1, 0, {"repository_id": "7", "status": "failed"})] + target("mirrors"),
             {"repository_id": "7"}, known=True),
    Scenario("HuaweiCloudMirrorLate", "warning", 66,
             [about("codearts_mirror_last_successful_update_timestamp_seconds", -25 * 3600, now, {"repository_id": "7"})]
             + target("mirrors"), {"repository_id": "7"}, known=True),
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


def tests(alerts, rule_files):
    """The text of the tests of those alerts, which need those groups of rules; nothing where no scenario is about them."""
    chosen = [scenario for scenario in SCENARIOS if scenario.alert in alerts]
    lines = ["# Generated by deploy/prometheus/generate.py from scenarios.py: change them there.", "rule_files:"]
    lines += [f"  - bare/{group}.yaml" for group in rule_files]
    lines += ["evaluation_interval: 1m", "group_eval_order:"]
    lines += [f"  - {group}" for group in rule_files]
    lines.append("tests:")
    for scenario in chosen:
        lines += scenario.yaml()
    return "\n".join(lines) + "\n" if chosen else ""
