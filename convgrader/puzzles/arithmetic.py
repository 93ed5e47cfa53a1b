"""The puzzles of the page on convolution arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

import convlib
from convgrader.puzzle import Puzzle

Pair = tuple[int, int]


def _halves(total: int) -> Pair:
    """Return a total padding as (start, end), the odd one at the end."""
    return max(total, 0) // 2, max(total, 0) - max(total, 0) // 2


def _same_total(size: int, kernel: int, stride: int, dilation: int) -> int:
    return (-(size // -stride) - 1) * stride + dilation * (kernel - 1) + 1 - size


def _same_floor(size: int, kernel: int, stride: int, dilation: int) -> Pair:
    return _halves((size // stride - 1) * stride + dilation * (kernel - 1) + 1 - size)


def _field(layers: list[tuple[int, int, int]]) -> int:
    return convlib.receptive_field([(k, s, 0, d) for k, s, d in layers]).size


def keepers(largest_kernel: int, largest_dilation: int) -> list[tuple[int, int, int]]:
    """Return every (kernel_size, padding, dilation) that keeps every size at stride 1."""
    return _keeping(lambda k, p, d: d * (k - 1) == 2 * p)(largest_kernel, largest_dilation)


def _keeping(rule: Callable[[int, int, int], bool]) -> Callable[[int, int], list[tuple[int, int, int]]]:
    """Return the function that lists the choices that fulfil a rule, in rising order."""

    def choices(kernel: int, dilation: int) -> list[tuple[int, int, int]]:
        all_of_them = product(
            range(1, kernel + 1), range(dilation * (kernel - 1) + 1), range(1, dilation + 1)
        )
        return sorted((k, p, d) for k, p, d in all_of_them if rule(k, p, d))

    return choices


def port(x: np.ndarray, weight: np.ndarray, stride: int) -> np.ndarray:
    """Return a layer of one channel with SAME padding."""
    return convlib.conv1d(x[None], weight[None, None], stride=stride, padding="same")[0]


def _ported(
    pads: Callable[[int], Pair] = _halves,
    *,
    total: Callable[[int, int, int], int] = lambda i, k, s: max(_same_total(i, k, s, 1), 0),
    kernel: Callable[[np.ndarray], np.ndarray] = lambda w: w,
    mode: str = "constant",
    thinned: bool = True,
) -> Callable[[np.ndarray, np.ndarray, int], np.ndarray]:
    """Return the layer with one part exchanged: the pads of a total, the total, the kernel, the border, the stride."""

    def layer(x: np.ndarray, weight: np.ndarray, stride: int) -> np.ndarray:
        framed = np.pad(x, pads(total(len(x), len(weight), stride)), mode=mode)  # type: ignore[call-overload]
        windows = np.lib.stride_tricks.sliding_window_view(framed, len(weight))
        return (windows[::stride][: -(len(x) // -stride)] if thinned else windows) @ kernel(weight)

    return layer


def _lines() -> list[tuple]:
    """Return cases in which SAME adds 3, 2, 4, 1, 3 and 0 zeros; for the last one the formula falls below zero."""
    generator = np.random.default_rng(4)
    sizes = [(9, 4, 2), (11, 4, 3), (12, 5, 1), (10, 3, 2), (8, 4, 1), (12, 2, 4)]
    return [
        (generator.integers(-5, 6, size), generator.integers(1, 9, kernel) + 0.5, stride)
        for size, kernel, stride in sizes
    ]


STACKS: list[list[tuple[int, int, int]]] = [
    [(3, 1, 1)],
    [(3, 1, 1), (5, 1, 1)],
    [(7, 2, 1), (3, 2, 1), (3, 1, 1)],
    [(3, 1, 1), (3, 1, 2), (3, 1, 4)],
    [(4, 3, 1), (3, 2, 2), (2, 1, 3)],
]

PUZZLES = {
    "same": Puzzle(
        convlib.same_padding,
        ("size", "kernel_size", "stride", "dilation"),
        [
            (7, 5, 3, 1),
            (224, 3, 2, 1),
            (13, 4, 1, 1),
            (10, 2, 3, 1),
            (11, 3, 2, 3),
            (9, 3, 1, 2),
            (8, 1, 2, 1),
        ],
        {
            "same-padded-at-start": lambda i, k, s, d: _halves(_same_total(i, k, s, d))[::-1],
            "same-padded-symmetrically": lambda i, k, s, d: (_halves(_same_total(i, k, s, d))[1],) * 2,
            "padding-total-per-side": lambda i, k, s, d: (max(_same_total(i, k, s, d), 0),) * 2,
            "same-pads-half": lambda i, k, s, d: ((k - 1) // 2,) * 2,
            "same-ignores-input-size": lambda i, k, s, d: _halves(d * (k - 1) + 1 - s),
            "stride-ignored": lambda i, k, s, d: _halves(d * (k - 1)),
            "dilation-ignored": lambda i, k, s, d: _halves(_same_total(i, k, s, 1)),
            "dilation-counts-zeros": lambda i, k, s, d: _halves(_same_total(i, k, s, d + 1)),
            "same-padded-at-one-end": lambda i, k, s, d: (0, max(_same_total(i, k, s, d), 0)),
            "floor-for-ceil": _same_floor,
        },
    ),
    "same-port": Puzzle(
        port,
        ("x", "weight", "stride"),
        _lines(),
        {
            "same-padded-at-start": _ported(lambda total: _halves(total)[::-1]),
            "same-padded-at-one-end": [_ported(lambda total: (0, total)), _ported(lambda total: (total, 0))],
            "shifted": _ported(lambda total: (max(total - 1, 0) // 2, total - max(total - 1, 0) // 2)),
            "padding-ignored": _ported(lambda total: (0, 0)),
            "same-ignores-input-size": _ported(total=lambda i, k, s: max(k - s, 0)),
            "stride-ignored": [
                _ported(thinned=False),
                lambda x, weight, stride: port(x, weight, 1),
            ],
            "kernel-reversed": _ported(kernel=lambda w: w[::-1]),
            "padding-wrong-values": _ported(mode="edge"),
            "mean-for-sum": _ported(kernel=lambda w: w / len(w)),
            "dtype-truncated": _ported(kernel=np.trunc),
        },
        [
            (
                "ceil(L / stride) outputs are asked for.",
                lambda got, x, weight, stride: got.shape == (-(len(x) // -stride),),
                "wrong-shape",
            ),
        ],
    ),
    "field": Puzzle(
        _field,
        ("layers",),
        [(stack,) for stack in STACKS],
        {
            "receptive-field-adds-kernels": lambda layers: sum(k for k, _, _ in layers),
            "stride-ignored": lambda layers: _field([(k, 1, d) for k, _, d in layers]),
            "dilation-ignored": lambda layers: _field([(k, s, 1) for k, s, _ in layers]),
            "dilation-counts-zeros": lambda layers: _field([(k, s, d + 1) for k, s, d in layers]),
        },
    ),
    "keepers": Puzzle(
        keepers,
        ("largest_kernel", "largest_dilation"),
        [(5, 3), (6, 4)],
        {
            "same-pads-half": _keeping(lambda k, p, d: p == (k - 1) // 2),
            "dilation-ignored": _keeping(lambda k, p, d: k - 1 == 2 * p),
            "dilation-counts-zeros": _keeping(lambda k, p, d: (d + 1) * (k - 1) == 2 * p),
            "padding-one-side": _keeping(lambda k, p, d: d * (k - 1) == p),
            "padding-ignored": _keeping(lambda k, p, d: d * (k - 1) == 0 and p == 0),
        },
        listing=True,
    ),
}
