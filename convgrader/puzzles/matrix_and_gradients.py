"""The puzzles of the page on the matrix and the gradients of a convolution."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv2d, conv_matrix, output_size
from convlib.grad import conv2d_weight

HAND_X, HAND_KERNEL, HAND_SLOPES = np.array([1, 3, 0, 2]), np.array([2, -1]), np.array([1, -2, 1])
_random = np.random.default_rng(7)
KERNELS = [_random.integers(1, 9, size) for size in ((2, 3), (3, 3), (3, 2))]
WIDE, TALL = (_random.integers(-4, 5, size) for size in ((3, 5, 9), (3, 10, 6)))
CHANGE = _random.integers(1, 9, (2, 3))


def _slopes(x: np.ndarray, stride: int) -> np.ndarray:
    """Return a slope for each output of a layer with a kernel of two rows and three columns."""
    height, width = x.shape[1:]
    return _random.integers(-4, 5, (len(x), output_size(height, 2, stride), output_size(width, 3, stride)))


BATCHES = [(x, _slopes(x, stride), (2, 3), stride) for x in (WIDE, TALL) for stride in (1, 2)]


def matrix(weight: np.ndarray, height: int, width: int, stride: int) -> np.ndarray:
    """Return the matrix of a convolution of one channel."""
    return conv_matrix(weight, (height, width), stride=stride)


def _columns_first(weight: np.ndarray, height: int, width: int, stride: int) -> np.ndarray:
    """Return the matrix for a picture that is unrolled column by column; its outputs stay row by row."""
    order = np.arange(height * width).reshape(height, width).T.ravel()
    return matrix(weight, height, width, stride)[:, order]


def _first_columns(weight: np.ndarray, height: int, width: int, stride: int) -> np.ndarray:
    """Return the matrix whose rows lie one column further on for each output: the end of a picture row is not seen."""
    right = matrix(weight, height, width, stride)
    return np.stack([np.roll(right[0], row * stride) for row in range(len(right))])


def weight_gradient(
    x: np.ndarray, slopes: np.ndarray, kernel_size: tuple[int, int], stride: int
) -> np.ndarray:
    """Return the gradient of one kernel over a batch of pictures with one channel."""
    return conv2d_weight(x[:, None], (1, 1, *kernel_size), slopes[:, None], stride=stride)[0, 0]


def _gradient(change: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """Return the weight's gradient, taken with changed slopes."""
    return lambda x, slopes, size, stride: weight_gradient(x, change(slopes, slopes * 0), size, stride)


def _first_place(slopes: np.ndarray, zeros: np.ndarray) -> np.ndarray:
    zeros[:, 0, 0] = slopes[:, 0, 0]
    return zeros


def _first_picture(slopes: np.ndarray, zeros: np.ndarray) -> np.ndarray:
    zeros[0] = slopes[0]
    return zeros


def _unstrided(x: np.ndarray, slopes: np.ndarray, size: tuple[int, int], stride: int) -> np.ndarray:
    rows, columns = (n + k - 1 for n, k in zip(slopes.shape[1:], size, strict=True))
    return weight_gradient(x[:, :rows, :columns], slopes, size, 1)


def _foretells(
    got: np.ndarray, x: np.ndarray, slopes: np.ndarray, size: tuple[int, int], stride: int
) -> bool:
    """Whether the gradient says by how much the loss moves when the weights move."""
    change = CHANGE[: size[0], : size[1]]
    moved = np.sum(conv2d(x[:, None], change[None, None], stride=stride)[:, 0] * slopes)
    return got.shape != size or bool(np.isclose(np.sum(got * change), moved))


def _used(
    inside: Callable[[int, int], bool], outputs: Callable[..., int] = output_size
) -> Callable[..., int]:
    """Return the function that counts the outputs at which a weight meets a place that is ``inside``."""

    def used(size: int, kernel: int, stride: int, padding: int, tap: int) -> int:
        return sum(
            inside(o * stride + tap - padding, size) for o in range(outputs(size, kernel, stride, padding))
        )

    return used


def _within(place: int, size: int) -> bool:
    return 0 <= place < size


