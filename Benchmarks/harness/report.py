"""docs/benchmarks.md from the results of one run."""

from statistics import median

from . import plot
from .programs import ROOT

TITLES = {"client_golang": "client_golang", "prometheus_client": "prometheus_client", "nginx": "nginx, static file",
          "C floor": "C floor"}


class Targets:
    """What was to be reached, and whether it was."""

    def __init__(self):
        self.rows = []

    def add(self, what, limit, value, shown, at_most=True):
        reached = value <= limit if at_most else value >= limit
        sign = "≤" if at_most else "≥"
        self.rows.append((what, f"{sign} {limit:g}", shown, "yes" if reached else "**no**"))

    def table(self):
        return table(("what", "target", "measured", "reached"), self.rows)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def duration(microseconds):
    if microseconds < 1000:
        return f"{microseconds:.0f} µs"
    return f"{microseconds / 1000:.1f} ms" if microseconds < 1e6 else f"{microseconds / 1e6:.2f} s"


def collecting(results, targets):
    text = "## Collecting\n\n"
    if "cpu" in results:
        text += """Processor time for a page of 100 artifacts, 62 kB of JSON, over a kept connection, signed, and folded to the
same totals: what 1,100 pages cost more than 100, so neither the start nor the end counts. Whoever asks shares one processor
with the cloud, since on a virtual machine waking another can cost more than a page does, and that is nobody's work. The pair
runs in turns; medians of five pairs.

"""
        limits = {"go-collector": 6, "python-collector": 10, "sdk-collector": 30}
        rows = []
        for name, row in results["cpu"].items():
            rows.append((row["title"], duration(row["ours_us"]), duration(row["theirs_us"]), f"{row['ratio']:.1f}"))
            targets.add(f"CPU per page: times less than {row['title']}", limits[name], row["ratio"],
                        f"{row['ratio']:.1f}", at_most=False)
        text += table(("beside", "exporter", "peer", "peer / exporter"), rows)
        cloud = median(row["cloud_us"] for row in results["cpu"].values())
        text += f"\nThe cloud that they ask takes {duration(cloud)} for a page, so it is not what they wait for.\n"
    if "throughput" in results:
        pairs = results["throughput"]["pairs"]
        pages = results["throughput"]["pages"] * 32
        rate = median(pages / pair["ours"]["wall"] for pair in pairs)
        alone = median(pair["alone"] for pair in pairs)
        text += f"\nWith 20 ms of latency and 32 targets of {results['throughput']['pages']} pages each:\n\n"
        rows = [("exporter, 32 targets", f"{rate:.0f}", f"{median(pair['ours']['cpu'] for pair in pairs):.2f} s")]
        if "go" in pairs[0]:
            ratio = median(pair["go"]["wall"] / pair["ours"]["wall"] for pair in pairs)
            cpu = median(pair["go"]["cpu"] / pair["ours"]["cpu"] for pair in pairs)
            rows.append(("Go, 32 goroutines", f"{median(pages / pair['go']['wall'] for pair in pairs):.0f}",
                         f"{median(pair['go']['cpu'] for pair in pairs):.2f} s"))
            targets.add("pages a second with 32 targets, beside Go's", 1, ratio, f"{ratio:.2f}", at_most=False)
            targets.add("CPU of that: times less than Go's", 5, cpu, f"{cpu:.1f}", at_most=False)
        text += table(("", "pages a second", "processor time"), rows)
        latency = median(pair["latency"] for pair in pairs) * 1000
        text += f"\nOne target alone takes {(alone - 1) * 100:.1f} % longer than a client that only reads the same pages"
        if "go" in pairs[0]:
            text += f" (Go: {(median(pair['go_alone'] for pair in pairs) - 1) * 100:.1f} %)"
        text += f", the start of the program included. A page takes that client {latency:.2f} ms: 20, and this machine's timers.\n"
        targets.add("one target alone, time beside a client that only reads", 1.05, alone, f"{alone:.3f}")
    if "million" in results:
        row = results["million"]
        text += f"\n{row['artifacts']:,} artifacts in 5,000 repositories, which are 70,000 series:\n\n"
        text += table(("", "peak resident memory"),
                      [("`once`, which also holds the page as text", megabytes(row["once"]["peak"])),
                       ("`serve`, after the first refresh", megabytes(row["serve_peak"])),
                       ("`serve`, after scrapes with and without gzip", megabytes(row["serve_scraped_peak"]))])
        text += f"\nAt rest after the refresh `serve` holds {megabytes(row['serve_resident'])}.\n"
        targets.add("peak memory of `serve`, a million artifacts, in MB", 52, row["serve_scraped_peak"] / 1e6,
                    megabytes(row["serve_scraped_peak"]))
    if "growth" in results:
        text += """
### Growth

`once`, medians of three runs: one target with 1,000 repositories and more and more artifacts, and more and more targets of
1,000 artifacts in 10 repositories.

![Time and memory by artifacts and by targets](benchmarks-growth.svg)

"""
        for key in ("artifacts", "targets"):
            text += table((key, "wall time", "processor time", "peak memory"), [
                (f"{row['size']:,}", f"{row['wall']:.2f} s", f"{row['cpu']:.2f} s", megabytes(row["peak"]))
                for row in results["growth"][key]]) + "\n"
        text += """The dashed lines grow in proportion. Time does, above what starting costs and what 1,000 repositories cost once. Memory
begins with what the program itself takes, more than 25 MB, and grows by the ids seen, 8 bytes each in a table that doubles,
and by the page, not by the artifacts themselves. By targets it grows in a straight line: the text of their 140 lines, which
`once` puts together to print it and `serve` keeps compressed only, and what is known about each of them.
"""
    return text


