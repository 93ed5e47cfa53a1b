"""The puzzles of the page on how a convolution is made fast."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from convgrader.puzzle import Puzzle
from convlib.algorithms.winograd import A, B, G
from convlib.matrix import unfold

X, W = np.array([3, 1, 4, 2]), np.array([2, 4, 8])


def _worked(
    weight: np.ndarray = W,
    half: float = 1.0,
    mixed: tuple[int, int, int] = (1, 1, 1),
    last: tuple[int, int] = (-1, -1),
) -> list[float]:
    """Return the four products and the two outputs of F(2, 3); the options are the slips."""
    products = (np.array(G[2]) @ weight) * (np.array(B[2]) @ X)  # (4,)
    products[1:3] *= half
    products *= [1, mixed[0], mixed[1], mixed[2]]
    sums = np.array(A[2])
    sums[1] = [0, 1, *last]
    return [float(value) for value in (*products, *(sums @ products))]


def columns(x: np.ndarray, kernel_height: int, kernel_width: int, stride: int) -> np.ndarray:
    """Return every window as a column."""
    return unfold(x[None], (kernel_height, kernel_width), stride=stride)[0]


def _ordered(
    x: np.ndarray, kh: int, kw: int, stride: int, axes: tuple[int, ...], flip: bool = False
) -> np.ndarray:
    """Return the windows with their axes (C, oh, ow, kh, kw) in another order."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]
    if flip:
        windows = windows[..., ::-1, ::-1]
    return windows.transpose(axes).reshape(len(x) * kh * kw, -1)


def _order(*axes: int, flip: bool = False) -> Callable[[np.ndarray, int, int, int], np.ndarray]:
    return lambda x, kh, kw, stride: _ordered(x, kh, kw, stride, axes, flip)


def _side_by_side(x: np.ndarray, kh: int, kw: int, stride: int) -> np.ndarray:
    """Return the matrix of the transposed shape, filled as if it were the columns."""
    return columns(x, kh, kw, stride).T


def products(
    c_in: int,
    c_out: int,
    height: int,
    width: int,
    m: int,
    tiles: Callable[[int, int], float] = lambda n, m: -(n // -m),
    each: Callable[[int], int] = lambda m: (m + 2) ** 2,
) -> int:
    """Return the products of Winograd's method; the options are the slips."""
    return int(c_in * c_out * tiles(height, m) * tiles(width, m) * each(m))


def same(
    x: np.ndarray, weight: np.ndarray, *, flip: bool = False, start: int = 0, wrap: bool = False
) -> np.ndarray:
    """Return a SAME layer of stride 1; the options are the slips."""
    half = len(weight) // 2
    framed = np.pad(x, 2 * len(weight), mode="wrap" if wrap else "constant")
    windows = np.lib.stride_tricks.sliding_window_view(framed, len(weight))
    begin = 2 * len(weight) - half + start
    return windows[begin : begin + len(x)] @ (weight[::-1] if flip else weight)


def _moved(share: Callable[[int], int]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the layer with its windows moved by a number that depends on the kernel's size."""
    return lambda x, weight: same(x, weight, start=share(len(weight)))


def _image(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 50, size=shape)


PUZZLES = {
    "algorithms-winograd": Puzzle(
        _worked,
        (),
        [()],
        {
            "kernel-reversed": partial(_worked, W[::-1]),
            "halves-forgotten": partial(_worked, half=2.0),
            "product-order-swapped": partial(_worked, mixed=(1, -1, 1)),
            "last-product-added": partial(_worked, last=(-1, 1)),
            "difference-added": partial(_worked, last=(1, -1)),
            "last-product-left-out": partial(_worked, last=(-1, 0)),
        },
        [
            (
                "Six numbers are asked for: four products and two outputs.",
                lambda got: got.shape == (6,),
                "wrong-shape",
            ),
            (
                "y0 is not the sum of m0, m1 and m2.",
                lambda got: bool(np.isclose(got[4], got[0] + got[1] + got[2])),
            ),
        ],
    ),
    "algorithms-columns": Puzzle(
        columns,
        ("x", "kernel_height", "kernel_width", "stride"),
        [(_image(1, 2, 5, 7), 2, 3, 1), (_image(2, 3, 6, 5), 3, 2, 1), (_image(3, 1, 7, 8) / 2, 2, 4, 2)],
        {
            "channels-last": _order(3, 4, 0, 1, 2),
            "kernel-transposed": _order(0, 4, 3, 1, 2),
            "matrix-wrong-order": _order(0, 3, 4, 2, 1),
            "windows-not-columns": [_order(0, 1, 2, 3, 4), _order(1, 2, 0, 3, 4)],
            "kernel-reversed": _order(0, 3, 4, 1, 2, flip=True),
            "matrix-transposed": _side_by_side,
            "stride-ignored": lambda x, kh, kw, stride: columns(x, kh, kw, 1),
        },
        [
            (
                "One row for each channel and tap is asked for.",
                lambda got, x, kh, kw, stride: got.ndim == 2 and len(got) == len(x) * kh * kw,
            ),
        ],
    ),
    "algorithms-tiles": Puzzle(
        products,
        ("c_in", "c_out", "height", "width", "m"),
        [(1, 1, 2, 2, 2), (3, 5, 7, 7, 4), (64, 64, 14, 14, 4), (2, 3, 55, 27, 2), (8, 4, 13, 29, 6)],
        {
            "floor-for-ceil": partial(products, tiles=lambda n, m: n // m),
            "tiles-in-parts": partial(products, tiles=lambda n, m: n / m),
            "tiles-side-by-side": partial(products, tiles=lambda n, m: -(n // -(m + 2))),
            "one-axis-counted": partial(products, each=lambda m: m + 2),
            "tile-without-its-border": partial(products, each=lambda m: m**2),
            "direct-products": partial(products, each=lambda m: 9 * m**2),
            "channels-once": lambda c_in, c_out, *rest: products(c_in, 1, *rest),
        },
    ),
    "algorithms-fourier": Puzzle(
        same,
        ("x", "weight"),
        [
            (_image(4, 11), np.array([1, 2, 5])),
            (_image(5, 14), np.array([3, 1, 4, 1, 5])),
            (_image(6, 9), np.array([2.5, 7, 1, 8, 2, 8, 1])),
        ],
        {
            "kernel-reversed": partial(same, flip=True),
            "wraps-around": partial(same, wrap=True),
            "wraps-around-reversed": partial(same, wrap=True, flip=True),
            "padding-one-side": _moved(lambda k: -(k // 2)),
            "padding-at-the-end-only": _moved(lambda k: k // 2),
            "off-by-one": _moved(lambda k: 1),
            "mean-for-sum": lambda x, weight: same(x, weight) / len(weight),
        },
        [
            ("As many values come out as go in.", lambda got, x, weight: got.shape == x.shape, "wrong-shape"),
        ],
    ),
}
