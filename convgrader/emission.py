"""``emit(value)``: how a check cell hands out what a student's code computed. A value, never a verdict."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

MIME = "application/vnd.convgrader.value.v1+json"
MAX_NUMBERS = 100_000
_NAMES = {math.inf: "inf", -math.inf: "-inf"}
_open: list[list[Any]] = []


def payload(value: Any) -> dict[str, Any]:
    """Turn a number, a nested list or an array into plain JSON.

    Parameters
    ----------
    value : number, bool, list, tuple, or array of any shape

    Returns
    -------
    dict
        ``{"dtype": str, "shape": list of int, "data": flat list}``, row by row. A complex number is a pair
        [real, imaginary]; what JSON has no number for is the string "nan", "inf" or "-inf".

    Raises
    ------
    TypeError
        If the value is not made of numbers.
    ValueError
        If the rows have different lengths, or there are too many numbers.

    Examples
    --------
    >>> payload([[1, 2], [3, 4]])
    {'dtype': 'int64', 'shape': [2, 2], 'data': [1, 2, 3, 4]}
    """
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError("emit: the rows of the value have different lengths") from error
    if array.dtype.kind not in "biufc":
        raise TypeError(f"emit: expected numbers, got {type(value).__name__} (dtype {array.dtype})")
    if array.size > MAX_NUMBERS:
        raise ValueError(
            f"emit: {array.size} numbers in shape {array.shape}, at most {MAX_NUMBERS} are allowed"
        )
    data: list[Any]
    if array.dtype.kind == "c":
        data = [[_plain(z.real), _plain(z.imag)] for z in array.ravel().tolist()]
    else:
        data = [_plain(number) for number in array.ravel().tolist()]
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}


def emit(value: Any) -> None:
    """Hand out a value: show its dtype and shape, and carry the numbers in the cell's output.

    Parameters
    ----------
    value : number, bool, list, tuple, or array of any shape

    Raises
    ------
    TypeError, ValueError
        As `payload` says.
    """
    content = payload(value)
    if _open:
        _open[-1].append(content)
        return
    from IPython.display import display

    shape = " × ".join(map(str, content["shape"])) or "one number"
    display({MIME: content, "text/plain": f"handed out: {content['dtype']}, {shape}"}, raw=True)


def note(report: Any) -> None:
    """Let an open `collect` see a self-check's report."""
    if _open:
        _open[-1].append(report)


@contextmanager
def collect() -> Iterator[list[Any]]:
    """Gather what is emitted and reported inside the block, instead of displaying it. For code that one trusts."""
    _open.append([])
    try:
        yield _open[-1]
    finally:
        _open.pop()


def listen() -> None:
    """Gather from now on what is emitted and reported, for `tell`. A kernel of `convgrader.selfcheck` begins with it."""
    _open.append([])


def tell() -> None:
    """Print what the self-checks reported since the last call, as JSON: a list of [whether it holds, its lines]."""
    reports = [item for item in _open[-1] if hasattr(item, "lines")]
    print(json.dumps([[bool(report.ok), report.lines()] for report in reports]))
    _open[-1].clear()


def _plain(number: float) -> float | str:
    if isinstance(number, float) and not math.isfinite(number):
        return _NAMES.get(number, "nan")
    return number
