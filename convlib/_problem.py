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
from convlib.conv import PADDING_MODES, conv
from convlib.kinds import channel_shuffle
from convlib.shapes import Pair, ShapeError

NAME = "diagnose"
FORWARD = ("conv", "convolve", "shuffle")
BACK = ("conv_transpose", "input_gradient")
KINDS = ("conv", "convolve", "conv_transpose", "shuffle", "input_gradient", "weight_gradient")
UNREAD = {"input_gradient": "x", "weight_gradient": "weight"}  # only their shapes count
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Problem:
    """One operation on batched NumPy arrays, one entry per spatial axis.

    For "conv_transpose" and "input_gradient", x is what is stamped and `size` what the stamps fill; for
    "weight_gradient", `grad` is the output's gradient. What a gradient conjugates is conjugated here already.
    `eps` is that of the least precise input.
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
    eps: float = EPS

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
        if one.kind in BACK:
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

    def magnitude(self) -> float:
        """The largest sum of |x||w| that an output adds up: what rounding is measured by, even where it cancels."""
        given = {"x": self.x, "weight": self.weight, "bias": self.bias, "grad": self.grad}
        return largest(self.solve(**{name: a if a is None else abs(a) for name, a in given.items()}))

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
    _check_asked(asked, grad_output)
    given = {"x": x, "weight": weight, "bias": bias, "grad_output": grad_output}
    (x, weight, bias, grad), eps = _read(given, UNREAD.get(asked.kind))
    layout = "C_in, C_out/groups" if asked.kind == "conv_transpose" else "C_out, C_in/groups"
    rank = check_ranks(NAME, x, weight, None, "C_in", layout)
    batched = x.ndim == rank + 2
    x, grad = (a if a is None or batched else a[None] for a in (x, grad))
    problem = (_transposed if asked.kind == "conv_transpose" else _convolution)(asked, x, weight, bias)
    if grad is not None:
        _check_gradient(problem, grad, batched)
        problem = _backward(problem, grad)
    problem = replace(problem, eps=eps)
    return problem, problem.solve(), batched or problem.kind == "weight_gradient"


def _check_asked(asked: Asked, grad_output: Any) -> None:
    kind, mode = asked.kind, asked.padding_mode
    check_choice(NAME, "kind", kind, KINDS)
    if ("gradient" in kind) != (grad_output is not None):
        raise TypeError(f"{NAME}: the gradients need grad_output, and only they; kind is {kind!r}.")
    if kind in FORWARD:
        check_choice(NAME, "padding_mode", mode, PADDING_MODES)
    elif mode != "zeros":
        raise ValueError(
            f"{NAME}: padding_mode has no meaning for kind={kind!r}; it must be 'zeros', not {mode!r}."
        )


def _read(given: dict[str, Any], unread: str | None) -> tuple[list[Any], float]:
    """The arrays in one dtype, and the eps of the least precise. Wrong results may be larger: float64 or complex."""
    there = {name: value for name, value in given.items() if value is not None}
    read = dict(zip(there, arrays.as_arrays(NAME, **there)))
    if unread:
        read[unread] = np.zeros(tuple(read[unread].shape))
    kinds = {arrays.kind(array.dtype) for array in read.values()}
    dtype = np.complex128 if "c" in kinds else np.float64
    wide = {name: arrays.to_numpy(array).astype(dtype) for name, array in read.items()}
    return [wide.get(name) for name in given], max(map(precision, read.values()))


def _convolution(asked: Asked, x: Array, weight: Array, bias: Array | None) -> Problem:
    how = check_conv(NAME, x, weight, bias, asked.stride, asked.padding, asked.dilation, asked.groups)
    mode = asked.padding_mode
    if mode != "zeros" and 0 in x.shape[2:]:
        raise ShapeError(f"{NAME}: {mode!r} padding has nothing to continue: x has {tuple(x.shape)}.")
    options = how.stride, how.padding, how.dilation, how.groups, how.size
    return Problem(asked.kind, x, weight, bias, *options, same=_is_same(asked.padding), mode=mode)


def _transposed(asked: Asked, x: Array, weight: Array, bias: Array | None) -> Problem:
    options = asked.stride, asked.padding, asked.output_padding, asked.groups, asked.dilation
    how = check_transposed(NAME, x, weight, bias, *options)
    return Problem(
        asked.kind, x, weight, bias, how.stride, how.padding, how.dilation, how.groups, how.size,
        how.output_padding, _is_same(asked.padding),
    )  # fmt: skip


def _check_gradient(p: Problem, grad: Array, batched: bool) -> None:
    wanted, got = (len(p.x), len(p.weight), *p.size), grad.shape
    if got != wanted:
        wanted, got = (wanted, got) if batched else (wanted[1:], got[1:])
        raise ShapeError(
            f"{NAME}: grad_output must have the output's shape {wanted}, but its shape is {got}."
        )


def _backward(p: Problem, grad: Array) -> Problem:
    """The gradient's problem, from the convolution's."""
    if p.kind == "weight_gradient":
        return replace(p, x=p.x.conj(), grad=grad, bias=None)
    size = p.x.shape[2:]
    axes = zip(size, p.kernel, p.stride, p.pads, p.dilation)
    extra = tuple((n + sum(pair) - d * (k - 1) - 1) % s for n, k, s, pair, d in axes)
    return replace(p, x=grad, weight=p.weight.conj(), bias=None, size=size, extra=extra)


def _is_same(padding: Any) -> bool:
    names = padding if isinstance(padding, (tuple, list)) else (padding,)
    return all(name == "same" for name in names)


def precision(array: Array) -> float:
    """The eps of the array's dtype; whole numbers are compared in float64."""
    if arrays.kind(array.dtype) not in "fc":
        return EPS
    return max(float(arrays.finfo(array.dtype).eps), EPS)


def largest(array: Array) -> float:
    """The largest absolute value that is finite."""
    return float(abs(array[np.isfinite(array)]).max(initial=0))
