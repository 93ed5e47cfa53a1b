"""The puzzles of the page on the channel shuffle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import convlib
from convgrader.puzzle import Puzzle

Rule = Callable[..., np.ndarray]


def shuffle(x: np.ndarray, groups: int) -> np.ndarray:
    """Return x (C, H, W) with its channels dealt out."""
    return convlib.channel_shuffle(x[None], groups)[0]


def _rolled(x: np.ndarray, groups: int) -> np.ndarray:
    """Return x with its groups in another order, each one whole."""
    return np.roll(x, len(x) // groups, axis=0)


DEALT: dict[str, Rule] = {
    "shuffle-missing": lambda x, groups: x,
    "shuffle-inverted": lambda x, groups: shuffle(x, len(x) // groups),
    "channel-order-reversed": lambda x, groups: shuffle(x, groups)[::-1],
    "wrong-group-slice": _rolled,
    "groups-dealt-backwards": lambda x, groups: shuffle(np.concatenate(np.split(x, groups)[::-1]), groups),
}
"""What slips make of the shuffle, by their ids."""


def _deal(rule: Rule) -> list[int]:
    return rule(np.arange(12).reshape(12, 1, 1), 3).ravel().tolist()


def inked(
    channels: int,
    groups: int,
    layers: int,
    deal: Callable[[int, int, int], int] = lambda c, size, groups: c % size * groups + c // size,
) -> list[int]:
    """Return the channels that a drop in channel 0 reaches, with a shuffle between two layers."""
    size, ink = channels // groups, {0}
    for layer in range(layers):
        if layer:
            ink = {deal(c, size, groups) for c in ink}
        ink = {c // size * size + n for c in ink for n in range(size)}
    return sorted(ink)


def unit(
    x: np.ndarray,
    narrow: np.ndarray,
    spatial: np.ndarray,
    wide: np.ndarray,
    groups: int,
    deal: Rule = convlib.channel_shuffle,
    relus: tuple[bool, bool] = (True, False),
    shortcut: str = "before",
    last: bool = True,
) -> np.ndarray:
    """Return what a ShuffleNet unit gives; the options are the slips."""
    y = convlib.pointwise_conv(x, narrow, groups=groups)
    y = deal(np.maximum(y, 0) if relus[0] else y, groups)
    y = convlib.depthwise_conv(y, spatial, padding=1)
    y = convlib.pointwise_conv(np.maximum(y, 0) if relus[1] else y, wide, groups=groups)
    if shortcut == "after":
        return x + np.maximum(y, 0)
    y = x + y if shortcut == "before" else y
    return np.maximum(y, 0) if last else y


def _late(
    x: np.ndarray, narrow: np.ndarray, spatial: np.ndarray, wide: np.ndarray, groups: int
) -> np.ndarray:
    """Return the unit with the shuffle behind the depthwise layer."""
    dealt = convlib.channel_shuffle(spatial[:, 0][None], groups)[0][:, None]
    return unit(x, narrow, dealt, wide, groups)


def _case(seed: int, channels: int, middle: int, groups: int) -> tuple:
    generator = np.random.default_rng(seed)
    shapes = (
        (2, channels, 4, 5),
        (middle, channels // groups),
        (middle, 1, 3, 3),
        (channels, middle // groups),
    )
    return (*(generator.integers(-4, 5, size=shape) for shape in shapes), groups)


def _flipped(
    x: np.ndarray, narrow: np.ndarray, spatial: np.ndarray, wide: np.ndarray, groups: int
) -> np.ndarray:
    return unit(x, narrow, spatial[..., ::-1, ::-1], wide, groups)


MAPS = [
    (np.arange(6 * 2 * 3).reshape(6, 2, 3) / 4, 3),
    (np.arange(8 * 3 * 2).reshape(8, 3, 2), 2),
    (np.arange(12 * 1 * 2).reshape(12, 1, 2), 4),
]

PUZZLES = {
    "shuffled-deal": Puzzle(
        lambda: _deal(shuffle),
        (),
        [()],
        {slip: partial(_deal, rule) for slip, rule in DEALT.items()},
        [
            (
                "Twelve places get twelve channels.",
                lambda got: got.shape == (12,),
                "wrong-shape",
            ),
            (
                "A shuffle renames: each of the channels 0 to 11 comes out once.",
                lambda got: sorted(got.tolist()) == list(range(12)),
                "shuffle-is-no-permutation",
            ),
        ],
    ),
    "shuffled-shuffle": Puzzle(
        shuffle,
        ("x", "groups"),
        MAPS,
        DEALT
        | {
            "axes-swapped": lambda x, groups: shuffle(x, groups).swapaxes(1, 2).reshape(x.shape),
        },
        [
            ("The shape is not that of x.", lambda got, x, groups: got.shape == x.shape, "wrong-shape"),
        ],
    ),
    "shuffled-ink": Puzzle(
        inked,
        ("channels", "groups", "layers"),
        [(8, 4, 1), (8, 4, 2), (8, 4, 3), (12, 4, 2), (12, 3, 2), (18, 6, 2), (18, 6, 3)],
        {
            "shuffle-missing": partial(inked, deal=lambda c, size, groups: c),
            "shuffle-inverted": partial(inked, deal=lambda c, size, groups: c % groups * size + c // groups),
            "groups-ignored": lambda channels, groups, layers: list(range(channels)),
            "shuffle-at-the-end": lambda channels, groups, layers: sorted(
                c % (channels // groups) * groups + c // (channels // groups)
                for c in inked(channels, groups, layers)
            ),
        },
        listing=True,
    ),
    "shuffled-unit": Puzzle(
        unit,
        ("x", "narrow", "spatial", "wide", "groups"),
        [_case(1, 6, 6, 2), _case(2, 6, 12, 3)],
        {
            "shuffle-missing": partial(unit, deal=lambda y, groups: y),
            "shuffle-inverted": partial(
                unit, deal=lambda y, groups: convlib.channel_shuffle(y, y.shape[1] // groups)
            ),
            "shuffle-at-the-end": _late,
            "relu-after-depthwise": partial(unit, relus=(True, True)),
            "relu-missing": [partial(unit, relus=(False, False)), partial(unit, last=False)],
            "shortcut-missing": partial(unit, shortcut="none"),
            "shortcut-after-relu": partial(unit, shortcut="after"),
            "kernel-reversed": _flipped,
        },
        [
            ("The unit keeps the shape of x.", lambda got, x, *rest: got.shape == x.shape, "wrong-shape"),
            (
                "A unit that ends in a ReLU gives no negative number.",
                lambda got, *case: bool((got >= 0).all()),
            ),
        ],
    ),
}