def memory(results, targets):
    text = "## Memory\n\n"
    if "memory" in results:
        text += """What `serve` holds of series that are divided into more and more targets, after every target's third refresh and
scrapes in both encodings; client_golang with as many series beside it, after three scrapes in each. The exporter's own
series, about 26 for each target, are among them.

"""
        limits = {"organisations of 5 repositories": (40, None), "instances of 10 repositories": (64, 80),
                  "instances of 1 repositories": (160, None)}
        lines = []
        for name, row in results["memory"].items():
            golang = [megabytes(row[key]) if key in row else "" for key in ("golang_resident", "golang_peak")]
            lines.append((f"{row['targets']:,}: {name}", f"{row['series']:,}", f"{row['own']:,}", megabytes(row["text"]),
                          megabytes(row["resident"]), megabytes(row["peak"]), *golang))
            for key, limit in zip(("resident", "peak"), limits[name]):
                if limit:
                    targets.add(f"{key} memory of {row['targets']:,} targets, {row['series']:,} series, in MB", limit,
                                row[key] / 1e6, megabytes(row[key]))
        text += table(("targets", "series", "of them its own", "text", "resident", "peak", "client_golang resident",
                       "client_golang peak"), lines) + "\n"
    if "objects" in results:
        lines = []
        for name, row in results["objects"]["rows"].items():
            lines.append((name, f"{row['targets']:,}", f"{row['series']:,}", megabytes(row["text"]),
                          megabytes(row["resident"]), megabytes(row["peak"])))
            if name == "repositories of each edition":
                targets.add(f"resident memory of {results['objects']['count']:,} repositories of each edition, in MB", 60,
                            row["resident"] / 1e6, megabytes(row["resident"]))
        text += f"The same of {results['objects']['count']:,} objects in a few targets (of mirrors about half as many):\n\n"
        text += table(("objects", "targets", "series", "text", "resident", "peak"), lines) + "\n"
    return text


