"""The puzzles of the page on one channel."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import convlib
from convgrader.puzzle import Puzzle


def touched(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
    """Return the outputs of a 1-D convolution whose windows hold the input at ``place``."""
    outputs = convlib.output_size(size, kernel, stride, padding)
    return [o for o in range(outputs) if 0 <= place + padding - o * stride < kernel]


def _ceiling(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
    outputs = -((size + 2 * padding - kernel) // -stride) + 1
    return [o for o in range(outputs) if 0 <= place + padding - o * stride < kernel]


def _among(offset: Callable[..., int]) -> Callable[..., list[int]]:
    """Return the same rule with another offset into the window."""

    def rule(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
        outputs = convlib.output_size(size, kernel, stride, padding)
        return [o for o in range(outputs) if 0 <= offset(place, padding, o, stride) < kernel]

    return rule


def _one_side(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
    outputs = (size + padding - kernel) // stride + 1
    return [o for o in range(outputs) if 0 <= place + padding - o * stride < kernel]


PUZZLES = {
    "touched": Puzzle(
        touched,
        ("place", "size", "kernel", "stride", "padding"),
        list(product((0, 3, 7), (8, 10), (3, 4), (1, 2, 3), (0, 1))),
        {
            "padding-ignored": _among(lambda place, padding, o, stride: place - o * stride),
            "stride-ignored": _among(lambda place, padding, o, stride: place + padding - o),
            "last-column-kept": _ceiling,
            "padding-one-side": _one_side,
            "padding-wrong-sign": _among(lambda place, padding, o, stride: place - padding - o * stride),
        },
        listing=True,
    ),
}
