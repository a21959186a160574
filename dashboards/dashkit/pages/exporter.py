"""The exporter itself: how fresh its data is, why refreshes fail, what it asks of the cloud and what it costs."""

from .. import uids
from ..dashboard import CONSOLE, Page, Row, Variable
from ..panels import (CONCERNS, NEUTRAL, SELDOM, SUCCESS, TROUBLES, Query, bar_gauge, heatmap, stat, state_timeline,
                      states, table, timeseries, to_console, to_page)
from ..queries import PROJECT, TARGET, latest, of, once, own, top, with_region, with_target, worst

PLACE = f"job, instance, {TARGET}"
CHOSEN = 'collector=~"$collector"'
NAME = "{{collector}} {{name}} {{project}} {{cluster}}"
BY_API = "{{api}} {{project}} {{cluster}}"


def target(name, *matchers):
    return of(name, CHOSEN, *matchers)


def rate(series):
    return f"rate({series}[$__rate_interval])"


def per_hour(series):
    """Refreshes come a few times an hour."""
    return f"increase({series}[1h])"


def sum_by_collector(counter):
    return f"sum by ({PROJECT}, collector) ({per_hour(target(counter))})"


def quantile(share, histogram, labels):
    return f"histogram_quantile({share}, sum by (le, {labels}) ({rate(histogram)}))"


AGE = f'time() - {target("huaweicloud_exporter_last_success_timestamp_seconds")}'
STALE_AFTER = target("huaweicloud_exporter_stale_after_seconds")
SUCCEEDED = target("huaweicloud_exporter_refresh_success")
UNSUPPORTED = once(TARGET, target("huaweicloud_exporter_target_unsupported"))
FAILED = f"(min by ({TARGET}) ({SUCCEEDED}) == bool 0) * on ({TARGET}) ({UNSUPPORTED} == bool 0)"
# 0 failed, 1 good, 2 not there.
STATE = f"min by ({TARGET}) ({SUCCEEDED}) + on ({TARGET}) 2 * {UNSUPPORTED}"
# Those that failed at some time of the range, then the others.
FAILED_FIRST = f"({with_target(STATE)}) and bottomk(50, min_over_time(({with_target(STATE)})[$__range:$__interval] @ end()))"
OUTCOMES = states(("failed", "red"), ("good", "green"), ("not there", "text"))
SERIES = target("huaweicloud_exporter_series")
LIMIT = target("huaweicloud_exporter_series_limit")
REQUESTS = of("huaweicloud_exporter_api_requests_total")
DURATIONS = of("huaweicloud_exporter_api_request_duration_seconds_bucket")
EXPIRY = of("huaweicloud_exporter_credentials_expiry_timestamp_seconds")
# Both are extrapolated to the hour, each in its own way: their quotient may be a little above 1.
FAILURES_BY_COLLECTOR = sum_by_collector("huaweicloud_exporter_refresh_failures_total")
REFRESHES_BY_COLLECTOR = sum_by_collector("huaweicloud_exporter_refreshes_total")

