"""The puzzles of the page on flattened convolution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv2d, flattened_conv
from convlib.cost import conv_layer, parameters

Array = np.ndarray
ACROSS, DOWN, ALONG = np.array([1, -2]), np.array([1, 3]), np.array([2, 0, -1])


def block() -> Array:
    """Return the block that three vectors are together."""
    return ACROSS[:, None, None] * DOWN[:, None] * ALONG


def layer(x: Array, across: Array, down: Array, along: Array) -> Array:
    """Return the right answer."""
    return flattened_conv(x[None], across, [down, along])[0]


def _one_pixel(x: Array, across: Array, down: Array, along: Array) -> Array:
    """Let every step look at one pixel: three 1×1 layers."""
    out = np.tensordot(across, x, 1) * down.sum(1)[:, None, None] * along.sum(1)[:, None, None]
    return out[:, : x.shape[1] - down.shape[1] + 1, : x.shape[2] - along.shape[1] + 1]


def _filters_mixed(x: Array, across: Array, down: Array, along: Array) -> Array:
    """Add up over the filters in both steps in space."""
    y = conv2d(x, across[:, :, None, None])
    for kernels in (down[:, None, :, None], along[:, None, None, :]):
        y = conv2d(y, np.repeat(kernels, len(y), axis=1))
    return y


def weights(channels: int, filters: int, k: int) -> list[int]:
    """Return the weights of four kinds of layers: ordinary, spatially separable, depthwise separable, flattened."""
    size = 4 * k
    split = [conv_layer(channels, filters, kernel, (size, size)) for kernel in ((k, 1), (1, k))]
    depthwise = conv_layer(channels, channels, k, size, groups=channels)
    steps = [
        conv_layer(filters, filters, kernel, (size, size), groups=filters) for kernel in ((k, 1), (1, k))
    ]
    pointwise = conv_layer(channels, filters, 1, size)
    ordinary = conv_layer(channels, filters, k, size)
    return [parameters(layers) for layers in ([ordinary], split, [depthwise, pointwise], [pointwise, *steps])]


def _changed(rule: Callable[[int, int, int], dict[int, int]]) -> Callable[[int, int, int], list[int]]:
    """Return the same row with some of its four numbers exchanged."""

    def wrong(channels: int, filters: int, k: int) -> list[int]:
        other = rule(channels, filters, k)
        return [other.get(place, count) for place, count in enumerate(weights(channels, filters, k))]

    return wrong


def is_flattened(block: Array) -> int:
    """Return 1 if a block is a product of three vectors, else 0."""
    return int(all(_splits(block, axis) for axis in range(3)))


def _splits(block: Array, axis: int) -> bool:
    return bool(np.linalg.matrix_rank(np.moveaxis(block, axis, 0).reshape(block.shape[axis], -1)) == 1)


def _each_channel(block: Array) -> int:
    return int(all(np.linalg.matrix_rank(kernel) == 1 for kernel in block))


def _cases() -> list[tuple]:
    generator = np.random.default_rng(3)
    shapes = [((3, 6, 7), (2, 3), (2, 2), (2, 4)), ((2, 7, 8), (3, 2), (3, 4), (3, 3))]
    return [
        tuple(generator.integers(-5, 6, size=shape) * (1 + n / 2) for shape in sizes)
        for n, sizes in enumerate(shapes)
    ]


def _blocks() -> list[tuple]:
    whole = np.einsum("c,y,x->cyx", [1, 3, -2], [2, 1, 4], [1, 5, 2, 3])
    columns, rows, kernel = whole.copy(), whole.copy(), whole.copy()
    columns[1] = np.outer([2, 2, 7], [1, 5, 2, 3])
    rows[1] = np.outer([2, 1, 4], [1, 6, 2, 0])
    kernel[0, 0, 0] += 9
    same = np.stack([kernel[0], 2 * kernel[0]])
    return [(one,) for one in (whole, columns, rows, kernel, same, whole[:1], same[:1], whole[:, :1])]


PUZZLES = {
    "flattened-block": Puzzle(
        block,
        (),
        [()],
        {
            "vectors-added": lambda: ACROSS[:, None, None] + DOWN[:, None] + ALONG,
            "kernel-transposed": lambda: block().swapaxes(1, 2),
            "kernel-reversed": lambda: block()[:, ::-1, ::-1],
            "channel-order-reversed": lambda: block()[::-1],
            "single-channel-only": [lambda: block()[0], lambda: block()[:1]],
        },
    ),
    "flattened-layer": Puzzle(
        layer,
        ("x", "across", "down", "along"),
        _cases(),
        {
            "flattened-is-pointwise": _one_pixel,
            "groups-ignored": _filters_mixed,
            "kernel-reversed": lambda x, a, d, r: layer(x, a, d[:, ::-1], r[:, ::-1]),
            "kernel-transposed": lambda x, a, d, r: layer(x, a, r, d),
            "single-channel-only": lambda x, a, d, r: layer(x[:1], a[:, :1], d, r),
            "channels-not-summed": lambda x, a, d, r: layer(x, a, d, r) / len(x),
            "channel-order-reversed": lambda x, a, d, r: layer(x, a, d, r)[::-1],
            "mean-for-sum": lambda x, a, d, r: layer(x, a, d, r) / (d.shape[1] * r.shape[1]),
            "last-column-dropped": lambda x, a, d, r: layer(x, a, d, r)[:, :-1, :-1],
        },
    ),
    "flattened-weights": Puzzle(
        weights,
        ("channels", "filters", "k"),
        [(64, 64, 3), (3, 128, 5), (40, 10, 2)],
        {
            "kernels-of-other-channels": [
                _changed(lambda c, f, k: {3: c * (f + 2 * k)}),
                _changed(lambda c, f, k: {2: f * k * k + c * f}),
                _changed(lambda c, f, k: {2: f * k * k + c * f, 3: c * (f + 2 * k)}),
            ],
            "flattened-is-pointwise": _changed(lambda c, f, k: {3: f * (c + 2)}),
            "kernel-side-counted": _changed(lambda c, f, k: {0: c * f * k, 2: c * k + c * f}),
            "bias-counted": _changed(
                lambda c, f, k: dict(
                    enumerate(
                        w + more for w, more in zip(weights(c, f, k), (f, 2 * f, c + f, 3 * f), strict=True)
                    )
                )
            ),
            "pointwise-does-nothing": _changed(lambda c, f, k: {2: c * k * k + c}),
        },
    ),
    "flattened-test": Puzzle(
        is_flattened,
        ("block",),
        _blocks(),
        {
            "every-kernel-separable": lambda one: 1,
            "one-axis-splits": [
                _each_channel,
                *[lambda one, axis=axis: int(_splits(one, axis)) for axis in range(3)],
                lambda one: int(any(_splits(one, axis) for axis in range(3))),
            ],
        },
    ),
}
