#!/usr/bin/env python3
"""Writes prometheusrule.yaml from rules.yaml, the tests of scenarios.py, and the runbook links into rules and tests.

With --check, it writes nothing and says which files differ.
"""

import argparse
import pathlib
import re
import sys

import scenarios

# The only place that knows where the runbooks can be read.
RUNBOOKS = ("https://github.com/huaweicloud-artifact-exporter/huaweicloud-artifact-exporter/"
            "blob/main/docs/runbooks.md")

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE / "rules.yaml"
SCENARIOS = HERE / "tests/scenarios.yaml"
BARE = HERE / "tests/bare/rules.yaml"
OPERATOR = HERE / "prometheusrule.yaml"
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


def with_links(text):
    """Sets each `runbook_url` to the heading of the alert before it (`alert:`, or `alertname:` in tests)."""
    alert, lines = "", []
    for line in text.splitlines():
        named = re.match(r"\s*(?:- )?(?:alert|alertname): (\w+)$", line)
        alert = named[1] if named else alert
        link = re.match(r"(\s*runbook_url:)", line)
        # Anchors of headings are in lower case.
        lines.append(f"{link[1]} {RUNBOOKS}#{alert.lower()}" if link else line)
    return "\n".join(lines) + "\n"


def for_operator(rules):
    """The rules as a Kubernetes object: the same lines, further to the right, without the words about the source."""
    body = rules[rules.index("groups:\n"):]
    return HEADER + "".join(f"  {line}\n" if line else "\n" for line in body.splitlines())


def bare(rules):
    """The rules without their texts, for tests that look at when an alert fires and not at what it says."""
    lines, inside = ["# Generated from ../../rules.yaml by deploy/prometheus/generate.py: change them there."], False
    for line in rules[rules.index("groups:\n"):].splitlines():
        inside = line == "        annotations:" or (inside and line.startswith("          "))
        if not inside:
            lines.append(line)
    return "\n".join(lines) + "\n"


def generated():
    """The text of every generated file by its path."""
    rules = with_links(SOURCE.read_text(encoding="utf-8"))
    groups = re.findall(r"^  - name: (\S+)$", rules, re.MULTILINE)
    texts = {SOURCE: rules, OPERATOR: for_operator(rules), BARE: bare(rules), SCENARIOS: scenarios.tests(groups)}
    for path in sorted(set((HERE / "tests").glob("*.yaml")) - {SCENARIOS}):
        texts[path] = with_links(path.read_text(encoding="utf-8"))
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check = parser.parse_args().check
    differ = [path for path, text in generated().items()
              if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in differ:
        if check:
            print(f"deploy/prometheus/{path.relative_to(HERE)}: outdated; run deploy/prometheus/generate.py",
                  file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(generated()[path], encoding="utf-8")
    return 1 if check and differ else 0


if __name__ == "__main__":
    sys.exit(main())