FRESHNESS = Row("Freshness", 11, [
    state_timeline("Refreshes of each target", "Whether the last refresh of each target succeeded. Not there: the cloud "
                   "has no such function in this region or instance, which is nobody's trouble.",
                   [Query(FAILED_FIRST, NAME)], OUTCOMES, span=14),
    timeseries("Age of the data", "Age of each target's last good data as a share of its stale_after: at 100% it is "
               "dropped.",
               [Query(top(20, with_target(f"max by ({TARGET}) ((({AGE}) / on ({PLACE}) {STALE_AFTER}) "
                                          f"and on ({TARGET}) {UNSUPPORTED} == 0)")), NAME)], span=10,
               unit="percentunit", limit=1),
    table("Targets", "Every target with its last success, objects, series and settings. A line without a last success "
          "has never refreshed well.",
          {"collector": "Collector", "name": "Target"},
          [
              Query(with_region(with_target(f"max by ({PLACE}) ({SUCCEEDED})"))),
              Query(f"max by ({PLACE}) ({SUCCEEDED} + 2 * {target('huaweicloud_exporter_target_unsupported')})",
                    column="Last refresh", mappings=OUTCOMES),
              Query(f'max by ({PLACE}) ({target("huaweicloud_exporter_data_stale")} '
                    f'* on ({PLACE}) ({target("huaweicloud_exporter_target_unsupported")} == bool 0))', column="Stale",
                    mappings=states(("no", "green"), ("yes", "red"))),
              Query(f'max by ({PLACE}) ({target("huaweicloud_exporter_last_success_timestamp_seconds")}) * 1000',
                    column="Last success", unit="dateTimeFromNow"),
              Query(f'max by ({PLACE}) ({target("huaweicloud_exporter_refresh_duration_seconds")})', column="Took",
                    unit="s"),
              Query(f'max by ({PLACE}) ({target("huaweicloud_exporter_refresh_interval_seconds")})', column="Interval",
                    unit="dtdurations"),
              Query(f"max by ({PLACE}) ({STALE_AFTER})", column="Stale after", unit="dtdurations"),
              Query(f'max by ({PLACE}) ({target("huaweicloud_exporter_objects")})', column="Objects"),
              Query(f'max by ({PLACE}) ({target("huaweicloud_exporter_objects_failed")})', column="Failed objects",
                    thresholds=[(None, "text"), (1, "red")]),
              Query(f"max by ({PLACE}) ({SERIES})", column="Series"),
              Query(f"max by ({PLACE}) ({LIMIT})", column="Series limit"),
          ], key=PLACE, first=f"-max by ({PLACE}) ({SUCCEEDED})", span=24, sort="Last refresh", descending=False,
          behind={"project": "Project", "cloud_region": "Region", "instance": "Exporter"},
          links={"Collector": [to_page("Show it alone", uids.EXPORTER, project="Project", collector="Collector",
                                       instance="Exporter")],
                 "Region": [to_console("iam")]}),
])

REFRESHES = Row("Refreshes", 8, [
    timeseries("Failures by reason", "Refreshes that failed within an hour, by reason.",
               [Query(f'sum by (reason) ({per_hour(target("huaweicloud_exporter_refresh_failures_total"))})',
                      "{{reason}}")], span=8),
    timeseries("Failures by collector", "Share of refreshes that failed within an hour.",
               [Query(f"clamp_max({FAILURES_BY_COLLECTOR} / {REFRESHES_BY_COLLECTOR}, 1)",
                      "{{collector}} {{project}} {{cluster}}")], span=8, unit="percentunit"),
    timeseries("Refreshes skipped", "Refreshes within an hour that were due while the one before still ran: the "
               "interval is too short for what there is to ask.",
               [Query(top(20, with_target(
                   f'sum by ({TARGET}) ({per_hour(target("huaweicloud_exporter_refreshes_skipped_total"))})')), NAME)],
               span=8),
    timeseries("Duration of refreshes", "How long the last refresh of each target took, retries and pauses included.",
               [Query(top(20, with_target(
                   f'max by ({TARGET}) ({target("huaweicloud_exporter_refresh_duration_seconds")})')), NAME)],
               span=8, unit="s"),
    timeseries("Objects that failed", "Objects that the last refresh could not read, or that had another's labels.",
               [Query(top(20, with_target(
                   f'max by ({TARGET}) ({target("huaweicloud_exporter_objects_failed")})')), NAME)], span=8),
    bar_gauge("Series of their limit", "Series of each target as a share of its max_series. Past the limit refreshes "
              "fail.", [Query("sort_desc(topk(12, " + with_target(f"max by ({TARGET}) ({SERIES} / on ({PLACE}) {LIMIT})")
                            + "))", NAME)], span=8,
              unit="percentunit", thresholds=[(None, "green"), (0.8, "orange"), (1, "red")]),
])

