"""The explorer of C as a picture: one row, its window and its output. The script's twin is `js/matrix.js`."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from convlib.explore import _channels as layered
from convlib.explore import _panels as panels
from convlib.explore._blocks import Picture
from convlib.explore._channels import Numbers
from convlib.explore._code import Lines, templates
from convlib.explore._conv import PI
from convlib.explore._conv_shape import at3
from convlib.explore._kind import Control, Data, Kind, State, drawable, rank_of
from convlib.explore._panels import mark
from convlib.explore._svg import Panel, Scene
from convlib.explore._text import fill, fmt, literal, plural, times
from convlib.explore.explorer import Explorer
from convlib.kinds import channel_shuffle
from convlib.matrix import conv_matrix
from convlib.shapes import ShapeError

MOST = 64
"""So many rows and columns are drawn."""
WORDS = [
    "Drawn row {step} of {title} makes {name} = {v} from {reads} of {all}. Entries that are not zero: {n} of {size}; they hold {weights}. {hang} Unsorted, ",
    "it is not Toeplitz.",
    "each block of one output row and one input row is Toeplitz.",
    "it is Toeplitz: constant along every diagonal.",
    "the permutation that shuffles the output channels.",
]


class Seen(Numbers, Picture):
    """A layer, its matrix C (or P·C, where the channels are shuffled), and what C or Cᵀ makes of a vector."""

    def __init__(self, s: State, d: Data) -> None:
        Numbers.__init__(self, s, d)
        Picture.__init__(self, self._matrix, self.w, sort=s["sort"], turn=s["turn"])
        self.turn: bool = s["turn"]
        vector = np.arange(1.0, self.rows + 1)
        self.ins: np.ndarray = self.c.T @ vector if self.turn else self.x.ravel()
        self.outs: np.ndarray = vector if self.turn else np.array(self.y)
        order = self.col_order if self.turn else self.row_order
        self.here: int = order[s["step"]]
        self.mine: list[int] = np.flatnonzero(
            self.c[:, self.here] if self.turn else self.c[self.here]
        ).tolist()

    def _matrix(self, weight: np.ndarray) -> np.ndarray:
        c = conv_matrix(weight, self.n, self.stride, self.pad, self.dilation, self.groups)
        if self.s["shuffle"]:
            c = channel_shuffle(c.reshape(1, len(weight), -1), self.groups).reshape(c.shape)
        return c

    @property
    def toeplitz(self) -> int:
        """2 where the whole matrix is Toeplitz, 1 where each block of an output row and an input row is, else 0."""
        same = self.c[:-1, :-1] == self.c[1:, 1:]
        inside = np.outer(*(np.arange(1, n) % m > 0 for n, m in zip(self.c.shape, (self.out[1], self.n[1]))))
        return 2 if same.all() else int((same | ~inside).all())

    @property
    def name(self) -> str:
        """What the picture is called."""
        plain = "P·C" if self.s["shuffle"] else "C"
        return plain if not self.turn else f"({plain})ᵀ" if len(plain) > 1 else f"{plain}ᵀ"


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    if why := layered.check(s, d):
        return why
    g = layered.Layer(s, d)
    rows, cols = prod(g.shape), prod(g.inside)
    many = f"{cols} inputs and {rows} outputs are too many to draw (at most {MOST} each)"
    return many if max(rows, cols) > MOST else ""


def _pictures(g: Seen, step: int, title: str, entries: str) -> list[Panel]:
    rows, cols = (g.cols, g.rows) if g.turn else (g.rows, g.cols)
    label = f"{title}: {entries} not zero; row {step} is lit."
    pictures = [
        panels.matrix(
            title,
            label,
            rows,
            cols,
            lambda r, c: g.entry(c, r) if g.turn else g.entry(r, c),
            [step],
            pick=f"step,1,{rows}",
        )
    ]
    if g.s["shuffle"]:
        places = prod(g.out)

        def one(r: int, c: int) -> tuple[int, float] | None:
            own = c == g.source(r // places) * places + r % places
            return (c // places, 1) if own else None

        size = f"P, {g.rows}×{g.rows}"
        words = f"{size}: {WORDS[4]}"
        pictures.append(panels.matrix(size, words, g.rows, g.rows, one, [] if g.turn else [g.here]))
    return pictures


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, step = Seen(s, d), s["step"]
    rows, cols = (g.cols, g.rows) if g.turn else (g.rows, g.cols)
    ins, outs = ([g.here], g.mine) if g.turn else (g.mine, [g.here])
    title, n = f"{g.name}, {rows}×{cols}", int((g.c != 0).sum())
    pictures = _pictures(g, step, title, plural(n, "entry", "entries"))
    row_of = {i: r for r, i in enumerate(g.col_order if g.turn else g.row_order)}
    groups = [
        (
            "row",
            layered.layers(
                "input",
                g.ins,
                g.inside,
                True,
                lambda i: (mark("i", i in ins), f"step={row_of[i]}" if g.turn else ""),
            ),
        ),
        ("row", pictures),
        (
            "row",
            layered.layers(
                "output",
                g.outs,
                g.shape,
                False,
                lambda o: (mark("o", o in outs), "" if g.turn else f"step={row_of[o]}"),
            ),
        ),
    ]
    say, sum_ = _words(g, step, title, n)
    return Scene(groups, say, sum_, {"step": f"{step + 1} of {rows}"})


def _words(g: Seen, step: int, title: str, n: int) -> tuple[str, str]:
    at = at3(g.here, g.inside if g.turn else g.shape)
    name = f"{'x' if g.turn else 'y'}[{', '.join(map(str, at))}]"
    v, weights = fmt((g.ins if g.turn else g.outs)[g.here]), len(set(g.number[g.number >= 0].tolist()))
    values = {
        "step": step,
        "title": title,
        "name": name,
        "v": v,
        "reads": len(g.mine),
        "all": plural(g.rows, "output") if g.turn else plural(g.cols, "input"),
        "n": n,
        "size": g.rows * g.cols,
        "weights": plural(weights, "weight"),
        "hang": g.hang,
    }
    say = fill(WORDS[0] + WORDS[1 + g.toeplitz], values)
    row, vector = (g.c[:, g.here], g.outs) if g.turn else (g.c[g.here], g.ins)
    terms = " + ".join(f"{times(row[i])}·{times(vector[i])}" for i in g.mine)
    return say, f"{name} = " + (f"{terms} = {v}" if g.mine else "0")


def _templates() -> dict[str, str]:
    settings = "stride={stride}, padding=({p}, {q}), dilation={dilation}, groups={groups}"
    note, units = "# column i is what a one at input i alone becomes", ".reshape({cols}, {c}, {h}, {w})"

    def body(j: int) -> Lines:
        made: tuple[list[str], ...] = (
            ["C = conv_matrix(weight, ({h}, {w}), " + settings + ")"],
            [
                note,
                "units = torch.eye({cols}, dtype=torch.float64)" + units,
                "C = F.conv2d(units, weight, " + settings + ").flatten(1).T",
            ],
            [
                note,
                'units = np.eye({cols}, dtype="float32")' + units,
                "units = np.pad(units, [(0, 0), (0, 0), ({p}, {p}), ({q}, {q})])",
                "C = ops.conv(np.moveaxis(units, 1, -1), np.moveaxis(weight, (0, 1), (-1, -2)), "
                'padding="valid", dilation_rate={dilation})',
                "C = ops.convert_to_numpy(C)[:, ::{stride}, ::{stride}]",
                "C = np.moveaxis(C, -1, 1).reshape({cols}, {rows}).T",
            ],
        )
        return [*made[j], "{mix}y = {C} @ x.ravel()"]

    return templates("convlib import conv_matrix", [("x", "{x}"), ("weight", "{weight}")], body)


MIX = "C = C.reshape({groups}, {each}, -1).swapaxes(0, 1).reshape({rows}, {cols})\n"


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    g = layered.Layer(s, d)
    (p, q), (c, h, w), cols, rows = g.pad, g.inside, prod(g.inside), prod(g.shape)
    values = s | {"p": p, "q": q, "c": c, "h": h, "w": w, "cols": cols, "rows": rows, "each": g.each}
    values["x"] = literal(list(range(1, rows + 1)) if s["turn"] else g.x)
    values["mix"], values["C"] = d["mix"] if s["shuffle"] else "", "C.T" if s["turn"] else "C"
    return fill(fill(d["code"][dialect], values | {"weight": literal(g.w)}), values)


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the last row."""
    g = layered.Layer(s, d)
    return {"outputs": prod(g.inside if s["turn"] else g.shape) - 1}


