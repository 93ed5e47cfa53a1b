"""A puzzle: a question with one right answer for each case, and the answers that known slips would give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np


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
        Numbers, strings, lists or arrays. A function under test gets copies.
    slips : dict of callable
        Misconception id to a function that gives the answers which it leads to, or to a list of such functions.
    properties : list of (str, callable)
        What every right answer has, asked before its values: a sentence that says what does not hold, and ``holds(answer, *case)``.
        A third item names the misconception behind an answer without the property.
    listing : bool
        Whether an answer lists what fits, so that another length is no wrong shape.
    """

    reference: Callable[..., Any]
    arguments: tuple[str, ...]
    cases: list[tuple]
    slips: Mapping[str, Callable[..., Any] | list[Callable[..., Any]]] = field(default_factory=dict)
    properties: Sequence[tuple] = ()
    listing: bool = False

    def answers(self, function: Callable[..., Any]) -> list[np.ndarray]:
        """Return what a function answers to all cases."""
        return [np.asarray(function(*deepcopy(case))) for case in self.cases]

    def lacking(self, got: list[np.ndarray]) -> tuple[str, str | None] | None:
        """Return the first property that does not hold, as (sentence, misconception or None); None if all hold."""
        for sentence, holds, *slip in self.properties:
            for case, answer in zip(self.cases, got, strict=True):
                if not holds(answer, *case):
                    return sentence, slip[0] if slip else None
        return None

    def name(self, got: list[np.ndarray]) -> str | None:
        """Name the slip that gives the same answers to all cases."""
        for slip, functions in self.slips.items():
            for function in functions if isinstance(functions, list) else [functions]:
                if all(map(equal, self.answers(function), got)):
                    return slip
        if len(got) > 1 and all(equal(answer, got[0]) for answer in got):
            return "constant-result"
        found = _general(got, self.answers(self.reference))
        return None if found == "wrong-shape" and self.listing else found


def _general(got: list[np.ndarray], right: list[np.ndarray]) -> str | None:
    """Name what can be wrong with any numbers: constant, a wrong shape, cut, of the other sign, a multiple."""
    if all(answer.size > 1 and np.ptp(answer) == 0 for answer in got) and any(
        want.size > 1 and np.ptp(want) for want in right
    ):
        return "constant-result"
    if any(answer.shape != want.shape for answer, want in zip(got, right, strict=True)):
        return "wrong-shape"
    have, want = (np.concatenate([part.ravel() for part in parts]).astype(float) for parts in (got, right))
    if equal(have, np.trunc(want)):
        return "dtype-truncated"
    if equal(have, -want):
        return "sign-flipped"
    if np.unique(np.abs(want)).size > 3 and have.any() and equal(have, want * (have @ want) / (want @ want)):
        return "scaled"
    return None


def unchanged(now: Any, before: Any) -> bool:
    """Whether a function left its arguments as they were: numbers, texts, arrays, and lists of them."""
    if isinstance(before, (list, tuple)):
        return len(now) == len(before) and all(map(unchanged, now, before))
    return bool(np.array_equal(now, before))


def equal(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether two answers are the same: whole numbers exactly, others to the last few digits."""
    if got.shape != want.shape:
        return False
    if got.dtype.kind in "fc" or want.dtype.kind in "fc":
        return bool(np.allclose(got, want, rtol=1e-6, atol=1e-9))
    return bool(np.array_equal(got, want))


def spoken(value: Any) -> str:
    """Return an argument as a message shows it: an array by its shape."""
    if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
        return f"[{', '.join(map(spoken, value))}]"
    return f"array of shape {value.shape}" if isinstance(value, np.ndarray) and value.size > 6 else str(value)
