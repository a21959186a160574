"""The checks find what they are for: run by dashboards/check, or `python3 -m unittest` in this directory."""

import copy
import pathlib
import tempfile
import unittest

from dashkit import catalogue, lint, promql, simpleyaml
from dashkit.dashboard import dashboard, panels
from dashkit.pages import PAGES
from dashkit.queries import FIRING

METRICS = """
| name | type | labels | help |
|---|---|---|---|
| `requests_total` | counter | `project`, `code` | a \\| b |
| `duration_seconds` | histogram | `project` | c |
| `idle` | gauge |  | d |
"""


# Removed when the tests end.
DIRECTORY = tempfile.TemporaryDirectory()


def written(text):
    path = pathlib.Path(DIRECTORY.name) / "file"
    path.write_text(text, encoding="utf-8")
    return path


class PromQL(unittest.TestCase):
    def test_metrics_matchers_ranges_and_grouping_are_told_apart(self):
        parts = promql.take_apart(
            'sum by (le, project) (rate(a_bucket{job=~"$job", code!~"2..|{}"}[$__rate_interval])) > bool 2 * 60 '
            'and on (job) last_over_time((b == 1)[5m:1m] @ end()) offset 1d unless c_total{x="(by"}')
        self.assertEqual([(metric, window) for metric, _, window in parts.selectors],
                         [("a_bucket", "$__rate_interval"), ("b", None), ("c_total", None)])
        self.assertEqual(parts.selectors[0][1], {"job": ("=~", "$job"), "code": ("!~", "2..|{}")})
        self.assertEqual(parts.grouped, {"le", "project", "job"})
        self.assertEqual(parts.rated[0], "rate")

    def test_labels_that_functions_make_are_known(self):
        parts = promql.take_apart('count without (number) (count_values without (pod) ("number", a)) '
                                  'or label_replace(b, "made", "$1", "from", "(.*)")')
        self.assertLessEqual({"number", "made"}, parts.made)

    def test_labels_that_are_left_away_are_told_from_those_that_are_kept(self):
        parts = promql.take_apart("sum without (pod) (a) and ignoring (code) group by (job) (b)")
        self.assertEqual((parts.grouped, parts.dropped), ({"job"}, {"pod", "code"}))

    def test_what_cannot_be_read_is_an_error(self):
        with self.assertRaises(promql.PromQLError):
            promql.take_apart("a ; b")


class SimpleYAML(unittest.TestCase):
    def test_rules_and_their_tests_are_read(self):
        content = simpleyaml.load(written(
            "# why\ngroups:\n  - name: a\n    rules:\n      - alert: A\n        expr: |\n          x\n          > 1\n"
            "        text: >-\n          one\n          two\n      - record: 'it''s'\n        none: []\nlast: b: c\n"))
        self.assertEqual(content, {"groups": [{"name": "a", "rules": [
            {"alert": "A", "expr": "x\n> 1\n", "text": "one two"},
            {"record": "it's", "none": []}]}], "last": "b: c"})

    def test_what_it_does_not_know_is_an_error_with_its_line(self):
        for text in ("a: {b: c}", "a:\n\tb: c", "a: 1\na: 2", "a: 1\n    b: 2", "a: &x 1", "just text"):
            with self.subTest(text), self.assertRaisesRegex(simpleyaml.YAMLError, r"file:\d"):
                simpleyaml.load(written(text))


class Catalogue(unittest.TestCase):
    def setUp(self):
        self.metrics = catalogue.read(written(METRICS))

    def findings(self, expr, shown=(), unused=("idle",), in_panel=False):
        uses = [catalogue.Use("here", expr, set(shown), in_panel)]
        return list(catalogue.findings(uses, self.metrics, {}, set(unused)))

    def test_what_exists_is_accepted(self):
        good = 'sum by (le) (rate(duration_seconds_bucket{job="a"}[5m])) / sum(requests_total{code="200", project="b"})'
        self.assertEqual(self.findings(good, {"le"}), [])

    def test_what_does_not_exist_is_found(self):
        rest = " or requests_total or duration_seconds_sum"
        for expr, message in (
            ("nothing" + rest, "here: no metric nothing"),
            ("duration_seconds" + rest, "here: no metric duration_seconds"),
            ("idle_bucket" + rest, "here: no metric idle_bucket"),
            ('requests_total{cod="1"}' + rest, "here: requests_total has no label cod"),
            ("sum by (cod) (requests_total)" + rest, "here: none of its metrics has the label cod"),
        ):
            with self.subTest(expr):
                self.assertEqual(self.findings(expr), [message])

    def test_labels_in_legends_and_variables_are_looked_at(self):
        expr = "requests_total or duration_seconds_count"
        self.assertEqual(self.findings(expr, {"cod"}), ["here: none of its metrics has the label cod"])
        self.assertIn("here: requests_total is not selected by $project", self.findings(expr, in_panel=True))

    def test_labels_that_are_left_away_exist(self):
        rest = "duration_seconds_sum"
        self.assertEqual(self.findings(f"sum without (pod, code) (requests_total) + ignoring (code) {rest}"), [])
        self.assertEqual(self.findings(f"sum without (cod) (requests_total) + {rest}"),
                         ["here: none of its metrics has the label cod"])

    def test_a_recorded_series_has_the_labels_that_are_left(self):
        groups = [{"rules": [{"record": "a:b", "expr": "sum without (code) (requests_total)"},
                             {"record": "a:c", "expr": "sum by (project) (requests_total)"}]}]
        self.assertEqual(catalogue.recorded(groups, self.metrics)["a:c"], {"project", "cluster", "job", "instance"})
        self.assertIn("project", catalogue.recorded(groups, self.metrics)["a:b"])

    def test_unused_metrics_are_named(self):
        self.assertEqual(len(self.findings("requests_total", unused=("idle",))), 1)
        self.assertEqual(len(self.findings("requests_total or duration_seconds_sum", unused=())), 1)
        self.assertEqual(len(self.findings("requests_total or duration_seconds_sum or idle")), 1)
        self.assertEqual(len(self.findings("requests_total or duration_seconds_sum", unused=("idle", "gone"))), 1)


