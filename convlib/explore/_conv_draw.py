"""The pictures of a convolution: input, kernel and output as grids, and the wires of one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlib.explore._conv_shape import Index, Numbers, at3, flat3, source
from convlib.explore._panels import grid, wiring
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


def _lit(on: bool) -> str:
    return " h" if on else ""


def input_panel(g: Numbers, z: int, lit: set[int], picked: int) -> Panel:
    """Return a slice of the input with its padding; values that no output reads are crossed out."""
    at = z - g.pad[0]
    inside = 0 <= at < g.n[0]
    if g.rank < 3:
        title = _title("input", 0, g.n, g.rank) + (f", padding {g.pad[2]}" if g.pad[2] else "")
    else:
        title = f"input, slice {at}" if inside else f"slice {fmt(at)}: padding"
    rows = f": {spoken(g.x[at])}" if inside else ""

    def cell(y: int, x: int) -> tuple[Any, ...]:
        q = (z, y, x)
        i, own = g.source(q), g.own(q)
        go = "" if i < 0 else f"cell={-1 if i == picked else i}"
        return (
            fmt(g.held(q)),
            ("i" if own else "p") + _lit(flat3(q, g.padded) in lit),
            go,
            own and not g.reads[i],
        )

    return grid(title, f"{title}{rows}. {plural(len(lit), 'cell')} lit.", g.padded[1], g.padded[2], cell)


def kernel_panel(g: Numbers, z: int, row: Index, lit: set[int]) -> Panel:
    """Return a slice of the kernel; the row whose wires are shown has their colours."""
    title = _title("kernel", z, g.k, g.rank)

    def cell(y: int, x: int) -> tuple[Any, ...]:
        colour = x if (z, y) == row[:2] else -1
        return fmt(g.w[z, y, x]), "k" + _lit(flat3((z, y, x), g.k) in lit), "", False, colour

    return grid(title, f"{title}: {spoken(g.w[z])}", g.k[1], g.k[2], cell)


def output_panel(g: Numbers, z: int, lit: set[int]) -> Panel:
    """Return a slice of the output; a click chooses an element."""
    _, h, w = g.out
    title = _title("output", z, g.out, g.rank)
    rows = [[g.y[flat3((z, y, x), g.out)] for x in range(w)] for y in range(h)]

    def cell(y: int, x: int) -> tuple[Any, ...]:
        o = flat3((z, y, x), g.out)
        return fmt(g.y[o]), "o" + _lit(o in lit), f"step={o}&cell=-1"

    return grid(title, f"{title}: {spoken(rows)}", h, w, cell)


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
        bottom.append((place, fmt(part), "o", f"step={flat3((at[0], at[1], o), g.out)}&cell=-1"))
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
