"""The explorer of the transposed convolution: three views of the same step. The script's twin is `transposed.js`."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from convlib.explore._code import Convolving, program
from convlib.explore._conv import AXES, KERNELS, cut, default_input
from convlib.explore._conv_draw import element, output_panel, sized
from convlib.explore._conv_shape import Index, at3, flat3
from convlib.explore._kind import Control, Data, Kind, State, drawable, rank_of
from convlib.explore._panels import go_cell, go_step, grid, mark, matrix, wiring
from convlib.explore._svg import CELL, Panel, Scene
from convlib.explore._text import fmt, plural, times
from convlib.explore._transposed_shape import LARGEST, Numbers, Reach, Transposed, check, limits
from convlib.explore.explorer import Explorer


@dataclass(frozen=True)
class Lit:
    """The positions that are lit."""

    inputs: set[int]
    weights: set[int]
    stamped: set[int]
    outputs: set[int]


def _stamping(g: Numbers, lit: Lit, picked: int) -> list[Panel]:
    """Input, kernel, and the output before cropping."""

    def given(y: int, x: int) -> tuple[Any, ...]:
        i = flat3((0, y, x), g.n)
        return mark("i", i in lit.inputs), go_cell(i, picked)

    def stamped(y: int, x: int) -> tuple[Any, ...]:
        f, lost = flat3((0, y, x), g.full), g.cropped((0, y, x))
        go = "" if lost else go_step(g.where.index(f))
        return mark("p" if lost else "o", f in lit.stamped), go, lost

    title = f"stamped output {sized(g.full, g.rank)}" + (f", crop {g.pad[2]}" if g.pad[2] else "")
    return [
        grid(f"input {sized(g.n, g.rank)}", g.x[0], given),
        grid(f"kernel {sized(g.k, g.rank)}", g.w[0], _kernel(g, lit, turned=False)),
        grid(title, np.reshape(g.sums, g.full)[0], stamped),
    ]


def _kernel(g: Numbers, lit: Lit, *, turned: bool) -> Any:
    def at(y: int, x: int) -> tuple[Any, ...]:
        v, u = (g.k[1] - 1 - y, g.k[2] - 1 - x) if turned else (y, x)
        w = flat3((0, v, u), g.k)
        return mark("k", w in lit.weights), "", False, w

    return at


def _sliding(g: Numbers, lit: Lit, picked: int, here: Index) -> list[Panel]:
    """The zero-inserted input, the turned kernel that slides over it, and the output."""

    def held(y: int, x: int) -> int:
        return g.element(tuple(v - low for v, low in zip((0, y, x), g.low)))

    def zeros(y: int, x: int) -> tuple[Any, ...]:
        i = held(y, x)
        on = i == picked if picked >= 0 else g.under((0, y, x), here)
        return mark("p" if i < 0 else "i", on), "" if i < 0 else go_cell(i, picked)

    wide = [[held(y, x) for x in range(g.wide[2])] for y in range(g.wide[1])]
    values = [[float(g.x.flat[i]) if i >= 0 else 0.0 for i in row] for row in wide]
    return [
        grid(f"zeros inserted {sized(g.wide, g.rank)}", values, zeros),
        grid("kernel turned by 180°", g.w[0, ::-1, ::-1].tolist(), _kernel(g, lit, turned=True)),
        output_panel(g.y, g.out, g.rank, 0, lit.outputs),
    ]


def _transpose(g: Numbers, s: State) -> list[Panel]:
    """Cᵀ with the step's row or the picked input's column; in one dimension its wires too."""
    rows, cols, picked = len(g.y), prod(g.n), s["cell"]
    entries = [{tap.i: (tap.w, tap.weight) for tap in taps} for taps in g.reaches]
    title, which = f"Cᵀ, {rows}×{cols}", f"column {picked}" if picked >= 0 else f"row {s['step']}"
    words = f"{title}: one row per output, one column per input; {which} is lit."
    lit_rows, lit_cols = ([], [picked]) if picked >= 0 else ([s["step"]], [])
    panels = [matrix(title, words, rows, cols, lambda r, c: entries[r].get(c), lit_rows, lit_cols)]
    if g.rank == 1:
        links = [
            (tap.i, o, tap.w, tap.i == picked if picked >= 0 else o == s["step"])
            for o, taps in enumerate(g.reaches)
            for tap in taps
        ]
        middle = (g.span[2] - 1) / 2 - g.pad[2]
        top = [
            ((i * g.stride[2] + middle) * CELL + CELL / 2, fmt(v), "i", go_cell(i, picked))
            for i, v in enumerate(g.x[0, 0])
        ]
        bottom = [(o * CELL + CELL / 2, fmt(v), "o", go_step(o)) for o, v in enumerate(g.y)]
        words = f"{plural(len(links), 'wire')} from {plural(cols, 'input')} to {plural(rows, 'output')}."
        panels.append(
            wiring(
                "the wires, turned round", words, rows * CELL, top, bottom, links, ["One colour per weight."]
            )
        )
    return panels


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, picked, step = Numbers(s, d), s["cell"], s["step"]
    taps, here = g.reaches[step], at3(step, g.out)
    if picked >= 0:
        fed = [f for f in range(prod(g.full)) if any(tap.i == picked for tap in g.taps(at3(f, g.full)))]
        reached = [o for o, f in enumerate(g.where) if f in set(fed)]
        lit = Lit({picked}, set(range(prod(g.k))), set(fed), set(reached))
        say, sum_ = _picked_words(g, picked, len(fed), reached)
    else:
        lit = Lit({tap.i for tap in taps}, {tap.w for tap in taps}, {g.where[step]}, {step})
        say, sum_ = _step_words(g, step, taps)
    sizes = dict.fromkeys(f"{g.size(j)} = {g.out[j]}" for j in range(3 - g.rank, 3))
    labels = {
        "step": f"{step + 1} of {len(g.y)}",
        "cell": element(picked, g.n, "x", g.rank) if picked >= 0 else "none",
    }
    way = "row" if g.rank == 1 else "col"
    groups = [
        (way, panels)
        for panels in (_stamping(g, lit, picked), _sliding(g, lit, picked, here), _transpose(g, s))
    ]
    return Scene(groups, say, f"{sum_}\nsize: {' and '.join(sizes)}", labels)


def _picked_words(g: Numbers, picked: int, fed: int, reached: list[int]) -> tuple[str, str]:
    v, lost = fmt(float(g.x.flat[picked])), fed - len(reached)
    times_v = times(float(g.x.flat[picked]))
    cropped = f"; {lost} of them {'is' if lost == 1 else 'are'} cropped away." if lost else "."
    say = f"Input {element(picked, g.n, 'x', g.rank)} = {v} stamps the kernel times {times_v} onto {plural(fed, 'position')}"
    gets = []
    for o in reached:
        weight = next(tap.weight for tap in g.reaches[o] if tap.i == picked)
        gets.append(f"{element(o, g.out, 'y', g.rank)} gets {times(weight)}·{times_v}")
    return say + cropped, ", ".join(gets)


def _step_words(g: Numbers, step: int, taps: list[Reach]) -> tuple[str, str]:
    name, y, n = element(step, g.out, "y", g.rank), fmt(g.y[step]), len(taps)
    say = (
        f"Step {step + 1} of {len(g.y)}: {name} = {y}. Stamping: {plural(n, 'input reaches', 'inputs reach')} it. "
        f"Zeros inserted: the window reads {plural(prod(g.k), 'value')}, {n} from the input. "
        f"Cᵀ: row {step} has {plural(n, 'entry', 'entries')}."
    )
    terms = " + ".join(f"{times(tap.weight)}·{times(tap.x)}" for tap in taps)
    return say, f"{name} = {terms} = {y}" if taps else f"{name} = 0, for no input reaches it"


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    r = d["rank"]
    call = Convolving(
        up=True,
        lift=True,
        pads=[(s["padding"], s["padding"])] * r,
        stride=s["stride"],
        more=s["output_padding"],
        dilation=s["dilation"],
        out=Transposed(s, d).out[3 - r :],
    )
    return program(dialect, f"convlib import conv_transpose{r}d", cut(s, d), call.lines)


def _controls(most_x: int, most_w: int) -> list[Control]:
    return [
        ("step", "step", 0, "outputs"),
        ("size", "input size", 1, most_x),
        ("kernel", "kernel size", 1, most_w),
        ("stride", "stride", 1, 4),
        ("padding", "padding (crop)", 0, 4),
        ("output_padding", "output padding", 0, 3),
        ("dilation", "dilation", 1, 3),
        ("cell", "follow input", -1, "inputs"),
    ]


KIND = Kind("transposed", check, limits, draw, code)


def transposed(
    x: Any = None,
    weight: Any = None,
    *,
    stride: int = 2,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
    step: int = 0,
    cell: int | None = None,
    size: int | None = None,
    kernel: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore a transposed convolution of one channel: three views of the same step side by side.

    Inputs stamp the kernel onto the output; zeros are inserted and a turned kernel slides; a row of the
    transposed matrix is multiplied by the input. In one dimension the wires stand below the matrix.

    Parameters
    ----------
    x : array_like, shape (H, W) or (W,), optional
        Your input; small whole numbers if left out.
    weight : array_like, shape (kH, kW) or (kW,), optional
        Your kernel, of the same rank.
    stride, padding, output_padding, dilation : int
        The settings at the start, the same on both axes.
    step : int
        The output element shown at the start, counted row by row from 0.
    cell : int, optional
        An input element to follow instead: where does it stamp?
    size, kernel : int, optional
        How much of `x` and `weight` is used at the start, from the upper left corner.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If an array has the wrong rank or is too large to draw, or the settings don't fit.
    ValueError
        If an array holds NaN or infinity.
    TypeError
        If an array does not hold real numbers.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 4.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.transposed([1, 2], [1, 10, 100], step=2).sentence[:61]
    'Step 3 of 5: y[2] = 102. Stamping: 2 inputs reach it. Zeros i'
    """
    first = x if x is not None else weight
    rank = 1 if first is not None and rank_of(first) == 1 else 2
    own = x is not None
    x_: Any = drawable("transposed", "x", x, AXES[rank], LARGEST[rank]) if own else default_input(rank)
    w: Any = drawable("transposed", "weight", weight, AXES[rank], 7) if weight is not None else KERNELS[rank]
    most_x, most_w = max(np.shape(x_)), max(np.shape(w))
    s: State = {
        "step": step,
        "size": size if size is not None else most_x if own else (0, 5, 2)[rank],
        "kernel": kernel if kernel is not None else most_w if weight is not None else 3,
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "dilation": dilation,
        "cell": -1 if cell is None else cell,
    }
    controls = _controls(most_x, most_w)
    return Explorer(KIND, controls, s, {"rank": rank, "x": x_, "weight": w}, name=name)
