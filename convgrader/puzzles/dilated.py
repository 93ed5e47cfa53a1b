"""The puzzles of the page on dilated convolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product

import numpy as np

from convgrader.puzzle import Puzzle
from convlib.cost import parameters
from convlib.networks import deeplab


def past_only(x: np.ndarray, weight: np.ndarray, skipped: int) -> np.ndarray:
    """Return the causal layer's output; ``weight[0]`` meets the newest value."""
    return _past(x, weight, skipped + 1)


def _past(
    x: np.ndarray, weight: np.ndarray, dilation: int, ahead: int = 0, mode: str = "zeros"
) -> np.ndarray:
    """Return the same with a distance between taps, a shift into the future, and another border."""
    reach = dilation * (len(weight) - 1)
    pads = (reach + 1, reach + 1)
    framed = np.pad(x, pads, mode="edge") if mode == "edge" else np.pad(x, pads)
    starts = [reach + 1 - j * dilation + ahead for j in range(len(weight))]
    return np.sum(
        [w * framed[start : start + len(x)] for w, start in zip(weight, starts, strict=True)], axis=0
    )


def _wrapped(x: np.ndarray, weight: np.ndarray, skipped: int) -> np.ndarray:
    """Return the same with the signal's end before its beginning."""
    return np.sum([w * np.roll(x, j * (skipped + 1)) for j, w in enumerate(weight)], axis=0)


def _waits(answer: np.ndarray, x: np.ndarray, weight: np.ndarray, skipped: int) -> bool:
    """Whether nothing comes out before anything has gone in."""
    return len(answer) != len(x) or bool(np.allclose(answer[: np.flatnonzero(x)[0]], 0))


def reads(rates: Sequence[int]) -> list[int]:
    """Return the places, counted from the output, that a stack of three-tap layers reads."""
    return _sums([(-d, 0, d) for d in rates])


def _sums(taps: Sequence[Sequence[int]]) -> list[int]:
    return sorted({sum(path) for path in product(*taps)})


def count(kernel_size: int, dilation: int, channels: int) -> int:
    """Return DeepLab's number of parameters."""
    return parameters(deeplab(kernel_size, dilation, channels=channels))


def _without(rule: Callable[[int, int], int]) -> Callable[[int, int, int], int]:
    """Return the same count less what a rule says of (kernel_size, channels)."""
    return lambda k, d, c: count(k, d, c) - rule(k, c)


WIDTHS = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
BIASES = sum(WIDTHS[1:])
PAIRS = sum(c_in * c_out for c_in, c_out in pairwise(WIDTHS))
"""VGG's channels, its biases, and its pairs of channels that a kernel joins."""
SIGNAL = np.array([0, 0, 0, 5, -2, 7, 1, 4, -3, 8, 2, 6])
"""It begins with silence, so that an output that comes too early shows."""

PUZZLES = {
    "dilated-state": Puzzle(
        lambda: [2, 2, 3, 7],
        (),
        [()],
        properties=[
            ("Neighbouring taps stand another distance apart.", lambda got: got[2] != 1, "dilation-ignored"),
            (
                "Neighbouring taps stand another distance apart.",
                lambda got: got[2] != 2,
                "dilation-counts-zeros",
            ),
            ("Neighbouring taps stand another distance apart.", lambda got: got[2] == 3),
            ("The first tap of step 0 stands elsewhere.", lambda got: got[1] != 0, "padding-ignored"),
            ("The first tap of step 0 stands elsewhere.", lambda got: got[1] == 2),
            ("From output to output the taps move another way.", lambda got: got[0] != 1, "stride-ignored"),
            ("From output to output the taps move another way.", lambda got: got[0] == 2),
            ("It stands on another output.", lambda got: got[3] != 5, "axes-swapped"),
            ("It stands on another output.", lambda got: got[3] == 7),
        ],
    ),
    "dilated-past": Puzzle(
        past_only,
        ("x", "weight", "skipped"),
        [
            (SIGNAL, np.array([3, -1, 2]), 0),
            (SIGNAL, np.array([2, 5, -4]), 1),
            (SIGNAL[3:], np.array([1.5, 4, -2, 3]), 2),
        ],
        {
            "dilation-default-zero": lambda x, w, n: _past(x, w, max(n, 1)),
            "dilation-ignored": lambda x, w, n: _past(x, w, 1),
            "dilation-counts-zeros": lambda x, w, n: _past(x, w, n + 2),
            "kernel-not-reversed": lambda x, w, n: _past(x, w[::-1], n + 1),
            "padding-wrong-values": lambda x, w, n: _past(x, w, n + 1, mode="edge"),
            "index-wrapped": _wrapped,
            "off-by-one": lambda x, w, n: _past(x, w, n + 1, ahead=-1),
            "mean-for-sum": lambda x, w, n: _past(x, w, n + 1) / len(w),
        },
        [
            (
                "Not as many values come out as went in.",
                lambda y, x, w, n: y.shape == x.shape,
                "wrong-shape",
            ),
            ("Something comes out before anything has gone in.", _waits, "future-seen"),
        ],
    ),
    "dilated-reads": Puzzle(
        reads,
        ("rates",),
        [((3,),), ((1, 2),), ((2, 2, 2),), ((1, 2, 5),), ((2, 4, 8),), ((6, 2, 3),)],
        {
            "dilation-loses-nothing": lambda rates: list(range(-sum(rates), sum(rates) + 1)),
            "dilation-ignored": lambda rates: reads([1] * len(rates)),
            "dilation-counts-zeros": lambda rates: reads([d + 1 for d in rates]),
            "layers-side-by-side": lambda rates: sorted({0, *rates, *(-d for d in rates)}),
            "padding-one-side": lambda rates: _sums([(0, d, 2 * d) for d in rates]),
        },
        [
            (
                "The places are not in rising order, each once.",
                lambda got, rates: got.ndim == 1 and bool((np.diff(got) > 0).all()),
            ),
        ],
        listing=True,
    ),
    "dilated-deeplab": Puzzle(
        count,
        ("kernel_size", "dilation", "channels"),
        [(7, 4, 4096), (4, 4, 4096), (4, 8, 4096), (3, 12, 1024), (5, 3, 640)],
        {
            "dilation-costs-more": lambda k, d, c: count(d * (k - 1) + 1, 1, c),
            "bias-missing": _without(lambda k, c: BIASES + 2 * c + 21),
            "bias-per-input": _without(lambda k, c: BIASES + 2 * c + 21 - (sum(WIDTHS) + 2 * c)),
            "kernel-side-counted": _without(lambda k, c: 6 * PAIRS + (k * k - k) * 512 * c),
            "classifier-left-out": _without(lambda k, c: 21 * c + 21),
        },
    ),
}