def first(board, kind):
    return next(panel for panel in board["panels"] if panel["type"] == kind)


def change_link(board, url):
    properties = [item for override in first(board, "table")["fieldConfig"]["overrides"]
                  for item in override["properties"]]
    next(item for item in properties if item["id"] == "links")["value"][0].update(url=url)


def rated(board):
    return next(panel for panel in panels(board) if "$__rate_interval" in str(panel.get("targets")))


# Each breaks one rule of a good dashboard; the text is part of the finding that must follow.
MISTAKES = [
    ("schemaVersion", lambda b: b.update(schemaVersion=16)),
    ("no fixed uid", lambda b: b.update(uid=None)),
    ("id must be null", lambda b: b.update(id=7)),
    ("__inputs", lambda b: b.update(__inputs=[])),
    ("editable", lambda b: b.update(editable=True)),
    ("no description", lambda b: b.update(description="")),
    ("no link to", lambda b: b["links"].pop()),
    ("no annotation", lambda b: b["annotations"]["list"].pop()),
    ("no variable cluster", lambda b: b["templating"]["list"].pop(1)),
    ("no variable instance", lambda b: b["templating"]["list"].pop(3)),
    ("datasource variable", lambda b: b["templating"]["list"].pop(0)),
    ("All as .*", lambda b: b["templating"]["list"][1].update(allValue=".+")),
    ("All as .+", lambda b: b["templating"]["list"][2].update(allValue=".*")),
    ("All as what is listed", lambda b: b["templating"]["list"][5].update(allValue=".+")),
    ("is hidden where", lambda b: b["templating"]["list"][1].update(hide=0)),
    ("more than 250000 bytes", lambda b: b.update(description="long " * 50_000)),
    ("is collapsed and empty", lambda b: first(b, "row").update(collapsed=True)),
    ("coloured as a whole", lambda b: first(b, "stat")["options"].update(colorMode="background")),
    ("is cut where", lambda b: first(b, "stat").update(title="A title that is too long")),
    ("more than 200 lines", lambda b: first(b, "table")["targets"][0].update(expr=first(b, "stat")["targets"][0]["expr"])),
    ("its lines lead nowhere", lambda b: first(b, "table")["fieldConfig"].update(overrides=[])),
    ("needs a column Nobody", lambda b: change_link(b, "/d/x?a=${__data.fields[\"Nobody\"]}")),
    ("which is no dashboard", lambda b: change_link(b, "/d/x?a=b")),
    ("needs a variable nobody", lambda b: change_link(b, "${nobody}/x")),
    ("without a least interval", lambda b: rated(b)["targets"][0].pop("interval")),
    ("without a least interval", lambda b: rated(b).update(interval="15s")),
    ("time range changes", lambda b: b["templating"]["list"][1].update(refresh=1)),
    ("is outside", lambda b: first(b, "stat")["gridPos"].update(x=23)),
    ("lies on", lambda b: first(b, "table")["gridPos"].update(y=1)),
    ("is taken", lambda b: first(b, "stat").update(id=1)),
    ("its type", lambda b: first(b, "timeseries").update(type="graph")),
    ("no title", lambda b: first(b, "stat").update(title="")),
    ("like a sentence", lambda b: first(b, "stat").update(description="")),
    ("datasource variable", lambda b: first(b, "stat").update(datasource={"uid": "P1"})),
    ("unit", lambda b: first(b, "timeseries")["fieldConfig"]["defaults"].pop("unit")),
    ("states without names", lambda b: first(b, "state-timeline")["fieldConfig"]["defaults"].update(mappings=[])),
    ("no query", lambda b: first(b, "stat").update(targets=[])),
    ("no legend", lambda b: first(b, "timeseries")["targets"][0].pop("legendFormat")),
    ("format table", lambda b: first(b, "table")["targets"][0].update(format="time_series")),
    ("not selected by $job", lambda b: first(b, "stat")["targets"][0].update(expr='up{instance=~"$instance"}')),
    ("needs a rate", lambda b: first(b, "stat")["targets"][0].update(expr="a_total")),
    ("not $__rate_interval", lambda b: first(b, "stat")["targets"][0].update(expr="rate(a_total[5m])")),
    ("no variable nobody", lambda b: first(b, "stat")["targets"][0].update(expr='up{job="$nobody"}')),
]


class Lint(unittest.TestCase):
    def setUp(self):
        self.others = [page.uid for page in PAGES[:-1]]
        self.good = dashboard(PAGES[-1], PAGES, FIRING)

    def test_a_good_dashboard_has_no_finding(self):
        self.assertEqual(list(lint.findings("board", self.good, self.others)), [])

    def test_every_mistake_is_found(self):
        for expected, break_it in MISTAKES:
            with self.subTest(expected):
                board = copy.deepcopy(self.good)
                break_it(board)
                self.assertIn(expected, "\n".join(lint.findings("board", board, self.others)))


if __name__ == "__main__":
    unittest.main()