REQUESTS_ROW = Row("Requests to the cloud", 8, [
    timeseries("Requests by operation", "Attempts per second, retries included.",
               [Query(f"sum by (api, operation) ({rate(REQUESTS)})", "{{api}} {{operation}}")], span=8, unit="reqps",
               least=SELDOM),
    timeseries("Answers by code", "Attempts per second by HTTP status; error where no answer came.",
               [Query(f"sum by (code) ({rate(REQUESTS)})", "{{code}}")], span=8, unit="reqps", stack=True,
               least=SELDOM),
    timeseries("Throttled and repeated", "Attempts per second that were answered with 429, and those made again.",
               [Query(f'sum by ({PROJECT}, api) ({rate(of("huaweicloud_exporter_api_throttled_total"))})',
                      f"429 {BY_API}"),
                Query(f'sum by ({PROJECT}, api) ({rate(of("huaweicloud_exporter_api_retries_total"))})',
                      f"retry {BY_API}")], span=8, unit="reqps", least=SELDOM),
    timeseries("Time to answer, 95%", "The time that 95 of 100 attempts stay below.",
               [Query(quantile(0.95, DURATIONS, "api, operation"), "{{api}} {{operation}}")], span=8, unit="s",
               least=SELDOM),
    heatmap("Time to answer", "How many attempts per second took how long.",
            Query(f"sum by (le) ({rate(DURATIONS)})", "{{le}}"), span=8),
    timeseries("Held back", "Seconds per second that requests waited for the pace or for a pause the cloud asked for. "
               "Several can wait at once.",
               [Query(f'sum by ({PROJECT}, api) ({rate(of("huaweicloud_exporter_api_wait_seconds_total"))})',
                      BY_API)], span=8, unit="s", least=SELDOM),
], collapsed=True)

PACE_AND_SURPRISES = Row("Pace and surprises", 8, [
    timeseries("Pace", "Requests a second that are sent at most: what is configured, or less after a limit that the "
               "cloud stated.",
               [Query(f'sum by ({PROJECT}, api) ({of("huaweicloud_exporter_requests_per_second_limit")})',
                      BY_API)], unit="reqps"),
    timeseries("Values that nobody expected", "Values in the last good answers that are not as the cloud's documents "
               "have them, by field: new states, other types, absent fields. Please report them.",
               [Query(f'sum by (collector, field) (max by ({TARGET}, field) '
                      f'({target("huaweicloud_exporter_unexpected_values")})) or 0 * max by (collector) ({SUCCEEDED})',
                      "{{collector}} {{field}}")]),
], collapsed=True)

