"""What a PromQL expression talks about: its metrics, the labels it selects by and the labels it groups by."""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<range>\[[^\]]*\])
  | (?P<variable>\$\{?\w+(?::\w+)?\}?)
  | (?P<number>(?:\d+\.?\d*(?:[eE][+-]?\d+)?)(?:ms|[smhdwy])?)
  | (?P<name>[A-Za-z_:][\w:]*)
  | (?P<operator>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},@])
  | (?P<space>\s+)
""", re.VERBOSE)
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
DROPPING = {"without", "ignoring"}
WORDS = {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
LABEL_MAKERS = {"label_replace", "label_join"}


class PromQLError(ValueError):
    """An expression that cannot be taken apart."""


@dataclass
class Parts:
    """`selectors` are (metric, {label: (operator, value)}, range without brackets or None).

    `grouped` are the labels that it keeps or compares by name, `dropped` those that it aggregates or leaves away.
    """

    selectors: list = field(default_factory=list)
    grouped: set = field(default_factory=set)
    dropped: set = field(default_factory=set)
    made: set = field(default_factory=set)
    rated: list = field(default_factory=list)

    def metrics(self):
        return {metric for metric, _, _ in self.selectors}


def tokens(expression):
    """(kind, text) of every token but the spaces; comments are not supported."""
    found, at = [], 0
    while at < len(expression):
        matched = TOKEN.match(expression, at)
        if not matched:
            raise PromQLError(f"cannot read {expression[at:at + 20]!r}")
        if matched.lastgroup != "space":
            found.append((matched.lastgroup, matched.group()))
        at = matched.end()
    return found


def take_apart(expression):
    """The parts of `expression`, which may contain Grafana's variables."""
    parts, stream = Parts(), tokens(expression)
    calls = []
    at = 0
    while at < len(stream):
        kind, text = stream[at]
        following = stream[at + 1][1] if at + 1 < len(stream) else ""
        if kind == "name" and text in GROUPING:
            if following == "(":
                end = stream.index(("operator", ")"), at)
                labels = parts.dropped if text in DROPPING else parts.grouped
                labels.update(word for sort, word in stream[at + 2:end] if sort == "name")
                at = end
        elif kind == "name" and following == "(":
            calls.append(text)
            at += 1
        elif kind == "name" and _is_aggregation(stream, at):
            pass
        elif kind == "name" and text.lower() not in WORDS:
            at = _selector(parts, stream, at, calls[-1] if calls else "")
        elif text == "(":
            calls.append("")
        elif text == ")":
            calls.pop()
        elif kind == "text" and calls and (calls[-1] in LABEL_MAKERS or stream[at - 1][1] == "("):
            # The first text of label_replace, label_join and count_values is the label that they make; others are harmless
            # here.
            parts.made.add(text[1:-1])
        at += 1
    return parts


def _is_aggregation(stream, at):
    """`sum by (…) (…)`: the operator's name stands before its grouping instead of a bracket."""
    return at + 1 < len(stream) and stream[at + 1][1] in ("by", "without")


def _selector(parts, stream, at, function):
    """Reads `metric{matchers}[range]` from `at` on and returns the place of its last token."""
    metric, matchers, last = stream[at][1], {}, at
    if at + 1 < len(stream) and stream[at + 1][1] == "{":
        last = stream.index(("operator", "}"), at)
        inner = stream[at + 2:last]
        for place, (kind, text) in enumerate(inner):
            if kind == "name":
                # The first counts where a label has two.
                matchers.setdefault(text, (inner[place + 1][1], inner[place + 2][1][1:-1]))
    window = None
    if last + 1 < len(stream) and stream[last + 1][0] == "range":
        last += 1
        window = stream[last][1][1:-1]
    parts.selectors.append((metric, matchers, window))
    parts.rated.append(function)
    return last
