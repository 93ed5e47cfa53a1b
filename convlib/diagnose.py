"""Which of the usual slips explains a wrong result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from convlib import _arrays as arrays
from convlib import _slips_back  # noqa: F401  (registers its slips)
from convlib._arrays import Array
from convlib._problem import EPS, Asked, Problem, largest, precision, read_problem
from convlib._slips import SLIPS
from convlib.shapes import ShapeError

EPS32 = float(np.finfo(np.float32).eps)
LESS_EXACT = ("last-column-dropped", "off-by-one")  # named where no other slip leads to the same
FALLBACKS = ("constant-result", "scaled", "shifted", "wrong-shape")
SLIP_IDS = (*SLIPS, *FALLBACKS)


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found.

    Attributes
    ----------
    id : str or None
        The slip's id in `convlib/misconceptions.json`; None where the result is right, or no slip explains it.
    correct : bool
        Whether the result is right.
    also : tuple of str
        Other slips that lead to the same result on these inputs: symmetric inputs hide differences.
    """

    id: str | None
    correct: bool = False
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.correct:
            return "The result is right."
        if self.id is None:
            return f"None of the {len(SLIP_IDS)} usual slips explains this result."
        entry = misconceptions()[self.id]
        more = f" (On these inputs the same could come from: {', '.join(self.also)}.)" if self.also else ""
        return f"{entry['title']}. {entry['right']}{more}"


@cache
def misconceptions() -> dict[str, dict[str, str]]:
    """The table of misconceptions: id to title, wrong, right, and the page that refutes it where there is one.

    Returns
    -------
    dict

    Examples
    --------
    >>> misconceptions()["kernel-reversed"]["title"]
    'The kernel was reversed'
    """
    return json.loads(files("convlib").joinpath("misconceptions.json").read_text(encoding="utf-8"))


@np.errstate(all="ignore")  # NaN and Inf are compared like other values
def diagnose(
    got: Array,
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    kind: str = "conv",
    transposed: bool = False,
    output_padding: Any = 0,
    padding_mode: str = "zeros",
    grad_output: Array | None = None,
) -> Diagnosis:
    """Which of the usual slips explains a wrong result?

    It computes what each slip would have given and compares. Inputs without symmetry, with sizes that differ
    from each other, make the answer unique.

    Parameters
    ----------
    got : array
        The result in question.
    x : array, shape (N, C_in, *S) or (C_in, *S)
    weight : array, shape (C_out, C_in/groups, *K); transposed: (C_in, C_out/groups, *K)
    bias, stride, padding, dilation, groups, padding_mode
        What was asked for, as for `conv`; with output_padding as for `conv_transpose`.
    kind : {"conv", "convolve", "conv_transpose", "shuffle", "input_gradient", "weight_gradient"}
        What should have been computed. "convolve": the true convolution. "shuffle": a grouped convolution
        and then `channel_shuffle`. The gradients need grad_output, and x and weight are the layer's.
    transposed : bool, default False
        True is short for kind="conv_transpose".
    grad_output : array, shape (N, C_out, *S_out), optional
        For the gradients.

    Returns
    -------
    Diagnosis
        (id, correct, also); as a string, a sentence.

    Raises
    ------
    ShapeError, TypeError, ValueError
        If the inputs themselves don't fit: then no result can be right.

    Notes
    -----
    Results may differ from each other by 1e-5 of the largest value, and by what rounding leaves of a sum whose
    terms cancel: it follows Σ|x||w| and the least precise dtype of `got` and of the inputs.

    Examples
    --------
    >>> import numpy as np
    >>> x, weight = np.array([[[3.0, 1, 4, 1, 5]]]), np.array([[[1.0, -2, 5]]])
    >>> diagnose([[[21, -2, 27]]], x, weight).correct
    True
    >>> diagnose([[[17, -2, 23]]], x, weight).id
    'kernel-reversed'
    >>> print(diagnose([[[21, -2]]], x, weight))
    The last window was dropped. The last window may end exactly at the end of the padded input. It counts.
    >>> diagnose([[[7, 7, 9]]], x, weight).id is None
    True
    """
    if transposed:
        kind = "conv_transpose"
    asked = Asked(kind, stride, padding, dilation, groups, output_padding, padding_mode)
    problem, right, batched = read_problem(asked, x, weight, bias, grad_output)
    (got,) = arrays.as_arrays("diagnose", got=got)
    values = arrays.to_numpy(got)
    values = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
    values = values if batched else values[None]
    near = _tolerance(problem, precision(got))
    if near.equal(values, right):
        return Diagnosis(None, correct=True)
    if _only_zeros(values, near) and not _constant(right):  # truncation below 1 leaves nothing too
        return Diagnosis("constant-result")
    found = [id for id in SLIPS if any(near.equal(values, wrong) for wrong in _results(id, problem, right))]
    found = [id for id in found if id not in LESS_EXACT] or found
    if not found:
        found = list(_fallback(values, right, near))
    return Diagnosis(found[0] if found else None, also=tuple(found[1:]))


