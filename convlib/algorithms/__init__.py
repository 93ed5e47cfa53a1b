"""The methods: different orders of the same sum, one idea a file.

Each is a function ``method(x, weight, stride, dilation, groups)`` of an input that is padded already:

- x, shape (N, C_in, *S); weight, shape (C_out, C_in/groups, *K), of the same dtype and library;
- stride and dilation, one integer per axis;
- returns shape (N, C_out, *S_out).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms.choose import LEAST_KERNEL, choose_method, estimated_times, fft_beats_torch
from convlib.algorithms.direct import direct
from convlib.algorithms.fft import fft, in_range
from convlib.algorithms.gemm import gemm
from convlib.algorithms.toeplitz import toeplitz
from convlib.algorithms.winograd import winograd2, winograd4

__all__ = [
    "LEAST_KERNEL",
    "METHODS",
    "check_method",
    "choose_method",
    "correlate",
    "direct",
    "fft",
    "fft_beats_torch",
    "gemm",
    "in_range",
    "toeplitz",
    "winograd2",
    "winograd4",
]

METHODS: dict[str, Callable[..., Array]] = {
    "direct": direct,
    "gemm": gemm,
    "toeplitz": toeplitz,
    "fft": fft,
    "winograd2": winograd2,
    "winograd4": winograd4,
}
"""The methods by their names, as `method=` takes them."""


def check_method(
    operation: str,
    method: str,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    exact: bool,
) -> None:
    """Raise ValueError where a named method can't do this convolution."""
    if method == "auto":
        return
    if method not in METHODS:
        known = ", ".join(map(repr, ("auto", *METHODS)))
        raise ValueError(f"{operation}: method must be one of {known}, not {method!r}.")
    if exact and method not in ("direct", "gemm", "toeplitz"):
        raise ValueError(
            f"{operation}: integers are exact; method={method!r} rounds. Take 'gemm' or 'direct'."
        )
    if method.startswith("winograd") and not (tuple(kernel) == (3, 3) and {*stride, *dilation} == {1}):
        raise ValueError(
            f"{operation}: method={method!r} needs a 3×3 kernel, stride 1 and dilation 1, but the kernel is "
            f"{'×'.join(map(str, kernel))}, stride {tuple(stride)}, dilation {tuple(dilation)}."
        )


def correlate(
    x: Array,
    weight: Array,
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    method: str = "auto",
    exact: bool = False,
) -> Array:
    """Run a method on an x that is padded already; "auto" takes the one that should be fastest."""
    if 0 in x.shape or 0 in weight.shape:
        method = "gemm"  # nothing to add: there is no spectrum of nothing
    elif method == "auto":
        times = estimated_times(x.shape, weight.shape, stride, dilation, groups)
        method = min(times, key=lambda name: times[name])
        if method != "gemm" and (exact or not may_take(method, x, weight)):
            method = "gemm"
    return METHODS[method](x, weight, stride, dilation, groups)


def may_take(method: str, x: Array, weight: Array) -> bool:
    """Whether a method that mixes an output with others' inputs would do no harm to these numbers."""
    return in_range(x, weight) if method == "fft" else arrays.all_finite(x) and arrays.all_finite(weight)
