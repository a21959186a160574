"""The rules with places for values: what the mixin and the chart fill in. generate.py writes it to rules.template.json.

`<<selector>>` stands behind every series of the exporter that has no matchers, `<<selector,>>` before those of one that
has; `<<name>>` for a threshold, `<<name%>>` for one in per cent; `<<dashboard:file:uid>>` for the page about an alert.
Filled in with nothing and with the defaults, they are rules.yaml again, which dashboards/check compares.
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
    "replicationRunsLongHours": (4, {"HuaweiCloudReplicationRunsLong": ["> {} * 3600"]}),
    "syncJobsWaitingSeconds": (3600, {"HuaweiCloudSyncJobsWaiting": ["> {}"]}),
    "quotaShare": (0.9, {"HuaweiCloudQuotaNearlyFull": ["> 0) > {}"]}),
    "storageGrowthGiB": (10, {"HuaweiCloudStorageGrowthAbnormal": ["> {} * 2 ^ 30"]}),
    "untaggedGiB": (10, {"HuaweiCloudUntaggedBytesHigh": ["> {} * 2 ^ 30"]}),
    "untaggedShare": (0.3, {"HuaweiCloudUntaggedBytesHigh": ["> {} * job_project", "more than {%}%"]}),
    "mirrorLateHours": (26, {"HuaweiCloudMirrorLate": ["> {} * 3600"],
                             "HuaweiCloudMirrorNeverUpdated": ["offset {}h", "there {} hours ago"]}),
    "imageCaches": (45, {"HuaweiCloudImageCachesNearLimit": [">= {}"]}),
}


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


def template(path):
    """The text of rules.template.json."""
    groups = simpleyaml.load(path)["groups"]
    for group in groups:
        for rule in group["rules"]:
            if "alert" in rule:
                with_thresholds(rule)
                page, uid = released.PAGES[group["name"]]
                rule["annotations"]["dashboard_url"] = f"<<dashboard:{page}:{uid}>>"
            rule["expr"] = with_selectors(rule["expr"])
    content = {"dashboards": released.DASHBOARDS, "runbooks": released.RUNBOOKS,
               "thresholds": {name: value for name, (value, _) in THRESHOLDS.items()}, "groups": groups}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
