"""Who pays: bytes, pulls and growth by organisation, and what is big and pulled by nobody."""

from .. import uids
from ..dashboard import CONSOLE, InstanceVariable, Page, Row, Search, Variable
from ..panels import CONCERNS, NEUTRAL, YES_NO, Query, bar_gauge, stat, states, table, timeseries, to_console, to_page
from ..queries import BASIC_REPOSITORY, INSTANCE, NAMESPACE, PROJECT, REPOSITORY, of, once, top, with_instance, with_region
from ..storage import (BASIC_ORGANISATION, BASIC_PUBLIC, BASIC_SERIES, BASIC_SIZE, BY_NAME, CHOSEN_NAMESPACE, COUNT,
                       DOWNLOADED_EVER, DOWNLOADS, DOWNLOADS_HOURLY, NEVER_PULLED, ORGANISATION, PULLS, PULLS_HOURLY,
                       SIZE, SIZE_SERIES, UNTAGGED_SIZE, basic, basic_by_organisation, by_organisation, by_repository,
                       chosen, grown, swr, with_organisation)

OPEN = states(("private", "green"), ("public", "orange"))
PUBLIC = once(NAMESPACE, swr("huaweicloud_swr_namespace_public", CHOSEN_NAMESPACE))
BYTES = by_organisation(SIZE)
BASIC_BYTES = basic_by_organisation(BASIC_SIZE)
GROWTH = by_organisation(grown(REPOSITORY, SIZE_SERIES, chosen))
BASIC_GROWTH = basic_by_organisation(grown(BASIC_REPOSITORY, BASIC_SERIES))
# Which artifacts were never pulled the sizes do not tell: as many of the bytes as of the artifacts.
UNUSED = f"({by_repository(SIZE)} * {by_repository(NEVER_PULLED)} / {by_repository(COUNT)} > 0)"
BASIC_UNUSED = f"({BASIC_SIZE} and on ({BASIC_REPOSITORY}) {DOWNLOADED_EVER} == 0)"
NAME = "{{swr_namespace}} {{instance_name}} {{project}} {{cluster}}"
BASIC_NAME = "{{swr_namespace}} (shared) {{project}} {{cluster}}"
TO_STORED = to_page("Show what it stores", uids.REGISTRIES, project="Project", instance_id="Id",
                    swr_namespace="Organisation")
THIS = to_page("Show it alone", uids.ORGANISATIONS, project="Project", swr_namespace="Organisation")


def settings(name):
    return once(NAMESPACE, swr(name, CHOSEN_NAMESPACE))


