"""Reads the runbooks: a chapter for each alert, and what each says to ask Prometheus."""

import re


def chapters(path):
    """The text under each heading of an alert, by the alert's name."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))


def queries(path):
    """(alert, expression) of each query."""
    for name, chapter in chapters(path).items():
        yield from ((name, query) for query in re.findall(r"```promql\n(.*?)\n```", chapter, re.DOTALL))
        yield from ((name, query) for query in re.findall(r"promtool query instant \S+ '([^']*)'", chapter))
