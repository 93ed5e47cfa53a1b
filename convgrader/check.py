"""The self-check: what a student runs in the notebook. Properties first, the misconception named, never the answer.

Each function returns a `Report`, which the notebook shows. Nothing here gives points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np

import convlib
from convgrader.asking import NOT_WRITTEN, NoAnswer, ask
from convgrader.detector import judge
from convgrader.naming import name_wrong
from convgrader.properties import Operation, first_failure
from convgrader.puzzle import differing, equal, spoken, unchanged
from convgrader.puzzles import puzzles
from convgrader.report import Report
from convgrader.sizes import name_choices, name_formula, wrong_choice

__all__ = [
    "NOT_WRITTEN",
    "conv",
    "conv_transpose",
    "detector",
    "enlarging",
    "puzzle",
    "size",
    "sizes",
    "values",
]


def values(
    answer: Callable[[], Any],
    x: Any,
    weight: Any,
    *,
    transposed: bool = False,
    subject: str = "Your numbers",
    **options: Any,
) -> Report:
    """Check numbers that were worked out by hand for one channel.

    Parameters
    ----------
    answer : callable
        Returns the numbers. Write ``lambda: result``, so that a result that is not there yet is no error.
    x : array of shape (L,) or (H, W)
    weight : array of shape (k,) or (kH, kW)
    transposed : bool
        Whether a transposed convolution was asked for.
    **options
        ``stride``, ``padding``, … of the operation.
    """
    report = Report(subject)
    got = _call(report, answer, hand=True)
    if got is None:
        return report
    operation = Operation(np.ndim(x), transposed, channels=False)
    right = operation.right(np.asarray(x), np.asarray(weight), options)
    if got.shape != right.shape:
        report.failed = f"The shape {got.shape} is not the one that these sizes give."
        report.slip = name_wrong(got, np.asarray(x), np.asarray(weight), operation, options)
        return report
    report.held.append("the shape is right")
    if wrong := differing(got, right):
        report.failed = f"{wrong} of {right.size} numbers are not right."
        report.slip = name_wrong(got, np.asarray(x), np.asarray(weight), operation, options)
        return report
    report.held.append("every number is right")
    return report


def conv_transpose(
    function: Callable[..., Any],
    *,
    dims: int = 2,
    channels: bool = True,
    options: Any = None,
    sliding: bool = False,
) -> Report:
    """Check a function that computes a transposed convolution, by its properties.

    Parameters
    ----------
    function : callable
        ``function(x, weight, **options)`` with x (C_in, *size) and weight (C_in, C_out, *kernel); without channels
        x (*size) and weight (*kernel).
    dims : int
        Number of spatial axes.
    channels : bool
        Whether the arrays have channel axes.
    options : list of dict, optional
        The keyword arguments to try, one call for each. Default: strides alone.
    sliding : bool
        Whether it is to be computed by sliding, so that a kernel that was not reversed is named as that.
    """
    tries = options or [{"stride": 2}, {"stride": 3}, {"stride": 1}]
    return _function(function, Operation(dims, True, channels, sliding), tries)


def conv(
    function: Callable[..., Any], *, dims: int = 2, channels: bool = True, options: Any = None
) -> Report:
    """Check a function that computes a convolution as deep learning means it, by its properties.

    Parameters
    ----------
    function : callable
        ``function(x, weight, **options)`` with x (C_in, *size) and weight (C_out, C_in, *kernel); without channels
        x (*size) and weight (*kernel).
    dims : int
        Number of spatial axes.
    channels : bool
        Whether the arrays have channel axes.
    options : list of dict, optional
        The keyword arguments to try, one call for each. Default: none.
    """
    return _function(function, Operation(dims, False, channels), options or [{}])


def size(
    function: Callable[..., int], *, transposed: bool = False, uses: Sequence[str] = ("stride", "padding")
) -> Report:
    """Check a function that predicts an output size.

    Parameters
    ----------
    function : callable
        ``function(size, kernel_size, **options)`` with the options named in ``uses``.
    transposed : bool
        Whether the sizes are a transposed convolution's.
    uses : sequence of str
        Of "stride", "padding", "output_padding", "dilation".
    """
    report = Report(_title(function))
    rule = convlib.transposed_output_size if transposed else convlib.output_size
    names = ("stride", "padding", "output_padding", "dilation")
    cases, got, right = [], [], []
    for i, k, *rest in _size_cases():
        given = {name: value for name, value in zip(names, rest, strict=True) if name in uses}
        full = {name: given.get(name, int(name in ("stride", "dilation"))) for name in names}
        result = _call(report, function, i, k, **given)
        if result is None:
            return report
        if result.shape != () or result != np.round(result):
            report.failed = "A size is one whole number."
            return report
        cases.append((i, k, *full.values()))
        got.append(int(result))
        right.append(
            rule(i, k, **(full if transposed else {n: v for n, v in full.items() if n != "output_padding"}))
        )
    first = next((row for row, have, want in zip(cases, got, right, strict=True) if have != want), None)
    if first is None:
        report.held.append(f"all of {len(cases)} sizes are right")
        return report
    shown = ", ".join(f"{n}={v}" for n, v in zip(("size", "kernel_size", *names), first, strict=True))
    wrong = sum(have != want for have, want in zip(got, right, strict=True))
    report.failed = f"{wrong} of {len(cases)} sizes are not right; the first: {shown}."
    report.slip = name_formula(cases, got, right, transposed)
    return report


def sizes(answer: Callable[[], Any], cases: Sequence[tuple[int, ...]], *, transposed: bool = False) -> Report:
    """Check output sizes that were worked out by hand.

    Parameters
    ----------
    answer : callable
        Returns the list of sizes.
    cases : list of (size, kernel_size, stride, padding, dilation)
    transposed : bool
        Whether the sizes are a transposed convolution's.
    """
    report = Report("Your sizes")
    got = _call(report, answer, hand=True)
    if got is None:
        return report
    rule = convlib.transposed_output_size if transposed else convlib.output_size
    right = [rule(i, k, s, p, dilation=d) for i, k, s, p, d in cases]
    if got.shape != (len(right),):
        report.failed, report.slip = (
            f"One size for each row is asked for: {len(right)} numbers.",
            "wrong-shape",
        )
        return report
    wrong = [row for row, have, want in zip(range(len(right)), got, right, strict=True) if have != want]
    if wrong:
        report.failed = f"{len(wrong)} of {len(right)} are not right; the first is in row {wrong[0]}."
        report.slip = name_formula(
            [(i, k, s, p, 0, d) for i, k, s, p, d in cases], got.tolist(), right, transposed
        )
    else:
        report.held.append("every size is right")
    return report


def enlarging(function: Callable[[int, int], Any]) -> Report:
    """Check a function that lists every way to enlarge an input exactly ``stride`` times.

    Parameters
    ----------
    function : callable
        ``function(stride, largest_kernel)`` returns a list of (kernel_size, padding, output_padding).
    """
    report = Report(_title(function))
    for stride, largest in ((2, 5), (3, 7), (4, 6)):
        got = _call(report, function, stride, largest)
        if got is None:
            return report
        if not got.size:
            report.failed = f"For stride={stride}, largest_kernel={largest} your list is empty."
            return report
        if got.ndim != 2 or got.shape[1] != 3:
            report.failed, report.slip = (
                "A list of (kernel_size, padding, output_padding) is asked for.",
                "wrong-shape",
            )
            return report
        chosen = [tuple(row) for row in got.tolist()]
        report.failed = wrong_choice(chosen, stride, largest)
        if report.failed:
            report.slip = name_choices(chosen, stride, largest)
            return report
    report.held += ["every choice in your list enlarges as it should", "none is missing"]
    return report


def puzzle(function: Callable[..., Any], name: str, subject: str = "") -> Report:
    """Check a function against a puzzle of `convgrader.puzzles`, case by case.

    Parameters
    ----------
    function : callable
        For a puzzle without arguments, numbers worked out by hand: ``lambda: result``.
    name : str
        The puzzle's name.
    subject : str, optional
        What was checked; the function's name if left out.
    """
    asked = puzzles()[name]
    report = Report(subject or _title(function))
    got = []
    for case in asked.cases:
        given = deepcopy(case)
        result = _call(report, function, *given, hand=not asked.arguments, lent=bool(subject))
        if result is None:
            return report
        if not unchanged(given, case):
            report.failed, report.slip = "Your function changes what it is given.", "input-mutated"
            return report
        got.append(result)
    if lacking := asked.lacking(got):
        report.failed, report.slip = lacking[0], asked.name(got) or lacking[1]
        return report
    right = asked.answers(asked.reference)
    wrong = [case for case, have, want in zip(asked.cases, got, right, strict=True) if not equal(have, want)]
    if not asked.arguments:
        return _by_hand(report, got[0], right[0], asked.name(got))
    if not wrong:
        report.held.append(f"all of {len(right)} cases are right")
        return report
    shown = ", ".join(
        f"{label}={spoken(value)}" for label, value in zip(asked.arguments, wrong[0], strict=True)
    )
    report.failed = f"{len(wrong)} of {len(right)} cases are not right; the first: {shown}."
    report.slip = asked.name(got)
    return report


def _by_hand(report: Report, got: np.ndarray, right: np.ndarray, slip: str | None) -> Report:
    if got.shape != right.shape:
        report.failed, report.slip = f"The shape {got.shape} is not the one that was asked for.", slip
    elif wrong := differing(got, right):
        report.failed, report.slip = f"{wrong} of {right.size} numbers are not right.", slip
    else:
        report.held.append("every number is right")
    return report


def detector(answer: Callable[[], Any], pattern: Any) -> Report:
    """Check a kernel and a bias that, followed by a ReLU, are to answer one pattern alone.

    Parameters
    ----------
    answer : callable
        Returns (kernel, bias).
    pattern : array of shape (H, W)
        Of zeros and ones.
    """
    report = Report("Your detector")
    if not np.isin(pattern, (0, 1)).all():
        report.failed = (
            "The pattern itself was changed: it no longer holds zeros and ones alone. Run its cell again."
        )
        report.slip = "input-mutated"
        return report
    parts: list[np.ndarray] = []
    for index in range(2):
        part = _call(report, lambda index=index: answer()[index], hand=True)  # type: ignore[misc]
        if part is None:
            return report
        parts.append(part)
    if parts[1].shape:
        report.failed, report.slip = "The bias is one number.", "wrong-shape"
        return report
    judge(report, parts[0], float(parts[1]), np.asarray(pattern))
    return report


def _function(function: Callable[..., Any], operation: Operation, tries: Sequence[dict]) -> Report:
    report = Report(_title(function))
    try:
        first_failure(report, partial(ask, function), operation, tries)
    except NoAnswer as why:
        report.failed = str(why)
    return report


def _title(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "<")
    return "Your function" if name.startswith("<") else name  # a lambda is called <lambda>


def _call(report: Report, function: Callable[..., Any], *given: Any, **how: Any) -> np.ndarray | None:
    """Return the answer as numbers, or say in the report why there are none."""
    try:
        return ask(function, *given, **how)
    except NoAnswer as why:
        report.failed = str(why)
        return None


def _size_cases() -> list[tuple[int, ...]]:
    """Pairwise different sizes; output_padding below the stride; nothing vanishes."""
    return [
        (7, 5, 3, 2, 1, 1),
        (9, 4, 2, 1, 0, 2),
        (14, 3, 2, 1, 1, 3),
        (28, 6, 4, 1, 2, 1),
        (12, 2, 3, 3, 2, 2),
        (15, 7, 5, 4, 3, 1),
    ]
