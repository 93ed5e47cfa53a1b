"""The explorers of convolution in one, two and three dimensions. The script's twin is `conv.js`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convlib.explore._code import Convolving, program
from convlib.explore._conv_draw import element, input_panel, kernel_panel, output_panel, wire_panel
from convlib.explore._conv_shape import LARGEST, Numbers, Tap, at3, check, flat3, limits
from convlib.explore._kind import Control, Data, Kind, State, drawable
from convlib.explore._svg import Scene
from convlib.explore._text import fmt, plural, times
from convlib.explore.explorer import Explorer

MODES = ["zeros", "reflect", "replicate", "circular"]
AXES = ("", "W", "H, W", "D, H, W")
KERNELS = {
    1: [1, 2, -1, 0, 3],
    2: [[1, 0, -1, 2, 0], [2, 1, 0, -1, 1], [0, -1, 1, 0, 2], [1, 2, 0, 1, -1], [-1, 0, 2, 1, 0]],
    3: [
        [[1, 0, -1], [2, 1, 0], [0, -1, 1]],
        [[0, 1, 2], [-1, 0, 1], [1, 0, 0]],
        [[2, -1, 0], [0, 1, 0], [-1, 0, 1]],
    ],
}
PI = (
    "31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679"
    "821480865132823066470938"
)
STARTS = {1: (8, 3), 2: (5, 3), 3: (3, 2)}
"""The sizes of input and kernel at the start."""


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, picked = Numbers(s, d), s["cell"] >= 0
    taps, here = g.taps(s["step"]), at3(s["step"], g.out)
    shown = g.feeds if picked else taps
    lit = {flat3(tap.q, g.padded) for tap in shown}
    if picked:
        lit.add(flat3(tuple(v + p for v, p in zip(at3(s["cell"], g.n), g.pad)), g.padded))
    outs = {tap.o for tap in g.feeds} if picked else {s["step"]}
    weights = {flat3(tap.w, g.k) for tap in g.feeds} if picked else set()
    first = g.feeds[0] if picked and g.feeds else None
    row = first.w if first else (g.k[0] // 2, g.k[1] // 2, 0)
    at = at3(first.o, g.out) if first else here
    column = at3(s["cell"], g.n)[2] if picked else -1

    def strong(o: int, c: int) -> bool:
        return (first is not None and c == column) if picked else o == here[2]

    kernel = [kernel_panel(g, z, row, weights) for z in range(g.k[0])]
    output = [output_panel(g.y, g.out, g.rank, z, outs) for z in range(g.out[0])]
    groups = [
        ("row", [input_panel(g, z, lit, s["cell"]) for z in range(g.padded[0])]),
        ("col" if g.rank < 3 else "row", kernel + output),
        ("row", [wire_panel(g, row, at, strong)]),
    ]
    picked_name = element(s["cell"], g.n, "x", g.rank) if picked else "none"
    labels = {"step": f"{s['step'] + 1} of {len(g.y)}", "cell": picked_name}
    say, sum_ = _picked_words(g, s, picked_name) if picked else _step_words(g, s, taps, labels["step"])
    unread = sum(not n for n in g.reads)
    lost = f" {plural(unread, 'input value is', 'input values are')} read by no output (crossed out)."
    return Scene(groups, say + (lost if unread else ""), sum_, labels)


def _picked_words(g: Numbers, s: State, name: str) -> tuple[str, str]:
    v, outs = float(g.x.flat[s["cell"]]), len({tap.o for tap in g.feeds})
    whom = f"{outs} of {plural(len(g.y), 'output')}" if outs else "no output"
    gets = (f"{element(tap.o, g.out, 'y', g.rank)} gets {times(tap.weight)}·{times(v)}" for tap in g.feeds)
    return f"Input {name} = {fmt(v)} feeds {whom}.", ", ".join(gets)


def _step_words(g: Numbers, s: State, taps: list[Tap], step: str) -> tuple[str, str]:
    reads, axes = [], ("slice", "row", "position" if g.rank == 1 else "column")
    for j, a in enumerate(at3(s["step"], g.out)):
        start = a * g.stride[j] - g.pad[j]
        end = start + g.span[j] - 1
        if j >= 3 - g.rank:
            reads.append(
                f"{axes[j]} {fmt(start)}" if start == end else f"{axes[j]}s {fmt(start)} to {fmt(end)}"
            )
    window = ", ".join(reads[:-1]) + " and " + reads[-1] if len(reads) > 1 else reads[0]
    every = (
        f", every {('', '', '2nd', '3rd', '4th')[s['dilation']]} one"
        if s["dilation"] > 1 and len(taps) > 1
        else ""
    )
    outside = sum(not g.own(tap.q) for tap in taps)
    padding = f" In the padding: {outside} of {plural(len(taps), 'value')}." if outside else ""
    name, y = element(s["step"], g.out, "y", g.rank), fmt(g.y[s["step"]])
    terms = " + ".join(f"{times(tap.weight)}·{times(tap.x)}" for tap in taps)
    return f"Step {step}: {name} = {y}. It reads input {window}{every}.{padding}", f"{name} = {terms} = {y}"


def cut(s: State, d: Data) -> list[tuple[str, Any]]:
    """Return input and kernel as far as a state uses them, for a program."""
    own = (slice(s["size"]),) * d["rank"], (slice(s["kernel"]),) * d["rank"]
    return [("x", np.array(d["x"])[own[0]]), ("weight", np.array(d["weight"])[own[1]])]


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    r, mode = d["rank"], s["padding_mode"] if s["padding"] else "zeros"
    pads = [(s["padding"], s["padding"])] * r
    call = Convolving(lift=True, pads=pads, mode=mode, stride=s["stride"], dilation=s["dilation"])
    return program(dialect, f"convlib import conv{r}d", cut(s, d), call.lines)


KINDS = {rank: Kind(f"conv{rank}d", check, limits, draw, code) for rank in (1, 2, 3)}


def default_input(rank: int) -> Any:
    """Return an input of small whole numbers without symmetry: π's digits, modulo 5."""
    n = (0, 16, 9, 5)[rank]
    digits = [int(digit) % 5 for digit in PI[: n**rank]]
    return np.array(digits).reshape((n,) * rank).tolist()


