"""Puzzles: small questions with one right answer for each case, and the answers that known slips would give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

import convlib


@dataclass(frozen=True)
class Puzzle:
    """A question put case by case.

    Attributes
    ----------
    reference : callable
        Gives the right answer to a case.
    arguments : tuple of str
        What the arguments of a case are called.
    cases : list of tuple
    slips : dict of callable
        Misconception id to the answers that it leads to.
    """

    reference: Callable[..., Any]
    arguments: tuple[str, ...]
    cases: list[tuple]
    slips: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def name(self, got: list) -> str | None:
        """Name the slip that gives the same answers to all cases."""
        for slip, function in self.slips.items():
            if [np.asarray(function(*case)).tolist() for case in self.cases] == got:
                return slip
        same = all(answer == got[0] for answer in got)
        return "constant-result" if same and len(got) > 1 else None


def touched(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
    """Return the outputs of a 1-D convolution whose windows hold the input at ``place``."""
    outputs = convlib.output_size(size, kernel, stride, padding)
    return [o for o in range(outputs) if 0 <= place + padding - o * stride < kernel]


def _ceiling(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
    outputs = -((size + 2 * padding - kernel) // -stride) + 1
    return [o for o in range(outputs) if 0 <= place + padding - o * stride < kernel]


def _among(offset: Callable[..., int], last: int = 0) -> Callable[..., list[int]]:
    """Return the same rule with another offset into the window, and with windows longer by ``last``."""

    def rule(place: int, size: int, kernel: int, stride: int, padding: int) -> list[int]:
        outputs = convlib.output_size(size, kernel, stride, padding)
        return [o for o in range(outputs) if 0 <= offset(place, padding, o, stride) < kernel + last]

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
            "off-by-one": _among(lambda place, padding, o, stride: place + padding - o * stride, last=1),
            "transposed-padding-pads-input": _among(
                lambda place, padding, o, stride: place - padding - o * stride
            ),
        },
    ),
}
