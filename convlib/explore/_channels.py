"""The explorer of channels: layers, groups, shuffle, and who reaches whom. The script's twin is `js/channels.js`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from convlib import conv2d
from convlib.explore._code import Convolving, program
from convlib.explore._conv import PI
from convlib.explore._conv_shape import Index, at3, flat3
from convlib.explore._kind import Control, Data, Kind, State, drawable
from convlib.explore._panels import go_cell, go_step, grid, mark, matrix
from convlib.explore._svg import CELL, Panel, Scene, line
from convlib.explore._text import fmt, plural, spoken, times
from convlib.explore.explorer import Explorer
from convlib.kinds import channel_shuffle


@dataclass(frozen=True)
class Tap:
    """One product: the kernel's slice, the input's position or -1, and both factors."""

    c: int
    i: int
    weight: float
    x: float


class Layer:
    """The sizes of a state: `per` input and `each` output channels to a group."""

    def __init__(self, s: State, d: Data) -> None:
        self.s, self.groups = s, s["groups"]
        self.stride, self.dilation, flat = s.get("stride", 1), s.get("dilation", 1), s.get("flat", False)
        x, w = np.array(d["x"], dtype=float), np.array(d["weight"], dtype=float)
        self.per, self.each = s["channels"] // self.groups, s["filters"] // self.groups
        self.x = x[: s["channels"], : 1 if flat else s["size"], : s["size"]]
        self.w = w[: s["filters"], : self.per, : 1 if flat else s["kernel"], : s["kernel"]]
        self.pad = (0 if flat else s["padding"], s["padding"])
        self.n, self.k = self.x.shape[1:], self.w.shape[2:]
        self.out = tuple(
            (n + 2 * p - self.dilation * (k - 1) - 1) // self.stride + 1
            for n, k, p in zip(self.n, self.k, self.pad)
        )
        self.shape: Index = (s["filters"], *self.out)  # type: ignore[assignment]
        self.inside: Index = (s["channels"], *self.n)  # type: ignore[assignment]

    def source(self, to: int) -> int:
        """Return which kernel makes output channel `to`."""
        return to % self.groups * self.each + to // self.groups if self.s["shuffle"] else to

    def taps(self, o: int) -> list[Tap]:
        """Return what output element `o` sums."""
        (to, y, x), found, stride, dilation = at3(o, self.shape), [], self.stride, self.dilation
        f = self.source(to)
        for c, a, b in product(range(self.per), *map(range, self.k)):
            q = (
                f // self.each * self.per + c,
                y * stride + a * dilation - self.pad[0],
                x * stride + b * dilation - self.pad[1],
            )
            own = 0 <= q[1] < self.n[0] and 0 <= q[2] < self.n[1]
            found.append(
                Tap(
                    c,
                    flat3(q, self.inside) if own else -1,
                    float(self.w[f, c, a, b]),
                    float(self.x[q]) if own else 0.0,
                )
            )
        return found


class Numbers(Layer):
    """A layer with its values from convlib, and the number of ways from each input to each output channel."""

    def __init__(self, s: State, d: Data) -> None:
        super().__init__(s, d)
        y = conv2d(self.x[None], self.w, None, self.stride, self.pad, self.dilation, self.groups)
        self.y: list[float] = (channel_shuffle(y, self.groups) if s["shuffle"] else y).ravel().tolist()
        mixing = np.kron(np.eye(self.groups, dtype=int), np.ones((self.each, self.per), dtype=int))
        step = mixing[[self.source(to) for to in range(s["filters"])]]
        self.ways = np.linalg.matrix_power(step, s["layers"]) if s.get("layers", 1) > 1 else step


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    for many, which in ((s["channels"], "input"), (s["filters"], "output")):
        if many % s["groups"]:
            return f"{plural(s['groups'], 'group does', 'groups do')} not divide {plural(many, which + ' channel')}"
    per, has = s["channels"] // s["groups"], len(d["weight"][0])
    if per > has:
        return f"the kernels have {plural(has, 'channel')}, but each group has {per}"
    if s.get("layers", 1) > 1 and s["channels"] != s["filters"]:
        return f"a stack needs as many output as input channels: {s['filters']} and {s['channels']}"
    g = Layer(s, d)
    if min(g.out) < 1:
        k, n = ("×".join(map(str, shape)) for shape in (g.k, g.n))
        dilated = f" and dilation {g.dilation}" if g.dilation > 1 else ""
        return f"the kernel does not fit: {k} on an input of {n} with padding {s['padding']}{dilated}"
    return ""


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the greatest output and input index."""
    g = Layer(s, d)
    return {"outputs": prod(g.shape) - 1, "inputs": prod(g.inside) - 1}


