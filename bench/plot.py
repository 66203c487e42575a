# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Two kinds of plot as SVG, with only the standard library: lines over a logarithmic axis, and bars along one."""

import math
from xml.sax.saxutils import escape

COLOURS = ["#0b62a4", "#d95f02", "#1b9e77", "#7570b3", "#a6761d", "#666666", "#e7298a"]
FONT = 'font-family="system-ui, sans-serif"'


def number(value):
    """Three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def decades(least, most):
    return range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)


def round_ticks(most):
    """At most seven ticks from 0, at steps of 1, 2 or 5 times a power of ten."""
    step = next(10.0**e * of for e in range(-3, 12) for of in (1, 2, 5) if 10.0**e * of * 6 >= most)
    return [i * step for i in range(int(most / step) + 1)]


def power(exponent):
    return f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


class Picture:
    def __init__(self, width, height, title):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(title)}"><title>{escape(title)}</title>',
            f'<rect width="{width}" height="{height}" fill="white"/>']
        self.text(16, 26, title, size=16, weight="bold")

    def text(self, x, y, words, size=12, anchor="start", fill="#222222", weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" text-anchor="{anchor}" '
                          f'fill="{fill}" font-weight="{weight}">{escape(words)}</text>')

    def line(self, x1, y1, x2, y2, colour="#dddddd", width=1.0):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
                          f'stroke-width="{width}"/>')

    def add(self, part):
        self.parts.append(part)

    def save(self, path):
        path.write_text("\n".join([*self.parts, "</svg>", ""]), encoding="utf-8")


def lines(path, title, x_title, y_title, series, x_labels, log_y=True):
    """`series`: name → [(x, median, least, most)]; `x_labels`: x → its label. The x axis is logarithmic."""
    width, height, left, right, top, bottom = 820, 460, 76, 230, 48, 56
    picture = Picture(width, height, title)
    xs = [math.log10(x) for x in x_labels]
    values = [v for points in series.values() for point in points for v in point[2:]]
    exponents = decades(min(values), max(values)) if log_y else None
    y_low, y_high = (exponents[0], exponents[-1]) if log_y else (0, max(values) * 1.05)

    def place(x, y):
        share = (math.log10(x) - min(xs)) / (max(xs) - min(xs))
        level = ((math.log10(y) if log_y else y) - y_low) / (y_high - y_low)
        return left + share * (width - left - right), height - bottom - level * (height - top - bottom)

    ticks = ([(10.0**e * step, power(e) if step == 1 else "") for e in exponents for step in (1, 2, 5)] if log_y else
             [(value, f"{value:g}") for value in round_ticks(y_high)])
    for value, words in ticks:
        if not (10**y_low if log_y else y_low) <= value <= (10**y_high if log_y else y_high):
            continue
        y = place(min(x_labels), value)[1]
        picture.line(left, y, width - right, y, "#cccccc" if words else "#eeeeee")
        picture.text(left - 8, y + 4, words, anchor="end")
    for x, words in x_labels.items():
        at = place(x, values[0])[0]
        picture.line(at, top, at, height - bottom, "#eeeeee")
        picture.text(at, height - bottom + 20, words, anchor="middle")
    picture.text((left + width - right) / 2, height - 12, x_title, anchor="middle")
    picture.text(left - 60, top - 8, y_title)
    labels = []
    for colour, (name, points) in zip(COLOURS, series.items()):
        drawn = [(place(x, median), place(x, least)[1], place(x, most)[1]) for x, median, least, most in points]
        coordinates = " ".join(f"{x:.1f},{y:.1f}" for (x, y), _, _ in drawn)
        picture.add(f'<polyline points="{coordinates}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), low, high in drawn:
            picture.line(x, low, x, high, colour, 1.5)  # from the minimum to the maximum of the repetitions
            picture.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        labels.append([drawn[-1][0][1], name, colour])
    labels.sort()
    for above, below in zip(labels, labels[1:]):  # so that names do not overlap
        below[0] = max(below[0], above[0] + 16)
    for y, name, colour in labels:
        picture.text(width - right + 12, y + 4, name, fill=colour)
    picture.save(path)


def bars(path, title, x_title, rows):
    """`rows`: [(name, median, least, most, is_ours)], along a logarithmic axis."""
    left, right, top, step = 300, 90, 56, 30
    width, height = 820, top + step * len(rows) + 48
    picture = Picture(width, height, title)
    exponents = decades(min(row[2] for row in rows), max(row[3] for row in rows))

    def place(value):
        return left + (math.log10(value) - exponents[0]) / (exponents[-1] - exponents[0]) * (width - left - right)

    for exponent in exponents:
        x = place(10.0**exponent)
        picture.line(x, top - 8, x, height - 44)
        picture.text(x, height - 28, power(exponent), anchor="middle")
    picture.text((left + width - right) / 2, height - 8, x_title, anchor="middle")
    for i, (name, median, least, most, is_ours) in enumerate(rows):
        y = top + i * step
        colour = COLOURS[0] if is_ours else COLOURS[5]
        picture.text(left - 10, y + 14, name, anchor="end", weight="bold" if is_ours else "normal")
        picture.add(f'<rect x="{left}" y="{y}" width="{place(median) - left:.1f}" height="{step - 10}" '
                    f'fill="{colour}"/>')
        picture.line(place(least), y + 10, place(most), y + 10, "#111111", 1.5)
        picture.text(place(most) + 8, y + 14, number(median))
    picture.save(path)
