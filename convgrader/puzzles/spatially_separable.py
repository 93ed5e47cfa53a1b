"""The puzzles of the page on spatially separable convolution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv2d

Array = np.ndarray
KERNELS = np.array(
    [
        [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
        [[1, 2, 4], [2, 4, 8], [-1, -2, -4]],
        [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    ]
)
"""The kernels A to G."""


def _ranks() -> list[int]:
    return [rank(kernel) for kernel in KERNELS]


def rank(kernel: Array) -> int:
    """Return how many columns times rows a kernel is."""
    return int(np.linalg.matrix_rank(kernel))


def steps(x: Array, column: Array, row: Array, stride: int, padding: int, bias: int) -> Array:
    """Return the right answer: the kernel at once."""
    return _at_once(x, column, row, stride, padding) + bias


def _at_once(x: Array, column: Array, row: Array, stride: int, padding: int) -> Array:
    return conv2d(x[None], np.outer(column, row)[None, None], stride=stride, padding=padding)[0]


def _in_steps(strides: tuple, paddings: tuple, biases: tuple[int, int] = (0, 1)) -> Callable[..., Array]:
    """Return the two steps with (rows, columns) factors of stride and padding for each, and bias factors."""

    def wrong(x: Array, column: Array, row: Array, stride: int, padding: int, bias: int) -> Array:
        y = x
        for n, kernel in enumerate((column[:, None], row[None, :])):
            y = conv2d(
                y[None],
                kernel[None, None],
                stride=tuple(stride if factor else 1 for factor in strides[n]),
                padding=tuple(padding * factor for factor in paddings[n]),
            )[0]
            y = y + biases[n] * bias
        return y

    return wrong


ONCE = ((1, 0), (0, 1))
FRAMED = ((1, 1), (0, 0))
TWICE = ((1, 1), (1, 1))
TWICE_ANYHOW = [
    _in_steps(strides, paddings, biases)
    for strides in (ONCE, TWICE, ((1, 1), (0, 1)), ((1, 0), (1, 1)))
    for paddings in (FRAMED, TWICE)
    for biases in ((0, 1), (1, 1))
    if strides != ONCE or paddings != FRAMED
]


def order(height: int, width: int, kh: int, kw: int) -> list[int]:
    """Return the multiplications at once, column first, row first."""
    return _order(height - kh + 1, width - kw + 1, height, width, kh, kw)


def _order(rows: int, columns: int, height: int, width: int, kh: int, kw: int) -> list[int]:
    both = rows * columns
    return [both * kh * kw, rows * width * kh + both * kw, height * columns * kw + both * kh]


def cheapest(kernel: Array) -> int:
    """Return the fewest multiplications for each output."""
    return min(kernel.size, rank(kernel) * sum(kernel.shape))


def _pictures() -> list[tuple]:
    generator = np.random.default_rng(9)
    found: list[tuple] = []
    for stride, padding, bias in ((1, 0, 3), (2, 1, 5), (3, 2, 2), (2, 0, 0)):
        x = generator.integers(-5, 6, size=(9, 12))
        column, row = generator.integers(1, 6, size=4), generator.integers(-6, 0, size=3)
        found.append((x, column + 0.5, row * np.array([1, 2, -1]), stride, padding, bias))
    return found


def _kernels() -> list[tuple]:
    generator = np.random.default_rng(4)
    left, right = generator.integers(1, 8, size=(9, 4)), generator.integers(1, 8, size=(4, 7))
    sizes = [(9, 7, 1), (9, 7, 2), (9, 7, 4), (3, 3, 1), (3, 3, 2), (5, 4, 2), (2, 6, 1)]
    return [(left[:rows, :terms] @ right[:terms, :columns],) for rows, columns, terms in sizes]


PUZZLES = {
    "split-ranks": Puzzle(
        _ranks,
        (),
        [()],
        {
            "every-kernel-separable": [
                lambda: [1] * 7,
                lambda: [1 if (kernel == kernel.T).all() else 2 for kernel in KERNELS],
                lambda: [min(n, 2) for n in _ranks()],
            ],
            "multiples-counted": lambda: [len(np.unique(kernel, axis=0)) for kernel in KERNELS],
        },
    ),
    "split-steps": Puzzle(
        steps,
        ("x", "column", "row", "stride", "padding", "bias"),
        _pictures(),
        {
            "each-axis-twice": TWICE_ANYHOW,
            "bias-per-input": [_in_steps(ONCE, FRAMED, (1, 1)), _in_steps(ONCE, ONCE, (1, 1))],
            "bias-missing": lambda x, c, r, s, p, b: _at_once(x, c, r, s, p),
            "kernel-reversed": lambda x, c, r, s, p, b: steps(x, c[::-1], r[::-1], s, p, b),
            "kernel-transposed": lambda x, c, r, s, p, b: steps(x, r, c, s, p, b),
            "padding-ignored": lambda x, c, r, s, p, b: steps(x, c, r, s, 0, b),
            "padding-one-side": lambda x, c, r, s, p, b: steps(np.pad(x, (2 * p, 0)), c, r, s, 0, b),
            "padding-wrong-values": lambda x, c, r, s, p, b: steps(np.pad(x, p, mode="edge"), c, r, s, 0, b),
            "stride-ignored": lambda x, c, r, s, p, b: steps(x, c, r, 1, p, b),
        },
    ),
    "split-order": Puzzle(
        order,
        ("height", "width", "kh", "kw"),
        [(5, 5, 3, 3), (5, 30, 3, 9), (40, 12, 7, 2), (9, 9, 1, 5)],
        {
            "middle-as-output": lambda h, w, a, b: [
                order(h, w, a, b)[0],
                *[(h - a + 1) * (w - b + 1) * (a + b)] * 2,
            ],
            "last-column-dropped": lambda h, w, a, b: _order(h - a, w - b, h, w, a, b),
            "axes-swapped": lambda h, w, a, b: [order(h, w, a, b)[i] for i in (0, 2, 1)],
            "kernel-transposed": lambda h, w, a, b: order(h, w, b, a),
            "flops-are-macs": lambda h, w, a, b: [2 * n for n in order(h, w, a, b)],
            "kernel-side-counted": lambda h, w, a, b: [order(h, w, a, b)[0] // b, *order(h, w, a, b)[1:]],
        },
    ),
    "split-cheapest": Puzzle(
        cheapest,
        ("kernel",),
        _kernels(),
        {
            "every-kernel-separable": lambda kernel: sum(kernel.shape),
            "splitting-always-saves": lambda kernel: rank(kernel) * sum(kernel.shape),
            "kernel-side-counted": lambda kernel: min(kernel.size, rank(kernel) * len(kernel)),
            "flops-are-macs": lambda kernel: 2 * cheapest(kernel),
            "only-rank-one-splits": [
                lambda kernel: kernel.size,
                lambda kernel: sum(kernel.shape) if rank(kernel) == 1 else kernel.size,
            ],
        },
    ),
}