PAGE = Page(
    "organisations", uids.ORGANISATIONS, "Huawei Cloud images: organisations",
    "Who pays: bytes, pulls and growth by organisation, of SWR Enterprise and of the shared edition; what is big and "
    "pulled by nobody; what is open to everybody.",
    [
        Row("At a glance", 3, [
            stat("Stored, Enterprise", "Sum of the artifacts' sizes. Layers that artifacts share count in each.",
                 [Query(f"sum({SIZE})")], unit="bytes", thresholds=NEUTRAL),
            stat("Stored, shared", "Sum of the repositories' sizes in SWR's shared edition.",
                 [Query(f"sum({BASIC_SIZE})")], unit="bytes", thresholds=NEUTRAL),
            stat("Never pulled", "About so many bytes nobody ever pulled, both editions together: of Enterprise instances "
                 "as many of a repository's bytes as of its artifacts.",
                 [Query(f"(sum({UNUSED}) or vector(0)) + (sum({BASIC_UNUSED}) or vector(0))")], unit="bytes",
                 thresholds=NEUTRAL),
            stat("Namespaces in all", "Namespaces of the chosen instances.",
                 [Query(f'sum({once(INSTANCE, swr("huaweicloud_swr_namespaces"))})')], thresholds=NEUTRAL),
            stat("Public namespaces", "Namespaces of SWR Enterprise from which everybody may pull.",
                 [Query(f"sum({PUBLIC})")], thresholds=CONCERNS),
            stat("Public repositories", "Repositories of the shared edition from which everybody may pull.",
                 [Query(f"sum({BASIC_PUBLIC})")], thresholds=CONCERNS),
        ]),
        Row("Who pays", 9, [
            timeseries("Bytes by organisation", "Bytes of the twenty organisations that are largest now.",
                       [Query(top(20, with_instance(BYTES)), NAME), Query(top(20, BASIC_BYTES), BASIC_NAME)],
                       unit="bytes", stack=True),
            timeseries("Pulls by organisation", "Pulls within an hour, of the twenty organisations that have most.",
                       [Query(top(20, with_instance(f"sum by ({ORGANISATION}) ({PULLS_HOURLY})")), NAME),
                        Query(top(20, basic_by_organisation(DOWNLOADS_HOURLY)), BASIC_NAME)]),
            table("Organisations of Enterprise instances", "What each organisation stores, how much more than at the "
                  "start of the time shown, and how often somebody pulled from it in this time.",
                  {"swr_namespace": "Organisation", "instance_name": "Instance"},
                  [
                      Query(with_region(with_instance(BYTES))),
                      Query(BYTES, column="Bytes", unit="bytes"),
                      Query(GROWTH, column="Growth", unit="bytes"),
                      Query(f"sum by ({ORGANISATION}) ({PULLS})", column="Pulls"),
                      Query(by_organisation(COUNT), column="Artifacts"),
                      Query(by_organisation(NEVER_PULLED), column="Never pulled"),
                      Query(by_organisation(UNTAGGED_SIZE), column="Untagged", unit="bytes"),
                  ], key=ORGANISATION, first=BYTES, sort="Bytes",
                  behind={"project": "Project", "cloud_region": "Region"}, hidden={"instance_id": "Id"},
                  links={"Organisation": [TO_STORED], "Region": [to_console("swr")]}),
            table("Organisations of the shared edition", "The same for SWR's shared edition.",
                  {"swr_namespace": "Organisation"},
                  [
                      Query(with_region(BASIC_BYTES)),
                      Query(BASIC_BYTES, column="Bytes", unit="bytes"),
                      Query(BASIC_GROWTH, column="Growth", unit="bytes"),
                      Query(basic_by_organisation(DOWNLOADS), column="Pulls"),
                      Query(f"sum by ({BASIC_ORGANISATION}) ({basic('huaweicloud_swr_basic_repository_images')})",
                            column="Images"),
                  ], key=BASIC_ORGANISATION, first=BASIC_BYTES, sort="Bytes",
                  behind={"project": "Project", "cloud_region": "Region"},
                  links={"Organisation": [THIS], "Region": [to_console("swr")]}),
            bar_gauge("Growth by organisation", "How many bytes larger the organisations that grew most are than at "
                      "the start of the time shown.",
                      [Query(f"sort_desc(topk(12, {with_instance(GROWTH)}))", NAME)], span=14, unit="bytes"),
            bar_gauge("Growth in the shared edition", "The same for SWR's shared edition.",
                      [Query(f"sort_desc(topk(12, {BASIC_GROWTH}))", BASIC_NAME)], span=10, unit="bytes"),
        ]),
        Row("Big and never pulled", 9, [
            table("Never pulled, Enterprise", "The repositories of which most was never pulled: as many of the bytes as of "
                  "the artifacts, since sizes are not told apart.",
                  {"swr_namespace": "Organisation", "repository": "Repository"},
                  [
                      Query(with_organisation(with_instance(UNUSED))),
                      Query(UNUSED, column="About never pulled", unit="bytes"),
                      Query(by_repository(SIZE), column="Bytes", unit="bytes"),
                      Query(by_repository(NEVER_PULLED), column="Never pulled"),
                      Query(by_repository(COUNT), column="Artifacts"),
                  ], key=BY_NAME, first=UNUSED, sort="About never pulled", span=14,
                  behind={"instance_name": "Instance", "project": "Project"}, hidden={"instance_id": "Id"},
                  links={"Repository": [to_page("Show the repository", uids.REGISTRIES, project="Project",
                                                instance_id="Id", swr_namespace="Organisation",
                                                search="Repository")]}),
            table("Never pulled, shared edition", "The largest repositories that nobody ever pulled from.",
                  {"swr_namespace": "Organisation", "repository": "Repository"},
                  [Query(BASIC_UNUSED, column="Bytes", unit="bytes")], key=BASIC_REPOSITORY, first=BASIC_UNUSED,
                  sort="Bytes", span=10, behind={"project": "Project"}, links={"Organisation": [THIS]}),
        ]),
        Row("Namespaces", 9, [
            table("Settings of namespaces", "Who may pull from each namespace, whether its images are scanned, and "
                  "whether vulnerable ones are kept back.",
                  {"swr_namespace": "Organisation", "instance_name": "Instance"},
                  [
                      Query(with_region(with_instance(PUBLIC))),
                      Query(PUBLIC, column="Open to", mappings=OPEN),
                      Query(settings("huaweicloud_swr_namespace_auto_scan_enabled"), column="Scanned",
                            mappings=YES_NO),
                      Query(settings("huaweicloud_swr_namespace_vulnerability_block_enabled"),
                            column="Vulnerable kept back", mappings=YES_NO),
                      Query(settings("huaweicloud_swr_namespace_repositories"), column="Repositories"),
                      Query(f'{settings("huaweicloud_swr_namespace_created_timestamp_seconds")} * 1000',
                            column="Created", unit="dateTimeFromNow"),
                  ], key=NAMESPACE, first=PUBLIC, sort="Open to",
                  behind={"project": "Project", "cloud_region": "Region"}, hidden={"instance_id": "Id"},
                  links={"Organisation": [TO_STORED], "Region": [to_console("swr")]}),
        ], collapsed=True),
        Row("Shared edition", 9, [
            timeseries("Repositories, shared", "Repositories of SWR's shared edition, of those that the configuration "
                       "selects.", [Query(f'max by ({PROJECT}) ({of("huaweicloud_swr_basic_repositories")})',
                                          "{{project}} {{cluster}}")], span=6),
            timeseries("Largest of the shared edition", "Bytes of the ten repositories that are largest now.",
                       [Query(top(10, BASIC_SIZE), "{{swr_namespace}}/{{repository}} {{project}} {{cluster}}")],
                       span=9, unit="bytes", stack=True),
            timeseries("Downloads by repository", "Downloads within an hour from the ten repositories that have most.",
                       [Query(top(10, DOWNLOADS_HOURLY), "{{swr_namespace}}/{{repository}} {{project}} {{cluster}}")],
                       span=9),
            table("Repositories of the shared edition in detail", "Every repository of the shared edition.",
                  {"swr_namespace": "Organisation", "repository": "Repository"},
                  [
                      Query(with_region(BASIC_SIZE)),
                      Query(BASIC_SIZE, column="Bytes", unit="bytes"),
                      Query(basic("huaweicloud_swr_basic_repository_images"), column="Images"),
                      Query(DOWNLOADED_EVER, column="Downloads ever"),
                      Query(BASIC_PUBLIC, column="Open to", mappings=OPEN),
                      Query(f'{basic("huaweicloud_swr_basic_repository_created_timestamp_seconds")} * 1000',
                            column="Created", unit="dateTimeFromNow"),
                      Query(f'{basic("huaweicloud_swr_basic_repository_updated_timestamp_seconds")} * 1000',
                            column="Changed", unit="dateTimeFromNow"),
                  ], key=BASIC_REPOSITORY, first=BASIC_SIZE, sort="Bytes",
                  behind={"project": "Project", "cloud_region": "Region"},
                  links={"Repository": [to_page("Show its sync", uids.REPLICATION, project="Project",
                                                swr_namespace="Organisation", search="Repository")],
                         "Region": [to_console("swr")]}),
        ], collapsed=True),
    ],
    [
        InstanceVariable(),
        Variable("swr_namespace", "Organisation",
                 "huaweicloud_swr_repository_info|huaweicloud_swr_basic_repository_size_bytes"
                 "|huaweicloud_swr_namespace_public", "swr_namespace"),
        Search("search", "Repository"),
        CONSOLE,
    ],
    hours=24)
