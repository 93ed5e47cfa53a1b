"""The explorer of correlation against convolution. The script's twin is `correlation.js`."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from convlib.data import letter_f, page_of_letters
from convlib.explore._code import Convolving, program
from convlib.explore._kind import Control, Data, Kind, State, drawable
from convlib.explore._panels import bars, shades
from convlib.explore._svg import Panel, Scene, box
from convlib.explore._text import fmt, plural, spoken, times
from convlib.explore.explorer import Explorer
from convlib.shapes import ShapeError
from convlib.signal import convolve, correlate

LETTER, SIGNAL = "letter", "signal"


class Slide:
    """A kernel, as it is or turned, at every place where it touches the input."""

    def __init__(self, s: State, d: Data) -> None:
        self.flat: bool = s["view"] == SIGNAL
        self.x = np.array([s["signal"]] if self.flat else d["page"], dtype=float)
        kernel = np.array([s["kernel"]] if self.flat else d["letter"], dtype=float)
        self.reverse: bool = s["reverse"]
        self.w = kernel[::-1, ::-1] if self.reverse else kernel
        self.kernel = kernel
        self.out = tuple(n + k - 1 for n, k in zip(self.x.shape, self.w.shape))
        self.step: int = s["step"]

    @cached_property
    def y(self) -> list[float]:
        slide = convolve if self.reverse else correlate
        return slide(self.x, self.kernel).ravel().tolist()

    def taps(self) -> list[tuple[float, float]]:
        """Return weight and value of every product of the step's sum."""
        (h, w), (row, col) = self.w.shape, divmod(self.step, self.out[1])
        found = []
        for a in range(h):
            for b in range(w):
                y, x = row - h + 1 + a, col - w + 1 + b
                if 0 <= y < self.x.shape[0] and 0 <= x < self.x.shape[1]:
                    found.append((float(self.w[a, b]), float(self.x[y, x])))
        return found

    def name(self, o: int) -> str:
        """Return an output's name."""
        return f"y[{o}]" if self.flat else f"y[{o // self.out[1]}, {o % self.out[1]}]"


def _page(g: Slide) -> list[Panel]:
    a, (h, w), (y, x) = 14, g.w.shape, divmod(g.step, g.out[1])
    page, output = (
        f"{name} {'×'.join(map(str, shape))}" for name, shape in (("page", g.x.shape), ("output", g.out))
    )
    window = box((x - w + 1) * a, (y - h + 1) * a, w * a, h * a, "H")
    corner = f"{page}; the window has its lower right corner at row {y}, column {x}."
    turned = "kernel, turned by 180°" if g.reverse else "kernel"
    sums = np.reshape(g.y, g.out)
    lit = f"{output}; row {y}, column {x} is lit."
    pick = f"step,{g.out[1]},{g.out[0]}"
    return [
        shades(page, corner, g.x.shape, a, lambda v, u: float(g.x[v, u]), "I", window),
        shades(turned, f"kernel: {spoken(g.w)}", g.w.shape, a, lambda v, u: float(g.w[v, u]), "K"),
        shades(
            output, lit, g.out, a, lambda v, u: float(sums[v, u]), "O", box(x * a, y * a, a, a, "H"), pick
        ),
    ]


