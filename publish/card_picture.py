"""The picture of a shared page: its question in large type over its explorer's start state, as a PNG.

An explorer's drawing has few shapes: straight paths, circles, text. They are drawn by Pillow, so no browser is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from PIL import Image, ImageDraw, ImageFont

from convlib.explore.palette import CHANNELS, PALETTE
from publish.cards import HEIGHT, WIDTH

FINE = 2  # drawn this many times larger, then reduced, so that edges are smooth
MARGIN, GAP = 64, 26
INK, MUTED = PALETTE["ink"]["light"], PALETTE["muted"]["light"]
_STEP = re.compile(r"([MLhvz])([^MLhvz]*)")
_LETTERS = {"i": "input", "k": "kernel", "o": "output", "p": "padding"}
_SOLID = {"I": "input", "K": "kernel", "O": "output", "N": "muted"}
_LINES = {"x": ("muted", 1.5), "m": ("muted", 1), "H": ("highlight", 2.5)}
_SIZES = {"s": 10.5, "xs": 8.5, "T": 12, "L": 12}


def draw(title: str, question: str, panels: list[str]) -> Image.Image:
    """Draw a card of 1200 × 630 pixels.

    A title that is itself a question stands alone; else it stands small above the page's question.
    """
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "white")
    pen = _Pen(ImageDraw.Draw(image, "RGBA"))
    top = _head(pen, title, question)
    _explorer(pen, panels, top)
    _foot(pen)
    return image.reduce(FINE).quantize(128)


def _head(pen: _Pen, title: str, question: str) -> float:
    """Write the question; answer where it ends."""
    alone = title.endswith("?")
    text, y = (title if alone else question), float(MARGIN)
    if not alone:
        pen.text(MARGIN, y + 20, title, 26, MUTED, bold=True)
        y += 44
    for size in (54, 46, 40, 34, 28):
        lines = pen.wrapped(text, size, WIDTH - 2 * MARGIN)
        if len(lines) <= 3:
            break
    for line in lines[:5]:
        pen.text(MARGIN, y + size, line, size, INK, bold=True)
        y += size * 1.22
    return y + GAP


def _foot(pen: _Pen) -> None:
    colours = [PALETTE[name]["light"] for name in ("input", "kernel", "output", "highlight")]
    for k, colour in enumerate(colours):
        pen.box(WIDTH / 4 * k, HEIGHT - 8, WIDTH / 4, 8, fill=colour)
    pen.text(MARGIN, HEIGHT - 34, "Every Convolution", 24, MUTED, bold=True)


def _explorer(pen: _Pen, panels: list[str], top: float) -> None:
    """Draw as many panels as stay large enough to be read, in rows, as large as fits."""
    drawings = [BeautifulSoup(panel, "html.parser").svg for panel in panels]
    places: list[tuple[float, float]] = []
    room = (WIDTH - 2 * MARGIN, HEIGHT - 76 - top)
    for count in range(len(drawings), 0, -1):
        places, (width, height) = _rows(drawings[:count], *room)
        scale = min(room[0] / width, room[1] / height, 2.6)
        if scale >= 1.35:
            break
    for drawing, (x, y) in zip(drawings, places):
        pen.panel(drawing, MARGIN + x * scale, top + y * scale, scale)


def _rows(
    drawings: list[Any], width: float, height: float
) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """The places of panels in rows, of the width that allows the largest scale, and the size of all."""
    sizes = [(float(drawing.get("width")), float(drawing.get("height"))) for drawing in drawings]
    best: tuple[float, Any] = (0.0, None)
    for limit in sorted({sum(w for w, _ in sizes[:n]) + GAP * (n - 1) for n in range(1, len(sizes) + 1)}):
        x = y = row = right = 0.0
        places = []
        for w, h in sizes:
            if x and x + w > limit + 0.5:
                x, y, row = 0.0, y + row + 14, 0.0
            places.append((x, y))
            right, row, x = max(right, x + w), max(row, h), x + w + GAP
        scale = min(width / right, height / (y + row), 2.6)
        if scale > best[0]:
            best = (scale, (places, (right, y + row)))
    return best[1]


class _Pen:
    """Draws on a canvas that is FINE times as large as its units."""

    def __init__(self, canvas: Any):
        self.canvas = canvas

    def text(
        self, x: float, y: float, text: str, size: float, fill: str, *, bold: bool = False, anchor: str = "ls"
    ) -> None:
        """A text whose baseline is at y."""
        self.canvas.text((x * FINE, y * FINE), text, fill, _font(size, bold), anchor)

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        """A text in lines that are no wider than this."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if _font(size, True).getlength(longer) <= width * FINE or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def box(self, x: float, y: float, w: float, h: float, fill: str) -> None:
        """A filled rectangle."""
        self.canvas.rectangle([x * FINE, y * FINE, (x + w) * FINE, (y + h) * FINE], fill)

    def panel(self, drawing: Any, x: float, y: float, scale: float) -> None:
        """One picture of an explorer."""
        for shape, dx, dy in _shapes(drawing, 0, 0):
            classes = shape.get("class", [])

            def at(u: float, v: float, dx: float = dx, dy: float = dy) -> tuple[float, float]:
                return ((x + (u + dx) * scale) * FINE, (y + (v + dy) * scale) * FINE)

            if shape.name == "text":
                size = next((_SIZES[c] for c in classes if c in _SIZES), 13)
                place = at(float(shape.get("x")), float(shape.get("y")))
                anchor = "ls" if {"T", "L"} & set(classes) else "ms"
                self.canvas.text(place, shape.get_text(), INK, _font(size * scale, "T" in classes), anchor)
                continue
            fill, stroke, width = _look(classes)
            if shape.name == "circle":
                cx, cy = at(float(shape.get("cx")), float(shape.get("cy")))
                r = float(shape.get("r")) * scale * FINE
                self.canvas.ellipse(
                    [cx - r, cy - r, cx + r, cy + r], fill, stroke, round(width * scale * FINE)
                )
                continue
            for points, closed in _paths(shape.get("d")):
                self._polygon(
                    [at(*point) for point in points], closed, fill, stroke, round(width * scale * FINE)
                )

    def _polygon(
        self, points: list[tuple[float, float]], closed: bool, fill: Any, stroke: Any, width: int
    ) -> None:
        if closed and fill:
            self.canvas.polygon(points, fill)
        if stroke and width:
            self.canvas.line(points + points[:1] * closed, stroke, width, "curve" if closed else None)


