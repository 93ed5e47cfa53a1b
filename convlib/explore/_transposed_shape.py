"""Which inputs reach each output element of a transposed convolution, and by which weight.

Inside, everything has three axes: depth is 1, and in one dimension height is 1 too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, cast

import numpy as np

from convlib.explore._conv_shape import Index, at3, flat3
from convlib.explore._text import fmt
from convlib.transpose import conv_transpose

LARGEST = (0, 16, 11)
"""The largest side of the uncropped output that is drawn for each rank."""


@dataclass(frozen=True)
class Reach:
    """One product of an output's sum: positions of weight and input, and both factors."""

    w: int
    i: int
    weight: float
    x: float


class Transposed:
    """A transposed convolution's sizes, with three axes each.

    `full` is the output before cropping, `wide` the input with zeros inserted and around it, `low` how many
    of these stand in front, `edge` how many a window needs in front (fewer than none where much is cropped).
    """

    def __init__(self, s: Mapping[str, Any], d: Mapping[str, Any]) -> None:
        self.rank: int = d["rank"]
        self.x, self.w = self._cropped(d["x"], s["size"]), self._cropped(d["weight"], s["kernel"])
        self.n, self.k = cast(Index, self.x.shape), cast(Index, self.w.shape)
        self.stride, self.dil = self._per(s["stride"], 1), self._per(s["dilation"], 1)
        self.pad, self.more = self._per(s["padding"], 0), self._per(s["output_padding"], 0)
        self.span = self._axes(lambda j: self.dil[j] * (self.k[j] - 1) + 1)
        self.full = self._axes(lambda j: (self.n[j] - 1) * self.stride[j] + self.span[j] + self.more[j])
        self.out = self._axes(lambda j: self.full[j] - 2 * self.pad[j])
        self.edge = self._axes(lambda j: self.span[j] - 1 - self.pad[j])
        self.low = self._axes(lambda j: max(self.edge[j], 0))
        high = self._axes(lambda j: max(self.edge[j] + self.more[j], 0))
        self.wide = self._axes(lambda j: (self.n[j] - 1) * self.stride[j] + 1 + self.low[j] + high[j])

    def _cropped(self, a: Any, to: int) -> np.ndarray:
        part = np.array(a, dtype=float)[(slice(to),) * self.rank]
        return part.reshape((1,) * (3 - self.rank) + part.shape)

    def _per(self, v: int, one: int) -> Index:
        return self._axes(lambda j: one if j < 3 - self.rank else v)

    @staticmethod
    def _axes(f: Any) -> Index:
        return f(0), f(1), f(2)

    def element(self, at: tuple[int, ...]) -> int:
        """Return the input on a grid with `stride` steps, counted in the zero-inserted positions; -1 is a zero."""
        i = [divmod(v, s) for v, s in zip(at, self.stride)]
        if any(rest or not 0 <= v < n for (v, rest), n in zip(i, self.n)):
            return -1
        return flat3(tuple(v for v, _ in i), self.n)

    def taps(self, at: Index) -> list[Reach]:
        """Return which inputs reach position `at` of the uncropped output, in the kernel's order."""
        found = []
        for w in product(*map(range, self.k)):
            i = self.element(tuple(v - u * d for v, u, d in zip(at, w, self.dil)))
            if i >= 0:
                found.append(Reach(flat3(w, self.k), i, float(self.w[w]), float(self.x.flat[i])))
        return found

    def size(self, j: int) -> str:
        """Return the formula of the output's size along axis `j`, with its numbers."""
        return f"({self.n[j]} − 1)·{self.stride[j]} − 2·{self.pad[j]} + {self.dil[j]}·({self.k[j]} − 1) + {self.more[j]} + 1"


class Numbers(Transposed):
    """A transposed convolution with its values: `sums` before cropping and `y` after it, both from convlib."""

    def __init__(self, s: Mapping[str, Any], d: Mapping[str, Any]) -> None:
        super().__init__(s, d)
        x, w = self.x[None], self.w[None, None]
        self.sums: list[float] = self._up(x, w, 0)
        self.y: list[float] = self._up(x, w, self.pad)
        shifted = (tuple(v + p for v, p in zip(at3(o, self.out), self.pad)) for o in range(prod(self.out)))
        self.where = [flat3(at, self.full) for at in shifted]
        self.reaches = [self.taps(at3(f, self.full)) for f in self.where]

    def _up(self, x: np.ndarray, w: np.ndarray, pad: Any) -> list[float]:
        y = conv_transpose(x, w, None, self.stride, pad, self.more, 1, self.dil)
        return y.ravel().tolist()

    def cropped(self, at: Index) -> bool:
        """Return whether a position of the uncropped output is cropped away."""
        return any(not p <= v < p + n for v, p, n in zip(at, self.pad, self.out))

    def under(self, at: Index, here: Index) -> bool:
        """Return whether the window of output `here` reads this zero-inserted position."""
        u = [v - o + e - low for v, o, e, low in zip(at, here, self.edge, self.low)]
        return all(0 <= v < span and v % d == 0 for v, span, d in zip(u, self.span, self.dil))


def check(s: Mapping[str, Any], d: Mapping[str, Any]) -> str:
    """Return why these settings cannot be, or ""."""
    g, largest, more = Transposed(s, d), LARGEST[d["rank"]], s["output_padding"]
    if more >= max(s["stride"], s["dilation"]):
        return (
            f"output padding must be less than the stride or the dilation: output padding {more}, "
            f"stride {s['stride']}, dilation {s['dilation']}"
        )
    for j in range(3):
        if g.out[j] < 1:
            return f"nothing is left of the output: {g.size(j)} = {fmt(g.out[j])}"
        if g.full[j] > largest:
            return f"an output of {g.full[j]} before cropping is too large to draw (at most {largest})"
        if g.wide[j] > largest + 4:
            return f"an input of {g.wide[j]} with its inserted zeros is too large to draw (at most {largest + 4})"
    return ""


def limits(s: Mapping[str, Any], d: Mapping[str, Any]) -> dict[str, int]:
    """Return the greatest output and input index."""
    g = Transposed(s, d)
    return {"outputs": prod(g.out) - 1, "inputs": prod(g.n) - 1}
