"""The explorer of the backward pass: where the gradients go and how they add up. The script's twin is `js/backward.js`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from convlib.explore import _conv_shape as shapes
from convlib.explore._code import Lines, templates
from convlib.explore._conv import AXES, KERNELS, PI, cut, default_input
from convlib.explore._conv_draw import element, sized
from convlib.explore._conv_shape import Index, Tap, flat3
from convlib.explore._kind import Control, Data, Kind, State, drawable, rank_of
from convlib.explore._panels import grid, mark
from convlib.explore._svg import Panel, Scene
from convlib.explore._text import fill, fmt, literal, plural, times
from convlib.explore.explorer import Explorer
from convlib.grad import conv_input, conv_weight

WORDS = [
    "Step {step}: {name} = {v} goes back to {ins}, times the weight, and to {weights}, times the input.",
    "Input {which} feeds {outs}: dL/d{which} = {result}, the sum of what comes back.",
    "Weight {which} sits on {wires}, one for each position: dL/d{which} = {result} sums over every position.",
    "On the first wire dL/d{x} gets {a}·{g} and dL/d{w} gets {b}·{g}.",
]
LARGEST = 8
"""The largest side of an array."""
Go = Callable[[int], str]


def _forward(s: State) -> State:
    return {**s, "padding_mode": "zeros"}


class Back(shapes.Numbers):
    """A convolution, the gradient that arrives, both that leave (from convlib), and the wires that are looked at."""

    def __init__(self, s: State, d: Data) -> None:
        super().__init__(_forward(s), d)
        self.s, self.cell, self.shared, r = s, s["cell"], s["weight"], d["rank"]
        grad = np.array(d["grad"], dtype=float)[tuple(map(slice, self.out[3 - r :]))]
        self.grad = grad.reshape(self.out)
        x, w, g = self.x[None], self.w[None, None], self.grad[None]
        self.dx = conv_input(x.shape, w, g, self.stride, self.pad, self.dil)[0]
        self.dw = conv_weight(x, w.shape, g, self.stride, self.pad, self.dil)[0, 0]
        every = [tap for o in range(prod(self.out)) for tap in self.taps(o)]
        self.mine = [tap for tap in every if self._looked_at(tap)]
        self.plain = self.cell < 0 and self.shared < 0

    def _looked_at(self, tap: Tap) -> bool:
        if self.cell >= 0:
            return tap.i == self.cell
        return flat3(tap.w, self.k) == self.shared if self.shared >= 0 else tap.o == self.s["step"]

    def at(self, tap: Tap) -> float:
        """Return the gradient of a wire's output."""
        return float(self.grad.flat[tap.o])

    def x_name(self, i: int) -> str:
        """Return the name of an input."""
        return element(i, self.n, "x", self.rank)

    def w_name(self, w: Index) -> str:
        """Return the name of a weight."""
        return element(flat3(w, self.k), self.k, "w", self.rank)


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    if why := shapes.check(_forward(s), d):
        return why
    out, r = shapes.Conv(_forward(s), d).out, d["rank"]
    has = (1, 1, 1, *np.shape(d["grad"]))[-3:]
    if any(n > m for n, m in zip(out, has)):
        return f"the output is {sized(out, r)}, but its gradient only {'×'.join(map(str, has[3 - r :]))}"
    return ""


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the greatest output, input and weight."""
    return shapes.limits(_forward(s), d) | {"weights": prod(shapes.Conv(_forward(s), d).k) - 1}


@dataclass(frozen=True)
class Lit:
    """Which inputs, weights and outputs are lit."""

    ins: set[int]
    weights: set[int]
    outs: set[int]


def _look(
    g: Back, name: str, values: Any, shape: Index, c: str, lit: set[int], go: Go = lambda i: ""
) -> Panel:
    def at(y: int, x: int) -> tuple[Any, ...]:
        i = flat3((0, y, x), shape)
        return mark(c, i in lit), go(i)

    return grid(f"{name} {sized(shape, g.rank)}", np.reshape(values, shape)[0], at)


def _sent(g: Back, shape: Index, where: Callable[[Tap], int], factor: Callable[[Tap], float]) -> list[float]:
    out = [0.0] * prod(shape)
    for tap in g.mine:
        if where(tap) >= 0:
            out[where(tap)] += g.at(tap) * factor(tap)
    return out


def _products(g: Back, lit: Lit) -> list[Panel]:
    """What every wire that is looked at carries back."""
    v = fmt(float(g.grad.flat[g.s["step"]]))
    weight, x = (lambda tap: tap.weight), (lambda tap: tap.x)
    if g.plain:
        to_x = _sent(g, g.n, lambda tap: tap.i, weight)
        to_w = _sent(g, g.k, lambda tap: flat3(tap.w, g.k), x)
        return [
            _look(g, f"sent to dL/dx: {v} times weight,", to_x, g.n, "i", lit.ins),
            _look(g, f"sent to dL/dw: {v} times input,", to_w, g.k, "k", lit.weights),
        ]
    name, factor = ("weight", weight) if g.cell >= 0 else ("input", x)
    sent = _sent(g, g.out, lambda tap: tap.o, factor)
    return [_look(g, f"products, {name} times gradient,", sent, g.out, "o", lit.outs)]


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g = Back(s, d)
    lit = Lit({t.i for t in g.mine}, {flat3(t.w, g.k) for t in g.mine}, {t.o for t in g.mine})

    def to_x(i: int) -> str:
        return f"cell={-1 if i == g.cell else i}&weight=-1"

    def to_w(i: int) -> str:
        return f"cell=-1&weight={-1 if i == g.shared else i}"

    def to_y(o: int) -> str:
        return f"step={o}&cell=-1&weight=-1"

    forward = [
        _look(g, "input", g.x, g.n, "i", lit.ins, to_x),
        _look(g, "kernel", g.w, g.k, "k", lit.weights, to_w),
        _look(g, "gradient dL/dy", g.grad, g.out, "o", lit.outs, to_y),
    ]
    sums = [
        _look(g, "dL/dx", g.dx, g.n, "i", set() if g.shared >= 0 else lit.ins, to_x),
        _look(g, "dL/dw", g.dw, g.k, "k", set() if g.cell >= 0 else lit.weights, to_w),
    ]
    labels = {
        "step": f"{s['step'] + 1} of {g.grad.size}",
        "cell": g.x_name(g.cell) if g.cell >= 0 else "none",
        "weight": element(g.shared, g.k, "w", g.rank) if g.shared >= 0 else "none",
    }
    words = d["words"]
    say, sum_ = _step_words(g, labels["step"], words) if g.plain else _picked_words(g, labels, words)
    return Scene([("row", forward), ("row", _products(g, lit)), ("row", sums)], say, sum_, labels)


def _step_words(g: Back, step: str, words: list[str]) -> tuple[str, str]:
    name, v = element(g.s["step"], g.out, "dL/dy", g.rank), fmt(float(g.grad.flat[g.s["step"]]))
    there = [tap for tap in g.mine if tap.i >= 0]
    values = {
        "step": step,
        "name": name,
        "v": v,
        "ins": plural(len(there), "input"),
        "weights": plural(len(g.mine), "weight"),
    }
    if not there:
        return fill(words[0], values), ""
    t, arrived = there[0], times(g.at(there[0]))
    first = {"x": g.x_name(t.i), "a": times(t.weight), "w": g.w_name(t.w), "b": times(t.x), "g": arrived}
    return fill(words[0], values), fill(words[3], first)


def _picked_words(g: Back, labels: dict[str, str], words: list[str]) -> tuple[str, str]:
    n, picked = len(g.mine), g.cell >= 0
    which = labels["cell" if picked else "weight"]
    result = fmt(float(g.dx.flat[g.cell] if picked else g.dw.flat[g.shared]))
    values = {
        "which": which,
        "result": result,
        "outs": plural(n, "output"),
        "wires": plural(n, "wire"),
    }
    terms = " + ".join(f"{times(t.weight if picked else t.x)}·{times(g.at(t))}" for t in g.mine)
    return fill(words[1 if picked else 2], values), f"dL/d{which} = {terms or '0'} = {result}"


def _templates(r: int) -> dict[str, str]:
    name = f"conv{r}d"
    settings = "stride={stride}, padding={padding}, dilation={dilation})"
    pads = ", ".join(["({padding}, {padding})"] * r)

    def body(j: int) -> Lines:
        return (
            [
                f"dx = {name}_input(({{n}}), weight[None, None], g[None], {settings}[0]",
                f"dw = {name}_weight(x[None], (1, {{k}}), g[None], {settings}[0, 0]",
            ],
            [
                "x.requires_grad_(), weight.requires_grad_()",
                f"y = F.{name}(x[None], weight[None, None], {settings}[0]",
                "y.backward(g)",
                "dx, dw = x.grad, weight.grad",
            ],
            [
                "import tensorflow as tf  # the gradients are the backend's",
                "",
                "x, weight = tf.constant(x), tf.constant(weight)",
                "with tf.GradientTape() as tape:",
                "    tape.watch([x, weight])",
                f"    padded = ops.pad(x, [{pads}])[None, ..., None]",
                "    y = ops.conv(padded, weight[..., None, None], "
                f'padding="valid", dilation_rate={{dilation}})[0, {", ".join(["::{stride}"] * r)}, 0]',
                "dx, dw = tape.gradient(y, [x, weight], output_gradients=g)",
            ],
        )[j]

    source = f"convlib.grad import {name}_input, {name}_weight"
    return templates(source, [("x", "{x}"), ("weight", "{weight}"), ("g", "{g}")], body)


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    r, g = d["rank"], shapes.Conv(_forward(s), d)
    (_, x), (_, weight) = cut(s, d)
    grad = np.array(d["grad"])[tuple(map(slice, g.out[3 - r :]))]
    n, k = (", ".join(map(str, (1, *shape[3 - r :]))) for shape in (g.n, g.k))
    values = {"x": literal(x), "weight": literal(weight), "g": literal(grad), "n": n, "k": k}
    return fill(d["code"][dialect], s | values)


KIND = Kind("backward", check, limits, draw, code)


def _data(rank: int, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the reader's own arrays, None where there is none, and all that the drawing needs."""
    own = {
        key: None if a is None else drawable("backward", key, a, AXES[rank], LARGEST)
        for key, a in given.items()
    }
    digits = np.resize([int(digit) % 7 - 3 for digit in PI[6:]], (12,) * rank).tolist()
    data: dict[str, Any] = {
        "rank": rank,
        "x": own["x"] or np.array(default_input(rank))[(slice(LARGEST),) * rank].tolist(),
        "weight": own["weight"] or KERNELS[rank],
        "grad": own["grad"] or digits,
        "words": WORDS,
        "code": _templates(rank),
    }
    return own, data


