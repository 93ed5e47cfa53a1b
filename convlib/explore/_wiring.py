"""The explorer of wires and shared weights, beside the matrix. The script's twin is `js/wiring.js`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from convlib.explore import _panels as panels
from convlib.explore._blocks import Picture
from convlib.explore._code import Convolving, program
from convlib.explore._kind import Control, Data, Kind, State, drawable
from convlib.explore._svg import CELL, Scene
from convlib.explore._text import plural, times
from convlib.explore.explorer import Explorer
from convlib.kinds import channel_shuffle
from convlib.matrix import conv_matrix

MOST = 24
"""So many dots are drawn in a row."""


class Wires:
    """Sizes of a state: channels out and in, taps, places of the kernel."""

    def __init__(self, s: State, d: Data) -> None:
        self.s, self.groups, own = s, s["groups"], d["weight"]
        if own is None:
            self.shape = (s["channels"], s["channels"] // self.groups, s["kernel"])
            self.weight = np.arange(1.0, np.prod(self.shape) + 1).reshape(self.shape)
        else:
            self.weight = np.array(own, dtype=float)
            self.shape = self.weight.shape
        self.out, self.per, self.k = self.shape
        self.channels = self.per * self.groups
        self.span = s["dilation"] * (self.k - 1) + 1
        self.places = (s["size"] + 2 * s["padding"] - self.span) // s["stride"] + 1
        self.rows, self.cols = self.out * self.places, self.channels * s["size"]

    def matrix(self, weight: np.ndarray) -> np.ndarray:
        """Return C of any weight of this shape, its rows shuffled where the state says so."""
        s = self.s
        c = conv_matrix(weight, s["size"], s["stride"], s["padding"], s["dilation"], self.groups)
        if s["shuffle"]:
            c = channel_shuffle(c.reshape(1, self.out, -1), self.groups).reshape(self.rows, self.cols)
        return c


class Matrix(Wires, Picture):
    """C with its entries, the numbers of their weights, its blocks, and the order in which it is drawn."""

    def __init__(self, s: State, d: Data) -> None:
        Wires.__init__(self, s, d)
        Picture.__init__(self, self.matrix, self.weight, sort=s["sort"], turn=s["turn"])


@dataclass(frozen=True)
class View:
    """The dots' names in drawn order, and the wires (column, row, weight's number, lit)."""

    x: list[str]
    y: list[str]
    links: list[tuple[int, int, int, bool]]


def _view(g: Matrix, s: State) -> View:
    def name(j: int, size: int, many: int) -> str:
        return f"{j // size}.{j % size}" if many > 1 else str(j)

    picked, turn, links = s["cell"], s["turn"], []
    for j in range(g.rows):
        for i in range(g.cols):
            entry = g.entry(j, i)
            if entry:
                ends = (j, i) if turn else (i, j)
                lit = ends[0] == picked if picked >= 0 else ends[1] == s["step"]
                links.append((i, j, entry[0], lit))
    x = [name(c, s["size"], g.channels) for c in g.col_order]
    return View(x, [name(r, g.places, g.out) for r in g.row_order], links)


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    out = s["channels"] if d["weight"] is None else len(d["weight"])
    if out % s["groups"]:
        return f"{plural(s['groups'], 'group does', 'groups do')} not divide {plural(out, 'channel')}"
    g, wide = Wires(s, d), s["size"] + 2 * s["padding"]
    if g.span > wide:
        return (
            f"the kernel does not fit: {g.k} wide with dilation {s['dilation']} it spans {g.span}, "
            f"the input with its padding only {s['size']} + 2·{s['padding']} = {wide}"
        )
    if max(g.rows, g.cols) > MOST:
        return f"{g.cols} inputs and {g.rows} outputs are too many dots to draw (at most {MOST} each)"
    return ""


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the greatest output and input index."""
    g = Wires(s, d)
    outputs, inputs = (g.cols, g.rows) if s["turn"] else (g.rows, g.cols)
    return {"outputs": outputs - 1, "inputs": inputs - 1}


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g = Matrix(s, d)
    v, turn, picked, width = _view(g, s), s["turn"], s["cell"], max(g.rows, g.cols) * CELL

    def goes(j: int, below: bool) -> str:
        return f"cell={-1 if j == picked else j}" if below == turn else f"step={j}&cell=-1"

    top = [((i + 0.5) * width / g.cols, t, "o" if turn else "i", goes(i, False)) for i, t in enumerate(v.x)]
    bottom = [((j + 0.5) * width / g.rows, t, "i" if turn else "o", goes(j, True)) for j, t in enumerate(v.y)]
    above, below = ("outputs", "inputs") if turn else ("inputs", "outputs")
    title = f"{above} {g.cols} above, {below} {g.rows} below"
    rows, cols = (g.cols, g.rows) if turn else (g.rows, g.cols)
    shape, which = (
        f"{'Cᵀ' if turn else 'C'}, {rows}×{cols}",
        f"column {picked}" if picked >= 0 else f"row {s['step']}",
    )
    n = len(v.links)
    wires = panels.wiring(
        title,
        f"{title}: {plural(n, 'wire')}, one colour per weight.",
        width,
        top,
        bottom,
        v.links,
        [f"The arrows go {'up: C transposed' if turn else 'down'}."],
        -1 if turn else 1,
    )
    picture = panels.matrix(
        shape,
        f"{shape}: {plural(n, 'entry', 'entries')}; {which} is lit.",
        rows,
        cols,
        lambda r, c: g.entry(c, r) if turn else g.entry(r, c),
        [] if picked >= 0 else [s["step"]],
        [picked] if picked >= 0 else [],
    )
    ins, outs = (v.y, v.x) if turn else (v.x, v.y)
    labels = {"step": f"{s['step'] + 1} of {len(outs)}", "cell": ins[picked] if picked >= 0 else "none"}
    return Scene([("row", [wires, picture])], _say(g, v, s, ins, outs), _sum(g, v, s, ins, outs), labels)