def _look(classes: list[str]) -> tuple[Any, Any, float]:
    """Fill, stroke and its width of an explorer's classes: what explore.css says of them, in the light scheme."""
    fill: Any = INK
    stroke: Any = None
    width, opacity = 1.0, 1.0
    for c in classes:
        if c in _LETTERS:
            fill = stroke = PALETTE[_LETTERS[c]]["light"]
            opacity = 0.08 if c == "p" else 0.16
        elif c in _SOLID:
            fill = PALETTE[_SOLID[c]]["light"]
        elif c in _LINES:
            fill, (name, width) = None, _LINES[c]
            stroke = PALETTE[name]["light"]
        elif re.fullmatch(r"w\d", c):
            fill, stroke = None, CHANNELS["light"][int(c[1])]
        elif re.fullmatch(r"f\d", c):
            fill = CHANNELS["light"][int(c[1])]
    if "h" in classes:
        fill = stroke = PALETTE["highlight"]["light"]
        width, opacity = 2.5, 0.22
    if "t" in classes:
        opacity = 0.35
    width = {"b": 5.0, "u": 1.25, "v": 3.5}.get(next((c for c in classes if c in "buv"), ""), width)
    if "P" in classes:
        return None, None, 0.0
    paint = _faded(fill, opacity) if fill else None
    return paint, _faded(stroke, 0.6) if stroke and "u" in classes else stroke, width


def _faded(colour: str, opacity: float) -> tuple[int, ...]:
    return (*(int(colour[k : k + 2], 16) for k in (1, 3, 5)), round(255 * opacity))


def _shapes(element: Any, dx: float, dy: float) -> Iterator[tuple[Any, float, float]]:
    """The shapes below an element, each with how far it is moved."""
    for child in element.find_all(True, recursive=False):
        if child.name == "g":
            moved = re.fullmatch(
                r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", child.get("transform", "translate(0 0)")
            )
            if moved is None:
                raise ValueError(
                    f"card: a drawing is moved by {child.get('transform')!r}, which is no translation"
                )
            yield from _shapes(child, dx + float(moved[1]), dy + float(moved[2]))
        else:
            yield child, dx, dy


def _paths(d: str) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    """A path's pieces: their points, and whether they are closed."""
    points: list[tuple[float, float]] = []
    if unknown := set(re.findall(r"[A-Za-z]", d)) - set("MLhvz"):
        raise ValueError(f"card: a path has {sorted(unknown)}, and only M, L, h, v and z are known")
    for step, numbers in _STEP.findall(d):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if step == "M" and points:
            yield points, False
            points = []
        if step in "ML":
            points += list(zip(values[::2], values[1::2]))
        elif step == "z":
            yield points, True
            points = []
        else:
            x, y = points[-1]
            points.append((x + values[0], y) if step == "h" else (x, y + values[0]))
    if points:
        yield points, False


@cache
def _font(size: float, bold: bool) -> Any:
    import matplotlib

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), size * FINE)
