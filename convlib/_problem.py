"""A convolution to be got wrong: its arguments read once, its right result, and the result with some of them changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_choice, check_conv, check_ranks
from convlib._taps import collect, stamp
from convlib._transposed import check_transposed
from convlib.conv import conv
from convlib.grad import conv_input, conv_weight
from convlib.kinds import channel_shuffle
from convlib.shapes import Pair, ShapeError

NAME = "diagnose"
KINDS = ("conv", "convolve", "conv_transpose", "shuffle", "input_gradient", "weight_gradient")


@dataclass(frozen=True)
class Problem:
    """One operation on batched NumPy arrays, one entry per spatial axis.

    For "conv_transpose" and "input_gradient", x is what is stamped and `size` what the stamps fill; for
    "weight_gradient", `grad` is the output's gradient.
    """

    kind: str
    x: Array
    weight: Array
    bias: Array | None
    stride: tuple[int, ...]
    pads: tuple[Pair, ...]
    dilation: tuple[int, ...]
    groups: int
    size: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    same: bool = False
    mode: str = "zeros"
    grad: Array | None = None

    @property
    def rank(self) -> int:
        """How many spatial axes there are."""
        return self.weight.ndim - 2

    @property
    def kernel(self) -> tuple[int, ...]:
        """The kernel's size."""
        return self.weight.shape[2:]

    @property
    def per_group(self) -> int:
        """How many input channels an output sums over."""
        return self.x.shape[1] // self.groups

    def solve(self, **changes: Any) -> Array:
        """The result, with some of the arguments changed."""
        one = replace(self, **changes) if changes else self
        starts = [low for low, _ in one.pads]
        if one.kind in ("conv_transpose", "input_gradient"):
            y = stamp(one.x, one.weight, one.size, starts, one.stride, one.dilation, one.groups)
            return y if one.bias is None else y + one.bias.reshape(-1, *[1] * one.rank)
        if one.kind == "weight_gradient":
            assert one.grad is not None
            return collect(one.x, one.grad, one.kernel, starts, one.stride, one.dilation, one.groups)
        weight = (
            np.flip(one.weight, tuple(range(2, one.weight.ndim))) if one.kind == "convolve" else one.weight
        )
        options = one.bias, one.stride, one.pads, one.dilation, one.groups
        y = conv(one.x, weight, *options, padding_mode=one.mode)
        return channel_shuffle(y, one.groups) if one.kind == "shuffle" else y

    def resized(self, **changes: Any) -> Array:
        """`solve` for a transposed convolution whose size follows the changed arguments."""
        one = replace(self, **changes)
        axes = zip(one.x.shape[2:], one.kernel, one.stride, one.pads, one.dilation, one.extra)
        size = tuple((n - 1) * s + d * (k - 1) + 1 - sum(p) + a for n, k, s, p, d, a in axes)
        if min(size) < 1:
            raise ShapeError("nothing is left of the output")
        return one.solve(size=size)


@dataclass(frozen=True)
class Asked:
    """The arguments of an operation as they were given."""

    kind: str
    stride: Any
    padding: Any
    dilation: Any
    groups: Any
    output_padding: Any
    padding_mode: str


def read_problem(
    asked: Asked, x: Any, weight: Any, bias: Any, grad_output: Any
) -> tuple[Problem, Array, bool]:
    """The problem, its right result, and whether that has a batch. Checked as the operation itself checks."""
    check_choice(NAME, "kind", asked.kind, KINDS)
    if ("gradient" in asked.kind) != (grad_output is not None):
        raise TypeError(f"{NAME}: the gradients need grad_output, and only they; kind is {asked.kind!r}.")
    given = {"x": x, "weight": weight, "bias": bias, "grad_output": grad_output}
    read = arrays.as_arrays(NAME, **{name: value for name, value in given.items() if value is not None})
    wide = dict(zip((name for name, value in given.items() if value is not None), map(_wide, read)))
    x, weight, bias, grad = (wide.get(name) for name in given)
    layout = "C_in, C_out/groups" if asked.kind == "conv_transpose" else "C_out, C_in/groups"
    rank = check_ranks(NAME, x, weight, None, "C_in", layout)
    batched = x.ndim == rank + 2
    x, grad = (a if a is None or batched else a[None] for a in (x, grad))
    if asked.kind == "conv_transpose":
        problem = _transposed(asked, x, weight, bias)
        return problem, problem.solve(), batched
    how = check_conv(NAME, x, weight, bias, asked.stride, asked.padding, asked.dilation, asked.groups)
    options = how.stride, how.padding, how.dilation, how.groups
    problem = Problem(
        asked.kind, x, weight, bias, *options, same=asked.padding == "same", mode=asked.padding_mode
    )
    if asked.kind == "input_gradient":
        right = conv_input(x.shape, weight, grad, *options)
        extra = tuple(
            (n + sum(p) - d * (k - 1) - 1) % s
            for n, k, s, p, d in zip(x.shape[2:], problem.kernel, how.stride, how.padding, how.dilation)
        )
        return replace(problem, x=grad, bias=None, size=x.shape[2:], extra=extra), right, batched
    if asked.kind == "weight_gradient":
        right = conv_weight(x, weight.shape, grad, *options)
        return replace(problem, grad=grad, bias=None), right, True
    return problem, problem.solve(), batched


def _transposed(asked: Asked, x: Array, weight: Array, bias: Array | None) -> Problem:
    options = asked.stride, asked.padding, asked.output_padding, asked.groups, asked.dilation
    how = check_transposed(NAME, x, weight, bias, *options)
    return Problem(
        asked.kind, x, weight, bias, how.stride, how.padding, how.dilation, how.groups, how.size,
        how.output_padding, asked.padding == "same",
    )  # fmt: skip


def _wide(array: Any) -> Array:
    """Wrong results may be larger than right ones: computed in float64, or complex."""
    array = arrays.to_numpy(array)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
