"""The puzzles of the page on convolution and cross-correlation."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from convgrader.puzzle import Puzzle
from convlib.signal import convolve, correlate

HAND_X, HAND_KERNEL = np.array([3, 1, 2, -1, 4]), np.array([1, 2, -1])
_random = np.random.default_rng(5)
X, KERNEL = _random.integers(-4, 5, (5, 6)), _random.integers(1, 9, (2, 3)) / 2
TALL = _random.integers(1, 9, (4, 2)) / 2
DOT = np.zeros((4, 5), dtype=int)
DOT[1, 2] = 1
SIGNALS = [([0, 4, 0, 2, 0, 0, 0], [4, 2, 1]), ([3, 1, 5, 2], [1, 2, 7, 5])]


def _stamps(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the stamps of every input, where they meet the later over the earlier."""
    out = np.zeros([n + k - 1 for n, k in zip(x.shape, kernel.shape, strict=True)])
    for place in np.ndindex(*x.shape):
        out[tuple(slice(at, at + k) for at, k in zip(place, kernel.shape, strict=True))] = x[place] * kernel
    return out


def _cut(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the sum of the stamps, each of them cut to whole numbers."""
    ones = [np.where(x == value, 1, 0) for value in np.unique(x)]
    return sum(convolve(one, np.trunc(value * kernel)) for one, value in zip(ones, np.unique(x), strict=True))


def _averaged(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return convolve(x, kernel) / convolve(np.ones(x.shape), np.ones(kernel.shape))


def _dot_becomes_kernel(answer: np.ndarray, x: np.ndarray, kernel: np.ndarray) -> bool:
    """Whether the one dot of a picture has become the kernel as it stands; other pictures are not asked."""
    if np.count_nonzero(x) != 1 or answer.ndim != 2:
        return True
    (row, column), (height, width) = np.argwhere(x)[0], kernel.shape
    stamp = answer[row : row + height, column : column + width]
    return stamp.shape != kernel.shape or bool(np.allclose(stamp, kernel))


def _row(index: Callable[[int, int, int], int]) -> Callable[..., list[int]]:
    """Return the products of a signal and a kernel that is read at ``index(place, length, step)``."""

    def row(signal: list[int], kernel: list[int], step: int) -> list[int]:
        at = [index(i, len(kernel), step) for i in range(len(signal))]
        return [x * kernel[t] if 0 <= t < len(kernel) else 0 for x, t in zip(signal, at, strict=True)]

    return row


def _wrapped(signal: list[int], kernel: list[int], step: int) -> list[int]:
    return [
        x * kernel[step - i] if step - i < len(kernel) and step - i >= -len(kernel) else 0
        for i, x in enumerate(signal)
    ]


def _follows(total: Callable[[list[int]], int]) -> Callable[[list[int], int], int]:
    """Return how far the output moves, if the strides amount to ``total``; -1 if it does not move along."""
    return lambda strides, shift: -1 if shift % total(strides) else shift // total(strides)


def _same(
    before: Callable[[int], int], kernel: Callable[[np.ndarray], np.ndarray], mode: str = "constant"
) -> Callable[..., np.ndarray]:
    """Return a 2-D sliding of ``kernel(w)`` with ``before(k)`` of the k - 1 padded places at the start of each axis."""

    def answer(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        framed = np.pad(x, [(before(k), k - 1 - before(k)) for k in w.shape], mode=mode)  # type: ignore[call-overload]
        return correlate(framed, kernel(w), mode="valid")

    return answer


def _turn(w: np.ndarray) -> np.ndarray:
    return w[::-1, ::-1]


PUZZLES = {
    "convolution-found": Puzzle(
        lambda: correlate(HAND_X, HAND_KERNEL, mode="valid"),
        (),
        [()],
        {
            "kernel-reversed": lambda: convolve(HAND_X, HAND_KERNEL, mode="valid"),
            "mean-for-sum": lambda: correlate(HAND_X, HAND_KERNEL, mode="valid") / 3,
            "last-column-dropped": lambda: correlate(HAND_X, HAND_KERNEL, mode="valid")[:-1],
            "last-column-kept": lambda: correlate(HAND_X, HAND_KERNEL)[2:],
        },
    ),
    "convolution-stamped": Puzzle(
        lambda: convolve(HAND_X, HAND_KERNEL),
        (),
        [()],
        {
            "transposed-kernel-reversed": lambda: correlate(HAND_X, HAND_KERNEL),
            "accumulation-overwrites": lambda: _stamps(HAND_X, HAND_KERNEL),
            "stamps-averaged": lambda: _averaged(HAND_X, HAND_KERNEL),
            "last-column-dropped": lambda: convolve(HAND_X, HAND_KERNEL)[:5],
        },
    ),
    "convolve": Puzzle(
        convolve,
        ("x", "kernel"),
        [(X, KERNEL), (DOT, KERNEL), (X, TALL)],
        {
            "correlation-for-convolution": correlate,
            "kernel-half-reversed": lambda x, w: correlate(x, w[:, ::-1]),
            "padding-ignored": lambda x, w: convolve(x, w, mode="valid"),
            "accumulation-overwrites": _stamps,
            "stamps-averaged": _averaged,
            "axes-swapped": lambda x, w: convolve(x, w).T,
            "dtype-truncated": _cut,
            "mean-for-sum": lambda x, w: convolve(x, w) / w.size,
        },
        [
            (
                "A picture with a single dot has to become the kernel as it stands, and yours does not.",
                _dot_becomes_kernel,
            )
        ],
    ),
    "products": Puzzle(
        _row(lambda i, k, step: step - i),
        ("signal", "kernel", "step"),
        [(x, w, step) for x, w in SIGNALS for step in range(len(x) + len(w) - 1)],
        {
            "kernel-not-reversed": _row(lambda i, k, step: i - step + k - 1),
            "index-wrapped": _wrapped,
            "shifted": _row(lambda i, k, step: step - i + k - 1),
            "off-by-one": _row(lambda i, k, step: step - i - 1),
        },
        [
            (
                "One product for each place of the signal is asked for, zeros included.",
                lambda got, x, *_: got.shape == (len(x),),
                "wrong-shape",
            )
        ],
    ),
    "follows": Puzzle(
        _follows(prod),
        ("strides", "shift"),
        [(strides, shift) for strides in ([2, 2, 3], [4, 2], [3], [1, 1], [6, 4]) for shift in range(37)],
        {
            "strides-added": _follows(sum),
            "stride-ignored": [
                _follows(lambda strides: strides[-1]),
                _follows(lambda strides: strides[0]),
                _follows(max),
            ],
            "stride-keeps-equivariance": [
                lambda strides, shift: shift,
                lambda strides, shift: shift // prod(strides),
            ],
        },
    ),
    "scipy-same": Puzzle(
        _same(lambda k: k // 2, _turn),
        ("x", "kernel"),
        [(X, KERNEL), (X, TALL), (X, TALL[:3]), (X, TALL.T)],
        {
            "kernel-not-reversed": _same(lambda k: k // 2, lambda w: w),
            "kernel-half-reversed": _same(lambda k: k // 2, lambda w: w[:, ::-1]),
            "shifted": _same(lambda k: (k - 1) // 2, _turn),
            "padding-one-side": _same(lambda k: k - 1, _turn),
            "padding-wrong-values": _same(lambda k: k // 2, _turn, mode="edge"),
            "padding-ignored": lambda x, w: convolve(x, w, mode="valid"),
        },
    ),
}
