"""The puzzles of the page on grouped convolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import gcd

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv2d

Array = np.ndarray


def wires(c_in: int, c_out: int, groups: int) -> Array:
    """Return which output channel reads which input channel: (c_out, c_in) of zeros and ones."""
    return _same_group(np.arange(c_out) * groups // c_out, np.arange(c_in) * groups // c_in)


def _same_group(outs: Array, ins: Array) -> Array:
    return (outs[:, None] == ins).astype(int)


def _cards(count: int, groups: int) -> Array:
    """Return the channels in the order of the groups to which they are dealt in turn."""
    return np.arange(count).reshape(-1, groups).T.ravel()


def dealt(x: Array, weight: Array, groups: int) -> Array:
    """Return the grouped convolution of channels that are dealt to the groups."""
    outs = _cards(len(weight), groups)
    return conv2d(x[_cards(len(x), groups)], weight[outs], groups=groups)[np.argsort(outs)]


def _ordered(
    ins: Callable[[int, int], Array], outs: Callable[[int, int], Array], back: Callable[[Array], Array]
) -> Callable[[Array, Array, int], Array]:
    """Return the same with other orders of the inputs, of the kernels and of the results."""

    def wrong(x: Array, weight: Array, groups: int) -> Array:
        order = outs(len(weight), groups)
        return conv2d(x[ins(len(x), groups)], weight[order], groups=groups)[back(order)]

    return wrong


def _as_is(count: int, groups: int) -> Array:
    return np.arange(count)


def _back(count: int, groups: int) -> Array:
    return np.argsort(_cards(count, groups))


def _kernels_stay(x: Array, weight: Array, groups: int) -> Array:
    y = conv2d(x[_cards(len(x), groups)], weight, groups=groups)
    return y[np.argsort(_cards(len(weight), groups))]


def _all_channels(x: Array, weight: Array, groups: int) -> Array:
    return conv2d(x, np.tile(weight, (1, groups, 1, 1)))


def width(cardinality: int, outer: int, budget: int) -> int:
    """Return the width of a group with which a bottleneck is nearest to a budget of weights."""
    return _nearest(lambda d: weights(cardinality, outer, d), budget)


def weights(cardinality: int, outer: int, d: int, taps: int = 9, read: int | None = None) -> int:
    """Return the weights of a bottleneck; ``read`` channels for each output of its middle layer."""
    inner = cardinality * d
    return 2 * outer * inner + taps * inner * (d if read is None else read)


def _nearest(count: Callable[[int], int], budget: int) -> int:
    return min(range(1, 513), key=lambda d: abs(count(d) - budget))


def networks(groups: Sequence[int]) -> int:
    """Return into how many networks a stack with these groups falls."""
    return gcd(*groups)


def _images() -> list[tuple]:
    generator = np.random.default_rng(6)
    sizes = [((6, 4, 5), (4, 3, 2, 3), 2), ((8, 3, 4), (12, 2, 2, 2), 4), ((6, 3, 4), (9, 2, 2, 3), 3)]
    return [
        (generator.integers(-5, 6, size=x) + 0.5, generator.integers(-5, 6, size=w), g) for x, w, g in sizes
    ]


PUZZLES = {
    "grouped-wires": Puzzle(
        wires,
        ("c_in", "c_out", "groups"),
        [(4, 6, 2), (6, 4, 2), (6, 9, 3), (5, 3, 1), (4, 8, 4)],
        {
            "groups-ignored": lambda i, o, g: np.ones((o, i), dtype=int),
            "wrong-group-slice": [
                lambda i, o, g: _same_group(np.arange(o) % g, np.arange(i) % g),
                lambda i, o, g: wires(i, o, g)[::-1],
            ],
            "channels-swapped": lambda i, o, g: wires(i, o, g).T,
        },
        [
            ("The table does not have the shape (c_out, c_in).", lambda got, i, o, g: got.shape == (o, i)),
            (
                "Not every output reads c_in / groups inputs.",
                lambda got, i, o, g: bool((got.sum(1) == i // g).all()),
            ),
        ],
    ),
    "grouped-dealt": Puzzle(
        dealt,
        ("x", "weight", "groups"),
        _images(),
        {
            "blocks-for-dealt": [
                lambda x, w, g: conv2d(x, w, groups=g),
                _ordered(_as_is, _cards, np.argsort),
                _kernels_stay,
            ],
            "order-not-restored": _ordered(_cards, _cards, lambda order: np.arange(len(order))),
            "shuffle-inverted": [
                _ordered(_cards, _cards, lambda order: order),
                _ordered(_back, _cards, np.argsort),
                _ordered(_back, _back, np.argsort),
            ],
            "groups-ignored": _all_channels,
            "kernel-reversed": lambda x, w, g: dealt(x, w[..., ::-1, ::-1], g),
            "channel-order-reversed": lambda x, w, g: dealt(x, w, g)[::-1],
        },
    ),
    "grouped-widths": Puzzle(
        width,
        ("cardinality", "outer", "budget"),
        [(c, 256, 69632) for c in (1, 2, 4, 8, 32)]
        + [(4, 512, 300_000), (6, 384, 500_000), (3, 256, 50_000), (8, 320, 190_000)],
        {
            "groups-ignored": lambda c, o, b: _nearest(lambda d: weights(c, o, d, read=c * d), b),
            "kernel-side-counted": lambda c, o, b: _nearest(lambda d: weights(c, o, d, taps=3), b),
            "pointwise-does-nothing": lambda c, o, b: _nearest(lambda d: 9 * c * d * d, b),
            "whole-width-for-group": lambda c, o, b: c * width(c, o, b),
        },
    ),
    "grouped-networks": Puzzle(
        networks,
        ("groups",),
        [([4],), ([3, 2],), ([4, 6],), ([2, 2, 2],), ([2, 1, 2, 2],), ([8, 4, 12],), ([6, 9, 15],)],
        {
            "one-layer-for-the-stack": [min, max, lambda groups: groups[0], lambda groups: groups[-1]],
            "groups-ignored": lambda groups: 1,
        },
    ),
}
