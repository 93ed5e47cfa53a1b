"""The explorer of checkerboards: phase sums and ripple. The script's twin is `js/checkerboard.js`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convlib.explore._code import Convolving, program
from convlib.explore._kind import Control, Data, Kind, State, drawable
from convlib.explore._panels import bars, shades
from convlib.explore._svg import Scene
from convlib.explore._text import fill, fmt, spoken, times
from convlib.explore.explorer import Explorer
from convlib.signal import convolve
from convlib.transpose import conv_transpose1d

MOST = 6
"""So many weights can be dragged."""


class Ripple:
    """A constant input through a transposed convolution, and resized then convolved: numbers from convlib."""

    def __init__(self, s: State) -> None:
        self.w: list[int] = s["weights"][: s["kernel"]]
        self.n, self.stride = s["size"], s["stride"]
        ones, weight = np.ones((1, self.n)), np.array([[self.w]], dtype=float)
        self.y: list[float] = conv_transpose1d(ones, weight, stride=self.stride)[0].tolist()
        self.overlap: list[float] = conv_transpose1d(ones, np.ones_like(weight), stride=self.stride)[
            0
        ].tolist()
        self.phases: list[float] = [float(sum(self.w[p :: self.stride])) for p in range(self.stride)]
        self.resized: list[float] = convolve(
            np.ones(self.n * self.stride), np.array(self.w, dtype=float)
        ).tolist()

    def taps(self, o: int) -> list[int]:
        """Return the weights that reach output `o`."""
        return [
            j
            for j in range(len(self.w))
            if o >= j and (o - j) % self.stride == 0 and (o - j) // self.stride < self.n
        ]


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, a, step = Ripple(s), 18, s["step"]
    here, total, pick = g.taps(step), len(g.y), f"step,{len(g.y)},1"

    def words(name: str, values: list[Any]) -> tuple[str, str]:
        return name, f"{name}: {spoken([values])}"

    counts = f"{fmt(min(g.overlap) ** 2)} to {fmt(max(g.overlap) ** 2)}"
    square = shades(
        f"overlap counts in 2-D: {counts}",
        f"overlap counts in two dimensions, {total}×{total}: {counts}",
        (total, total),
        8,
        lambda y, x: g.overlap[y] * g.overlap[x],
        "I",
    )
    top = [
        bars(*words("weights", g.w), 28, g.w, "K", here),
        bars(*words("phase sums", g.phases), 28, g.phases, "K", [step % g.stride]),
    ]
    below = [
        bars(*words("output for an input of ones", g.y), a, g.y, "O", [step], pick),
        bars(*words("overlap counts", g.overlap), a, g.overlap, "I", [step], pick),
        bars(*words("resized, then convolved", g.resized), a, g.resized, "O", []),
        square,
    ]
    every = [[f"w[{j}]" for j in here], [times(g.w[j]) for j in here] if len(here) > 1 else [fmt(g.y[step])]]
    sums = [" + ".join(words) for words in every] + [fmt(g.y[step])] * (len(here) > 1)
    sum_ = " = ".join(sums) if here else "0, for no stamp reaches it"
    labels = {"step": f"{step + 1} of {total}"}
    return Scene([("row", top), ("row", below)], _say(g, s), f"y[{step}] = {sum_}", labels)


WORDS = [
    "Step {at} of {all}: y[{step}] = {v}. ",
    "The phase sums {sums} differ by {depth}: inside, a constant input ripples.",
    "The phase sums {sums} are equal: inside, a constant input stays flat.",
    "Stride 1 has one phase, of sum {sums}: inside, a constant input stays flat.",
    " The stride {stride} {divides} the kernel's size {kernel}: the overlap is {uneven} inside. "
    "Resized first, the output is flat inside, whatever the weights are: {whole}.",
]


def _say(g: Ripple, s: State) -> str:
    depth, rest, step = max(g.phases) - min(g.phases), s["kernel"] % g.stride, s["step"]
    values = s | {
        "at": step + 1,
        "all": len(g.y),
        "v": fmt(g.y[step]),
        "sums": ", ".join(map(fmt, g.phases)),
        "depth": fmt(depth),
        "divides": "does not divide" if rest else "divides",
        "uneven": "uneven" if rest else "even",
        "whole": fmt(sum(g.w)),
    }
    return fill(WORDS[0] + WORDS[1 if depth else 2 if g.stride > 1 else 3] + WORDS[4], values)


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    total = _limits(s, d)["outputs"] + 1
    call = Convolving(up=True, lift=True, pads=[(0, 0)], stride=s["stride"], out=[total])
    arrays = [("x", f"ones(({s['size']},)"), ("weight", s["weights"][: s["kernel"]])]
    return program(dialect, "convlib import conv_transpose1d", arrays, call.lines)


def _limits(s: State, d: Data) -> dict[str, int]:
    return {"outputs": (s["size"] - 1) * s["stride"] + s["kernel"] - 1}


KIND = Kind("checkerboard", lambda s, d: "", _limits, draw, code)


def checkerboard(
    weight: Any = None,
    *,
    stride: int = 2,
    size: int = 5,
    kernel: int | None = None,
    step: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore why a transposed convolution draws checkerboards: drag the weights, see phase sums and ripple.

    Parameters
    ----------
    weight : array_like, shape (kW,), optional
        Your kernel: at most 6 integers from −4 to 8; three ones if left out.
    stride, size : int
        Stride, at most 4, and the number of ones that come in, at most 8.
    kernel : int, optional
        How many of the weights are used at the start.
    step : int, optional
        The output shown at the start; one in the middle if left out.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If `weight` has the wrong rank, is too long, or holds other numbers than those integers.
    ValueError
        If `weight` holds NaN or infinity.
    TypeError
        If `weight` does not hold real numbers.

    References
    ----------
    Odena et al. (2016), Deconvolution and checkerboard artifacts.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.checkerboard([1, 2, 1]).sentence[:88]
    'Step 6 of 11: y[5] = 2. The phase sums 2, 2 are equal: inside, a constant input stays fl'
    """
    own: list[Any] = [1, 1, 1] if weight is None else drawable("checkerboard", "weight", weight, "W", MOST)
    s: State = {
        "step": 0 if step is None else step,
        "weights": own + [1] * (MOST - len(own)),
        "kernel": len(own) if kernel is None else kernel,
        "stride": stride,
        "size": size,
    }
    controls: list[Control] = [
        ("step", "step", 0, "outputs"),
        ("weights", "weights", [-4, 8]),
        ("kernel", "kernel size", 1, MOST),
        ("stride", "stride", 1, 4),
        ("size", "input size", 1, 8),
    ]
    e = Explorer(KIND, controls, s, {"words": WORDS}, name=name)
    return e if step is not None else e.set(step=_limits(e.state, {})["outputs"] // 2)