KIND = Kind("matrix", check, limits, draw, code)


def _default(groups_of: int) -> tuple[Any, Any]:
    x = np.resize([int(digit) % 5 for digit in PI], (groups_of, 6, 6))
    return x.tolist(), np.arange(1, groups_of * groups_of * 9 + 1).reshape(
        groups_of, groups_of, 3, 3
    ).tolist()


def _lifted(name: str, a: Any, axes: str, most: int) -> Any:
    """Return an array with its channels, which may be left out where there is one of each."""
    rank, full = rank_of(a), axes.count(",") + 1
    for _ in range(full - rank if rank in (1, 2) else 0):
        a = a[None] if hasattr(a, "reshape") else [a]
    return drawable("matrix", name, a, axes, most)


def matrix(
    x: Any = None,
    weight: Any = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    shuffle: bool = False,
    sort: bool = False,
    turn: bool = False,
    flat: bool | None = None,
    step: int = 0,
    size: int | None = None,
    kernel: int | None = None,
    channels: int | None = None,
    filters: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore C as a picture: one row is lit, with its window in the input and its output.

    Parameters
    ----------
    x : array_like, shape (C_in, H, W), (H, W) or (W,), optional
        Your input: at most 8 on a side, and 64 values.
    weight : array_like, shape (C_out, C_in/groups, kH, kW), (kH, kW) or (kW,), optional
        Your kernels; 1, 2, 3, … if left out, so that each entry tells its weight.
    stride, padding, dilation, groups : int
        The settings at the start.
    shuffle : bool
        Whether the output channels are shuffled afterwards: then P·C is shown, and the permutation P beside it.
    sort : bool
        Whether rows and columns are sorted into blocks that share no wire.
    turn : bool
        Whether Cᵀ is shown, and what it makes of 1, 2, 3, … on the outputs.
    flat : bool, optional
        Whether there is one axis only: the first row of every channel. Told by x and weight if left out.
    step : int
        The row that is lit at the start.
    size, kernel, channels, filters : int, optional
        How much of the arrays is used at the start: sides, input channels, output channels.
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
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 4.1.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.matrix([1, 2, 4, 8], [10, 1], step=1).sentence[:60]
    'Drawn row 1 of C, 3×4 makes y[0, 0, 1] = 24 from 2 of 4 inpu'
    """
    own = x is not None, weight is not None
    line = {rank_of(a) == 1 for a in (x, weight) if a is not None}
    if len(line) > 1:
        raise ShapeError("matrix: x and weight must both have one axis, or neither.")
    x_, w = _default(4)
    x_ = _lifted("x", x, "C_in, H, W", 16) if own[0] else x_
    w = _lifted("weight", weight, "C_out, C_in/groups, H, W", 8) if own[1] else w
    deep, wide, many, side = len(x_), max(np.shape(x_)[1:]), len(w), max(np.shape(w)[2:])
    given = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "step": step}
    given |= {"shuffle": shuffle, "sort": sort, "turn": turn, "flat": any(line) if flat is None else flat}
    inputs = deep if own[0] else len(w[0]) * groups if any(own) else 1
    sizes = {
        "size": wide if own[0] else 4,
        "kernel": side,
        "channels": inputs,
        "filters": many if own[1] else 1,
    }
    asked = {"size": size, "kernel": kernel, "channels": channels, "filters": filters}
    s: State = given | {key: sizes[key] if v is None else v for key, v in asked.items()}
    d = {"x": x_, "weight": w, "words": WORDS, "mix": MIX, "code": _templates()}
    return Explorer(KIND, _controls(deep, wide, many, side), s, d, name=name)


def _controls(deep: int, wide: int, many: int, side: int) -> list[Control]:
    return [
        ("step", "row", 0, "outputs"),
        ("size", "input size", 1, wide),
        ("kernel", "kernel size", 1, side),
        ("stride", "stride", 1, 3),
        ("padding", "padding", 0, 2),
        ("dilation", "dilation", 1, 3),
        ("channels", "input channels", 1, deep),
        ("filters", "output channels", 1, many),
        ("groups", "groups", 1, max(deep, 1)),
        ("flat", "one axis only", True),
        ("shuffle", "shuffle channels", True),
        ("sort", "sort into blocks", True),
        ("turn", "transpose", True),
    ]