PUZZLES = {
    "matrix-by-hand": Puzzle(
        lambda: conv_matrix(HAND_KERNEL, 4),
        (),
        [()],
        {
            "kernel-reversed": lambda: conv_matrix(HAND_KERNEL[::-1], 4),
            "matrix-transposed": lambda: conv_matrix(HAND_KERNEL, 4).T,
            "stride-ignored": lambda: np.repeat(conv_matrix(HAND_KERNEL, 4)[:1], 3, axis=0),
            "last-column-dropped": lambda: conv_matrix(HAND_KERNEL, 4)[:2],
        },
    ),
    "input-gradient-by-hand": Puzzle(
        lambda: np.convolve(HAND_SLOPES, HAND_KERNEL),
        (),
        [()],
        {
            "transposed-kernel-reversed": lambda: np.convolve(HAND_SLOPES, HAND_KERNEL[::-1]),
            "accumulation-overwrites": lambda: [2, -4, 2, -1],
            "matrix-not-transposed": lambda: conv_matrix(HAND_KERNEL, 4) @ HAND_X,
            "stamps-averaged": lambda: np.convolve(HAND_SLOPES, HAND_KERNEL) / [1, 2, 2, 1],
        },
    ),
    "weight-gradient-by-hand": Puzzle(
        lambda: np.correlate(HAND_X, HAND_SLOPES, "valid"),
        (),
        [()],
        {
            "gradient-not-summed": lambda: HAND_SLOPES[0] * HAND_X[:2],
            "kernel-reversed": lambda: np.correlate(HAND_X, HAND_SLOPES, "valid")[::-1],
            "mean-for-sum": lambda: np.correlate(HAND_X, HAND_SLOPES, "valid") / 3,
        },
    ),
    "matrix": Puzzle(
        matrix,
        ("weight", "height", "width", "stride"),
        [(weight, 5, 6, stride) for weight in KERNELS for stride in (1, 2)] + [(KERNELS[0], 4, 7, 2)],
        {
            "kernel-reversed": lambda w, h, width, s: matrix(w[::-1, ::-1], h, width, s),
            "kernel-transposed": lambda w, h, width, s: matrix(np.resize(w.T, w.shape), h, width, s),
            "matrix-wrong-order": _columns_first,
            "matrix-row-end": _first_columns,
            "matrix-transposed": lambda w, h, width, s: matrix(w, h, width, s).T,
            "stride-ignored": lambda w, h, width, s: matrix(w, h, width, 1),
            "wires-for-weights": lambda w, h, width, s: matrix(w, h, width, s) != 0,
            "mean-for-sum": lambda w, h, width, s: matrix(w, h, width, s) / w.size,
        },
    ),
    "weight-gradient": Puzzle(
        weight_gradient,
        ("x", "slopes", "kernel_size", "stride"),
        BATCHES,
        {
            "gradient-not-summed": [_gradient(_first_place), _gradient(_first_picture)],
            "mean-for-sum": lambda x, slopes, size, s: weight_gradient(x, slopes, size, s) / slopes[0].size,
            "batch-averaged": lambda x, slopes, size, s: weight_gradient(x, slopes, size, s) / len(x),
            "stride-ignored": _unstrided,
            "kernel-reversed": lambda *case: weight_gradient(*case)[::-1, ::-1],
            "kernel-transposed": lambda *case: weight_gradient(*case).T,
            "sign-flipped": lambda *case: -weight_gradient(*case),
        },
        [
            (
                "The gradient has to have the kernel's shape.",
                lambda got, x, slopes, size, stride: got.shape == size,
                "wrong-shape",
            ),
            ("When the weights move, the loss does not move as your gradient foretells.", _foretells),
        ],
    ),
    "used": Puzzle(
        _used(_within),
        ("size", "kernel_size", "stride", "padding", "tap"),
        [
            (size, kernel, stride, padding, tap)
            for size, kernel, stride, padding in product((5, 8), (3, 4), (1, 2, 3), (0, 1, 2))
            for tap in range(kernel)
        ],
        {
            "padding-has-wires": [
                _used(lambda place, size: True),
                _used(lambda place, size: 0 <= place <= size),
            ],
            "padding-ignored": lambda size, kernel, stride, padding, tap: output_size(size, kernel, stride),
            "ceil-for-floor": _used(_within, lambda i, k, s, p: -((i + 2 * p - k) // -s) + 1),
            "last-column-dropped": _used(_within, lambda i, k, s, p: (i + 2 * p - k) // s),
            "padding-one-side": _used(_within, lambda i, k, s, p: (i + p - k) // s + 1),
            "stride-ignored": lambda size, kernel, stride, padding, tap: _used(_within)(
                size, kernel, 1, padding, tap
            ),
        },
    ),
}