def _controls(most_x: int, most_w: int) -> list[Control]:
    return [
        ("step", "step", 0, "outputs"),
        ("size", "input size", 1, most_x),
        ("kernel", "kernel size", 1, most_w),
        ("stride", "stride", 1, 3),
        ("padding", "padding", 0, 2),
        ("dilation", "dilation", 1, 3),
        ("cell", "look at input", -1, "inputs"),
        ("weight", "look at weight", -1, "weights"),
    ]


def backward(
    x: Any = None,
    weight: Any = None,
    grad: Any = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    step: int = 0,
    cell: int | None = None,
    shared: int | None = None,
    size: int | None = None,
    kernel: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore the backward pass of one channel: what each output's gradient sends to inputs and weights.

    Click an output, and its gradient goes back along its wires. Click a weight, and all its positions are
    added up. Click an input, and what comes back to it is added up.

    Parameters
    ----------
    x : array_like, shape (H, W) or (W,), optional
        Your input, at most 8 on a side; small whole numbers if left out.
    weight : array_like, shape (kH, kW) or (kW,), optional
        Your kernel, of the same rank.
    grad : array_like, shape (H_out, W_out) or (W_out,), optional
        The loss's gradient with respect to the output; it may be larger than the output.
    stride, padding, dilation : int
        The settings at the start, the same on both axes.
    step : int
        The output whose gradient is followed at the start, counted row by row from 0.
    cell : int, optional
        An input to look at instead: what comes back to it?
    shared : int, optional
        A weight to look at instead: over which positions does its gradient sum?
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
    >>> explore.backward([1, 2, 3], [10, 20], [1, -1], shared=0).scene.sum
    'dL/dw[0] = 1·1 + 2·(−1) = −1'
    """
    given = {"x": x, "weight": weight, "grad": grad}
    ranks = [rank_of(a) for a in given.values() if a is not None]
    rank = 1 if ranks and ranks[0] == 1 else 2
    own, data = _data(rank, given)
    most_x, most_w = max(np.shape(data["x"])), max(np.shape(data["weight"]))
    s: State = {
        "step": step,
        "size": size if size is not None else most_x if own["x"] else min(6 - rank, most_x),
        "kernel": kernel if kernel is not None else most_w if own["weight"] else 3,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "cell": -1 if cell is None else cell,
        "weight": -1 if shared is None else shared,
    }
    return Explorer(KIND, _controls(most_x, most_w), s, data, name=name)
