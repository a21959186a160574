#!/usr/bin/env python3
"""Writes prometheusrule.yaml and template.json from rules.yaml, the tests of scenarios.py, and the links into rules and tests.

With --check, it writes nothing and says which files differ.
"""

import argparse
import pathlib
import re
import sys

import scenarios

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "dashboards"))
from dashkit import released  # noqa: E402  (found by the line before)
import template  # noqa: E402

SOURCE = HERE / "rules.yaml"
TESTS = HERE / "tests"
# What the alerts build on.
RECORDED = "huaweicloud-recording"
OPERATOR = HERE / "prometheusrule.yaml"
TEMPLATE = HERE / "template.json"
HEADER = """\
# Generated from rules.yaml by deploy/prometheus/generate.py: change them there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: huaweicloud-artifact-exporter
  labels:
    app.kubernetes.io/name: huaweicloud-artifact-exporter
spec:
"""


def groups_of(rules):
    """Alert → the group that it stands in."""
    group, found = "", {}
    for line in rules.splitlines():
        named = re.match(r"  - name: (\S+)$|      - alert: (\w+)$", line)
        if named and named[1]:
            group = named[1]
        elif named:
            found[named[2]] = group
    return found


def with_links(text, groups):
    """Sets the links of each alert (`alert:`, or `alertname:` in tests): to its runbook, and to the page that shows it."""
    alert, lines = "", []
    for line in text.splitlines():
        named = re.match(r"\s*(?:- )?(?:alert|alertname): (\w+)$", line)
        alert = named[1] if named else alert
        link = re.match(r"(\s*)runbook_url:", line)
        if link:
            page, _ = released.PAGES[groups[alert]]
            lines.append(f"{link[1]}runbook_url: {released.runbook(alert)}")
            lines.append(f"{link[1]}dashboard_url: {released.DASHBOARDS}/{page}.json")
        elif not re.match(r"\s*dashboard_url:", line):
            lines.append(line)
    return "\n".join(lines) + "\n"


def for_operator(rules):
    """The rules as a Kubernetes object: the same lines, further to the right, without the words about the source."""
    body = rules[rules.index("groups:\n"):]
    return HEADER + "".join(f"  {line}\n" if line else "\n" for line in body.splitlines())


def bare(rules):
    """The rules of each group without their texts, for tests that look at when an alert fires and not at what it says."""
    groups, inside = {}, False
    for line in rules[rules.index("groups:\n"):].splitlines()[1:]:
        named = re.match(r"  - name: (\S+)$", line)
        if named:
            lines = groups[named[1]] = [
                "# Generated from ../../rules.yaml by deploy/prometheus/generate.py: change them there.", "groups:"]
        inside = line == "        annotations:" or (inside and line.startswith("          "))
        if not inside:
            lines.append(line)
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in groups.items()}


def generated():
    """The text of every generated file by its path."""
    rules = SOURCE.read_text(encoding="utf-8")
    group_of = groups_of(rules)
    rules = with_links(rules, group_of)
    texts = {SOURCE: rules, OPERATOR: for_operator(rules), TEMPLATE: template.template(rules)}
    for path in TESTS.glob("*.yaml"):
        if not path.name.startswith("scenarios-"):
            texts[path] = with_links(path.read_text(encoding="utf-8"), group_of)
    for group, text in bare(rules).items():
        texts[TESTS / f"bare/{group}.yaml"] = text
        alerts = re.findall(r"^      - alert: (\w+)$", text, re.MULTILINE)
        name = group.removeprefix("huaweicloud-")
        for path, step in ((f"scenarios-{name}.yaml", 1), (f"scenarios-of-days-{name}.yaml", 5)):
            tests = scenarios.tests(alerts, [RECORDED, group], step)
            if tests:
                texts[TESTS / path] = tests
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check = parser.parse_args().check
    texts = generated()
    differ = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    # Of a group that is no more.
    left = [path for path in [*TESTS.glob("scenarios-*.yaml"), *TESTS.glob("bare/*.yaml")] if path not in texts]
    for path in differ + left:
        if check:
            print(f"deploy/prometheus/{path.relative_to(HERE)}: outdated; run deploy/prometheus/generate.py",
                  file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            if path in texts:
                path.write_text(texts[path], encoding="utf-8")
            else:
                path.unlink()
    lacking = list(scenarios.lacking(re.findall(r"^      - alert: (\w+)$", texts[SOURCE], re.MULTILINE)))
    for finding in lacking:
        print(f"deploy/prometheus/scenarios.py: {finding}", file=sys.stderr)
    return 1 if lacking or check and (differ or left) else 0


if __name__ == "__main__":
    sys.exit(main())
