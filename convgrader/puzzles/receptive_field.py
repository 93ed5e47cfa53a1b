"""The puzzles of the page on the receptive field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from itertools import pairwise

import numpy as np

from convgrader.puzzle import Puzzle
from convlib.matrix import conv_matrix
from convlib.receptive import receptive_field

Stack = Sequence[tuple[int, ...]]
VGG: Stack = [(3, 1), (3, 1), (2, 2)] * 2
ALL = {"1x1": "3x3", "3x3": "1x1"}


def _walk(rule: Callable[[Stack], int]) -> list[int]:
    return [rule(VGG[: n + 1]) for n in range(len(VGG))]


def _size(layers: Stack) -> int:
    return receptive_field(layers).size


def _early(layers: Stack) -> int:
    """Return the size if a layer's own stride widened its kernel."""
    jump, size = 1, 1
    for k, s, *rest in layers:
        jump *= s
        size += (rest[1] if rest else 1) * (k - 1) * jump
    return size


def _convolutions(layers: Stack) -> list[tuple[int, ...]]:
    """Return the layers with every pooling of two left out."""
    return [layer for layer in layers if layer[0] != 2]


def window(layers: Stack, t: int) -> tuple[int, int]:
    """Return the outermost inputs that output t sees."""
    field = receptive_field(layers)
    first = t * field.jump - field.padding
    return first, first + field.size - 1


def _replaced(place: int, number: Callable[[int], int]) -> Callable[[Stack, int], tuple[int, int]]:
    """Return the same with one entry of each layer changed."""
    return lambda layers, t: window(
        [(*layer[:place], number(layer[place]), *layer[place + 1 :]) for layer in layers], t
    )


def _moved(layers: Stack, t: int, by: int) -> tuple[int, int]:
    first, last = window(layers, t)
    return first + by, last + by


def _padding_in_pixels(layers: Stack, t: int) -> tuple[int, int]:
    """Return the window if every layer's padding were counted in inputs."""
    return _moved(layers, t, receptive_field(layers).padding - sum(p for _, _, p, _ in layers))


def _centred(layers: Stack, t: int) -> tuple[int, int]:
    """Return the window if its middle stood at ``t`` jumps."""
    field = receptive_field(layers)
    first = t * field.jump - (field.size - 1) // 2
    return first, first + field.size - 1


def _own_stride(layers: Stack, t: int) -> tuple[int, int]:
    first, _ = window(layers, t)
    return first, first + _early(layers) - 1


def wired(matrices: Sequence[np.ndarray], t: int) -> list[int]:
    """Return the inputs from which a path of wires leads to output t."""
    return _where(_patterns(matrices)[t])


def _patterns(matrices: Sequence[np.ndarray]) -> np.ndarray:
    return reduce(lambda below, above: above @ below, [(matrix != 0).astype(int) for matrix in matrices])


def _signed(matrices: Sequence[np.ndarray]) -> np.ndarray:
    return reduce(lambda below, above: above @ below, matrices)


def _where(row: np.ndarray, filled: bool = False) -> list[int]:
    places = np.flatnonzero(row)
    return list(range(places[0], places[-1] + 1)) if filled else places.tolist()


def _stack(*layers: tuple[list[int], dict], size: int = 12) -> list[np.ndarray]:
    matrices: list[np.ndarray] = []
    for taps, options in layers:
        matrices.append(
            np.asarray(conv_matrix(np.array(taps), len(matrices[-1]) if matrices else size, **options))
        )
    return matrices


def resnet(
    blocks: Sequence[int],
    stride_in: str,
    *,
    stem: Stack = ((7, 2), (3, 2)),
    first_stage: int = 1,
    every: bool = False,
) -> int:
    """Return the receptive field of a ResNet; the options are the slips."""
    layers = [*stem]
    for stage, count in enumerate(blocks):
        for block in range(count):
            s = 2 if (every or block == 0) and stage >= first_stage else 1
            layers += [(1, s), (3, 1), (1, 1)] if stride_in == "1x1" else [(1, 1), (3, s), (1, 1)]
    return _size(layers)


def _sum_of_kernels(blocks: Sequence[int], stride_in: str) -> int:
    return 7 + 3 + 5 * sum(blocks)


