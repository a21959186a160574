"""Rules and dashboards with places for values, which the mixin and the chart fill in; generate.py writes template.json.

| place | is for |
|---|---|
| `<<selector>>` | the matchers in braces, behind a series that has none |
| `<<selector,>>` | the matchers and a comma, before those that a series has |
| `<<matchers>>` | the matchers alone |
| `<<name>>` | a threshold; `<<name%>>` in per cent, `<<name*3600>>` and `<<name*86400>>` in seconds |
| `<<cluster>>` | the label of clusters |
| `<<severity:critical>>` | what a severity is called |
| `<<runbook>>` | a link to the runbook of a line of a dashboard's table |
| `<<dashboard:file:uid>>` | an alert's link to the page that shows it |

Filled in with nothing and with the defaults, they are the plain files again, which dashboards/check compares.
"""

import json

from dashkit import promql, released, simpleyaml

# What Prometheus itself or every process has, and the rules ask about exporters.
COMMON = {"up", "process_start_time_seconds"}

# Threshold → what rules.yaml has, and where it stands: alert → the words around it, `{}` for the number and `{%}` for it
# in per cent.
THRESHOLDS = {
    "seriesLimitShare": (0.8, {"HuaweiCloudSeriesLimitNear": ["> {}"]}),
    "throttledShare": (0.05, {"HuaweiCloudThrottled": ["> {}\n"]}),
    "apiErrorShare": (0.2, {"HuaweiCloudAPIErrors": ["> {}\n"]}),
    "instanceExpiringDays": (14, {"HuaweiCloudInstanceExpiring": ["< {} * 86400"]}),
    "credentialExpiringDays": (14, {"HuaweiCloudLongTermCredentialExpiring": ["< {} * 86400"]}),
    "replicationRunsLongHours": (4, {"HuaweiCloudReplicationRunsLong": ["{} * 3600 +"]}),
    "syncJobsWaitingSeconds": (3600, {"HuaweiCloudSyncJobsWaiting": ["{} + label_replace"]}),
    "quotaShare": (0.9, {"HuaweiCloudQuotaNearlyFull": ["> 0) > {}"]}),
    "storageGrowthGiB": (10, {"HuaweiCloudStorageGrowthAbnormal": ["> {} * 2 ^ 30"]}),
    "untaggedGiB": (10, {"HuaweiCloudUntaggedBytesHigh": ["> {} * 2 ^ 30"]}),
    "untaggedShare": (0.3, {"HuaweiCloudUntaggedBytesHigh": ["> {} * job_project", "more than {%}%"]}),
    "mirrorLateHours": (26, {"HuaweiCloudMirrorLate": ["{} * 3600 +"],
                             "HuaweiCloudMirrorNeverUpdated": ["offset {}h", "there {} hours ago"]}),
    "imageCaches": (45, {"HuaweiCloudImageCachesNearLimit": [">= {}"]}),
}


# The field of a table's line that has the name of a runbook.
RUNBOOK_FIELD = '${__data.fields[\\"Runbook\\"]}'
# What is replaced by what in the dashboards' files, one after the other. Each series is selected by the cluster first.
DASHBOARD_PLACES = [
    ('{cluster=~\\"$cluster\\"', '{<<selector,>><<cluster>>=~\\"$cluster\\"'),
    ("{}, cluster)", "{<<matchers>>}, <<cluster>>)"),
    ('cluster=~\\"', '<<cluster>>=~\\"'),
    ("(cluster, ", "(<<cluster>>, "),
    (", cluster, ", ", <<cluster>>, "),
    ("{{cluster}}", "{{<<cluster>>}}"),
    ('"cluster": ', '"<<cluster>>": '),
    ("93600", "<<mirrorLateHours*3600>>"),
    ("26 hours", "<<mirrorLateHours>> hours"),
    ("> bool 0.9", "> bool <<quotaShare>>"),
    ("< bool 1209600", "< bool <<credentialExpiringDays*86400>>"),
    (f"{released.RUNBOOKS}#{RUNBOOK_FIELD}", "<<runbook>>"),
    *((before % level, before % f"<<severity:{level}>>") for level in ("critical", "warning")
      for before in ('severity=\\"%s\\"', '"%s": {', '"text": "%s"')),
]


def with_selectors(expression):
    """Makes a place for a selector in every series of the exporter; recorded series have what they were made of."""
    parts, at = [], 0
    while at < len(expression):
        token = promql.TOKEN.match(expression, at)
        at = token.end()
        parts.append(token.group())
        name = token.group()
        if token.lastgroup == "name" and ":" not in name and (name.startswith("huaweicloud_") or name in COMMON):
            if expression[at:at + 1] == "{":
                at += 1
                parts.append("{<<selector,>>")
            else:
                parts.append("<<selector>>")
    return "".join(parts)


def with_thresholds(rule):
    """Makes places for the thresholds of an alert; one that is not found is an error."""
    for name, (value, alerts) in THRESHOLDS.items():
        for words in alerts.get(rule["alert"], []):
            written = words.replace("{%}", f"{100 * value:g}").replace("{}", f"{value:g}")
            place = words.replace("{%}", f"<<{name}%>>").replace("{}", f"<<{name}>>")
            found = 0
            for holder, key in ((rule, "expr"), (rule["annotations"], "summary"), (rule["annotations"], "description")):
                found += holder[key].count(written)
                holder[key] = holder[key].replace(written, place)
            if not found:
                raise ValueError(f"{rule['alert']} has no '{written}', where {name} should stand: see template.py")
    return rule


def template(rules):
    """The text of template.json, from the text of the rules."""
    groups = simpleyaml.parse(rules, "rules.yaml")["groups"]
    for group in groups:
        for rule in group["rules"]:
            if "alert" in rule:
                with_thresholds(rule)
                page, uid = released.PAGES[group["name"]]
                rule["annotations"]["dashboard_url"] = f"<<dashboard:{page}:{uid}>>"
            rule["expr"] = with_selectors(rule["expr"])
    content = {"dashboards": released.DASHBOARDS, "runbooks": released.RUNBOOKS, "runbookField": RUNBOOK_FIELD,
               "dashboardPlaces": DASHBOARD_PLACES,
               "thresholds": {name: value for name, (value, _) in THRESHOLDS.items()}, "groups": groups}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