def day(results, targets):
    if "day" not in results:
        return ""
    row = results["day"]
    text = f"""## A day

What account M of [what it costs](../README.md#what-it-costs) takes of processor time, {row['requests']:,} requests in an hour
and a scrape of {row['series']:,} series every 15 seconds, computed from measured refreshes and scrapes; and Python, `requests`
for as many pages of 100 artifacts, prometheus_client for as many scrapes.

"""
    lines = [("exporter", f"{row['cpu']:,.0f} s")]
    for key, title in (("python_requests", "Python, requests"), ("python_scrapes", "Python, scrapes")):
        if key in row:
            lines.append((title, f"{row[key]:,.0f} s"))
    if "python_requests" in row and "python_scrapes" in row:
        ratio = (row["python_requests"] + row["python_scrapes"]) / row["cpu"]
        targets.add("a middle account's day: times less processor time than Python", 20, ratio, f"{ratio:.0f}", at_most=False)
    return text + table(("", "processor time in a day"), lines) + "\n"


def serving(results, targets):
    text = "## Serving\n\n"
    if "scrapes" in results:
        text += """The exporter itself, which has collected its series from a cloud on loopback before; the peers serve as many
lines of five labels, nginx and the C floor the exporter's own bytes. One connection, one scrape after the other, as
Prometheus does; pair by pair in turns, medians of the rounds. CPU is the server's, user and system.

"""
        for series, rows in results["scrapes"].items():
            text += f"### {int(series):,} series ({megabytes(rows['ours']['bytes'])} of text)\n\n"
            lines = []
            for name, row in rows.items():
                if name == "ours":
                    continue
                title, encoding = name.rsplit(" ", 1)
                lines.append((TITLES[title], encoding, f"{duration(row['ours_p50'])} / {duration(row['p50'])}",
                              f"{duration(row['ours_p99'])} / {duration(row['p99'])}",
                              f"{duration(row['ours_cpu'])} / {duration(row['cpu'])}",
                              f"{row['ratio_p50']:,.2f}", f"{row['ratio_cpu']:,.2f}"))
            text += table(("beside", "encoding", "p50, exporter / peer", "p99", "CPU per scrape", "p50 ratio", "CPU ratio"),
                          lines)
            peaks = [f"exporter {megabytes(rows['ours']['peak'])}"] + [
                f"{TITLES[name[:-5]]} {megabytes(row['peak'])}" for name, row in rows.items() if "peak" in row and name != "ours"]
            text += "\nPeak resident memory: " + ", ".join(peaks) + ".\n\n"
        judge_scrapes(results["scrapes"], targets)
    if "under_refresh" in results:
        rows, pairs = [], results["under_refresh"]["pairs"]
        for encoding in ("gzip", "identity", "paced"):
            name = "gzip, every 5 ms" if encoding == "paced" else encoding
            times = [duration(median(pair[state][encoding][quantile] for pair in pairs))
                     for quantile in ("p50", "p99") for state in ("idle", "refreshing")]
            ratio = median(pair["refreshing"][encoding]["p99"] / pair["idle"][encoding]["p99"] for pair in pairs)
            rows.append((name, *times, f"{ratio:.2f}"))
            targets.add(f"p99 while refreshes run beside idle, {name}", 2, ratio, f"{ratio:.2f}")
        text += "### While refreshes run\n\n100,000 series of 100 targets, of which one is refreshed every 500 ms and changes. Medians of seven pairs, in turns.\n\n"
        text += table(("", "p50 idle", "p50 refreshing", "p99 idle", "p99 refreshing", "ratio"), rows) + "\n"
    if "page_sizes" in results:
        rows = []
        for name, row in results["page_sizes"].items():
            ratio = row["ours"] / row["zlib"]
            rows.append((name, f"{row['text']:,}", f"{row['ours']:,}", f"{row['zlib']:,}", f"{ratio:.2f}"))
            targets.add(f"gzip page beside zlib's, {name}", 1.3, ratio, f"{ratio:.2f}")
        text += "### The gzip page\n\nPut together from blocks, beside zlib (level 6) over the whole page. In bytes.\n\n"
        text += table(("page", "text", "exporter", "zlib", "ratio"), rows) + "\n"
    if "refresh" in results:
        rows, large = results["refresh"], results["refresh"][0]
        text += "### A refresh\n\nRendering and compressing, without the cloud.\n\n"
        text += table(("", "everything", "one target, changed", "one target, as it was", "everything / one"),
                      [(f"{row['targets']:,} targets of {row['series']:,} series", duration(row["everything_us"]),
                        duration(row["changed_us"]), duration(row["unchanged_us"]), f"{row['ratio']:.0f}")
                       for row in rows]) + "\n"
        for row, limit in zip(rows, (20, 100)):
            targets.add(f"one of {row['targets']:,} targets: times less than everything", limit, row["ratio"],
                        f"{row['ratio']:.0f}", at_most=False)
        golang = results.get("scrapes", {}).get("100000", {}).get("client_golang gzip")
        if golang:
            honest = large["everything_us"] + golang["ours_cpu"]
            text += f"""If every scrape had a refresh of all {large['targets']} before it, it would cost {duration(honest)} of processor time;
client_golang's scrape costs {duration(golang["cpu"])}.

"""
            targets.add("a refresh of everything and a scrape: times less than client_golang's scrape", 5,
                        golang["cpu"] / honest, f"{golang['cpu'] / honest:.2f}", at_most=False)
    return text


