"""The puzzles of the page on 1×1 convolutions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import pointwise_conv

HAND_X = np.array([[2, 0, 1], [1, 3, 0], [0, 1, 4]])  # (C_in, pixels)
HAND_WEIGHT, HAND_BIAS = np.array([[1, 2, -1], [0, 1, 1]]), np.array([0, 5])
_random = np.random.default_rng(6)
X, WEIGHT, BIAS = (_random.integers(1, 9, size) for size in ((2, 3, 4, 3), (3, 3), 3))
LAYERS = [tuple(_random.integers(-4, 5, size) for size in ((3, 3), 3, (3, 3), 3)) for _ in range(2)]

# Szegedy et al. 2015, Table 1: side, input channels, 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection
BLOCKS = {
    "3a": (28, 192, 64, 96, 128, 16, 32, 32),
    "3b": (28, 256, 128, 128, 192, 32, 96, 64),
    "4a": (14, 480, 192, 96, 208, 16, 48, 64),
    "4e": (14, 528, 256, 160, 320, 32, 128, 128),
    "5b": (7, 832, 384, 192, 384, 48, 128, 128),
}


def _hand(weight: np.ndarray = HAND_WEIGHT, bias: float = 1) -> np.ndarray:
    return weight @ HAND_X + (HAND_BIAS * bias)[:, None]


def _layers(block: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Return a block's layers as (kernel, input channels, output channels)."""
    _, c_in, ones, reduce3, threes, reduce5, fives, pooled = block
    return [
        (1, c_in, ones),
        (1, c_in, reduce3),
        (3, reduce3, threes),
        (1, c_in, reduce5),
        (5, reduce5, fives),
        (1, c_in, pooled),
    ]


def _work(
    change: Callable[[list, int], list] = lambda layers, c_in: layers, places: int = 2, times: int = 1
) -> Callable[..., int]:
    """Return the function that counts a block's multiply-adds, over changed layers."""

    def work(*block: int) -> int:
        layers = change(_layers(block), block[1])
        return times * block[0] ** places * sum(k * k * a * b for k, a, b in layers)

    return work


def _dense(
    before: Callable[[np.ndarray], np.ndarray], after: Callable[[np.ndarray], np.ndarray]
) -> Callable[..., np.ndarray]:
    """Return a dense layer over the last axis of ``before(x)``, and what ``after`` makes of it."""
    return lambda x, weight, bias: after(before(x) @ weight.T + bias)


def _merged(
    weight: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda first, second: second @ first,
    bias: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray] = lambda b, second, c: second @ b + c,
) -> Callable[..., np.ndarray]:
    """Return the function that merges two layers: the weights, and the bias as one more column."""
    return lambda first, b, second, c: np.column_stack([weight(first, second), bias(b, second, c)])


PUZZLES = {
    "pointwise-by-hand": Puzzle(
        _hand,
        (),
        [()],
        {
            "bias-missing": lambda: _hand(bias=0),
            "bias-per-input": lambda: _hand(bias=3),
            "channels-not-summed": lambda: HAND_WEIGHT @ HAND_X / 3 + HAND_BIAS[:, None],
            "single-channel-only": lambda: _hand(HAND_WEIGHT * [1, 0, 0]),
            "kernel-reversed": lambda: _hand(HAND_WEIGHT[:, ::-1]),
            "channel-order-reversed": lambda: _hand()[::-1],
            "pointwise-does-nothing": lambda: HAND_X[:2],
            "rgb-filtered-apart": lambda: HAND_X[:2] * np.diag(HAND_WEIGHT)[:, None] + HAND_BIAS[:, None],
        },
    ),
    "inception": Puzzle(
        _work(),
        ("size", "c_in", "ones", "reduce3", "threes", "reduce5", "fives", "pooled"),
        list(BLOCKS.values()),
        {
            "reduction-ignored": _work(lambda layers, c_in: [(k, c_in, b) for k, _, b in layers]),
            "pointwise-does-nothing": _work(lambda layers, c_in: [layer for layer in layers if layer[0] > 1]),
            "weights-for-work": _work(places=0),
            "flops-are-macs": _work(times=2),
            "branch-forgotten": _work(lambda layers, c_in: layers[:-1]),
        },
    ),
    "dense": Puzzle(
        _dense(lambda x: np.moveaxis(x, 1, -1), lambda y: np.moveaxis(y, -1, 1)),
        ("x", "weight", "bias"),
        [(X, WEIGHT, BIAS), (X[:1, :, ::-1], WEIGHT.T, BIAS[::-1])],
        {
            "dense-wrong-axis": _dense(lambda x: x, lambda y: y),
            "reshaped-not-moved": _dense(
                lambda x: x.reshape(len(x), *x.shape[2:], -1), lambda y: np.moveaxis(y, -1, 1)
            ),
            "axes-swapped": _dense(
                lambda x: np.moveaxis(x, 1, -1), lambda y: np.moveaxis(y, -1, 1).swapaxes(2, 3)
            ),
            "channels-swapped": lambda x, weight, bias: pointwise_conv(x, weight.T, bias),
            "bias-missing": lambda x, weight, bias: pointwise_conv(x, weight),
            "bias-per-input": lambda x, weight, bias: pointwise_conv(x, weight, len(bias) * bias),
            "channel-order-reversed": lambda x, weight, bias: pointwise_conv(x, weight, bias)[:, ::-1],
        },
    ),
    "merged": Puzzle(
        _merged(),
        ("first", "first_bias", "second", "second_bias"),
        LAYERS,
        {
            "layers-exchanged": _merged(weight=lambda first, second: first @ second),
            "bias-skips-a-layer": _merged(bias=lambda b, second, c: b + c),
            "bias-missing": [
                _merged(bias=lambda b, second, c: c),
                _merged(bias=lambda b, second, c: second @ b),
            ],
            "channels-swapped": _merged(weight=lambda first, second: (second @ first).T),
        },
    ),
}