def results_of(id: str, problem: Problem, right: Array) -> Iterator[Array]:
    """What a slip leads to, where it makes a difference; nothing for a kind of operation it doesn't belong to.

    Parameters
    ----------
    id : str
        One of the registered slips.
    problem : Problem
    right : array
        The problem's right result.

    Yields
    ------
    array
    """
    near = _tolerance(problem)
    return (wrong for wrong in _results(id, problem, right) if not near.equal(wrong, right))


def _results(id: str, problem: Problem, right: Array) -> Iterator[Array]:
    kinds, function = SLIPS[id]
    if problem.kind not in kinds:
        return
    candidates = function(problem, right)
    while True:
        try:
            wrong = next(candidates, None)
        except (ShapeError, ValueError):  # with this slip the sizes would not even have fitted
            return
        if wrong is None:
            return
        yield wrong


@dataclass(frozen=True)
class _Tolerance:
    """How far two results may lie apart that are the same but for rounding."""

    relative: float  # of the largest value
    rounding: float  # what is left where all of a sum cancels

    def equal(self, a: Array, b: Array) -> bool:
        """The same shape and, to within the tolerance, the same values."""
        if a.shape != b.shape:
            return False
        atol = self.relative * largest(b) + self.rounding
        if (abs(a - b) <= atol).all():
            return True
        return not np.isfinite(b).all() and np.allclose(a, b, rtol=0, atol=atol, equal_nan=True)


def _tolerance(problem: Problem, eps: float = EPS) -> _Tolerance:
    """What sums in 32 bits or more may differ by; what has 16 bits is rounded to them once, at the end."""
    eps = max(eps, problem.eps)
    return _Tolerance(max(1e-5, 2 * eps), 16 * min(eps, EPS32) * problem.magnitude())


def _only_zeros(array: Array, near: _Tolerance) -> bool:
    return array.size > 1 and bool((abs(array) <= near.rounding).all())


def _constant(array: Array) -> bool:
    return array.size < 2 or bool((abs(array - array.flat[0]) <= 1e-9 * abs(array.flat[0])).all())


def _fallback(got: Array, right: Array, near: _Tolerance) -> Iterator[str]:
    """Said only where nothing more exact explains the result."""
    if _constant(got) and got.size > 1 and not _constant(right):
        yield "constant-result"
    elif got.shape != right.shape:
        yield "wrong-shape"
    elif min(largest(got), largest(right)) <= near.rounding:
        return
    elif near.equal(got, right * (np.vdot(right, got) / np.vdot(right, right))):
        yield "scaled"
    elif _shifted(got, right, near):
        yield "shifted"


def _shifted(got: Array, right: Array, near: _Tolerance, most: int = 3) -> bool:
    """The same values, at least four of them, moved by up to three positions; what moved in may be anything."""
    for moves in np.ndindex(*[2 * most + 1] * (right.ndim - 2)):
        shift = [move - most for move in moves]
        if any(abs(s) > n // 2 for s, n in zip(shift, right.shape[2:])):
            continue
        here = (..., *(slice(max(s, 0), n + min(s, 0)) for s, n in zip(shift, right.shape[2:])))
        there = (..., *(slice(max(-s, 0), n + min(-s, 0)) for s, n in zip(shift, right.shape[2:])))
        kept = right[there]
        if kept.size >= 4 and largest(kept) > near.rounding and any(shift) and near.equal(got[here], kept):
            return True
    return False
