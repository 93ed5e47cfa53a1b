"""A puzzle: a question with one right answer for each case, and the answers that known slips would give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ATOL = 1e-9


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
        Whether an answer lists what fits, so that another length is no wrong shape, and another order no other sign.
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
                try:
                    held = bool(holds(answer, *case))
                except (ArithmeticError, LookupError, TypeError, ValueError):  # it can't even be asked
                    return self._misshapen(answer, case) or (sentence, None)
                if not held:
                    return sentence, slip[0] if slip else None
        return None

    def _misshapen(self, answer: np.ndarray, case: tuple) -> tuple[str, str] | None:
        """Say that an answer has not the shape that is asked for, with the misconception; None if it may have it."""
        if self.listing or answer.shape == np.shape(self.reference(*deepcopy(case))):
            return None
        what = f"has the shape {answer.shape}" if answer.shape else "is one number"
        return f"Your result {what}, and that is not what was asked for.", "wrong-shape"

    def name(self, got: list[np.ndarray]) -> str | None:
        """Name the slip that gives the same answers to all cases."""
        for slip, functions in self.slips.items():
            for function in functions if isinstance(functions, list) else [functions]:
                if all(map(equal, self.answers(function), got)):
                    return slip
        if len(got) > 1 and got[0].size and all(equal(answer, got[0]) for answer in got):
            return "constant-result"
        found = _general(got, self.answers(self.reference), bool(self.arguments))
        return None if self.listing and found in ("wrong-shape", "sign-flipped") else found


def _general(got: list[np.ndarray], right: list[np.ndarray], asked: bool) -> str | None:
    """Name what can be wrong with any numbers: constant (of a function), a wrong shape, cut, of the other sign, a multiple."""
    if asked and _constant(got) and any(want.size > 1 and np.ptp(want) for want in right):
        return "constant-result"
    if any(answer.shape != want.shape for answer, want in zip(got, right, strict=True)):
        return "wrong-shape"
    have, want = (np.concatenate([part.ravel() for part in parts]).astype(float) for parts in (got, right))
    rtol = _rtol(all(part.dtype.kind in "biu" for part in right))
    if np.allclose(have, want, rtol, ATOL):  # off by so little that no factor tells it from the right one
        return None
    if np.allclose(have, np.trunc(want), rtol, ATOL):
        return "dtype-truncated"
    if np.allclose(have, -want, rtol, ATOL):
        return "sign-flipped"
    several = have.any() and np.unique(np.abs(want)).size > 3
    if several and np.allclose(have, want * (have @ want) / (want @ want), rtol, ATOL):
        return "scaled"
    return None


def _constant(got: list[np.ndarray]) -> bool:
    """Whether each answer is one number all over. Two equal numbers happen, three in a row do not."""
    return all(part.size > 1 and np.ptp(part) == 0 for part in got) and any(part.size > 2 for part in got)


def unchanged(now: Any, before: Any) -> bool:
    """Whether a function left its arguments as they were: numbers, texts, arrays, and lists of them."""
    if isinstance(before, (list, tuple)):
        return len(now) == len(before) and all(map(unchanged, now, before))
    return bool(np.array_equal(now, before))


def equal(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether two answers are the same: whole numbers exactly, others to the last few digits."""
    return got.shape == want.shape and not differing(got, want)


def differing(got: np.ndarray, want: np.ndarray) -> int:
    """Return how many numbers of two answers of one shape are not the same, by the rule of `equal`."""
    if got.dtype.kind not in "fc" and want.dtype.kind not in "fc":
        return int(np.count_nonzero(got != want))
    whole = got.dtype.kind not in "fc" or want.dtype.kind not in "fc"
    return int(np.count_nonzero(~np.isclose(got, want, _rtol(whole), ATOL)))


def _rtol(whole: bool) -> float:
    """Whole numbers may have been worked out as floats: then their very last digits alone may differ."""
    return 1e-12 if whole else 1e-6


def spoken(value: Any) -> str:
    """Return an argument as a message shows it: an array by its shape."""
    if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
        return f"[{', '.join(map(spoken, value))}]"
    return f"array of shape {value.shape}" if isinstance(value, np.ndarray) and value.size > 6 else str(value)