def _say(g: Matrix, v: View, s: State, ins: list[str], outs: list[str]) -> str:
    mine, turn = sum(link[3] for link in v.links), s["turn"]
    if s["cell"] >= 0:
        say = f"Input {ins[s['cell']]} feeds {mine} of {plural(len(outs), 'output')}. "
    else:
        say = f"Step {s['step'] + 1} of {len(outs)}: output {outs[s['step']]} reads {mine} of {plural(len(ins), 'input')}. "
    weights = len({link[2] for link in v.links})
    say += f"{plural(len(v.links), 'wire carries', 'wires carry')} {plural(weights, 'weight')}. "
    say += g.hang
    idle = len(ins) - len({link[1] if turn else link[0] for link in v.links})
    return say + (f" {plural(idle, 'input is', 'inputs are')} read by no output." if idle else "")


def _sum(g: Matrix, v: View, s: State, ins: list[str], outs: list[str]) -> str:
    mine, turn = [link for link in v.links if link[3]], s["turn"]
    weights = [float(g.c[g.row_order[j], g.col_order[i]]) for i, j, _, _ in mine]
    if s["cell"] >= 0:
        fed = [v.x[i] if turn else v.y[j] for i, j, _, _ in mine]
        return ", ".join(f"y[{o}] gets {times(w)}·x[{ins[s['cell']]}]" for o, w in zip(fed, weights))
    read = [v.y[j] if turn else v.x[i] for i, j, _, _ in mine]
    terms = " + ".join(f"{times(w)}·x[{i}]" for i, w in zip(read, weights))
    return f"y[{outs[s['step']]}] = {terms or '0'}"


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    g, turn = Wires(s, d), s["turn"]
    a, b = (g.out, g.places) if turn else (g.channels, s["size"])
    each = g.out // g.groups

    def mix(v: str, p: int, q: int) -> str | None:
        shuffled = f"{v} = {v}.reshape({p}, {q}, -1).swapaxes(0, 1).reshape({g.out}, -1)"
        return shuffled if s["shuffle"] and turn == (v == "x") else None

    call = Convolving(
        up=turn,
        pads=[(s["padding"], s["padding"])],
        stride=s["stride"],
        more=s["size"] + 2 * s["padding"] - g.span - (g.places - 1) * s["stride"],
        groups=g.groups,
        dilation=s["dilation"],
        out=[s["size"]],
    )
    arrays = [("x", f"arange(1.0, {a * b + 1}", f".reshape({a}, {b})"), ("weight", g.weight)]
    return program(
        dialect,
        f"convlib import conv{'_transpose' if turn else ''}1d",
        arrays,
        lambda j: [mix("x", each, g.groups), *call.lines(j), mix("y", g.groups, each)],
    )


