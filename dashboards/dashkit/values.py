"""How Grafana writes a value: its unit, and the text and colour that mappings and thresholds give it."""

import math

COLOURS = {
    "green": "#73bf69", "red": "#f2495c", "orange": "#ff9830", "yellow": "#fade2a", "blue": "#5794f2",
    "light-blue": "#8ab8ff", "purple": "#b877d9", "text": "#8e9196",
}
PALETTE = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#b0a18f", "#37872d", "#fa6400"]
BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
SHORT = ("", " K", " Mil", " Bil", " Tri")
TIMES = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def _scaled(value, steps, factor):
    step = 0
    while abs(value) >= factor and step + 1 < len(steps):
        value, step = value / factor, step + 1
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}", steps[step]


def _duration(seconds, parts=2):
    sign, seconds, words = "-" if seconds < 0 else "", abs(seconds), []
    for name, length in TIMES:
        count = int(seconds // length)
        if count and len(words) < parts:
            words.append(f"{count} {name}{'s' if count > 1 else ''}")
            seconds -= count * length
    return sign + ", ".join(words) if words else f"{seconds:.3g} s"


def text(value, unit, now, parts=2):
    """`value` in `unit`; `now` is what relative dates refer to, `parts` how exact a duration is."""
    if math.isnan(value):
        return "NaN"
    if unit == "bytes":
        return " ".join(_scaled(value, BYTES, 1024))
    if unit == "percentunit":
        return f"{100 * value:.3g}%" if abs(value) < 1 else f"{100 * value:.0f}%"
    if unit == "dtdurations":
        return _duration(value, parts)
    if unit == "dateTimeFromNow":
        age = now - value / 1000
        return f"{_duration(age, 1)} ago" if age >= 0 else f"in {_duration(-age, 1)}"
    if unit == "s":
        return f"{value * 1000:.3g} ms" if 0 < abs(value) < 1 else f"{value:.3g} s"
    if unit == "reqps":
        return f"{value:.3g} req/s"
    return "".join(_scaled(value, SHORT, 1000))


def mapped(value, mappings):
    """(text, colour name) that a value mapping gives a number or a label's text, or None."""
    for mapping in mappings or []:
        option = mapping["options"].get(value if isinstance(value, str) else f"{value:g}")
        if option:
            return option["text"], option["color"]
    return None


def threshold(value, steps):
    """The colour name of the last step that `value` reaches."""
    colour = "text"
    for step in steps:
        if step["value"] is None or value >= step["value"]:
            colour = step["color"]
    return colour
