"""What a convolution's arguments must fulfil, and what is said where they don't."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from convlib._arrays import Array
from convlib.shapes import Pair, ShapeError, integer, padding_pairs, per_axis

LARGEST = 2**31 - 1  # elements in one array: a wrong argument asks for more and shall not get it
AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


class Geometry(NamedTuple):
    """A convolution's arguments, one entry per spatial axis."""

    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]
    groups: int
    size: tuple[int, ...]  # of the output


def spatial(rank: int, prefix: str = "") -> str:
    """The names of the spatial axes: "H, W", or with a prefix "kH, kW"."""
    return ", ".join(prefix + axis for axis in AXES.get(rank, [f"S{i + 1}" for i in range(rank)]))


def described(name: str, layout: str, shape: Sequence[int]) -> str:
    """A shape as messages show it: "x (N, C_in, H, W) = (1, 6, 8, 8)"."""
    return f"{name} ({layout}) = {tuple(shape)}"


class Shapes(NamedTuple):
    """The shapes with which a message ends; they are written out where one is raised, not in every call."""

    x: Sequence[int]
    weight: Sequence[int]
    layout: str  # of weight's first two axes

    def __str__(self) -> str:
        rank = len(self.weight) - 2
        weight = described("weight", f"{self.layout}, {spatial(rank, 'k')}", self.weight)
        return f"; {described('x', f'N, C_in, {spatial(rank)}', self.x)}, {weight}."


def check_ranks(
    operation: str, x: Array, weight: Array, rank: int | None, x_layout: str, weight_layout: str
) -> int:
    """The number of spatial axes, for which x (batched or not) and weight must have theirs."""
    rank = max(1, weight.ndim - 2) if rank is None else rank
    if weight.ndim != rank + 2:
        layout = f"({weight_layout}, {spatial(rank, 'k')})"
        raise ShapeError(
            f"{operation}: weight must have {rank + 2} axes {layout}, but its shape is {tuple(weight.shape)}."
        )
    if x.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"{operation}: x must have {rank + 2} axes (N, {x_layout}, {spatial(rank)}), or {rank + 1} without N, "
            f"but its shape is {tuple(x.shape)}."
        )
    return rank


def check_bias(operation: str, bias: Array | None, channels: int) -> None:
    """A bias has one number per output channel."""
    if bias is not None and tuple(bias.shape) != (channels,):
        raise ShapeError(
            f"{operation}: bias must have one number per output channel, shape ({channels},), "
            f"but its shape is {tuple(bias.shape)}."
        )


def check_elements(operation: str, what: str, shape: Sequence[int]) -> None:
    """Refuse an array that would be larger than any good argument asks for."""
    if prod(shape) > LARGEST:
        raise ShapeError(
            f"{operation}: the {what} would have shape {tuple(shape)}, {prod(shape):,} elements; "
            f"more than {LARGEST:,} are refused."
        )


def check_choice(operation: str, name: str, value: Any, choices: Iterable[Any]) -> None:
    """One of a few names."""
    known = list(choices)
    if value not in known:
        raise ValueError(f"{operation}: {name} must be one of {', '.join(map(repr, known))}, not {value!r}.")


def check_conv(
    operation: str,
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
) -> Geometry:
    """Everything a convolution of a batched x asks of its arguments."""
    options = stride, padding, dilation, groups
    # What was checked is known again, but only among options of these types: True == 1 == 1.0, and two of them are wrong.
    read = _geometry_again if all(type(option) in (int, str) for option in options) else _geometry
    found = read(operation, tuple(x.shape), tuple(weight.shape), *options)
    check_bias(operation, bias, weight.shape[0])
    return found


def _geometry(
    operation: str,
    x: tuple[int, ...],
    weight: tuple[int, ...],
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
) -> Geometry:
    (samples, c_in, *size), (c_out, c_group, *kernel) = x, weight
    rank, shapes = len(kernel), Shapes(x, weight, "C_out, C_in/groups")
    groups = integer(operation, "groups", groups, 1)
    if c_group * groups != c_in:
        each = f" ({c_group} per group × groups={groups})" if groups > 1 else ""
        raise ShapeError(
            f"{operation}: weight expects {c_group * groups} input channels{each} but x has {c_in}{shapes}"
        )
    if c_out % groups:
        raise ShapeError(f"{operation}: groups={groups} must divide C_out={c_out}{shapes}")
    if 0 in kernel:
        raise ShapeError(f"{operation}: the kernel must not be empty{shapes}")
    steps = per_axis(operation, "stride", stride, rank, 1)
    spread = per_axis(operation, "dilation", dilation, rank, 1)
    pads = padding_pairs(operation, padding, size, kernel, steps, spread)
    padded = [low + n + high for n, (low, high) in zip(size, pads)]
    _check_fit(operation, padded, kernel, spread, pads, shapes)
    out = tuple((n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(padded, kernel, steps, spread))
    check_elements(operation, "padded input", (samples, c_in, *padded))
    check_elements(operation, "output", (samples, c_out, *out))
    return Geometry(steps, pads, spread, groups, out)


_geometry_again = lru_cache(256)(_geometry)  # a network calls its layers again and again


def _check_fit(
    operation: str,
    padded: Sequence[int],
    kernel: Sequence[int],
    dilation: Sequence[int],
    pads: Sequence[Pair],
    shapes: Shapes,
) -> None:
    for number, (n, k, d, (low, high)) in enumerate(zip(padded, kernel, dilation, pads)):
        if n < d * (k - 1) + 1:
            axis = spatial(len(kernel)).split(", ")[number]
            raise ShapeError(
                f"{operation}: along {axis} the kernel spans {d * (k - 1) + 1} positions (size {k}, dilation {d}) "
                f"but x with its padding has {n} ({low} + {n - low - high} + {high}){shapes}"
            )
