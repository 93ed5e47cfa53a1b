"""The explorer of separable and flattened kernels. The script's twin is `js/separable.js`.

What is drawn is computed here step by step as the script does it, so that both show the same where several answers are as good
(equal singular values). The tests compare it with `convlib.separable`, which uses LAPACK.
"""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np

from convlib.explore._code import KERAS, Lines, templates
from convlib.explore._conv_shape import Index, at3
from convlib.explore._kind import Control, Data, Kind, State, drawable, rank_of
from convlib.explore._panels import bars, grid
from convlib.explore._svg import Panel, Scene
from convlib.explore._text import fill, fmt, literal, plural, spoken
from convlib.explore.explorer import Explorer

Vector = list[float]
SWEEPS = 10
TINY = 1e-9
"""So short a vector is nothing but rounding."""
WORDS = (
    (
        "Rank {rank}: it is separable. {terms} from the kernel by {off} of its size. ",
        "Rank {rank}: it takes {rank} separable kernels to give it. {terms} from the kernel by {off} of its size. ",
        "Passes along the axes cost {passes} multiply-adds a pixel, the kernel itself {whole}.",
    ),
    (
        "After {n} the product of three vectors differs from the kernel by {off} of its size. ",
        "",
        "Passes along the axes cost {passes} multiply-adds a pixel, the kernel itself {whole}.",
    ),
)
MOST = 9
"""The greatest size of a weight."""
PRESETS: dict[str, list[int]] = {
    "Sobel": [1, 0, -1, 2, 0, -2, 1, 0, -1],
    "box": [1] * 9,
    "binomial": [1, 2, 1, 2, 4, 2, 1, 2, 1],
    "Laplacian": [0, 1, 0, 1, -4, 1, 0, 1, 0],
    "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    "emboss": [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    "diagonal": [1, 0, 0, 0, 1, 0, 0, 0, 1],
}


def _total(values: Any) -> float:
    out = 0.0
    for v in values:  # in this order, as the script adds
        out += v
    return out


def _dot(p: Vector, q: Vector) -> float:
    return _total(v * w for v, w in zip(p, q))


def _length(a: Vector) -> float:
    return sqrt(_dot(a, a))


def rotated(a: list[Vector]) -> list[tuple[float, Vector, Vector]]:
    """Return (size, left, right), the largest first, whose products left × right add up to the matrix.

    One-sided Jacobi: pairs of rows are turned until all are orthogonal.
    """
    rows, u = list(a), [[float(x == y) for x in range(len(a))] for y in range(len(a))]
    for _ in range(30):
        for p in range(len(a)):
            for q in range(p):
                far, near = _dot(rows[q], rows[q]), _dot(rows[p], rows[p])
                both = _dot(rows[p], rows[q])
                if abs(both) > 1e-15 * sqrt(near * far):
                    z = (far - near) / (2 * both)
                    t = (-1 if z < 0 else 1) / (abs(z) + sqrt(1 + z * z))
                    c = 1 / sqrt(1 + t * t)
                    for m in (rows, u):
                        m[p], m[q] = (
                            [c * v - c * t * w for v, w in zip(m[p], m[q])],
                            [c * t * v + c * w for v, w in zip(m[p], m[q])],
                        )
    found = [(sqrt(_dot(right, right)), left, right) for left, right in zip(u, rows)]
    return sorted(found, key=lambda term: -term[0])


def _facing(a: Vector) -> int:
    """Return ±1, so that the greatest entry (the first of those) becomes positive."""
    most = max(map(abs, a))
    return -1 if next(v for v in a if abs(v) > most * (1 - 1e-6) or not most) < 0 else 1