PROJECTS = f'max by ({PROJECT}, cloud_region, project_id) ({of("huaweicloud_exporter_project_info")})'
COST = Row("Its own cost", 8, [
    timeseries("Processor", "Share of one core.", [Query(rate(own("process_cpu_seconds_total")), "{{instance}} {{cluster}}")],
               span=6, unit="percentunit"),
    timeseries("Memory", "Resident memory.", [Query(own("process_resident_memory_bytes"), "{{instance}} {{cluster}}")], span=6,
               unit="bytes"),
    timeseries("Open files", "Open file descriptors as a share of what the process may open.",
               [Query(f'{own("process_open_fds")} / {own("process_max_fds")}', "{{instance}} {{cluster}}")], span=6,
               unit="percentunit"),
    timeseries("Requests answered", "Requests to the exporter per second, by path and status.",
               [Query(f'sum by (path, code) ({rate(own("huaweicloud_exporter_http_requests_total"))})',
                      "{{path}} {{code}}")], span=6, unit="reqps"),
    timeseries("Time to answer a scrape", "The time that half, and 99 of 100, of the scrapes stay below.",
               [Query(quantile(share, own("huaweicloud_exporter_scrape_duration_seconds_bucket"),
                               "cluster, instance"), f"{name} {{{{instance}}}} {{{{cluster}}}}") for share, name in ((0.5, "50%"), (0.99, "99%"))], span=6, unit="s",
               least=SELDOM),
    table("Processes", "Each exporter with its version, start, and last reload of the configuration.",
          {"instance": "Exporter", "version": "Version", "swift_version": "Swift"},
          [
              Query(latest("cluster, job, instance + version, swift_version",
                           own("huaweicloud_exporter_build_info"))),
              Query(f'max by (cluster, job, instance) ({own("process_start_time_seconds")}) * 1000', column="Started",
                    unit="dateTimeFromNow"),
              Query(f'max by (cluster, job, instance) (changes({own("process_start_time_seconds")}[$__range]))',
                    column="Restarts", thresholds=[(None, "text"), (1, "orange")]),
              Query(f'max by (cluster, job, instance) ({own("huaweicloud_exporter_config_last_reload_successful")})',
                    column="Last reload", mappings=SUCCESS),
              Query(f'max by (cluster, job, instance) '
                    f'({own("huaweicloud_exporter_config_last_reload_success_timestamp_seconds")}) * 1000',
                    column="Configuration of", unit="dateTimeFromNow"),
          ], key="cluster, job, instance", first=own("process_start_time_seconds"), span=11, sort="Exporter",
          descending=False,
          links={"Exporter": [to_page("Show it alone", uids.EXPORTER, instance="Exporter")]}),
    table("Projects", "Each project with its region and the id that it resolved to.",
          {"project": "Project", "cloud_region": "Region", "project_id": "Id"},
          [Query(PROJECTS, column="Configured", mappings=states(("no", "text"), ("yes", "text")))],
          key=f"{PROJECT}, cloud_region, project_id", first=PROJECTS, span=7, sort="Project", descending=False,
          links={"Project": [to_page("Show what is broken in it", uids.OVERVIEW, project="Project")],
                 "Region": [to_console("iam")]}),
], collapsed=True)

PAGE = Page(
    "exporter", uids.EXPORTER, "Huawei Cloud images: exporter",
    "How fresh the data is, why refreshes fail, what the exporter asks of the cloud, and what it costs itself.",
    [
        Row("At a glance", 3, [
            stat("Targets failing", "Targets whose last refresh failed; what the cloud does not have here is left out.",
                 [Query(f"sum({FAILED})")], thresholds=CONCERNS),
            stat("Targets stale", "Targets whose data, or that of some of their objects, was dropped because it was "
                 "too old.", [Query(f'sum(max by ({TARGET}) ({target("huaweicloud_exporter_data_stale")}) '
                        f"* on ({TARGET}) ({UNSUPPORTED} == bool 0))")],
                 thresholds=TROUBLES),
            stat("Throttled", "Share of the requests that were answered with 429.",
                 [Query(f'sum({rate(of("huaweicloud_exporter_api_throttled_total"))}) / sum({rate(REQUESTS)})')],
                 unit="percentunit", thresholds=[(None, "text"), (0, "green"), (0.01, "orange"), (0.05, "red")], least=SELDOM),
            stat("Requests", "Requests to the cloud per second, retries included.", [Query(f"sum({rate(REQUESTS)})")],
                 unit="reqps", thresholds=NEUTRAL, least=SELDOM),
            stat("Credentials last", "Time until the first token or temporary key expires. The exporter renews "
                 "them before; keys without an end have none.", [Query(f"min({EXPIRY} - time())")], unit="dtdurations",
                 none="never", thresholds=[(None, "red"), (240, "green")]),
            stat("Configuration", "Whether the last reload of the configuration succeeded everywhere.",
                 [Query(f'min({own("huaweicloud_exporter_config_last_reload_successful")})')], unit="none",
                 thresholds=[(None, "red"), (1, "green")], mappings=SUCCESS),
        ]),
        FRESHNESS, REFRESHES, REQUESTS_ROW, PACE_AND_SURPRISES, COST,
    ],
    [Variable("collector", "Collector", "huaweicloud_exporter_targets", "collector"), CONSOLE])
