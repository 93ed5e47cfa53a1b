"""The pictures that the kinds share: a grid, dots and lines, a matrix. The script has the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import floor, sqrt
from typing import Any

from convlib.explore._svg import CELL, Panel, box, cell, dot, esc, line, text, value, xy
from convlib.explore._text import fmt, spoken

UP, DOWN = 16, 126
"""Heights of the two rows of dots."""
Dot = tuple[Any, ...]
Link = tuple[int, int, int, bool]


def mark(c: str, on: bool) -> str:
    """Return a class, lit or not."""
    return f"{c} h" if on else c


def go_step(o: int) -> str:
    """Return what a click on an output sets."""
    return f"step={o}&cell=-1"


def go_cell(i: int, picked: int) -> str:
    """Return what a click on an input sets: a second click lets it go."""
    return f"cell={-1 if i == picked else i}"


def grid(
    title: str,
    rows: Any,
    at: Callable[[int, int], Sequence[Any]],
    label: str | None = None,
    over: str = "",
) -> Panel:
    """Return rows of numbers as cells; ``at(y, x)`` is what `cell` takes after the value: class, go, crossed, colour.

    `over` is drawn first.
    """
    cells = (
        cell(x * CELL, y * CELL, fmt(v), *at(y, x)) for y, row in enumerate(rows) for x, v in enumerate(row)
    )
    words = f"{title}: {spoken(rows)}" if label is None else label
    return Panel(title, words, len(rows[0]) * CELL, len(rows) * CELL, over + "".join(cells))


def _head(x: float, y: float, u: float, v: float, c: str) -> str:
    """Return the arrowhead at (u, v) of a wire from (x, y)."""
    long = sqrt((u - x) * (u - x) + (v - y) * (v - y))
    a, b = (u - x) / long * 7, (v - y) / long * 7
    tail, other = f"{xy(u - a - b / 2)} {xy(v - b + a / 2)}", f"{xy(u - a + b / 2)} {xy(v - b - a / 2)}"
    return f'<path class="{c}" d="M{tail}L{xy(u)} {xy(v)}L{other}"/>'


def wiring(
    title: str,
    label: str,
    w: float,
    top: Sequence[Dot],
    bottom: Sequence[Dot],
    links: Sequence[Link],
    words: Sequence[str],
    arrow: int = 0,
) -> Panel:
    """Return two rows of dots (x, value, class, go, crossed), and lines (top, bottom, colour, strong) between them.

    Arrowheads point down (`arrow` 1) or up (−1).
    """

    def wires(on: bool) -> str:
        out = ""
        for a, b, k, strong in links:
            if strong == on:
                x, y, u, v = top[a][0], UP + 13, bottom[b][0], DOWN - 13
                c = f"w{k % 9} {'v' if on else 'u'}"
                out += line(x, y, u, v, c)
                if arrow:
                    out += _head(x, y, u, v, c) if arrow > 0 else _head(u, v, x, y, c)
        return out

    dots = ""
    for end, (every, y) in enumerate(((top, UP), (bottom, DOWN))):
        lit = {link[end] for link in links if link[3]}
        for j, (x, t, c, *more) in enumerate(every):
            dots += dot(x, y, 13, c + (" h" if j in lit else ""), *more[:1]) + value(x, y, t)
            dots += line(x - 9, y - 9, x + 9, y + 9, "x") if more[1:] == [True] else ""
    below = "".join(text(0, DOWN + 34 + 16 * j, t, "L") for j, t in enumerate(words))
    return Panel(title, label, w, DOWN + 24 + 16 * len(words), wires(False) + wires(True) + dots + below)


def picker(x: float, y: float, w: float, h: float, pick: str) -> str:
    """Return an area whose clicks pick a cell: ``"name,columns,rows"``."""
    return f'<path class="P" d="M{xy(x)} {xy(y)}h{w}v{h}h-{w}z" data-pick="{pick}"/>' if pick else ""


def shades(
    title: str,
    label: str,
    shape: tuple[int, int],
    a: int,
    at: Callable[[int, int], float],
    kind: str,
    over: str = "",
    pick: str = "",
) -> Panel:
    """Return small cells shaded by value; what is negative has the colour of what is muted.

    `over` is drawn on top, and a click on the whole picks a cell: ``"name,columns,rows"``.
    """
    h, w = shape
    peak = max(abs(at(y, x)) for y in range(h) for x in range(w)) or 1
    body = box(0, 0, w * a, h * a, "m")
    for y in range(h):
        for x in range(w):
            v = at(y, x)
            depth = floor(abs(v) / peak * 20 + 0.5) / 20
            if depth:
                c = "N" if v < 0 else kind
                body += f'<path class="{c}" fill-opacity="{depth:g}" d="M{x * a} {y * a}h{a}v{a}h-{a}z"/>'
    return Panel(title, label, w * a, h * a, body + over + picker(0, 0, w * a, h * a, pick))


def bars(
    title: str,
    label: str,
    a: int,
    values: Sequence[float],
    kind: str,
    lit: Sequence[int],
    pick: str = "",
    start: int = 0,
) -> Panel:
    """Return bars over a line, their values above; `lit` ones are outlined. Clicks pick from bar `start` on."""
    peak, tall = max(1e-9, *map(abs, values)), 40
    zero = 16 + tall
    h = zero + (tall if any(v < 0 for v in values) else 0) + 4
    body = line(0, zero, len(values) * a, zero, "x")
    for j, v in enumerate(values):
        b = abs(v) / peak * tall
        mark = kind.lower() + (" h" if j in lit else "")
        body += box(j * a + 2, zero if v < 0 else zero - b, a - 4, b, mark)
        if v or j in lit:
            body += text(j * a + a / 2, zero - 4 if v < 0 else zero - b - 4, fmt(v), "s")
    return Panel(
        title, label, len(values) * a, h, body + picker(start * a, 0, (len(values) - start) * a, h, pick)
    )


def matrix(
    title: str,
    label: str,
    rows: int,
    cols: int,
    at: Callable[[int, int], tuple[int, float] | None],
    lit_rows: Iterable[int] = (),
    lit_cols: Iterable[int] = (),
    pick: str = "",
) -> Panel:
    """Return a matrix as coloured cells; ``at(r, c)`` is the weight's number and its value, or None.

    A click on the whole picks a cell: ``"name,columns,rows"``.
    """
    a = max(3, min(24, 300 // cols, 400 // rows))
    w, h = cols * a, rows * a
    body = box(0, 0, w, h, "m")
    for r in range(rows):
        for c in range(cols):
            entry = at(r, c)
            if entry:
                body += box(c * a, r * a, a, a, f"f{entry[0] % 9}{'' if a < 18 else ' t'}")
                if a >= 18:
                    t = fmt(entry[1])
                    body += text(c * a + a / 2, r * a + a / 2 + 4, t, "xs" if len(t) * 7 > a else "s")
    body += "".join(box(0, r * a, w, a, "H") for r in lit_rows)
    body += "".join(box(c * a, 0, a, h, "H") for c in lit_cols)
    return Panel(title, label, w, h, body + picker(0, 0, w, h, pick))


def listing(title: str, items: Iterable[tuple[str, str, bool]]) -> str:
    """Return settings to choose from (label, go, chosen); the script makes buttons of them."""
    rows = ""
    for label, go, on in items:
        chosen = ' class="on"' if on else ""
        rows += f'<li{chosen} data-go="{esc(go)}">{esc(label)}</li>'
    return f"<p>{esc(title)}</p><ul>{rows}</ul>"
