"""The puzzles of the page on depthwise separable convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv2d, depthwise_conv, pointwise_conv
from convlib.cost import conv_layer, multiply_adds, parameters

Array = np.ndarray


def row(channels: int, size: int, separable: bool) -> list[int]:
    """Return the multiply-adds and the parameters of a 3×3 layer."""
    return _row(channels, size, separable)


def _row(channels: int, size: int, separable: bool, groups: int | None = None, side: int = 3) -> list[int]:
    """Return the same with another number of groups, or with a kernel of which one side is counted."""
    kernel = (3, side)
    pads = [(k // 2, k // 2) for k in kernel]
    if not separable:
        layers = [conv_layer(channels, channels, kernel, size, padding=pads)]
    else:
        count = channels if groups is None else groups
        layers = [conv_layer(channels, channels, kernel, size, padding=pads, groups=count)]
        layers.append(conv_layer(channels, channels, 1, size))
    return [multiply_adds(layers), parameters(layers)]


def merge(depthwise: Array, pointwise: Array, channels: int) -> Array:
    """Return the weight of the one ordinary layer that two layers are."""
    windows = depthwise.reshape(channels, -1, *depthwise.shape[2:])
    return np.einsum("ocr,crij->ocij", pointwise.reshape(len(pointwise), channels, -1), windows)


def _dealt(depthwise: Array, pointwise: Array, channels: int) -> Array:
    """Let window w read channel w mod C_in."""
    windows = depthwise.reshape(-1, channels, *depthwise.shape[2:])
    return np.einsum("orc,rcij->ocij", pointwise.reshape(len(pointwise), -1, channels), windows)


def _first_window(depthwise: Array, pointwise: Array, channels: int) -> Array:
    each = len(depthwise) // channels
    return merge(depthwise[::each], pointwise[:, ::each], channels)


def windows_needed(weight: Array) -> int:
    """Return the smallest channel multiplier that makes a layer depthwise separable."""
    return max(_by_input(weight))


def _rank(table: Array) -> int:
    return int(np.linalg.matrix_rank(table))


def _by_input(weight: Array) -> list[int]:
    return [_rank(weight[:, c].reshape(len(weight), -1)) for c in range(weight.shape[1])]


def _by_output(weight: Array) -> list[int]:
    return [_rank(kernel.reshape(len(kernel), -1)) for kernel in weight]


def _weights() -> list[tuple]:
    """Return layers that need 1, 2, 3 and 4 windows, and some in which other ranks differ from that."""
    generator = np.random.default_rng(12)
    left, right = (
        generator.integers(-5, 6, size=(6, 3, 4)),
        generator.integers(-5, 6, size=(3, 4, 3, 3)),
    )
    made = [np.einsum("ocr,crij->ocij", left[..., :r], right[:, :r]) for r in (1, 2, 3, 4)]
    mixed = np.concatenate([made[0][:, :1], made[2][:, 1:]], axis=1)
    lines = np.einsum("oc,ci,cj->ocij", left[..., 0], right[:, 0, 0], right[:, 1, 0])
    return [(weight,) for weight in (*made, mixed, lines, made[3][:2], made[1][:1], made[1][:, :1])]


def block(x: Array, depthwise: Array, pointwise: Array, bias: Array) -> Array:
    """Return the block's right output."""
    return _block()(x, depthwise, pointwise, bias)


def _block(
    *,
    padding: Any = "same",
    between: Callable[[Array], Array] = lambda y: y,
    weight: Callable[[Array], Array] = lambda w: w,
    mixing: Callable[[Array], Array] = lambda w: w.T,
    bias: Callable[[Array], Array | None] = lambda b: b,
    look: Callable[..., Array] = depthwise_conv,
    end: Callable[[Array], Array] = lambda y: np.maximum(y, 0),
) -> Callable[[Array, Array, Array, Array], Array]:
    """Return the block with one part exchanged."""

    def run(x: Array, depthwise: Array, pointwise: Array, b: Array) -> Array:
        pads = padding(x) if callable(padding) else padding
        looked = between(look(x[None], weight(depthwise), stride=2, padding=pads))
        return end(pointwise_conv(looked, mixing(pointwise), bias(b)))[0]

    return run


def _at_end(x: Array) -> list[tuple[int, int]]:
    return [(0, 1 + size % 2) for size in x.shape[1:]]


