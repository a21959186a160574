"""template.py RELEASE CHART [--namespace N] [-f FILE] [--set VALUES]: `helm template`, by the engine in Python's wheel."""

import argparse
import sys

import helm_python
import yaml


def merged(under, over):
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: merged(under.get(key), value) for key, value in over.items()}}
    return over


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release")
    parser.add_argument("chart")
    parser.add_argument("--namespace", "-n", default="default")
    parser.add_argument("--values", "-f", action="append", default=[])
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    values = {}
    for path in asked.values:
        with open(path, encoding="utf-8") as file:
            values = merged(values, yaml.safe_load(file))
    for text in asked.set:
        values = merged(values, helm_python.parse_set_string(text))
    helm_python.disable_logging()
    try:
        with helm_python.Chart.load(asked.chart) as chart:
            parts = chart.render(values, name=asked.release, namespace=asked.namespace)
    except helm_python.HelmError as error:
        sys.exit(str(error))
    print("\n---\n".join(text for path, text in parts.items() if path.endswith(".yaml") and text.strip()))


main()
