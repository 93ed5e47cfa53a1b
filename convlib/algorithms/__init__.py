"""The methods: different orders of the same sum, one idea a file.

Each is a function ``method(x, weight, stride, dilation, groups)`` of an input that is padded already:

- x, shape (N, C_in, *S); weight, shape (C_out, C_in/groups, *K), of the same dtype and library;
- stride and dilation, one integer per axis;
- returns shape (N, C_out, *S_out).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convlib._arrays import Array
from convlib.algorithms.direct import direct
from convlib.algorithms.gemm import gemm

__all__ = ["METHODS", "choose_method", "correlate", "direct", "gemm"]

METHODS: dict[str, Callable[..., Array]] = {"direct": direct, "gemm": gemm}


def correlate(
    x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int, method: str
) -> Array:
    """Run a method, or the one that "auto" chooses."""
    if method == "auto":
        method = choose_method(x.shape, weight.shape, stride, dilation, groups)
    return METHODS[method](x, weight, stride, dilation, groups)


def choose_method(
    x_shape: Sequence[int],
    weight_shape: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> str:
    """The name of the method that `method="auto"` takes for these shapes."""
    return "gemm"
