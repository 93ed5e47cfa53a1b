"""The puzzles of the page on depthwise convolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

import convlib
from convgrader.puzzle import Puzzle
from convlib.cost import Layer, multiply_adds
from convlib.networks import mobilenet

HAND_X = np.array([[1, 3, 0, 2], [4, 1, 5, 0]])
HAND_KERNELS = np.array([[1, 1], [2, -1], [0, 3], [1, -2]])


def _hand(channels: Sequence[int] = (0, 0, 1, 1), kernels: np.ndarray = HAND_KERNELS) -> np.ndarray:
    """Return each kernel slid over the channel that is named for it."""
    return np.array([np.correlate(HAND_X[c], kernel) for c, kernel in zip(channels, kernels, strict=True)])


def layer(x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Return the right answer."""
    return convlib.depthwise_conv(x, weight, stride=stride, padding=padding)


def _mixed(x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> np.ndarray:
    return convlib.conv2d(x, weight.repeat(len(x), axis=1), stride=stride, padding=padding)


def _dealt(x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Let output o read channel o mod C."""
    each = len(weight) // len(x)
    parts = [layer(x, weight[r * len(x) : (r + 1) * len(x)], stride, padding) for r in range(each)]
    return np.concatenate(parts)


def _reading(rule: Callable[[int, int], int]) -> Callable[..., np.ndarray]:
    """Return the layer in which output o reads the channel ``rule(o, channels)``."""

    def wrong(x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> np.ndarray:
        return layer(x[[rule(o, len(x)) for o in range(len(weight))]], weight, stride, padding)

    return wrong


def _framed(*pads: int, mode: str = "zeros") -> Callable[..., np.ndarray]:
    """Return the layer with `padding` times these many places before and after."""

    def wrong(x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> np.ndarray:
        widths = [(0, 0), *[(pads[0] * padding, pads[1] * padding)] * 2]
        framed = np.pad(x, widths, mode="edge") if mode == "edge" else np.pad(x, widths)
        return layer(framed, weight, stride, 0)

    return wrong


def _silent(answer: np.ndarray, x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> bool:
    """Whether the outputs of a channel of zeros are zeros."""
    each = len(weight) // len(x)
    return len(answer) != len(weight) or all(
        np.allclose(answer[c * each : (c + 1) * each], 0) for c in range(len(x)) if not x[c].any()
    )


def layout(weight: np.ndarray) -> np.ndarray:
    """Return TensorFlow's weight in this course's layout."""
    return _axes(weight, 2, 3, 0, 1)


def _axes(weight: np.ndarray, *order: int) -> np.ndarray:
    kh, kw, channels, multiplier = weight.shape
    return weight.transpose(*order).reshape(channels * multiplier, 1, kh, kw)


def shares(size: int) -> list[int]:
    """Return MobileNet's multiply-adds: first layer, depthwise, pointwise, dense."""
    return _summed(size, multiply_adds)


def _summed(size: int, count: Callable[[Layer], int]) -> list[int]:
    layers = mobilenet(rho=size / 224)
    kinds = [
        layers[:1],
        [one for one in layers if one.groups > 1],
        [one for one in layers if one.kernel_size == (1, 1)],
        layers[-1:],
    ]
    return [sum(map(count, kind)) for kind in kinds]


def _ungrouped(one: Layer) -> int:
    return multiply_adds(one) * one.groups


def _one_side(one: Layer) -> int:
    return multiply_adds(one) // (one.kernel_size[0] if one.kernel_size else 1)


def _input_places(one: Layer) -> int:
    if not one.size:
        return multiply_adds(one)
    return multiply_adds(one) // np.prod(one.output_size, dtype=int) * np.prod(one.size, dtype=int)


def _pictures() -> list[tuple]:
    """Return cases of different sizes; one channel of zeros shows what is mixed in."""
    generator = np.random.default_rng(5)
    x = generator.integers(1, 9, size=(3, 6, 7))
    x[1] = 0
    y = generator.integers(-5, 6, size=(2, 7, 5))
    draw = [generator.integers(-5, 6, size=shape) for shape in ((6, 1, 3, 2), (4, 1, 2, 3), (2, 1, 3, 3))]
    return [(x, draw[0], 1, 0), (y, draw[1] + 0.5, 2, 1), (y, draw[2], 1, 2)]


PUZZLES = {
    "depthwise-hand": Puzzle(
        _hand,
        (),
        [()],
        {
            "depthwise-mixes-channels": lambda: sum(_hand((c,) * 4) for c in (0, 1)),
            "wrong-group-slice": lambda: _hand((0, 1, 0, 1)),
            "kernel-reversed": lambda: _hand(kernels=HAND_KERNELS[:, ::-1]),
            "depthwise-needs-equal-channels": lambda: _hand((0, 1), HAND_KERNELS[:2]),
            "mean-for-sum": lambda: _hand() / 2,
            "last-column-dropped": lambda: _hand()[:, :-1],
            "axes-swapped": lambda: _hand().T,
        },
    ),
    "depthwise-layer": Puzzle(
        layer,
        ("x", "weight", "stride", "padding"),
        _pictures(),
        {
            "depthwise-mixes-channels": _mixed,
            "wrong-group-slice": [
                _dealt,
                _reading(lambda o, channels: o // channels),
                _reading(lambda o, channels: min(o, channels - 1)),
            ],
            "kernel-reversed": lambda x, w, s, p: layer(x, w[..., ::-1, ::-1], s, p),
            "padding-ignored": _framed(0, 0),
            "padding-one-side": _framed(2, 0),
            "padding-wrong-values": _framed(1, 1, mode="edge"),
            "stride-ignored": lambda x, w, s, p: layer(x, w, 1, p),
            "depthwise-needs-equal-channels": lambda x, w, s, p: layer(x, w[: len(x)], s, p),
            "mean-for-sum": lambda x, w, s, p: layer(x, w, s, p) / w[0, 0].size,
            "last-column-dropped": lambda x, w, s, p: layer(x, w, s, p)[:, :-1, :-1],
        },
        [
            ("A channel of zeros leads to outputs that are not zero.", _silent),
        ],
    ),
    "depthwise-layout": Puzzle(
        layout,
        ("weight",),
        [
            (np.arange(2 * 3 * 4 * 3).reshape(2, 3, 4, 3),),
            (np.arange(5 * 2 * 3 * 2).reshape(5, 2, 3, 2),),
        ],
        {
            "wrong-group-slice": lambda w: _axes(w, 3, 2, 0, 1),
            "kernel-transposed": lambda w: _axes(w, 2, 3, 1, 0),
            "kernel-reversed": lambda w: layout(w[::-1, ::-1]),
            "reshape-for-transpose": lambda w: _axes(w, 0, 1, 2, 3),
            "channel-order-reversed": lambda w: layout(w)[::-1],
        },
        [
            (
                "The result does not hold the numbers of the weight, each once.",
                lambda got, w: got.size != w.size or np.array_equal(np.sort(got, None), np.sort(w, None)),
            )
        ],
    ),
    "depthwise-shares": Puzzle(
        shares,
        ("size",),
        [(224,), (128,), (192,)],
        {
            "groups-ignored": lambda size: _summed(size, _ungrouped),
            "kernel-side-counted": lambda size: _summed(size, _one_side),
            "stride-ignored": lambda size: _summed(size, _input_places),
            "classifier-left-out": lambda size: [*shares(size)[:-1], 0],
        },
    ),
}