def judge_scrapes(tables, targets):
    large = tables.get("100000", {})
    golang = large.get("client_golang gzip")
    if golang:
        plain = large["client_golang identity"]
        targets.add("gzip, 100,000 series: CPU, times less than client_golang", 1000, golang["ratio_cpu"],
                    f"{golang['ratio_cpu']:,.0f}", at_most=False)
        targets.add("gzip, 100,000 series: p50, times less than client_golang", 500, golang["ratio_p50"],
                    f"{golang['ratio_p50']:,.0f}", at_most=False)
        targets.add("identity, 100,000 series: CPU, times less than client_golang", 30, plain["ratio_cpu"],
                    f"{plain['ratio_cpu']:,.0f}", at_most=False)
        memory = golang["peak"] / large["ours"]["peak"]
        targets.add("peak memory, 100,000 series: times less than client_golang", 4, memory, f"{memory:.1f}", at_most=False)
    million = tables.get("1000000", {})
    if "client_golang gzip" in million:
        memory = million["client_golang gzip"]["peak"] / million["ours"]["peak"]
        targets.add("peak memory, 1,000,000 series: times less than client_golang", 20, memory, f"{memory:.1f}",
                    at_most=False)
    for series in ("10000", "100000", "1000000"):
        # A small page costs less than taking the request apart, which the floor does not do.
        for name, limit in (("C floor", 1.5 if series == "10000" else 1.25), ("nginx", 1.2)):
            row = tables.get(series, {}).get(f"{name} gzip")
            if row:
                targets.add(f"gzip, {int(series):,} series: p50 beside {TITLES[name]}", limit, 1 / row["ratio_p50"],
                            f"{1 / row['ratio_p50']:.2f}")


def footprint(results, targets):
    text, rows = "## Footprint\n\n", []
    if "binary" in results:
        row = results["binary"]
        rows.append(("binary, stripped", megabytes(row["bytes"]), "no ICU" if not row["icu"] else "holds ICU"))
        targets.add("stripped binary in MB", 20, row["bytes"] / 1e6, megabytes(row["bytes"]))
    if "resident" in results:
        row = results["resident"]
        peer = f"node_exporter {megabytes(row['node_exporter'])}" if "node_exporter" in row else "node_exporter skipped"
        rows.append(("resident after the first refresh of 1,000 series", megabytes(row["ours"]), peer + " after 200 scrapes"))
        rows.append(("resident after 200 scrapes more", megabytes(row["ours_scraped"]), ""))
        if "node_exporter" in row:
            targets.add("resident memory beside node_exporter's, in MB more", 3, (row["ours"] - row["node_exporter"]) / 1e6,
                        f"{(row['ours'] - row['node_exporter']) / 1e6:.1f}")
    if results.get("rest"):
        row = results["rest"]
        rows.append((f"resident before and after {row['minutes']} minutes of refreshes and scrapes",
                     f"{megabytes(row['before'])}, {megabytes(row['after'])}", f"run of {row['date']}"))
    if "idle" in results:
        row = results["idle"]
        share = row["cpu"] / row["seconds"] * 100
        rows.append((f"idle for {row['seconds']} s, five targets at 5 minutes", f"{share:.3f} % of a core",
                     f"{row['switches']} context switches in {row['threads']} threads"))
        targets.add("idle, % of a core", 0.1, share, f"{share:.3f}")
    if "start" in results:
        row = results["start"]
        rows.append(("start to the first /-/healthy", f"{row['ours']:.1f} ms", f"C {row['C']:.1f} ms"))
        targets.add("start beside C's, in ms more", 10, row["difference"], f"{row['difference']:.1f} ms")
    text += table(("", "exporter", "beside"), rows) + "\n"
    if "rendering" in results:
        text += rendering(results["rendering"], targets)
    return text


