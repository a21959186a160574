#!/usr/bin/env python3
"""Writes prometheusrule.yaml from rules.yaml, and the runbook links into the rules and their tests.

With --check, it writes nothing and says which files differ.
"""

import argparse
import pathlib
import re
import sys

# The only place that knows where the runbooks can be read.
RUNBOOKS = ("https://github.com/huaweicloud-artifact-exporter/huaweicloud-artifact-exporter/"
            "blob/main/docs/runbooks.md")

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE / "rules.yaml"
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


def generated():
    """The text of every generated file by its path."""
    rules = with_links(SOURCE.read_text(encoding="utf-8"))
    texts = {SOURCE: rules, OPERATOR: for_operator(rules)}
    for path in sorted((HERE / "tests").glob("*.yaml")):
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
            path.write_text(generated()[path], encoding="utf-8")
    return 1 if check and differ else 0


if __name__ == "__main__":
    sys.exit(main())