def _label(what: str, values: Any) -> str:
    """Return a size's label: of sides that differ it cuts only those that are longer."""
    return f"{what} size" if len(set(np.shape(values))) == 1 else f"{what} at most"


def _explorer(rank: int, x: Any, weight: Any, size: int | None, kernel: int | None, **state: Any) -> Explorer:
    kind, own_x, own_w = f"conv{rank}d", x is not None, weight is not None
    x = drawable(kind, "x", x, AXES[rank], LARGEST[rank]) if own_x else default_input(rank)
    weight = drawable(kind, "weight", weight, AXES[rank], LARGEST[rank]) if own_w else KERNELS[rank]
    largest_x, largest_w = max(np.shape(x)), max(np.shape(weight))
    start_x, start_w = STARTS[rank]
    name = state.pop("name")
    s: State = {
        "step": state.pop("step"),
        "size": size if size is not None else largest_x if own_x else start_x,
        "kernel": kernel if kernel is not None else largest_w if own_w else min(start_w, largest_w),
        **state,
    }
    s["cell"] = -1 if s["cell"] is None else s["cell"]
    controls: list[Control] = [
        ("step", "step", 0, "outputs"),
        ("size", _label("input", x), 1, largest_x),
        ("kernel", _label("kernel", weight), 1, largest_w),
        ("stride", "stride", 1, 4),
        ("padding", "padding", 0, 4),
        ("dilation", "dilation", 1, 4),
        ("padding_mode", "padding mode", MODES),
        ("cell", "follow input", -1, "inputs"),
    ]
    return Explorer(KINDS[rank], controls, s, {"rank": rank, "x": x, "weight": weight}, name=name)


def conv1d(
    x: Any = None,
    weight: Any = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    padding_mode: str = "zeros",
    step: int = 0,
    cell: int | None = None,
    size: int | None = None,
    kernel: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore a 1-D convolution: input, kernel and output as cells, and all wires.

    Parameters
    ----------
    x : array_like, shape (W,), optional
        Your input; small whole numbers if left out. At most 16 values, padding included.
    weight : array_like, shape (kW,), optional
    stride, padding, dilation, padding_mode, step, cell, size, kernel, name
        As in `conv2d`.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError, ValueError, TypeError
        As in `conv2d`.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 2.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.conv1d([1, 2, 4, 8], [1, -1], stride=2, step=1).sentence
    'Step 2 of 2: y[1] = −4. It reads input positions 2 to 3.'
    """
    return _explorer(
        1, x, weight, size, kernel, stride=stride, padding=padding, dilation=dilation,
        padding_mode=padding_mode, step=step, cell=cell, name=name,
    )  # fmt: skip


def conv2d(
    x: Any = None,
    weight: Any = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    padding_mode: str = "zeros",
    step: int = 0,
    cell: int | None = None,
    size: int | None = None,
    kernel: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore a 2-D convolution of one channel: input, kernel and output as grids, and the wires of one row.

    Parameters
    ----------
    x : array_like, shape (H, W), optional
        Your input; small whole numbers if left out. At most 14 on a side, padding included.
    weight : array_like, shape (kH, kW), optional
        Your kernel.
    stride, padding, dilation : int
        The settings at the start, the same on both axes; at most 4 each.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
    step : int
        The output element shown at the start, counted row by row from 0.
    cell : int, optional
        An input element to follow instead, counted row by row: whom does it feed?
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
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 2.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.conv2d([[1, 2], [3, 4]], [[1, -1]]).sentence
    'Step 1 of 2: y[0, 0] = −1. It reads input row 0 and columns 0 to 1.'
    """
    return _explorer(
        2, x, weight, size, kernel, stride=stride, padding=padding, dilation=dilation,
        padding_mode=padding_mode, step=step, cell=cell, name=name,
    )  # fmt: skip


def conv3d(
    x: Any = None,
    weight: Any = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    padding_mode: str = "zeros",
    step: int = 0,
    cell: int | None = None,
    size: int | None = None,
    kernel: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore a 3-D convolution of one channel: every volume is a row of slices.

    Parameters
    ----------
    x : array_like, shape (D, H, W), optional
        Your input; small whole numbers if left out. At most 7 on a side, padding included.
    weight : array_like, shape (kD, kH, kW), optional
    stride, padding, dilation, padding_mode, step, cell, size, kernel, name
        As in `conv2d`.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError, ValueError, TypeError
        As in `conv2d`.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 2.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.conv3d(step=7).sentence[:25]
    'Step 8 of 8: y[1, 1, 1] ='
    """
    return _explorer(
        3, x, weight, size, kernel, stride=stride, padding=padding, dilation=dilation,
        padding_mode=padding_mode, step=step, cell=cell, name=name,
    )  # fmt: skip