def _bar(c: int, w: int) -> str:
    return line(1, -3, w * CELL - 1, -3, f"b w{c % 9}")


def layers(name: str, values: Any, shape: Index, colour: bool, at: Callable[[int], Any]) -> list[Panel]:
    """Return a panel per channel; ``at(i)`` is what `cell` takes for the i-th element after its value."""
    panels = []
    for c, rows in enumerate(np.reshape(values, shape)):

        def one(y: int, x: int, c: int = c) -> Any:
            return at(flat3((c, y, x), shape))

        panels.append(grid(f"{name} channel {c}", rows, one, None, _bar(c, shape[2]) if colour else ""))
    return panels


def _kernels(g: Numbers, f: int, lit: bool) -> list[Panel]:
    first, panels = f // g.each * g.per, []
    for c, rows in enumerate(g.w[f], first):
        label = f"kernel {f}, slice for input channel {c}: {spoken(rows)}"
        panels.append(
            grid(f"kernel {f}, for {c}", rows, lambda y, x: (mark("k", lit),), label, _bar(c, g.k[1]))
        )
    return panels


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, step, picked = Numbers(s, d), s["step"], s["cell"]
    here, taps = at3(step, g.shape), g.taps(step)
    fed = [o for o in range(len(g.y)) if any(tap.i == picked for tap in g.taps(o))] if picked >= 0 else []
    lit, outs = ({picked}, set(fed)) if picked >= 0 else ({tap.i for tap in taps}, {step})
    title = f"who reaches whom, {plural(s['layers'], 'layer')}"
    column = at3(picked, g.inside)[0] if picked >= 0 else -1
    reach = matrix(
        title,
        f"{title}: one row per output channel, one column per input channel, with the number of ways.",
        g.shape[0],
        g.inside[0],
        lambda r, c: (c, int(g.ways[r, c])) if g.ways[r, c] else None,
        [] if picked >= 0 else [here[0]],
        [column] if picked >= 0 else [],
    )
    groups = [
        ("row", layers("input", g.x, g.inside, True, lambda i: (mark("i", i in lit), go_cell(i, picked)))),
        ("row", _kernels(g, g.source(here[0]), picked < 0)),
        ("row", layers("output", g.y, g.shape, False, lambda o: (mark("o", o in outs), go_step(o)))),
        ("row", [reach]),
    ]
    name = f"x[{', '.join(map(str, at3(picked, g.inside)))}]" if picked >= 0 else "none"
    labels = {"step": f"{step + 1} of {len(g.y)}", "cell": name}
    words = _picked_words(g, s, name, fed, column) if picked >= 0 else _step_words(g, s, taps, here)
    weights = f" The layer has {plural(g.w.size, 'weight')}."
    return Scene(groups, words[0] + weights, words[1], labels)


def _kind(g: Numbers, s: State) -> str:
    """Return what the groups are, and how the next sentence begins."""
    if g.groups == 1:
        kind = "All channels are mixed."
    elif g.per == g.each == 1:
        kind = "Depthwise: each channel alone."
    else:
        kind = f"{g.groups} groups, each {g.per} in and {g.each} out."
    return f"{kind} Through {s['layers']} such layers its" if s["layers"] > 1 else f"{kind} Its"


def _picked_words(g: Numbers, s: State, name: str, fed: list[int], column: int) -> tuple[str, str]:
    reached = int((g.ways[:, column] > 0).sum())
    say = (
        f"Input {name} feeds {len(fed)} of {plural(len(g.y), 'output')}. {_kind(g, s)} channel reaches "
        f"{reached} of {plural(g.shape[0], 'output channel')}."
    )
    gets = []
    for o in fed:
        tap = next(tap for tap in g.taps(o) if tap.i == s["cell"])
        gets.append(f"y[{', '.join(map(str, at3(o, g.shape)))}] gets {times(tap.weight)}·{times(tap.x)}")
    return say, ", ".join(gets)


