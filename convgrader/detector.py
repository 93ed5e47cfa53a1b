"""The self-check of a detector: one kernel, one bias, and a ReLU that answers one pattern of zeros and ones alone."""

from __future__ import annotations

from itertools import product

import numpy as np

from convgrader.report import Report


def judge(report: Report, kernel: np.ndarray, bias: float, pattern: np.ndarray) -> None:
    """Write into the report whether relu(window · kernel + bias) is 1 at the pattern and 0 at every other window."""
    if kernel.shape != pattern.shape:
        report.failed, report.slip = (
            f"The kernel's shape is {kernel.shape}; it has to fit the pattern.",
            "wrong-shape",
        )
        return
    fires = _answers(kernel, bias, pattern)
    if fires is None:
        report.held += ["it answers 1 at the pattern", "it answers 0 at every other window"]
        return
    report.failed = fires
    report.slip = _name(kernel, bias, pattern)


def _answers(kernel: np.ndarray, bias: float, pattern: np.ndarray) -> str | None:
    """Say what is wrong with the detector's answers to all windows of zeros and ones; None if nothing is."""
    windows = np.array(list(product((0, 1), repeat=pattern.size)))  # (2**size, size)
    answers = np.maximum(windows @ kernel.ravel() + bias, 0)  # (2**size,)
    here = (windows == pattern.ravel()).all(axis=1)
    false = int(np.count_nonzero(~np.isclose(answers[~here], 0)))
    if false:
        return f"It also answers {false} of the {len(windows) - 1} windows that are not the pattern."
    at = float(answers[here][0])
    return None if np.isclose(at, 1) else f"At the pattern the answer is {at:g}."


def _name(kernel: np.ndarray, bias: float, pattern: np.ndarray) -> str | None:
    """Name the slip: the one whose correction makes the detector right."""
    right_bias = 1 - float(kernel.ravel() @ pattern.ravel())
    mended = {
        "bias-missing": (kernel, right_bias if bias == 0 else bias),
        "kernel-reversed": (kernel[::-1, ::-1], bias),
        "kernel-transposed": (kernel.T, bias),
        "sign-flipped": (-kernel, -bias),
        "bias-per-input": (kernel, bias / pattern.size),
        "mean-for-sum": (kernel * pattern.size, bias),
    }
    for slip, (k, b) in mended.items():
        if _answers(k, b, pattern) is None:
            return slip
    return "constant-result" if not kernel.any() else None