def _bars(g: Slide) -> list[Panel]:
    a, before, here = 28, g.w.shape[1] - 1, g.step
    x, w = g.x[0].tolist(), g.w[0].tolist()
    around = [0.0] * before
    signal = [*around, *x, *around]
    kernel = [*[0.0] * here, *w, *[0.0] * (len(signal) - here - len(w))]
    area = [u * v for u, v in zip(signal, kernel)]
    lit = list(range(here, here + len(w)))
    turned = "kernel, turned round and shifted" if g.reverse else "kernel, shifted"
    place, pick = f"kernel: {spoken([w])}, from position {fmt(here - before)}", f"step,{g.out[1]},1"
    return [
        bars("signal", f"signal: {spoken([x])}", a, signal, "I", []),
        bars(turned, place, a, kernel, "K", lit),
        bars("products: the area of overlap", f"products: {spoken([area])}", a, area, "O", lit),
        bars(
            "output: the sums",
            f"output: {spoken([g.y])}",
            a,
            [*around, *g.y],
            "O",
            [here + before],
            pick,
            before,
        ),
    ]


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g = Slide(s, d)
    shown = [(w, x) for w, x in g.taps() if w and x]
    v, best = g.y[g.step], max(g.y)
    where = [o for o, value in enumerate(g.y) if abs(value - best) < 1e-9]
    places = ", ".join(g.name(o) for o in where[:3]) + (", …" if len(where) > 3 else "")
    way = (
        "Convolution turns the kernel and slides it"
        if g.reverse
        else "Correlation slides the kernel as it is"
    )
    say = (
        f"{way}. {g.name(g.step)} = {fmt(v)}: products not zero: {len(shown)}. "
        f"The greatest output, {fmt(best)}, stands at {plural(len(where), 'place')}: {places}."
    )
    terms = " + ".join(f"{times(w)}·{times(x)}" for w, x in shown)
    sum_ = f"{g.name(g.step)} = " + (f"{terms} = {fmt(v)}" if shown else "0")
    groups = [("col", _bars(g))] if g.flat else [("row", _page(g))]
    return Scene(groups, say, sum_, {"step": f"{g.step + 1} of {len(g.y)}"})


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    x, w = (s["signal"], s["kernel"]) if s["view"] == SIGNAL else (d["page"], d["letter"])
    r, name = np.ndim(x), "convolve" if s["reverse"] else "correlate"
    flip = {
        "torch": f".flip({', '.join(map(str, range(r)))})",
        "keras": f"[{', '.join(['::-1'] * r)}]",
    }.get(dialect, "")
    call = Convolving(lift=True, pads=[(n - 1, n - 1) for n in np.shape(w)])
    return program(
        dialect,
        f"convlib.signal import {name}",
        [("x", x), ("weight", w, flip if s["reverse"] else "")],
        lambda j: call.lines(j) if j else [f"y = {name}(x, weight)"],
    )


def _controls() -> list[Control]:
    return [
        ("step", "step", 0, "outputs"),
        ("view", "shown", [LETTER, SIGNAL]),
        ("reverse", "turn the kernel", True),
        ("signal", "signal", [-4, 8]),
        ("kernel", "kernel", [-4, 8]),
    ]


KIND = Kind("correlation", lambda s, d: "", lambda s, d: {"outputs": prod(Slide(s, d).out) - 1}, draw, code)


def correlation(
    x: Any = None,
    kernel: Any = None,
    *,
    reverse: bool = False,
    view: str | None = None,
    step: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore correlation against convolution: the same slide, the kernel as it is or turned.

    A letter finds its like on a page (correlation) and stamps itself on every dot (convolution); or two
    signals, which one can draw, overlap in bars.

    Parameters
    ----------
    x : array_like, shape (H, W) or (N,), optional
        Your page, at most 22×22; or your signal, at most 12 integers from −4 to 8.
    kernel : array_like, shape (kH, kW) or (K,), optional
        Your letter, at most 7×7; or your kernel, at most 6 integers from −4 to 8.
    reverse : bool
        Whether the kernel is turned by 180° first: convolution in the mathematicians' sense.
    view : {"letter", "signal"}, optional
        What is shown at the start; told by the arrays' rank if left out.
    step : int, optional
        The output shown at the start, counted row by row; the greatest one if left out.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If an array has the wrong rank or is too large to draw.
    ValueError
        If an array holds NaN or infinity.
    TypeError
        If an array does not hold real numbers.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, section 1.1.

    Examples
    --------
    >>> from convlib import explore
    >>> [explore.correlation([0, 1, 0], [1, 2, 3], reverse=turned).state["step"] for turned in (False, True)]
    [1, 3]
    """
    ranks = {np.ndim(a) if not hasattr(a, "ndim") else a.ndim for a in (x, kernel) if a is not None}
    if len(ranks) > 1:
        raise ShapeError(
            f"correlation: x and kernel must both have one axis, or both two, not {sorted(ranks)}."
        )
    flat = ranks == {1}
    view = view if view is not None else SIGNAL if flat else LETTER
    own: list[Any] = [None, None]
    for j, (label, a, most) in enumerate(
        (("x", x, 12 if flat else 22), ("kernel", kernel, 6 if flat else 7))
    ):
        own[j] = None if a is None else drawable("correlation", label, a, "N" if flat else "H, W", most)
    page = own[0] if own[0] and not flat else page_of_letters().astype(int).tolist()
    letter = own[1] if own[1] and not flat else letter_f().astype(int).tolist()
    s: State = {
        "step": 0 if step is None else step,
        "view": view,
        "reverse": reverse,
        "signal": own[0] if own[0] and flat else [0, 0, 4, 0, 0, 3, 3, 3, 0, 1],
        "kernel": own[1] if own[1] and flat else [1, 2, 4],
    }
    controls = _controls()
    d = {"page": page, "letter": letter}
    if step is None and view in (LETTER, SIGNAL):
        s["step"] = int(np.argmax(Slide(s, d).y))
    return Explorer(KIND, controls, s, d, name=name)