def _controls(s: State, own: bool) -> list[Control]:
    shape: list[Control] = [("channels", "channels", 1, 8), ("kernel", "kernel size", 1, 5)]
    fixed: list[Control] = [(c, label, s[c], s[c]) for c, label, *_ in shape]
    return [
        ("step", "step", 0, "outputs"),
        ("size", "input size", 1, 12),
        *(shape if not own else fixed),
        ("stride", "stride", 1, 4),
        ("padding", "padding", 0, 4),
        ("dilation", "dilation", 1, 4),
        ("groups", "groups", 1, 8),
        ("cell", "follow input", -1, "inputs"),
        ("shuffle", "shuffle channels", True),
        ("turn", "turn the arrows", True),
        ("sort", "sort into blocks", True),
    ]


KIND = Kind("wiring", check, limits, draw, code)


def wiring(
    weight: Any = None,
    *,
    size: int = 6,
    channels: int = 1,
    kernel: int = 3,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    shuffle: bool = False,
    turn: bool = False,
    sort: bool = False,
    step: int = 0,
    cell: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore which wires a 1-D convolution has and which share a weight, beside the matrix that they make.

    Parameters
    ----------
    weight : array_like, shape (C_out, C_in/groups, kW) or (kW,), optional
        Your kernel; 1, 2, 3, … if left out. A weight of zero is no wire.
    size : int
        Positions of each input channel.
    channels, kernel : int
        Channels in and out, and taps, where no `weight` is given.
    stride, padding, dilation, groups : int
        The settings at the start.
    shuffle : bool
        Whether the output's channels are shuffled between the groups.
    turn : bool
        Whether the arrows are turned round: the transposed convolution.
    sort : bool
        Whether rows and columns are sorted into blocks that share no wire.
    step : int
        The output shown at the start: the matrix's row, as drawn.
    cell : int, optional
        An input to follow instead: the matrix's column, as drawn.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If `weight` has the wrong rank, the settings don't fit, or there are more than 24 dots in a row.
    ValueError
        If `weight` holds NaN or infinity.
    TypeError
        If `weight` does not hold real numbers.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 4.1.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.wiring(dilation=2, kernel=2).sentence
    'Step 1 of 4: output 0 reads 2 of 6 inputs. 8 wires carry 2 weights. Blocks that share no wire: 2 (2×3, 2×3).'
    """
    own = None
    if weight is not None:
        rank = int(weight.ndim) if hasattr(weight, "ndim") else np.array(weight, dtype=object).ndim
        own = drawable("wiring", "weight", weight, "W" if rank == 1 else "C_out, C_in/groups, W", 12)
        own = [[own]] if rank == 1 else own
    s: State = {
        "step": step,
        "size": size,
        "channels": channels if own is None else len(own),
        "kernel": kernel if own is None else len(own[0][0]),
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "shuffle": shuffle,
        "turn": turn,
        "sort": sort,
        "cell": -1 if cell is None else cell,
    }
    controls = _controls(s, own is not None)
    return Explorer(KIND, controls, s, {"weight": own}, name=name)
