"""The CCE node image caches: are they there, how big, and until when?"""

from .. import uids
from ..dashboard import CONSOLE, Page, Row, Search, Variable
from ..panels import (CONCERNS, NEUTRAL, Query, bar_gauge, stat, state_timeline, states, table, timeseries, to_console,
                      to_page)
from ..queries import DAY_SECONDS, IMAGE_CACHE, PROJECT, coded, of, once, top, with_region, worst

STATES = states(("unknown", "purple"), ("Available", "green"), ("Creating", "blue"), ("Deleting", "yellow"),
                ("Unavailable", "orange"), ("Failed", "red"))
STATE_VALUES = ("unknown", "Available", "Creating", "Deleting", "Unavailable", "Failed")
CHOSEN = 'image_cache=~"$image_cache"'


def cache(name, *matchers):
    return of(name, CHOSEN, *matchers)


def in_state(pattern):
    return f'sum({once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_status", f"status=~{pattern}"))})'


STATE = coded(IMAGE_CACHE, "huaweicloud_cce_image_cache_status", *STATE_VALUES, matchers=(CHOSEN,))
SIZE = once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_size_bytes"))
EXPIRY = once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_expiry_timestamp_seconds"), "min")
LEFT = f"{EXPIRY} - time()"
ANY = once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_status"))
IMAGES = cache("huaweicloud_cce_image_cache_image_info", 'image=~".*$search.*"')
IMAGE_COUNT = f"count by (image) (group by ({IMAGE_CACHE}, image) ({IMAGES}))"

PAGE = Page(
    "image-caches", uids.IMAGE_CACHES, "Huawei Cloud images: image caches",
    "The node image caches of CCE: their state, size and expiry. An expired cache is deleted, and nodes pull its "
    "images from the registry again.",
    [
        Row("At a glance", 3, [
            stat("Image caches", "Number of image caches in the chosen projects.",
                 [Query(f'sum(max by ({PROJECT}) ({of("huaweicloud_cce_image_caches")}))')], thresholds=NEUTRAL),
            stat("Available", "Image caches that nodes can use.", [Query(in_state('"Available"'))], thresholds=NEUTRAL),
            stat("Failed", "Image caches whose creation failed.", [Query(in_state('"Failed"'))]),
            stat("Unavailable", "Image caches that are abnormal or expired, or in a state that nobody knows.",
                 [Query(in_state('"Unavailable|unknown"'))]),
            stat("Expire in a day", "Image caches that are deleted within a day unless somebody makes them anew. "
                 "Those kept for ever count as 0.",
                 [Query(f"sum(({LEFT} < bool {DAY_SECONDS}) or on ({IMAGE_CACHE}) 0 * {ANY})")], thresholds=CONCERNS),
            stat("Total size", "Sum of the sizes that the caches were made with.", [Query(f"sum({SIZE})")],
                 unit="bytes", thresholds=NEUTRAL),
        ]),
        Row("States and expiry", 9, [
            state_timeline("State of each cache", "Which state each cache was in, and since when.",
                           [Query(worst(50, STATE), "{{image_cache}} {{project}} {{cluster}}")], STATES, span=14),
            bar_gauge("Time left", "Time until a cache expires and is deleted, soonest first. Caches that are kept for "
                      "ever have none. Red: less than a day.", [Query(f"sort(bottomk(30, {LEFT}))", "{{image_cache}} {{project}} {{cluster}}")],
                      span=10, unit="dtdurations",
                      thresholds=[(None, "red"), (DAY_SECONDS, "orange"), (3 * DAY_SECONDS, "green")]),
        ]),
        Row("Caches", 9, [
            table("Caches", "Every cache with its cluster, state, size, number of images and dates; kept for 0 s is for "
                  "ever.",
                  {"image_cache": "Cache"},
                  [
                      Query(with_region(once(f"{IMAGE_CACHE}, cluster_id", cache("huaweicloud_cce_image_cache_info")))),
                      Query(STATE, column="State", mappings=STATES),
                      Query(SIZE, column="Size", unit="bytes"),
                      Query(once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_images")), column="Images"),
                      Query(f'{once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_created_timestamp_seconds"))} '
                            "* 1000", column="Created", unit="dateTimeFromNow"),
                      Query(f"{EXPIRY} * 1000", column="Expires", unit="dateTimeFromNow"),
                      Query(once(IMAGE_CACHE, cache("huaweicloud_cce_image_cache_retention_seconds")),
                            column="Kept for", unit="dtdurations"),
                  ], key=IMAGE_CACHE, first=STATE, sort="Expires", descending=False,
                  behind={"cluster_id": "CCE cluster", "project": "Project", "cloud_region": "Region"},
                  links={"Region": [to_console("cce2.0")],
                         "Cache": [to_page("Show it alone", uids.IMAGE_CACHES, project="Project", image_cache="Cache")]}),
        ]),
        Row("Contents", 9, [
            table("Images", "Which image is in which caches, and how many caches have it.",
                  {"image": "Image"},
                  [Query(IMAGE_COUNT, column="Caches", width=90)], key="image", first=IMAGE_COUNT, span=12, sort="Caches"),
            timeseries("Size by cache", "Size of each cache. It changes only when a cache is made anew.",
                       [Query(top(20, SIZE), "{{image_cache}} {{project}} {{cluster}}")], unit="bytes", stack=True),
        ]),
    ],
    [
        Variable("image_cache", "Image cache", "huaweicloud_cce_image_cache_info", "image_cache"),
        Search("search", "Image"),
        CONSOLE,
    ])
