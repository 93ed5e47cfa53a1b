"""The pictures of a convolution: input, kernel and output as grids, and the wires of one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convlib.explore._conv_shape import Index, Numbers, at3, flat3, source
from convlib.explore._svg import CELL, Panel, cell, dot, line, text, value
from convlib.explore._text import fmt, plural, spoken

UP, DOWN = 16, 126
"""Heights of the two rows of dots."""


def sizes(shape: Index, rank: int) -> str:
    """Return a shape as ``5×5``."""
    return "×".join(map(str, shape[3 - rank :]))


def input_panels(g: Numbers, lit: set[int], picked: int) -> list[Panel]:
    """Return the input with its padding, a panel per slice; values that no output reads are crossed out."""
    return [_input_panel(g, z, lit, picked) for z in range(g.padded[0])]


def _input_panel(g: Numbers, z: int, lit: set[int], picked: int) -> Panel:
    _, h, w = g.padded
    at, body = z - g.pad[0], ""
    for y in range(h):
        for x in range(w):
            q = (z, y, x)
            i, own = g.source(q), g.own(q)
            mark = " h" if flat3(q, g.padded) in lit else ""
            go = "" if i < 0 else f"cell={-1 if i == picked else i}"
            body += cell(x * CELL, y * CELL, fmt(g.held(q)), ("i" if own else "p") + mark, go)
            if own and not g.reads[i]:
                body += line(x * CELL + 5, y * CELL + 5, x * CELL + 27, y * CELL + 27, "x")
    inside = 0 <= at < g.n[0]
    around = f", padding {g.pad[2]}" if g.pad[2] else ""
    title = f"input, slice {at}" if inside else f"slice {fmt(at)}: padding"
    title = f"input {sizes(g.n, g.rank)}{around}" if g.rank < 3 else title
    rows = f": {spoken(g.x[at])}" if inside else ""
    return Panel(title, f"{title}{rows}. {plural(len(lit), 'cell')} lit.", w * CELL, h * CELL, body)


def kernel_panels(g: Numbers, row: Index, lit: set[int]) -> list[Panel]:
    """Return the kernel, a panel per slice; the row whose wires are shown has their colours."""
    panels = []
    for z in range(g.k[0]):
        _, h, w = g.k
        body = ""
        for y in range(h):
            for x in range(w):
                mark = " h" if flat3((z, y, x), g.k) in lit else ""
                body += cell(x * CELL, y * CELL, fmt(g.w[z, y, x]), "k" + mark)
                if (z, y) == row[:2]:
                    body += line(x * CELL + 4, y * CELL + 28, x * CELL + 28, y * CELL + 28, f"b w{x % 8}")
        title = f"kernel {sizes(g.k, g.rank)}" if g.rank < 3 else f"kernel, slice {z}"
        panels.append(Panel(title, f"{title}: {spoken(g.w[z])}", w * CELL, h * CELL, body))
    return panels


def output_panels(g: Numbers, lit: set[int]) -> list[Panel]:
    """Return the output, a panel per slice; a click chooses an element."""
    panels = []
    for z in range(g.out[0]):
        _, h, w = g.out
        body, rows = "", []
        for y in range(h):
            rows.append([g.y[flat3((z, y, x), g.out)] for x in range(w)])
            for x in range(w):
                o = flat3((z, y, x), g.out)
                body += cell(
                    x * CELL, y * CELL, fmt(g.y[o]), "o" + (" h" if o in lit else ""), f"step={o}&cell=-1"
                )
        title = f"output {sizes(g.out, g.rank)}" if g.rank < 3 else f"output, slice {z}"
        panels.append(Panel(title, f"{title}: {spoken(rows)}", w * CELL, h * CELL, body))
    return panels


@dataclass(frozen=True)
class Row:
    """One row's wires: row `row` of the kernel carries row `q` of the padded input to row `at` of the output."""

    g: Numbers
    row: Index
    at: Index

    @property
    def q(self) -> tuple[int, int]:
        a, b = (self.at[j] * self.g.stride[j] + self.row[j] * self.g.dil[j] for j in (0, 1))
        return a, b

    def values(self) -> list[float]:
        """Return the values of the padded input row."""
        return [self.g.held((*self.q, x)) for x in range(self.g.padded[2])]

    def place(self, o: int) -> float:
        """Return where output dot `o` stands: in the middle of its window."""
        return (o * self.g.stride[2] + (self.g.span[2] - 1) / 2) * CELL + CELL / 2

    def words(self) -> str:
        """Return which rows these are."""
        g, (z, y) = self.g, self.q
        if g.rank == 1:
            return "One colour per weight."
        rows = f"row {fmt(y - g.pad[1])}, kernel row {self.row[1]}: a part of output"
        if g.rank == 2:
            return f"Input {rows} row {self.at[1]}."
        return f"Input slice {fmt(z - g.pad[0])}, {rows} slice {self.at[0]}, row {self.at[1]}."


def wire_panel(g: Numbers, row: Index, at: Index, strong: Callable[[int, int], bool]) -> Panel:
    """Return the dots and lines of one row, one colour per weight; `strong(output, input column)` lights a wire."""
    wires, lit = Row(g, row, at), set()
    thin = thick = ""
    for o in range(g.out[2]):
        for c in range(g.k[2]):
            x = o * g.stride[2] + c * g.dil[2]
            on = strong(o, source(x - g.pad[2], g.n[2], g.mode))
            wire = line(x * CELL + 16, UP + 13, wires.place(o), DOWN - 13, f"w{c % 8} {'v' if on else 'u'}")
            if on:
                thick += wire
                lit |= {("i", x), ("o", o)}
            else:
                thin += wire
    says = wires.words().split(": ")
    words = "".join(
        text(0, DOWN + 34 + 16 * j, t + (":" if j < len(says) - 1 else ""), "L") for j, t in enumerate(says)
    )
    title = "the wires" if g.rank == 1 else "the wires of one row"
    counts = f"{plural(g.k[2], 'wire')} to each of {plural(g.out[2], 'output')}."
    height = DOWN + 24 + 16 * len(says)
    body = thin + thick + _dots(wires, lit) + words
    return Panel(title, f"{title}. {wires.words()} {counts}", g.padded[2] * CELL, height, body)


def _dots(wires: Row, lit: set[tuple[str, int]]) -> str:
    g, xs, out = wires.g, wires.values(), ""
    for x, v in enumerate(xs):
        kind = "i" if g.own((*wires.q, x)) else "p"
        right = x * CELL + CELL / 2
        out += dot(right, UP, 13, kind + (" h" if ("i", x) in lit else "")) + value(right, UP, fmt(v))
    weights = g.w[wires.row[0], wires.row[1]]
    for o in range(g.out[2]):
        part = sum(float(w) * xs[o * g.stride[2] + c * g.dil[2]] for c, w in enumerate(weights))
        go = f"step={flat3((wires.at[0], wires.at[1], o), g.out)}&cell=-1"
        out += dot(wires.place(o), DOWN, 13, "o" + (" h" if ("o", o) in lit else ""), go)
        out += value(wires.place(o), DOWN, fmt(part))
    return out


def name(letter: str, at: Index, rank: int) -> str:
    """Return an element's name, such as ``y[1, 0]``."""
    return f"{letter}[{', '.join(map(str, at[3 - rank :]))}]"


def element(i: int, shape: Index, letter: str, rank: int) -> str:
    """Return the name of the `i`-th element."""
    return name(letter, at3(i, shape), rank)