def _all_channels(x: Array, weight: Array, **options: Any) -> Array:
    return conv2d(x, weight.repeat(x.shape[1], axis=1), **options)


def _blocks() -> list[tuple]:
    generator = np.random.default_rng(8)
    shapes = ((4, 8, 6), (4, 1, 3, 3), (4, 4))
    cases = []
    for rows in (8, 7):
        x, depthwise, pointwise = (generator.integers(-5, 6, size=shape) for shape in shapes)
        cases.append((x[:, :rows] + 0.5, depthwise, pointwise, generator.integers(10, 40, size=4)))
    return cases


def _relu(y: Array) -> Array:
    return np.maximum(y, 0)


PUZZLES = {
    "separable-row": Puzzle(
        row,
        ("channels", "size", "separable"),
        [(512, 14, False), (512, 14, True), (384, 14, True), (384, 10, True), (29, 7, True)],
        {
            "groups-ignored": lambda c, n, s: _row(c, n, s, groups=1),
            "kernel-side-counted": lambda c, n, s: _row(c, n, s, side=1),
            "pointwise-does-nothing": lambda c, n, s: (
                _row(c, n, s) if not s else [9 * c * n * n + c * n * n, 10 * c]
            ),
            "flops-are-macs": lambda c, n, s: [2 * row(c, n, s)[0], row(c, n, s)[1]],
            "bias-counted": lambda c, n, s: [row(c, n, s)[0], row(c, n, s)[1] + c * (1 + s)],
            "padding-ignored": lambda c, n, s: [
                (n - 2) ** 2 * row(c, n, s)[1],
                row(c, n, s)[1],
            ],
        },
        [("Two numbers are asked for.", lambda got, c, n, s: got.shape == (2,), "wrong-shape")],
    ),
    "separable-merge": Puzzle(
        merge,
        ("depthwise", "pointwise", "channels"),
        [
            (np.arange(1, 25).reshape(4, 1, 2, 3), np.array([[1, -2, 3, 0.5], [2, 5, -1, 4]]), 4),
            (
                np.arange(1, 25).reshape(4, 1, 2, 3),
                np.array([[1, -2, 3, 0.5], [2, 5, -1, 4], [0, 1, 1, 7]]),
                2,
            ),
        ],
        {
            "wrong-group-slice": _dealt,
            "kernel-reversed": lambda d, p, c: merge(d[..., ::-1, ::-1], p, c),
            "channels-not-summed": lambda d, p, c: merge(d, p, c) / (len(d) // c),
            "depthwise-needs-equal-channels": _first_window,
            "channel-order-reversed": lambda d, p, c: merge(d, p, c)[::-1],
            "channels-swapped": lambda d, p, c: merge(d, p, c).swapaxes(0, 1),
            "kernel-transposed": lambda d, p, c: merge(d, p, c).swapaxes(2, 3),
            "pointwise-does-nothing": lambda d, p, c: merge(d, np.ones_like(p), c),
        },
    ),
    "separable-windows": Puzzle(
        windows_needed,
        ("weight",),
        _weights(),
        {
            "space-split-for-channels": lambda w: max(
                _rank(kernel) for kernel in w.reshape(-1, *w.shape[2:])
            ),
            "channels-swapped": lambda w: max(_by_output(w)),
            "channels-share-windows": lambda w: _rank(w.reshape(len(w), -1)),
            "every-kernel-separable": lambda w: 1,
        },
    ),
    "separable-block": Puzzle(
        block,
        ("x", "depthwise", "pointwise", "bias"),
        _blocks(),
        {
            "same-padded-symmetrically": _block(padding=1),
            "same-padded-at-one-end": _block(padding=_at_end),
            "relu-after-depthwise": _block(between=_relu),
            "channels-swapped": _block(mixing=lambda w: w),
            "bias-missing": _block(bias=lambda b: None),
            "kernel-reversed": _block(weight=lambda w: w[..., ::-1, ::-1]),
            "kernel-transposed": _block(weight=lambda w: w.swapaxes(2, 3)),
            "depthwise-mixes-channels": _block(look=_all_channels),
        },
        [("A value is below zero after the ReLU.", lambda got, *_: bool((got >= 0).all()))],
    ),
}