LAYERS: list[Stack] = [
    [(3, 2, 1, 1)],
    [(3, 1, 1, 1), (5, 2, 2, 1)],
    [(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 2, 2)],
    [(4, 3, 1, 1), (2, 2, 1, 3), (3, 1, 2, 2)],
]
STACKS = [
    _stack(([1, -1], {}), ([2, 2], {})),
    _stack(([1, 2, 3], {}), ([1, 1], {"dilation": 4})),
    _stack(([2, -2], {"padding": 1}), ([3, 3], {}), ([1, 5, 1], {"dilation": 3, "stride": 2})),
]
RESNETS = [((3, 4, 6, 3), "1x1"), ((3, 4, 6, 3), "3x3"), ((3, 4, 23, 3), "1x1"), ((2, 5, 3, 4), "3x3")]

PUZZLES = {
    "receptive-walk": Puzzle(
        lambda: _walk(_size),
        (),
        [()],
        {
            "stride-ignored": lambda: _walk(lambda layers: _size([(k,) for k, _ in layers])),
            "receptive-field-adds-kernels": lambda: _walk(lambda layers: sum(k for k, _ in layers)),
            "stride-before-kernel": lambda: _walk(_early),
            "pooling-left-out": lambda: _walk(lambda layers: _size(_convolutions(layers))),
            "layers-side-by-side": lambda: [k for k, _ in VGG],
        },
        [
            ("Six numbers are asked for.", lambda got: got.shape == (6,), "wrong-shape"),
            (
                "A layer behind another one cannot see less than that one.",
                lambda got: all(a <= b for a, b in pairwise(got)),
            ),
        ],
    ),
    "receptive-window": Puzzle(
        window,
        ("layers", "t"),
        [(layers, t) for layers in LAYERS for t in (0, 1, 4)],
        {
            "padding-ignored": _replaced(2, lambda p: 0),
            "stride-ignored": _replaced(1, lambda s: 1),
            "dilation-ignored": _replaced(3, lambda d: 1),
            "dilation-counts-zeros": _replaced(3, lambda d: d + 1),
            "padding-not-in-jumps": _padding_in_pixels,
            "stride-before-kernel": _own_stride,
            "field-centred": _centred,
            "padding-wrong-sign": lambda layers, t: _moved(layers, t, 2 * receptive_field(layers).padding),
        },
        [
            (
                "Two numbers are asked for, the first and the last.",
                lambda got, *case: got.shape == (2,),
                "wrong-shape",
            ),
            ("The last input stands before the first.", lambda got, *case: got[0] <= got[1]),
        ],
    ),
    "receptive-seen": Puzzle(
        wired,
        ("matrices", "t"),
        [(stack, t) for stack in STACKS for t in (0, 1)],
        {
            "paths-cancel": lambda matrices, t: _where(_signed(matrices)[t]),
            "dilation-loses-nothing": lambda matrices, t: _where(_patterns(matrices)[t], filled=True),
            "layers-side-by-side": lambda matrices, t: sorted(
                {place for matrix in matrices for place in _where(matrix[t])}
            ),
            "last-layer-only": lambda matrices, t: _where(matrices[-1][t]),
            "off-by-one": lambda matrices, t: wired(matrices, t + 1),
        },
        listing=True,
    ),
    "receptive-resnet": Puzzle(
        resnet,
        ("blocks", "stride_in"),
        RESNETS,
        {
            "stride-at-the-wrong-layer": lambda blocks, stride_in: resnet(blocks, ALL[stride_in]),
            "pooling-left-out": partial(resnet, stem=[(7, 2)]),
            "stride-repeated": partial(resnet, every=True),
            "first-stage-strided": partial(resnet, first_stage=0),
            "stride-ignored": partial(resnet, first_stage=9),
            "receptive-field-adds-kernels": _sum_of_kernels,
        },
        [
            (
                "With the stride in the 3×3 layer a network must see less than with it in front of that layer.",
                lambda got, blocks, stride_in: stride_in == "3x3" or int(got) != resnet(blocks, "3x3"),
                "stride-at-the-wrong-layer",
            )
        ],
    ),
}
