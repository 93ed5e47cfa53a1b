"""The pictures of a convolution: input, kernel and output as grids, and the wires of one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convlib.explore._conv_shape import Index, Numbers, at3, flat3, source
from convlib.explore._panels import go_cell, go_step, grid, mark, wiring
from convlib.explore._svg import CELL, Panel
from convlib.explore._text import fmt, plural, spoken


def sized(shape: Index, rank: int) -> str:
    """Return a shape as ``5×5``."""
    return "×".join(map(str, shape[3 - rank :]))


def element(i: int, shape: Index, letter: str, rank: int) -> str:
    """Return the name of the `i`-th element, such as ``y[1, 0]``."""
    return f"{letter}[{', '.join(map(str, at3(i, shape)[3 - rank :]))}]"


def _title(name: str, z: int, shape: Index, rank: int) -> str:
    return f"{name} {sized(shape, rank)}" if rank < 3 else f"{name}, slice {z}"


def input_panel(g: Numbers, z: int, lit: set[int], picked: int) -> Panel:
    """Return a slice of the input with its padding; values that no output reads are crossed out."""
    at = z - g.pad[0]
    inside = 0 <= at < g.n[0]
    if g.rank < 3:
        title = _title("input", 0, g.n, g.rank) + (f", padding {g.pad[2]}" if g.pad[2] else "")
    else:
        title = f"input, slice {at}" if inside else f"slice {fmt(at)}: padding"
    words = f": {spoken(g.x[at])}" if inside else ""

    def cell(y: int, x: int) -> tuple[Any, ...]:
        q = (z, y, x)
        i, own = g.source(q), g.own(q)
        c = mark("i" if own else "p", flat3(q, g.padded) in lit)
        return c, "" if i < 0 else go_cell(i, picked), own and not g.reads[i]

    rows = [[g.held((z, y, x)) for x in range(g.padded[2])] for y in range(g.padded[1])]
    return grid(title, rows, cell, f"{title}{words}.")


def kernel_panel(g: Numbers, z: int, row: Index, lit: set[int]) -> Panel:
    """Return a slice of the kernel; the row whose wires are shown has their colours."""

    def cell(y: int, x: int) -> tuple[Any, ...]:
        return mark("k", flat3((z, y, x), g.k) in lit), "", False, x if (z, y) == row[:2] else -1

    return grid(_title("kernel", z, g.k, g.rank), g.w[z], cell)


def output_panel(y: Sequence[float], shape: Index, rank: int, z: int, lit: set[int]) -> Panel:
    """Return a slice of the output; a click chooses an element."""

    def cell(v: int, u: int) -> tuple[Any, ...]:
        o = flat3((z, v, u), shape)
        return mark("o", o in lit), go_step(o)

    return grid(_title("output", z, shape, rank), np.reshape(y, shape)[z], cell)


def wire_panel(g: Numbers, row: Index, at: Index, strong: Callable[[int, int], bool]) -> Panel:
    """Return one row's wires: kernel row `row` carries a row of the padded input to output row `at`.

    ``strong(output, input column)`` says which wires are lit.
    """
    q = [at[j] * g.stride[j] + row[j] * g.dil[j] for j in (0, 1)]
    xs = [g.held((*q, x)) for x in range(g.padded[2])]
    reads = [[o * g.stride[2] + c * g.dil[2] for c in range(g.k[2])] for o in range(g.out[2])]
    links, bottom = [], []
    for o, columns in enumerate(reads):
        for c, x in enumerate(columns):
            links.append((x, o, c, strong(o, source(x - g.pad[2], g.n[2], g.mode))))
        part = sum(float(w) * xs[x] for w, x in zip(g.w[row[0], row[1]], columns))
        place = (o * g.stride[2] + (g.span[2] - 1) / 2) * CELL + CELL / 2
        bottom.append((place, fmt(part), "o", go_step(flat3((at[0], at[1], o), g.out))))
    top = [(x * CELL + CELL / 2, fmt(v), "i" if g.own((*q, x)) else "p") for x, v in enumerate(xs)]
    words = _row_words(g, row, at, q)
    title = "the wires" if g.rank == 1 else "the wires of one row"
    counts = f"{plural(g.k[2], 'wire')} to each of {plural(g.out[2], 'output')}."
    return wiring(
        title, f"{title}. {' '.join(words)} {counts}", g.padded[2] * CELL, top, bottom, links, words
    )


def _row_words(g: Numbers, row: Index, at: Index, q: list[int]) -> list[str]:
    if g.rank == 1:
        return ["One colour per weight."]
    rows = f"row {fmt(q[1] - g.pad[1])}, kernel row {row[1]}:"
    if g.rank == 2:
        return [f"Input {rows}", f"a part of output row {at[1]}."]
    return [f"Input slice {fmt(q[0] - g.pad[0])}, {rows}", f"a part of output slice {at[0]}, row {at[1]}."]