class Split:
    """A kernel and its approximation: so many separable kernels added, or a flattened one after so many sweeps."""

    def __init__(self, s: State, d: Data) -> None:
        self.step: int = s["step"]
        self.deep = len(d["shape"]) > 2
        self.n: Index = (1, *d["shape"])[-3:]
        self.a: list[int] = s["weights"]
        self.singular: Vector = []
        self.errors: Vector = []
        self.start: Index | None = None
        self.rank = 0
        if self.deep:
            self._flattened()
        else:
            self._added()

    def _error(self) -> float:
        return _length([v - w for v, w in zip(self.a, self.near)]) / _length([float(v) for v in self.a])

    def _added(self) -> None:
        _, h, w = self.n
        every = rotated([[float(v) for v in self.a[y * w : y * w + w]] for y in range(h)])
        self.singular = [size for size, _, _ in every[: min(h, w)]]
        self.rank = sum(size > 1e-8 * every[0][0] for size in self.singular)
        self.terms = []
        for size, left, right in every[: min(self.step + 1, self.rank)]:
            half = sqrt(size) * _facing(left)
            self.terms.append([[v * half for v in left], [v / half for v in right]])
        self.near = [
            _total(column[y] * row[x] for column, row in self.terms) for y in range(h) for x in range(w)
        ]
        self.errors = [self._error()]

    def _flattened(self) -> None:
        places = [at3(i, self.n) for i in range(prod(self.n))]
        f = []
        for axis in range(3):
            unfolded = [
                [float(v) for v, at in zip(self.a, places) if at[axis] == i] for i in range(self.n[axis])
            ]
            f.append(rotated(unfolded)[0][1])
        if (
            _length(self._answer(f, 0, places)) < TINY
        ):  # at right angles to the kernel: its greatest weight is not
            most = max(map(abs, self.a))
            self.start = at3(next(i for i, v in enumerate(self.a) if abs(v) == most), self.n)
            f = [[float(i == at) for i in range(n)] for n, at in zip(self.n, self.start)]
        for _ in range(self.step + 1):
            for axis in range(3):
                v = self._answer(f, axis, places)
                f[axis] = v if axis > 1 else [w / _length(v) for w in v]
            self.near = [f[0][z] * f[1][y] * f[2][x] for z, y, x in places]
            self.errors.append(self._error())
        b, c = _facing(f[0]), _facing(f[1])
        self.terms = [[[v * b for v in f[0]], [v * c for v in f[1]], [v * b * c for v in f[2]]]]

    def _answer(self, f: list[Vector], axis: int, places: list[Index]) -> Vector:
        """Return what the kernel answers along one axis to the vectors of the two others."""
        p, q = (j for j in range(3) if j != axis)
        v = [0.0] * self.n[axis]
        for i, at in enumerate(places):
            v[at[axis]] += self.a[i] * f[p][at[p]] * f[q][at[q]]
        return v


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    return "" if any(s["weights"]) else "a kernel of zeros has rank 0: there is nothing to separate"


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the last step: one fewer than the rank, or than the sweeps that are shown."""
    return {"outputs": SWEEPS - 1 if len(d["shape"]) > 2 else Split({**s, "step": 0}, d).rank - 1}


def _slices(g: Split, name: str, values: Any, c: str) -> list[Panel]:
    titles = [f"{name}, slice {z}" if g.deep else name for z in range(g.n[0])]
    return [
        grid(title, rows, lambda y, x: (c,)) for title, rows in zip(titles, np.reshape(values, g.n).tolist())
    ]


def _factors(g: Split) -> list[Panel]:
    panels = []
    for j, factors in enumerate(g.terms):
        for axis, v in enumerate(factors):
            name = ("across", "down", "along")[axis] if g.deep else f"{('column', 'row')[axis]} {j + 1}"
            rows = [v] if axis == len(factors) - 1 else [[one] for one in v]
            panels.append(grid(name, rows, lambda y, x: ("k",)))
    return panels


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, t = Split(s, d), 1 if len(d["shape"]) > 2 else s["step"] + 1
    values, title = (g.errors, "error after each sweep") if g.deep else (g.singular, "singular values")
    shown = values if g.deep else values[: g.rank]
    lit = [s["step"]] if g.deep else list(range(t))
    off = fmt(g.errors[-1])
    k = g.n if g.deep else g.n[1:]
    words = {
        "n": plural(s["step"] + 1, "sweep"),
        "rank": g.rank,
        "off": off,
        "terms": f"The first {t} together differ" if t > 1 else "The nearest one differs",
        "passes": sum(k) * t,
        "whole": prod(k),
    }
    say = fill(d["words"][g.rank > 1] + d["words"][2], words)
    sum_ = f"singular values {', '.join(map(fmt, g.singular))}; error {off}"
    if g.deep:
        sum_ = f"error = {' → '.join(map(fmt, g.errors))}"
    difference = [v - w for v, w in zip(g.a, g.near)]
    groups = [
        ("row", _slices(g, "kernel", g.a, "k")),
        ("row", _factors(g)),
        ("row", [*_slices(g, "near", g.near, "k"), *_slices(g, "difference", difference, "p")]),
        ("row", [bars(title, f"{title}: {spoken([values])}", 40, shown, "K", lit, f"step,{len(shown)},1")]),
    ]
    return Scene(groups, say, sum_, {"step": f"{s['step'] + 1} of {limits(s, d)['outputs'] + 1}"})


def _templates(shape: list[int], at_entry: bool = False) -> dict[str, str]:
    """Return the programs; ``{n}`` is the number of terms or sweeps, ``{begin}`` the entry that they begin at."""
    deep = len(shape) > 2

    def flattened(j: int) -> Lines:
        if not j:
            return ["near = best_flattened(weight, steps={n}).kernel"]
        lib, svd, own = ("ops", "ops.svd", "np") if j == KERAS else ("torch", "torch.linalg.svd", "torch")
        norm = "ops.norm" if j == KERAS else "torch.linalg.norm"

        def one(v: str, *rest: str) -> list[str]:
            call = f'    {v} = {lib}.einsum("abc,{",".join(rest)}->{v}", weight, {", ".join(rest)})'
            return [call] if v == "c" else [call, f"    {v} = {v} / {norm}({v})"]

        first = "eye(n, dtype=torch.float64)" if j != KERAS else 'eye(n, dtype="float32")'
        begin = f"a, b, c = [{own}.{first}[i] for n, i in zip(weight.shape, ({{begin}}))]"
        return [
            begin
            if at_entry
            else f"a, b, c = [{svd}({own}.moveaxis(weight, i, 0).reshape(weight.shape[i], -1), full_matrices=False)[0][:, 0] for i in range(3)]",
            "for _ in range({n}):",
            *one("a", "b", "c"),
            *one("b", "a", "c"),
            *one("c", "a", "b"),
            f'near = {lib}.einsum("a,b,c->abc", a, b, c)',
        ]

    def added(j: int) -> Lines:
        if not j:
            return ["near = sum(np.outer(column, row) for column, row in separable_terms(weight, rank={n}))"]
        svd = "ops.svd" if j == KERAS else "torch.linalg.svd"
        return [f"u, s, v = {svd}(weight, full_matrices=False)", "near = (u[:, :{n}] * s[:{n}]) @ v[:{n}]"]

    source = f"convlib.separable import {'best_flattened' if deep else 'separable_terms'}"
    weight = ("weight", "{weight}", f".reshape({', '.join(map(str, shape))})")
    return templates(source, [weight], flattened if deep else added)


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    start = Split(s, d).start
    values = {"weight": literal(s["weights"]), "n": s["step"] + 1, "begin": ",".join(map(str, start or ()))}
    return fill(d["code"][dialect + ("1" if start else "")], values)


KIND = Kind("separable", check, limits, draw, code)


def separable(kernel: Any = None, *, step: int = 0, name: str | None = None) -> Explorer:
    """Explore which kernels are products of vectors: edit one, and see its rank and the nearest separable kernel.

    In two axes the singular values say it all. In three (channels, height, width) one vector after the other
    is solved for, sweep by sweep: a flattened convolution.

    Parameters
    ----------
    kernel : array_like, shape (kH, kW) or (C, kH, kW), optional
        Your kernel: whole numbers from −9 to 9, at most 5×5 or 3×3×3; a Laplacian if left out.
    step : int
        What is shown at the start, counted from 0: how many further separable kernels are added to the first, or
        how many sweeps follow the first.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If `kernel` has the wrong rank, is too large, is zero, or holds other numbers than those integers.
    ValueError
        If `kernel` holds NaN or infinity.
    TypeError
        If `kernel` does not hold real numbers.

    References
    ----------
    Eckart and Young (1936), The approximation of one matrix by another of lower rank.
    Jin et al. (2015), Flattened convolutional neural networks, section 3.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.separable([[1, 2], [2, 4]]).sentence[:36]
    'Rank 1: it is separable. The nearest'
    """
    kernel = np.reshape(PRESETS["Laplacian"], (3, 3)) if kernel is None else kernel
    deep = rank_of(kernel) == 3
    own: Any = drawable("separable", "kernel", kernel, "C, H, W" if deep else "H, W", 3 if deep else 5)
    s: State = {"step": step, "weights": np.ravel(own).tolist()}
    shape = list(np.shape(own))
    controls: list[Control] = [
        ("step", "sweeps" if deep else "terms", 0, "outputs"),
        ("weights", "weights", [-MOST, MOST]),
    ]
    if shape == [3, 3]:
        controls.append(("preset", "kernels", {key: {"weights": w} for key, w in PRESETS.items()}))
    at_entry = {dialect + "1": text for dialect, text in _templates(shape, True).items() if deep}
    d = {"shape": shape, "words": WORDS[deep], "code": _templates(shape) | at_entry}
    return Explorer(KIND, controls, s, d, name=name)
