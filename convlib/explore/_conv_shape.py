"""Which input values each output element of a convolution reads.

Inside, everything has three axes (depth, height, width): a 1-D convolution is one with depth and height 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, cast

import numpy as np

from convlib.conv import conv

Index = tuple[int, int, int]
LARGEST = (64, 16, 14, 7)
"""The largest side, padding included, that is drawn for each rank."""


def at3(i: int, shape: Index) -> Index:
    """Return the index along each axis of the `i`-th element."""
    return i // (shape[1] * shape[2]), i // shape[2] % shape[1], i % shape[2]


def flat3(at: tuple[int, ...], shape: Index) -> int:
    """Return the position of an index in the flat array."""
    return (at[0] * shape[1] + at[1]) * shape[2] + at[2]


def source(i: int, n: int, mode: str) -> int:
    """Return which input index a padded position holds; -1 is a zero."""
    if 0 <= i < n:
        return i
    if mode == "reflect":
        return -i if i < 0 else 2 * n - 2 - i
    if mode == "replicate":
        return 0 if i < 0 else n - 1
    return (i + n) % n if mode == "circular" else -1


@dataclass(frozen=True)
class Tap:
    """One product of an output's sum: kernel index, padded position, input position or -1, and both factors."""

    o: int
    w: Index
    q: Index
    i: int
    weight: float
    x: float


class Conv:
    """A convolution's sizes, with three axes each, and what its output elements read."""

    def __init__(self, s: Mapping[str, Any], d: Mapping[str, Any]) -> None:
        self.rank: int = d["rank"]
        self.mode: str = s["padding_mode"]
        self.x, self.w = self._cropped(d["x"], s["size"]), self._cropped(d["weight"], s["kernel"])
        self.n, self.k = cast(Index, self.x.shape), cast(Index, self.w.shape)
        self.stride, self.pad, self.dil = (
            self._per(s["stride"], 1),
            self._per(s["padding"], 0),
            self._per(s["dilation"], 1),
        )
        self.padded = self._axes(lambda j: self.n[j] + 2 * self.pad[j])
        self.span = self._axes(lambda j: self.dil[j] * (self.k[j] - 1) + 1)
        self.out = self._axes(lambda j: (self.padded[j] - self.span[j]) // self.stride[j] + 1)

    def _cropped(self, a: Any, to: int) -> np.ndarray:
        part = np.array(a, dtype=float)[(slice(to),) * self.rank]
        return part.reshape((1,) * (3 - self.rank) + part.shape)

    def _per(self, v: int, one: int) -> Index:
        return self._axes(lambda j: one if j < 3 - self.rank else v)

    @staticmethod
    def _axes(f: Any) -> Index:
        return f(0), f(1), f(2)

    def source(self, q: tuple[int, ...]) -> int:
        """Return the flat input position that a padded position holds; -1 is a zero."""
        i = tuple(source(v - p, n, self.mode) for v, p, n in zip(q, self.pad, self.n))
        return flat3(i, self.n) if min(i) >= 0 else -1

    def held(self, q: tuple[int, ...]) -> float:
        """Return the value at a padded position."""
        i = self.source(q)
        return float(self.x.flat[i]) if i >= 0 else 0.0

    def own(self, q: tuple[int, ...]) -> bool:
        """Return whether a padded position lies in the input itself."""
        return all(p <= v < p + n for v, p, n in zip(q, self.pad, self.n))

    def taps(self, o: int) -> list[Tap]:
        """Return what output element `o` reads, in the kernel's order."""
        at, found = at3(o, self.out), []
        for w in product(*map(range, self.k)):
            q = cast(Index, tuple(a * s + c * d for a, s, c, d in zip(at, self.stride, w, self.dil)))
            found.append(Tap(o, cast(Index, w), q, self.source(q), float(self.w[w]), self.held(q)))
        return found


class Numbers(Conv):
    """A convolution with its values: `y` from convlib, how often each input is read, whom the picked input feeds."""

    def __init__(self, s: Mapping[str, Any], d: Mapping[str, Any]) -> None:
        super().__init__(s, d)
        x, w = self.x[None], self.w[None, None]
        y = conv(x, w, None, self.stride, self.pad, self.dil, padding_mode=self.mode)
        self.y: list[float] = y.ravel().tolist()
        self.reads, self.feeds = [0] * prod(self.n), []
        for o in range(prod(self.out)):
            for tap in self.taps(o):
                if tap.i >= 0:
                    self.reads[tap.i] += 1
                if tap.i >= 0 and tap.i == s["cell"]:
                    self.feeds.append(tap)


def check(s: Mapping[str, Any], d: Mapping[str, Any]) -> str:
    """Return why these settings cannot be, or ""."""
    g, largest = Conv(s, d), LARGEST[d["rank"]]
    for n, k, p, m, span, dil in zip(g.n, g.k, g.pad, g.padded, g.span, g.dil):
        if m > largest:
            return f"an input of {m} with its padding is too large to draw (at most {largest})"
        if g.mode == "reflect" and p >= n:
            return f"reflect padding must be smaller than the input: padding {p}, input {n}"
        if g.mode == "circular" and p > n:
            return f"circular padding must not exceed the input: padding {p}, input {n}"
        if span > m:
            return (
                f"the kernel does not fit: {k} wide with dilation {dil} it spans {span}, "
                f"the input with its padding only {n} + 2·{p} = {m}"
            )
    return ""


def limits(s: Mapping[str, Any], d: Mapping[str, Any]) -> dict[str, int]:
    """Return the greatest output and input index."""
    g = Conv(s, d)
    return {"outputs": prod(g.out) - 1, "inputs": prod(g.n) - 1}
