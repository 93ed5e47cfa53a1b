"""The puzzles of the page on checkerboard artefacts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convgrader.puzzle import Puzzle

HAND_KERNELS = [np.array(w) for w in ([1, 2, 1], [3, 1, 2, 4], [1, 2, 3, 4], [2, 5, 4, 1, -1])]
_random = np.random.default_rng(13)
PLANES = [
    (_random.integers(1, 9, size), stride)
    for size, stride in (((4, 5), (3, 2)), ((3, 3), (2, 2)), ((2, 6), (3, 4)), ((6, 4), (2, 3)))
]
LINES = [(_random.integers(1, 9, size), stride) for size, stride in ((3, 2), (4, 2), (5, 3), (7, 3))]
STAMPS = [(_random.integers(1, 9, size), factor) for size, factor in ((3, 2), (3, 3), (5, 2))]
BLOCKS = [(_random.integers(1, 99, (channels * r * r, 2)), r) for channels, r in ((3, 2), (2, 3), (5, 2))]

Line = Callable[[np.ndarray, int], np.ndarray]


def _sums(weight: np.ndarray, stride: int) -> np.ndarray:
    return np.array([weight[r::stride].sum() for r in range(stride)])


def _by_hand(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[], list[np.ndarray]]:
    """Return the phase sums of the four kernels, changed."""
    return lambda: [_sums(change(w), 2) for w in HAND_KERNELS]


def phase_sums(weight: np.ndarray, stride: tuple[int, int]) -> np.ndarray:
    """Return the phase sums of a kernel of one channel, shape (s_h, s_w)."""
    return np.array(
        [[weight[q :: stride[0], r :: stride[1]].sum() for r in range(stride[1])] for q in range(stride[0])]
    )


def _plane(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray, tuple[int, int]], np.ndarray]:
    return lambda weight, stride: phase_sums(change(weight), stride)


def _blocks(weight: np.ndarray, stride: tuple[int, int]) -> np.ndarray:
    """Return the sums of the kernel's first stride × stride weights, the next ones, …: blocks, not phases."""
    padded = np.pad(weight, [(0, -k % s) for k, s in zip(weight.shape, stride, strict=True)])
    rows, columns = (n // s for n, s in zip(padded.shape, stride, strict=True))
    return padded.reshape(rows, stride[0], columns, stride[1]).sum(axis=(1, 3))


def _evened(share: Callable[[np.ndarray, int], np.ndarray]) -> Line:
    """Return the repair that gives each weight the ``share`` of what its phase lacks."""

    def evened(weight: np.ndarray, stride: int) -> np.ndarray:
        lacking = weight.sum() / stride - _sums(weight, stride)
        return weight + np.resize(lacking, weight.shape) / share(weight, stride)

    return evened


def _count(weight: np.ndarray, stride: int) -> np.ndarray:
    return np.resize(_sums(np.ones_like(weight), stride), weight.shape)


def _scaled(weight: np.ndarray, stride: int) -> np.ndarray:
    """Return the kernel whose phases were multiplied, where something was to be added."""
    return weight * np.resize(weight.sum() / stride / _sums(weight, stride), weight.shape)


def _ripple_free(got: np.ndarray, weight: np.ndarray, stride: int) -> bool:
    return got.shape != weight.shape or bool(np.allclose(_sums(got, stride), got.sum() / stride))


def stamp(weight: np.ndarray, factor: int) -> np.ndarray:
    """Return what one pixel stamps: each pixel repeated, then a convolution with zero padding."""
    return np.convolve(weight[::-1], np.ones(factor, dtype=int))


def _deal(weight: np.ndarray, r: int, first: int) -> np.ndarray:
    """Return the kernels as read from a table of ``first`` rows, column by column."""
    return weight.reshape(first, -1, *weight.shape[1:]).swapaxes(0, 1).reshape(weight.shape)


PUZZLES = {
    "phases-by-hand": Puzzle(
        _by_hand(lambda w: w),
        (),
        [()],
        {
            "overlap-for-sum": _by_hand(np.ones_like),
            "phase-for-half": lambda: [
                [w[: -(-len(w) // 2)].sum(), w[-(-len(w) // 2) :].sum()] for w in HAND_KERNELS
            ],
            "phases-exchanged": lambda: [_sums(w, 2)[::-1] for w in HAND_KERNELS],
            "mean-for-sum": lambda: [_sums(w, 2) / _sums(np.ones_like(w), 2) for w in HAND_KERNELS],
            "stride-ignored": lambda: [[w.sum(), w.sum()] for w in HAND_KERNELS],
        },
    ),
    "phase-sums": Puzzle(
        phase_sums,
        ("weight", "stride"),
        PLANES,
        {
            "overlap-for-sum": _plane(np.ones_like),
            "phase-for-half": _blocks,
            "kernel-reversed": _plane(lambda w: w[::-1, ::-1]),
            "kernel-transposed": _plane(lambda w: np.resize(w.T, w.shape)),
            "stride-axes-swapped": lambda w, stride: phase_sums(w, stride[::-1]),
            "axes-swapped": lambda w, stride: phase_sums(w, stride).T,
            "mean-for-sum": lambda w, stride: (
                phase_sums(w, stride) / np.maximum(phase_sums(np.ones_like(w), stride), 1)
            ),
        },
        [
            (
                "All phase sums together have to be the sum of all weights.",
                lambda got, w, stride: np.isclose(got.sum(), w.sum()),
            )
        ],
    ),
    "evened": Puzzle(
        _evened(_count),
        ("weight", "stride"),
        LINES,
        {
            "phases-of-one-size": [
                _evened(lambda w, stride: np.array(len(w) // stride)),
                _evened(lambda w, stride: np.array(len(w))),
                _evened(lambda w, stride: np.array(1)),
            ],
            "stamps-averaged": lambda w, stride: w / _count(w, stride),
            "scaled-for-added": _scaled,
        },
        [
            (
                "As many weights as before are asked for.",
                lambda got, w, stride: got.shape == w.shape,
                "wrong-shape",
            ),
            ("Fed with ones, your kernel still ripples: its phase sums differ.", _ripple_free),
            (
                "All weights together are not what they were.",
                lambda got, w, stride: np.isclose(got.sum(), w.sum()),
            ),
        ],
    ),
    "stamp": Puzzle(
        stamp,
        ("weight", "factor"),
        STAMPS,
        {
            "transposed-kernel-not-reversed": lambda w, factor: stamp(w[::-1], factor),
            "stamps-averaged": lambda w, factor: stamp(w, factor) / factor,
            "zeros-after-each": lambda w, factor: np.kron(w[::-1], [1] + [0] * (factor - 1)),
            "last-column-dropped": lambda w, factor: stamp(w, factor)[:-1],
        },
        [
            (
                "Every phase of the stamp has to add up to all weights.",
                lambda got, w, factor: got.ndim == 1 and np.allclose(_sums(got, factor), w.sum()),
            )
        ],
    ),
    "dealt": Puzzle(
        lambda weight, r: _deal(weight, r, r * r),
        ("weight", "factor"),
        BLOCKS,
        {
            "pixel-shuffle-order": lambda weight, r: weight,
            "order-inverted": lambda weight, r: _deal(weight, r, len(weight) // r**2),
            "channel-order-reversed": lambda weight, r: _deal(weight, r, r * r)[::-1],
            "factor-not-squared": lambda weight, r: _deal(weight, r, r),
        },
    ),
}