def _step_words(g: Numbers, s: State, taps: list[Tap], here: Index) -> tuple[str, str]:
    name, v = f"y[{', '.join(map(str, here))}]", fmt(g.y[s["step"]])
    sees = int((g.ways[here[0]] > 0).sum())
    say = (
        f"Step {s['step'] + 1} of {len(g.y)}: {name} = {v}, a sum of {plural(len(taps), 'product')}: "
        f"{plural(g.per, 'channel')} of {'×'.join(map(str, g.k))}. {_kind(g, s)} channel sees "
        f"{sees} of {plural(g.inside[0], 'input channel')}."
    )
    parts = [" + ".join(f"{times(t.weight)}·{times(t.x)}" for t in taps if t.c == c) for c in range(g.per)]
    bracket = g.per > 1 and prod(g.k) > 1
    return say, f"{name} = {' + '.join(f'({part})' if bracket else part for part in parts)} = {v}"


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    g = Layer(s, d)
    out = ", ".join(map(str, g.out))
    mix = f"y = y.reshape({g.groups}, {g.each}, {out}).swapaxes(0, 1).reshape({g.shape[0]}, {out})"
    call = Convolving(pads=[(s["padding"], s["padding"])] * 2, groups=g.groups)
    return program(
        dialect,
        "convlib import conv2d",
        [("x", g.x), ("weight", g.w)],
        lambda j: [*call.lines(j), mix if s["shuffle"] else None],
    )


def _controls(deep: int, wide: int, many: int, side: int) -> list[Control]:
    return [
        ("step", "step", 0, "outputs"),
        ("size", "input size", 1, wide),
        ("kernel", "kernel size", 1, side),
        ("padding", "padding", 0, 2),
        ("channels", "input channels", 1, deep),
        ("filters", "output channels", 1, many),
        ("groups", "groups", 1, max(deep, 1)),
        ("layers", "stacked layers", 1, 4),
        ("cell", "follow input", -1, "inputs"),
        ("shuffle", "shuffle channels", True),
    ]


KIND = Kind("channels", check, limits, draw, code)


def channels(
    x: Any = None,
    weight: Any = None,
    *,
    padding: int = 0,
    groups: int = 1,
    shuffle: bool = False,
    layers: int = 1,
    step: int = 0,
    cell: int | None = None,
    size: int | None = None,
    kernel: int | None = None,
    channels: int | None = None,
    filters: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore the channels of a 2-D convolution as coloured layers: one output element's whole sum, and groups.

    Parameters
    ----------
    x : array_like, shape (C_in, H, W), optional
        Your input, at most 8 on every axis; small whole numbers if left out.
    weight : array_like, shape (C_out, C_in/groups, kH, kW), optional
        Your kernels.
    padding, groups : int
        The settings at the start. `groups` equal to the input channels is depthwise.
    shuffle : bool
        Whether the output's channels are shuffled between the groups.
    layers : int
        How many such layers are stacked for the question who reaches whom.
    step : int
        The output element shown at the start, counted channel by channel, row by row.
    cell : int, optional
        An input element to follow instead.
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
    Krizhevsky et al. (2012), section 3.2 (groups); Zhang et al. (2018), section 3.1 (the shuffle).

    Examples
    --------
    >>> from convlib import explore
    >>> explore.channels([[[1]], [[2]], [[3]]], [[[[10]], [[20]], [[30]]]]).scene.sum
    'y[0, 0, 0] = 10·1 + 20·2 + 30·3 = 140'
    """
    own = x is not None, weight is not None
    digits = [int(digit) % 5 for digit in PI]
    x_: Any = (
        drawable("channels", "x", x, "C_in, H, W", 8) if own[0] else np.resize(digits, (6, 5, 5)).tolist()
    )
    w: Any = drawable("channels", "weight", weight, "C_out, C_in/groups, H, W", 8) if own[1] else None
    if w is None:
        w = (np.resize(digits[7:], (6, 6, 3, 3)) - 1).tolist()
    deep, wide, many, side = len(x_), max(np.shape(x_)[1:]), len(w), max(np.shape(w)[2:])
    s: State = {
        "step": step,
        "size": size if size is not None else wide if own[0] else 4,
        "kernel": kernel if kernel is not None else side if own[1] else min(3, wide),
        "padding": padding,
        "channels": channels if channels is not None else deep if own[0] else min(3, deep),
        "filters": filters if filters is not None else many if own[1] else 2,
        "groups": groups,
        "shuffle": shuffle,
        "layers": layers,
        "cell": -1 if cell is None else cell,
    }
    controls = _controls(deep, wide, many, side)
    return Explorer(KIND, controls, s, {"x": x_, "weight": w}, name=name)
