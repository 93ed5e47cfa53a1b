"""Small pictures for exercises: boxes, dots and arrows as SVG text, the same bytes on every machine.

They carry a light ground of their own, so that they read alike in light and dark notebooks.
"""

from __future__ import annotations

import re
from html import escape

from convlib.explore import palette

INK = {name: shades["light"] for name, shades in palette.PALETTE.items()}
WEIGHTS = palette.CHANNELS["light"]
BOX = 36
WIDEST = 480
"""Pictures side by side grow no wider than this: on a phone their numbers have to be read."""


class _Drawing:
    """Collects SVG elements and knows how large they are together."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.width = self.height = 0

    def _grow(self, x: float, y: float) -> None:
        self.width, self.height = max(self.width, round(x)), max(self.height, round(y))

    def box(
        self, x: int, y: int, text: str = "", colour: str = "muted", fill: bool = False, dashed: bool = False
    ) -> None:
        ground = f'fill="{INK[colour]}" fill-opacity="0.16"' if fill else 'fill="none"'
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{BOX}" height="{BOX}" {ground} stroke="{INK[colour]}"{dash}/>'
        )
        if text:
            self.text(x + BOX // 2, y + BOX // 2 + 5, text, "ink", "middle", small=len(text) > 2)
        self._grow(x + BOX, y + BOX)

    def text(
        self, x: int, y: int, text: str, colour: str = "ink", anchor: str = "start", small: bool = False
    ) -> None:
        size, shown = ' font-size="12"' if small else "", re.sub(r"-(?=\d)", "−", escape(text))
        self.parts.append(
            f'<text x="{x}" y="{y}" fill="{INK[colour]}" text-anchor="{anchor}"{size}>{shown}</text>'
        )
        self._grow(x + (8 * len(text) if anchor == "start" else 0), y + 4)

    def line(self, x1: int, y1: int, x2: int, y2: int, colour: str, arrow: bool = False) -> None:
        end = ' marker-end="url(#tip)"' if arrow else ""
        self.parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="2"{end}/>'
        )

    def dot(self, x: int, y: int, colour: str) -> None:
        self.parts.append(f'<circle cx="{x}" cy="{y}" r="7" fill="{INK[colour]}"/>')
        self._grow(x + 7, y + 7)

    def svg(self) -> str:
        width, height = self.width + 32, self.height + 32
        tip = (
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{INK["muted"]}"/></marker>'
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="-16 -16 {width} {height}" font-family="Helvetica, Arial, sans-serif" font-size="15">'
            f'<defs>{tip}</defs><rect x="-16" y="-16" width="{width}" height="{height}" rx="8" fill="#ffffff"/>'
            + "".join(self.parts)
            + "</svg>"
        )


def stamps(x: list[int], weight: list[int], stride: int) -> str:
    """Draw the stamps of a 1-D transposed convolution: the first one worked out, the others to be filled in."""
    drawing, left = _Drawing(), 90
    for place, (name, values, colour) in enumerate([("input", x, "input"), ("kernel", weight, "kernel")]):
        drawing.text(0, 24 + place * 48, name, colour)
        for column, value in enumerate(values):
            drawing.box(left + column * BOX, place * 48, str(value), colour, fill=True)
    size = (len(x) - 1) * stride + len(weight)
    for row, value in enumerate(x):
        top = 116 + row * 46
        drawing.text(0, top + 24, f"stamp of {value}")
        for column in range(size):
            tap = column - row * stride
            inside = 0 <= tap < len(weight)
            known = str(value * weight[tap]) if inside and row == 0 else ""
            if inside:
                drawing.box(left + column * BOX, top, known, "kernel", fill=True)
    top = 116 + len(x) * 46 + 8
    drawing.text(0, top + 24, "output", "output")
    for column in range(size):
        drawing.box(
            left + column * BOX,
            top,
            str(x[0] * weight[0]) if column == 0 else "?",
            "output",
            fill=column == 0,
        )
    return drawing.svg()


def stamp_in_plane(size: int, kernel: int, stride: int, pixel: tuple[int, int]) -> str:
    """Draw an input with one pixel marked, and where its stamp lands in the output."""
    drawing = _Drawing()
    out = (size - 1) * stride + kernel
    drawing.text(0, 10, "input", "input")
    for row in range(size):
        for column in range(size):
            here = (row, column) == pixel
            drawing.box(column * BOX, 24 + row * BOX, "", "input", fill=here)
    left = size * BOX + 84
    drawing.line(
        size * BOX + 14, 24 + size * BOX // 2, left - 14, 24 + size * BOX // 2, INK["muted"], arrow=True
    )
    drawing.text(left, 10, "output, before anything is cropped", "output")
    for row in range(out):
        for column in range(out):
            tap = (row - pixel[0] * stride, column - pixel[1] * stride)
            here = all(0 <= t < kernel for t in tap)
            drawing.box(
                left + column * BOX, 24 + row * BOX, f"w{tap[0]}{tap[1]}" if here else "", "output", fill=here
            )
    return drawing.svg()


def cropping(full: int, padding: int, output_padding: int) -> str:
    """Draw which places of the full result of a 1-D transposed convolution padding takes, and output_padding gives."""
    drawing = _Drawing()
    for row, (text, take, give) in enumerate(
        [
            ("all stamps", 0, 0),
            (f"padding={padding}", padding, 0),
            (f"then output_padding={output_padding}", padding, 1),
        ]
    ):
        top = row * 52
        drawing.text(0, top + 24, text)
        for column in range(full):
            kept = take <= column < full - take + give * output_padding
            drawing.box(
                200 + column * BOX, top, "", "output" if kept else "padding", fill=kept, dashed=not kept
            )
    return drawing.svg()


def zeros_between(values: list[str], stride: int) -> str:
    """Draw a 1-D input whose values were spread by zeros; how many zeros go to the ends is left open."""
    drawing, column = _Drawing(), 0
    drawing.text(0, 24, "input", "input")
    for place, value in enumerate(values):
        drawing.box(90 + place * BOX, 0, value, "input", fill=True)
    drawing.text(0, 78, "spread", "padding")
    drawing.box(90, 54, "?", "padding", dashed=True)
    for place, value in enumerate(values):
        column += 1
        drawing.box(90 + column * BOX, 54, value, "input", fill=True)
        for _ in range(stride - 1 if place < len(values) - 1 else 0):
            column += 1
            drawing.box(90 + column * BOX, 54, "0", "padding", fill=True)
    drawing.box(90 + (column + 1) * BOX, 54, "?", "padding", dashed=True)
    return drawing.svg()


def wires(size: int, kernel: int, stride: int) -> str:
    """Draw the wires of a 1-D convolution, and beside them the same wires with their arrows turned round."""
    drawing = _Drawing()
    outputs = (size - kernel) // stride + 1
    for picture, title in enumerate(["convolution", "transposed convolution"]):
        left = picture * (size * 48 + 60)
        drawing.text(left, 10, title)
        reverse = picture == 1
        for out in range(outputs):
            for tap in range(kernel):
                wide = left + 24 + (out * stride + tap) * 48
                narrow = left + 24 + round((out * stride + (kernel - 1) / 2) * 48)
                ends = (wide, 40, narrow, 130) if not reverse else (narrow, 130, wide, 40)
                drawing.line(*_short(*ends), WEIGHTS[tap], arrow=True)
        for place in range(size):
            drawing.dot(left + 24 + place * 48, 40, "output" if reverse else "input")
        for out in range(outputs):
            middle = left + 24 + round((out * stride + (kernel - 1) / 2) * 48)
            drawing.dot(middle, 130, "input" if reverse else "output")
    return drawing.svg()


def links(*parts: tuple[str, list[int], list[list[tuple[int, int, int]]]]) -> str:
    """Draw rows of numbered dots with wires from each row to the next, pictures side by side where they fit.

    Parameters
    ----------
    *parts : (title, sizes, wires)
        How many dots each row has, and for each step from a row to the next its wires as (from, to, colour): the same
        number, the same colour.
    """
    drawing, left, top = _Drawing(), 0, 0
    for title, sizes, wires_of_rows in parts:
        widest, last = max(sizes), len(sizes) - 1
        wide = max(widest * 44 + 8, 8 * len(title))
        left, top = _place(drawing, left, top, wide)
        drawing.text(left, top + 10, title)
        at = [
            [
                (left + 24 + round((place + (widest - size) / 2) * 44), top + 52 + row * 84)
                for place in range(size)
            ]
            for row, size in enumerate(sizes)
        ]
        for row, wires_here in enumerate(wires_of_rows):
            for begin, end, colour in wires_here:
                drawing.line(
                    *_short(*at[row][begin], *at[row + 1][end]), WEIGHTS[colour % len(WEIGHTS)], arrow=True
                )
        for row, dots in enumerate(at):
            for place, (x, y) in enumerate(dots):
                drawing.dot(x, y, "input" if row == 0 else "output" if row == last else "muted")
                beside = (x, y - 14) if row == 0 else (x, y + 24) if row == last else (x + 17, y + 5)
                drawing.text(*beside, str(place), "ink", "middle")
        left += wide + 40
    return drawing.svg()


def grids(*parts: tuple[str, str, list[str], list[tuple[int, int]]]) -> str:
    """Draw grids side by side, or below each other where they would not fit on a phone.

    Parameters
    ----------
    *parts : (title, colour, rows, marked)
        A row is its texts, separated by blanks; ``.`` is an empty box. ``marked`` lists the (row, column) that are filled.
    """
    drawing, left, top = _Drawing(), 0, 0
    for title, colour, rows, marked in parts:
        cells = [row.split() for row in rows]
        wide = max(max(len(row) for row in cells) * BOX, 9 * len(title))
        left, top = _place(drawing, left, top, wide)
        drawing.text(left, top + 10, title, colour)
        for r, row in enumerate(cells):
            for c, text in enumerate(row):
                shown = "" if text == "." else text
                drawing.box(left + c * BOX, top + 24 + r * BOX, shown, colour, fill=(r, c) in marked)
        left += wide + 40
    return drawing.svg()


def positions(size: int, kernel: int, stride: int, padding: int) -> str:
    """Draw the windows of a 1-D convolution under the padded input, one line for each that fits.

    The boxes hold the numbers of their places; those of the padding are dashed.
    """
    drawing = _Drawing()
    for place in range(size + 2 * padding):
        inside = padding <= place < padding + size
        number, colour = str(place - padding), "input" if inside else "padding"
        drawing.box(110 + place * BOX, 0, number, colour, fill=inside, dashed=not inside)
    drawing.text(0, 24, "input place", "input")
    for out in range((size + 2 * padding - kernel) // stride + 1):
        top = 56 + out * 30
        begin = 110 + out * stride * BOX
        drawing.text(0, top + 6, f"output {out}", "output")
        drawing.line(begin + 4, top, begin + kernel * BOX - 4, top, INK["output"])
        drawing.height = max(drawing.height, top + 10)
    return drawing.svg()


def _place(drawing: _Drawing, left: int, top: int, wide: int) -> tuple[int, int]:
    """Return where the next part of a picture begins: beside the last one, or below all if it would not fit."""
    return (0, drawing.height + 28) if left and left + wide > WIDEST else (left, top)


def _short(x1: int, y1: int, x2: int, y2: int) -> tuple[int, int, int, int]:
    """Let a wire end before the dot that it leads to, so that its arrowhead shows."""
    return x1, y1, x2 - round((x2 - x1) * 0.1), y2 - round((y2 - y1) * 0.1)