def rendering(row, targets):
    text = f"### Rendering and compressing\n\n100,000 lines, {megabytes(row['bytes'])}, in parts of 1,000 as a page is cut into chunks, beside Go into a buffer that is kept:\n\n"
    rows = [("exporter", duration(row["render_us"]), "")]
    if "go_us" in row:
        rows.append(("Go, `expfmt.MetricFamilyToText`", duration(row["go_us"]), f"{row['ratio']:.1f} times"))
        targets.add("rendering: times faster than Go's encoder", 10, row["ratio"], f"{row['ratio']:.1f}", at_most=False)
    text += table(("", "time", ""), rows)
    text += "\nCompressing the same text:\n\n"
    rows = []
    for level in (1, 3, 6):
        rows.append((f"zlib {level}", f"{row['bytes'] / row[f'zlib{level}_us']:.0f} MB/s", f"{row[f'zlib{level}_bytes']:,}",
                     f"{row['bytes'] / row[f'zlib{level}_bytes']:.1f}"))
    for level in (0, 1, 3):
        if f"igzip{level}_us" in row:
            rows.append((f"igzip {level}, as a process, over {megabytes(row['igzip_text'])} of page",
                         f"{row['igzip_text'] / row[f'igzip{level}_us']:.0f} MB/s", f"{row[f'igzip{level}_bytes']:,}",
                         f"{row['igzip_text'] / row[f'igzip{level}_bytes']:.1f}"))
    text += table(("", "speed", "bytes", "text / bytes"), rows)
    return text + """
The exporter takes zlib at level 3: a block is compressed once per change and sent for as long as it stands, so a page that
is a seventh smaller would be worth some time, but level 6 takes twice as much, and a refresh of everything is mostly that.
igzip is faster by far; that would save some tens of milliseconds once in minutes and cost a dependency that not every
system has, so it is not taken.
"""


def write(results, machine):
    targets = Targets()
    sections = "\n".join(part(results, targets) for part in (collecting, serving, memory, day, footprint))
    skipped = "".join(f"- {name}: {reason}\n" for name, reason in machine["skipped"].items()) or "Nothing was skipped.\n"
    again = "".join(f"\n| measured again alone | {section}, {date} |" for section, date in machine["again"].items())
    text = f"""# Benchmarks

Written by `make bench` from one run; sections that were measured again alone are named. Ratios are taken pair by pair within
a section, since absolute times belong to the machine.
What each peer is stands in [Benchmarks/peers](../Benchmarks/peers/README.md).

| | |
|---|---|
| date | {machine["date"]} |
| machine | {machine["cores"]} cores, {machine["processor"]}, {machine["memory"]} |
| system | {machine["system"]}, Linux {machine["kernel"]} |
| load at the start and end | {machine["load"]}; the benchmarks alone make about 2, what is above it are neighbours |
| versions | {machine["versions"]} |
| command | `{machine["command"]}` |{again}

Everything talks over loopback to one machine, so client and server share its cores. Neighbours blur the tails most: a p99
that is better under refreshes than idle is noise, not merit.

## Skipped

{skipped}
Not measured here: clouds that are far away{"" if results.get("rest") else ", and memory after an hour (`--rest 60`)"}.

## Targets

{targets.table()}
{sections}"""
    (ROOT / "docs" / "benchmarks.md").write_text(text)
    if "growth" in results:
        (ROOT / "docs" / "benchmarks-growth.svg").write_text(plot.growth(results["growth"]))
