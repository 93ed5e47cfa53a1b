"""Ask a student's code for its answer: numbers, or a sentence that says why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, KeysView, Set, ValuesView
from typing import Any

import numpy as np

NOT_WRITTEN = "There is no answer yet: replace the line that raises NotImplementedError, and run that cell."


class NoAnswer(Exception):
    """There are no numbers; its text says why."""


def ask(
    function: Callable[..., Any], *given: Any, hand: bool = False, lent: bool = False, **options: Any
) -> np.ndarray:
    """Call a student's function and return its answer as an array of numbers.

    Parameters
    ----------
    function : callable
        Called with ``given`` and ``options``.
    hand : bool
        Whether the answer was worked out by hand: then the function is the check's own ``lambda: result``.
    lent : bool
        Whether the function is the check's own and calls the student's.

    Raises
    ------
    NoAnswer
        If it is not written yet, stops, or returns what are no finite real numbers.
    """
    try:
        value = function(*given, **options)
    except Exception as error:
        raise NoAnswer(_stopped(error, function, hand, lent)) from error
    array, lack = _numbers(value)
    if lack == "None" and not hand:
        raise NoAnswer("It returned None: is a `return` missing?")
    if lack:
        raise NoAnswer(f"{'Your answer is' if hand else 'It returned'} {lack}.")
    return array


def _stopped(error: Exception, function: Callable[..., Any], hand: bool, lent: bool) -> str:
    own = lent and _stands_in(error, function)
    missing = isinstance(error, NameError) and (hand or own)
    if missing or type(error) is NotImplementedError:  # input() without a keyboard raises a kind of it
        return NOT_WRITTEN
    if own and not hand:
        return "What your function returned does not have the form that is asked for."
    return f"Your {'answer' if hand else 'function'} stopped with {type(error).__name__}: {error}"


def _stands_in(error: Exception, function: Callable[..., Any]) -> bool:
    """Whether an error arose in the function itself, or in what it called of NumPy."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code is not getattr(function, "__code__", None):
        trace = trace.tb_next
    after = trace and trace.tb_next
    return trace is not None and (
        not after or str(after.tb_frame.f_globals.get("__name__")).startswith("numpy")
    )


def _numbers(value: Any) -> tuple[np.ndarray, str]:
    """Return a value as an array of numbers, and what it is instead: the empty text if it is one."""
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError:
        return np.empty(0), "a list whose parts have different lengths"
    if array.dtype.kind == "c":
        return array, "complex numbers: take their real part"
    if array.dtype.kind not in "biuf":
        return array, _kind(value, array)
    if not np.isfinite(array).all():
        return array, "numbers that are not finite: nan or inf"
    return array.astype(int) if array.dtype.kind == "b" else array, ""


def _kind(value: Any, array: np.ndarray) -> str:
    """Say what a value is that is not made of numbers."""
    name = type(value).__name__
    if value is None:
        return "None"
    if isinstance(value, (Iterator, Set, KeysView, ValuesView)):
        return f"a {name}: put its numbers into a list"
    if all(isinstance(item, int) for item in array.ravel()):
        return "a whole number too large for an array"
    if array.ndim:
        return f"a {name} that holds more than numbers"
    return f"a value of type {name}: numbers are asked for"
