"""The puzzles of the page on pointwise grouped convolutions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isqrt

import numpy as np

from convgrader.puzzle import Puzzle
from convlib.conv import conv
from convlib.kinds import channel_shuffle

LAYERS = [(6, 9, 3, 1, 1), (8, 8, 4, 5, 5), (240, 60, 3, 28, 28), (12, 20, 1, 4, 10), (16, 16, 16, 7, 3)]
NETWORKS = [(1, 144), (2, 200), (3, 240), (4, 272), (8, 384), (3, 96)]


def _count(
    wires: Callable[[int, int, int], int] = lambda c, d, g: c // g * d,
    pixels: Callable[[int, int], int] = lambda h, w: h * w,
) -> list[tuple[int, int]]:
    """Return (weights, multiply-adds) of the layers, by a rule for the wires at a pixel and for the pixels."""
    return [(wires(c, d, g), wires(c, d, g) * pixels(h, w)) for c, d, g, h, w in LAYERS]


def _run(x: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    return conv(x[..., None], weight[..., None], groups=groups)[..., 0]


def whole(
    first: np.ndarray,
    second: np.ndarray,
    groups: int,
    deal: Callable[[np.ndarray, int], np.ndarray] = channel_shuffle,
) -> np.ndarray:
    """Return the matrix of two grouped 1×1 layers with a shuffle between, by running it on unit vectors."""
    units = np.eye(first.shape[1] * groups)  # (samples, C)
    middle = deal(_run(units, first, groups)[..., None], groups)[..., 0]
    return _run(middle, second, groups).T


def _swapped(first: np.ndarray, second: np.ndarray, groups: int) -> np.ndarray:
    """Return the product in the other order, where the shapes allow it."""
    if len(second) != first.shape[1] * groups:
        return whole(first, second, groups)
    return whole(second, first, groups)


def _read_apart(first: np.ndarray, second: np.ndarray, groups: int) -> np.ndarray:
    """Return the matrix if each group read every ``groups``-th channel of the input."""
    size = first.shape[1]
    return whole(first, second, groups)[:, np.arange(groups * size).reshape(groups, size).T.ravel()]


def complexity(
    groups: int,
    width: int,
    *,
    first_groups: int | None = 1,
    appended: bool = True,
    depthwise: bool = True,
    halved_first: bool = False,
    classifier: bool = False,
    stem: bool = True,
) -> int:
    """Return ShuffleNet's multiply-adds; the options are the slips."""
    total, channels, side = 112 * 112 * 9 * 3 * 24 * stem, 24, 56
    for stage, units in enumerate((4, 8, 4)):
        out = width * 2**stage
        m = out // 4
        for number in range(units):
            g = (first_groups or groups) if stage == number == 0 else groups
            before, side = side, side // 2 if number == 0 else side
            total += (side if halved_first else before) ** 2 * channels * m // g
            total += side**2 * 9 * m * (1 if depthwise else m)
            total += side**2 * m * (out - channels if appended and number == 0 else out) // groups
            channels = out
    return total + 1000 * channels * classifier


def _layers(seed: int, wide: int, middle: int, out: int, groups: int) -> tuple:
    generator = np.random.default_rng(seed)
    shapes = (middle, wide // groups), (out, middle // groups)
    first, second = (generator.integers(1, 9, size=shape) for shape in shapes)
    return first / 2 if seed == 3 else first, second, groups


PUZZLES = {
    "pointwise-grouped-count": Puzzle(
        _count,
        (),
        [()],
        {
            "groups-ignored": partial(_count, lambda c, d, g: c * d),
            "groups-divided-twice": partial(_count, lambda c, d, g: c // g * d // g),
            "groups-counted-again": partial(_count, lambda c, d, g: c // g * d * g * g),
            "flops-are-macs": lambda: [(w, 2 * n) for w, n in _count()],
            "one-axis-counted": partial(_count, pixels=lambda h, w: h),
            "bias-counted": lambda: [(w + d, n) for (w, n), (_, d, *_) in zip(_count(), LAYERS, strict=True)],
            "unshared-weights": lambda: [(n, n) for _, n in _count()],
        },
        [
            (
                "Five pairs are asked for.",
                lambda got: got.shape == (5, 2),
                "wrong-shape",
            )
        ],
    ),
    "pointwise-grouped-whole": Puzzle(
        whole,
        ("first", "second", "groups"),
        [_layers(1, 6, 6, 6, 3), _layers(2, 9, 12, 9, 3), _layers(3, 8, 8, 8, 2)],
        {
            "shuffle-missing": partial(whole, deal=lambda y, groups: y),
            "shuffle-inverted": partial(
                whole, deal=lambda y, groups: channel_shuffle(y, y.shape[1] // groups)
            ),
            "layers-exchanged": _swapped,
            "matrix-transposed": lambda *case: whole(*case).T,
            "shuffle-at-the-end": lambda first, second, groups: channel_shuffle(
                whole(first, second, groups, lambda y, _: y)[None], groups
            )[0],
            "wrong-group-slice": _read_apart,
        },
        [
            (
                "Its shape is (outputs of the second layer, inputs of the first).",
                lambda got, first, second, groups: got.shape == (len(second), first.shape[1] * groups),
                "wrong-shape",
            ),
            (
                "With a shuffle between, every output sees every group, and some of yours do not.",
                lambda got, first, second, groups: (
                    len(first) // groups < groups or bool(got.reshape(len(got), groups, -1).any(axis=2).all())
                ),
            ),
        ],
    ),
    "pointwise-grouped-width": Puzzle(
        lambda budget, groups: isqrt(budget // groups) * groups,
        ("budget", "groups"),
        [(16, 1), (16, 4), (1000, 3), (1000, 7), (36864, 4), (36865, 16), (5, 8)],
        {
            "groups-ignored": lambda budget, groups: isqrt(budget) // groups * groups,
            "width-grows-with-groups": lambda budget, groups: isqrt(budget) * groups,
            "groups-need-not-divide": lambda budget, groups: isqrt(budget * groups),
            "groups-divided-twice": lambda budget, groups: isqrt(budget // groups),
            "flops-are-macs": lambda budget, groups: isqrt(budget // groups // 2) * groups,
        },
        [
            (
                "groups has to divide the number of channels.",
                lambda got, budget, groups: got.shape == () and int(got) % groups == 0,
                "groups-need-not-divide",
            ),
            (
                "Such a layer costs more than the budget.",
                lambda got, budget, groups: int(got) ** 2 <= budget * groups,
            ),
        ],
    ),
    "pointwise-grouped-table": Puzzle(
        complexity,
        ("groups", "width"),
        NETWORKS,
        {
            "first-layer-grouped": partial(complexity, first_groups=None),
            "groups-ignored": lambda groups, width: complexity(1, width),
            "concatenation-ignored": partial(complexity, appended=False),
            "depthwise-mixes-channels": partial(complexity, depthwise=False),
            "stride-at-the-wrong-layer": partial(complexity, halved_first=True),
            "classifier-counted": partial(complexity, classifier=True),
            "first-layer-left-out": partial(complexity, stem=False),
            "flops-are-macs": lambda groups, width: 2 * complexity(groups, width),
        },
    ),
}
