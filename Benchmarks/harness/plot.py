"""A plot of growth as SVG: both axes logarithmic, so what grows in proportion is a line of slope one."""

import math

WIDTH, HEIGHT, LEFT, TOP, GAP = 300, 220, 58, 46, 96
COLOURS = {"time": "#2a6fbb", "memory": "#c0562f"}


def panel(left, title, label, rows, key, scale, unit, colour):
    points = [(row["size"], row[key] * scale) for row in rows]
    low_x, high_x = math.log10(points[0][0]), math.log10(points[-1][0])
    low_y = math.floor(math.log10(min(value for _, value in points)))
    high_y = max(low_y + 1, math.ceil(math.log10(max(value for _, value in points))))

    def place(x, y):
        return (left + (math.log10(x) - low_x) / (high_x - low_x) * WIDTH,
                TOP + HEIGHT - (math.log10(y) - low_y) / (high_y - low_y) * HEIGHT)

    parts = [f'<text x="{left}" y="{TOP - 14}" class="title">{title}</text>',
             f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" class="frame"/>']
    for power in range(low_y, high_y + 1):
        _, y = place(points[0][0], 10.0 ** power)
        parts.append(f'<path d="M{left} {y:.1f}h{WIDTH}" class="grid"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** power:g} {unit}</text>')
    # A line of slope one through the last point, as far down as the panel reaches.
    end_x, end_y = points[-1]
    start_x = max(points[0][0], end_x * 10.0 ** low_y / end_y)
    (x1, y1), (x2, y2) = place(start_x, end_y * start_x / end_x), place(end_x, end_y)
    parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="slope"/>')
    places = [place(*point) for point in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for (size, value), (x, y) in zip(points, places):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"><title>{value:.3g} {unit}</title></circle>')
        parts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{left + WIDTH / 2}" y="{TOP + HEIGHT + 38}" text-anchor="middle">{label}</text>')
    return "\n".join(parts)


def growth(rows):
    """The four panels: time and memory against artifacts and against targets."""
    panels, step = [], WIDTH + GAP
    for index, (key, label) in enumerate((("artifacts", "artifacts"), ("targets", "targets of 1,000 artifacts"))):
        panels.append(panel(LEFT + 2 * index * step, f"Processor time by {key}", label, rows[key], "cpu", 1, "s",
                            COLOURS["time"]))
        panels.append(panel(LEFT + (2 * index + 1) * step, f"Peak memory by {key}", label, rows[key], "peak", 1e-6, "MB",
                            COLOURS["memory"]))
    width, height = LEFT + 4 * step, TOP + HEIGHT + 60
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">
<style>
text {{ fill: #333 }} .title {{ font-size: 14px; font-weight: bold }}
.frame {{ fill: none; stroke: #999 }} .grid {{ stroke: #ddd }} .slope {{ stroke: #999; stroke-dasharray: 5 4 }}
</style>
<rect width="{width}" height="{height}" fill="#fff"/>
{chr(10).join(panels)}
</svg>
"""
