"""The puzzles of the page on many channels."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv2d
from convlib.cost import Layer, multiply_adds, parameters
from convlib.networks import vgg

HAND_X = np.array([[[1, 0, 2], [0, 3, 1]], [[2, 1, 0], [1, 0, 3]]])
HAND_KERNELS = np.array([[[[1, 0], [2, 0]], [[0, 1], [0, -1]]], [[[0, 2], [0, -1]], [[1, 1], [0, 0]]]])
HAND_BIAS = np.array([5, -2])
_random = np.random.default_rng(8)
LAST_X = _random.integers(-4, 5, (5, 6, 3))
LAST_KERNELS = [_random.integers(1, 9, size) for size in ((2, 4, 3, 3), (3, 2, 3, 3))]
SECOND = _random.integers(-4, 5, (4, 4, 1, 2))
ORDERS = [[1, 2, 3, 0], [2, 0, 3, 1], [0, 3, 1, 2]]

PUBLISHED = {
    "A": 133,
    "B": 133,
    "C": 134,
    "D": 138,
    "E": 144,
}  # millions; Simonyan and Zisserman 2015, Table 2

Change = Callable[[np.ndarray], np.ndarray]


def _hand(x: np.ndarray = HAND_X, w: np.ndarray = HAND_KERNELS, bias: float | np.ndarray = 1) -> np.ndarray:
    return conv2d(x, w) + (HAND_BIAS * bias)[:, None, None]


def _apart() -> np.ndarray:
    """Return each kernel's own slice on its own channel: nothing is summed over the channels."""
    return np.stack(
        [conv2d(HAND_X[c : c + 1], HAND_KERNELS[c : c + 1, c : c + 1])[0] + HAND_BIAS[c] for c in range(2)]
    )


def _cost(
    bias: Callable[[int, int], int], pairs: Callable[[int, int], int] = lambda i, o: i * o, times: int = 1
) -> Callable[..., tuple[int, int]]:
    """Return the function that counts (parameters, multiply-adds) with these biases and channel pairs."""

    def cost(c_in: int, c_out: int, kernel: tuple[int, int], out: tuple[int, int]) -> tuple[int, int]:
        weights = prod(kernel) * pairs(c_in, c_out)
        return weights + bias(c_in, c_out), times * weights * prod(out)

    return cost


def _table(kept: Callable[[Layer], bool]) -> Callable[[str], tuple[int, int]]:
    """Return the function that adds up parameters and multiply-adds of the layers that are kept."""
    return lambda name: (parameters(filter(kept, vgg(name))), multiply_adds(filter(kept, vgg(name))))


def _last(
    picture: Change = lambda x: np.moveaxis(x, -1, 0),
    kernel: Change = lambda w: w.transpose(3, 2, 0, 1),
    back: Change = lambda y: np.moveaxis(y, 0, -1),
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return a channels-last convolution with these ways to and from channels first."""
    return lambda x, w: back(conv2d(picture(x), kernel(w)))


PUZZLES = {
    "channels-by-hand": Puzzle(
        _hand,
        (),
        [()],
        {
            "channels-not-summed": lambda: conv2d(HAND_X, HAND_KERNELS) / 2 + HAND_BIAS[:, None, None],
            "single-channel-only": lambda: _hand(HAND_X[:1], HAND_KERNELS[:, :1]),
            "rgb-filtered-apart": _apart,
            "channels-swapped": lambda: _hand(w=HAND_KERNELS.swapaxes(0, 1)),
            "kernel-reversed": lambda: _hand(w=HAND_KERNELS[..., ::-1, ::-1]),
            "kernel-transposed": lambda: _hand(w=HAND_KERNELS.swapaxes(2, 3)),
            "channel-order-reversed": lambda: _hand()[::-1],
            "bias-missing": lambda: _hand(bias=0),
            "bias-per-input": lambda: _hand(bias=2),
        },
    ),
    "layer-cost": Puzzle(
        _cost(lambda i, o: o),
        ("in_channels", "out_channels", "kernel_size", "output_size"),
        [(3, 64, (3, 3), (224, 224)), (16, 5, (1, 7), (9, 12)), (48, 32, (5, 2), (6, 4))],
        {
            "bias-missing": _cost(lambda i, o: 0),
            "bias-per-input": _cost(lambda i, o: i * o),
            "single-channel-only": _cost(lambda i, o: o, lambda i, o: o),
            "conv2d-kernel-is-2d": _cost(lambda i, o: 1, lambda i, o: 1),
            "flops-are-macs": _cost(lambda i, o: o, times=2),
            "bias-counted-as-work": lambda i, o, k, out: (
                (prod(k) * i + 1) * o,
                (prod(k) * i + 1) * o * prod(out),
            ),
            "weights-not-shared": lambda i, o, k, out: (
                (prod(k) * i * o + o) * prod(out),
                prod(k) * i * o * prod(out),
            ),
        },
    ),
    "vgg-table": Puzzle(
        _table(lambda layer: True),
        ("configuration",),
        [(name,) for name in "ABCDE"],
        {
            "dense-layers-forgotten": _table(lambda layer: layer.kind == "conv"),
            "bias-missing": lambda name: (
                sum(layer.weights for layer in vgg(name)),
                multiply_adds(vgg(name)),
            ),
            "flops-are-macs": lambda name: (parameters(vgg(name)), 2 * multiply_adds(vgg(name))),
        },
        [
            (
                "Two whole numbers are asked for, parameters and multiply-adds.",
                lambda got, name: got.shape == (2,),
                "wrong-shape",
            ),
            (
                "In millions your parameters are not those of the paper's table.",
                lambda got, name: round(got[0] / 1e6) == PUBLISHED[name],
            ),
        ],
    ),
    "channels-last": Puzzle(
        _last(),
        ("x", "weight"),
        [(LAST_X, w) for w in LAST_KERNELS],
        {
            "reshaped-not-moved": [
                _last(picture=lambda x: x.reshape(-1, *x.shape[:2])),
                _last(kernel=lambda w: w.reshape(w.shape[3], w.shape[2], *w.shape[:2])),
                _last(back=lambda y: y.reshape(*y.shape[1:], -1)),
            ],
            "channels-swapped": _last(kernel=lambda w: w.transpose(2, 3, 0, 1)),
            "kernel-transposed": _last(kernel=lambda w: w.transpose(3, 2, 1, 0)),
            "kernel-reversed": _last(kernel=lambda w: w.transpose(3, 2, 0, 1)[..., ::-1, ::-1]),
            "axes-swapped": _last(back=lambda y: y.T),
            "channel-order-reversed": _last(back=lambda y: np.moveaxis(y, 0, -1)[..., ::-1]),
        },
    ),
    "reordered": Puzzle(
        lambda weight, order: weight[:, order],
        ("weight", "order"),
        [(SECOND, order) for order in ORDERS],
        {
            "order-inverted": lambda weight, order: weight[:, np.argsort(order)],
            "channels-swapped": lambda weight, order: weight[order],
            "channel-order-reversed": lambda weight, order: weight[:, ::-1],
            "order-ignored": lambda weight, order: weight,
        },
    ),
}
