"""The drawing's primitives, written alike in Python and in the script: the same call gives the same string."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

CELL = 32
"""The side of a grid's cell in pixels, its margin included."""


def esc(t: str) -> str:
    """Escape text for an attribute or an element."""
    return t.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def xy(v: float) -> str:
    """Return a coordinate, rounded to a tenth of a pixel."""
    tenth = floor(v * 10 + 0.5)
    return str(tenth // 10) if tenth % 10 == 0 else str(tenth / 10)


def _goes(go: str) -> str:
    return f' data-go="{go}"' if go else ""


def box(x: float, y: float, w: float, h: float, c: str, go: str = "") -> str:
    """Return a rectangle of class `c`; a click on it sets what `go` says."""
    return f'<path class="{c}" d="M{xy(x)} {xy(y)}h{xy(w)}v{xy(h)}h{xy(-w)}z"{_goes(go)}/>'


def line(x: float, y: float, u: float, v: float, c: str) -> str:
    """Return a line from (x, y) to (u, v)."""
    return f'<path class="{c}" d="M{xy(x)} {xy(y)}L{xy(u)} {xy(v)}"/>'


def strands(ends: Iterable[tuple[float, float, float, float]], c: str) -> str:
    """Return many lines (x, y, u, v) of one class as one path; none give nothing."""
    d = "".join(f"M{xy(x)} {xy(y)}L{xy(u)} {xy(v)}" for x, y, u, v in ends)
    return f'<path class="{c}" d="{d}"/>' if d else ""


def dot(x: float, y: float, r: float, c: str, go: str = "") -> str:
    """Return a circle."""
    return f'<circle class="{c}" cx="{xy(x)}" cy="{xy(y)}" r="{xy(r)}"{_goes(go)}/>'


def text(x: float, y: float, t: str, c: str = "") -> str:
    """Return a text whose baseline is at `y`."""
    named = f' class="{c}"' if c else ""
    return f'<text{named} x="{xy(x)}" y="{xy(y)}">{esc(t)}</text>'


def value(x: float, y: float, t: str) -> str:
    """Return a number centred at (x, y), smaller the longer it is."""
    return text(x, y + 4.5, t, "" if len(t) < 4 else "s" if len(t) < 6 else "xs")


def cell(x: float, y: float, t: str, c: str, go: str = "", crossed: bool = False, colour: int = -1) -> str:
    """Return a grid's cell with its value; it may be crossed out, and underlined in a channel's colour."""
    out = box(x + 1, y + 1, CELL - 2, CELL - 2, c, go) + value(x + CELL / 2, y + CELL / 2, t)
    if crossed:
        out += line(x + 5, y + 5, x + 27, y + 27, "x")
    if colour >= 0:
        out += line(x + 4, y + 28, x + 28, y + 28, f"b w{colour % 9}")
    return out


@dataclass(frozen=True)
class Panel:
    """One picture: a title over a body of `width` × `height`, and its words for those who do not see it."""

    title: str
    label: str
    w: float
    h: float
    body: str

    @property
    def width(self) -> int:
        return max(ceil(self.w), ceil(len(self.title) * 7.2))

    @property
    def height(self) -> int:
        return ceil(self.h) + 24

    def svg(self, at: str = "") -> str:
        """Return the SVG; `at` places it inside another. Alone, it shrinks no further than its numbers can be read."""
        least = "" if at else f' style="min-width:{floor(self.width * 0.84)}px"'
        return (
            f'<svg{at} viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"{least} '
            f'role="img" aria-label="{esc(self.label)}">{text(0, 14, self.title, "T")}'
            f'<g transform="translate(0 24)">{self.body}</g></svg>'
        )


@dataclass(frozen=True)
class Scene:
    """All that one state shows: groups of panels in a row or a column, a sentence, a sum, words for the controls."""

    groups: Sequence[tuple[str, Sequence[Panel]]]
    say: str
    sum: str
    labels: dict[str, str]
    rest: str = ""

    def html(self) -> str:
        """Return the drawing as it stands in a page, where it may wrap."""
        return "".join(
            f'<div class="cx-{way}">{"".join(panel.svg() for panel in panels)}</div>'
            for way, panels in self.groups
        )

    def place(self) -> tuple[int, int, str]:
        """Return width, height and SVG of all panels at fixed places, for a still."""
        stacked = any(way == "row" and len(panels) > 1 for way, panels in self.groups)
        x = y = right = bottom = 0
        out = ""
        for way, panels in self.groups:
            u, v = x, y
            for panel in panels:
                out += panel.svg(f' x="{u}" y="{v}"')
                right, bottom = max(right, u + panel.width), max(bottom, v + panel.height)
                u, v = (u + panel.width + 24, v) if way == "row" else (u, v + panel.height + 16)
            x, y = (0, bottom + 16) if stacked else (right + 24, 0)
        return right, bottom, out
