"""What the pages know of the alerts, from the rules themselves: which page shows each, and where its runbook is."""

from . import released, simpleyaml

PREFIX = "HuaweiCloud"
_GROUPS = simpleyaml.load(released.ROOT / "deploy/prometheus/rules.yaml")["groups"]
_NAMES = {group["name"]: [rule["alert"] for rule in group["rules"] if "alert" in rule] for group in _GROUPS}

# uid → the names of alerts without what all of them begin with.
ALERTS_BY_PAGE = {}
for _group, _names in _NAMES.items():
    if _names:
        ALERTS_BY_PAGE.setdefault(released.PAGES[_group][1], []).extend(name.removeprefix(PREFIX) for name in _names)

# Anchors are in lower case, which neither PromQL nor a link of Grafana can make of a name: so each is written out.
RUNBOOK_ANCHORS = [{"type": "value", "options": {
    name: {"text": name.lower(), "color": "text", "index": index}
    for index, name in enumerate(name for names in _NAMES.values() for name in names)
}}]
