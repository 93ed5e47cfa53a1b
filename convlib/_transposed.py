"""What a transposed convolution's arguments must fulfil, and what is said where they don't."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convlib._arrays import Array
from convlib._checks import Shapes, check_bias, check_elements, spatial
from convlib.shapes import Pair, ShapeError, integer, padding_pairs, per_axis


class Transposed(NamedTuple):
    """A transposed convolution's arguments, one entry per spatial axis."""

    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    output_padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    size: tuple[int, ...]  # of the output


def check_transposed(
    operation: str,
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: Any,
    dilation: Any,
) -> Transposed:
    """Everything a transposed convolution of a batched x asks of its arguments."""
    rank = weight.ndim - 2
    (samples, c_in, *size), (c_weight, c_group, *kernel) = x.shape, weight.shape
    shapes = Shapes(x.shape, weight.shape, "C_in, C_out/groups")
    groups = integer(operation, "groups", groups, 1)
    if c_weight != c_in:
        raise ShapeError(f"{operation}: weight expects {c_weight} input channels but x has {c_in}{shapes}")
    if c_in % groups:
        raise ShapeError(f"{operation}: groups={groups} must divide C_in={c_in}{shapes}")
    check_bias(operation, bias, c_group * groups)
    if 0 in kernel:
        raise ShapeError(f"{operation}: the kernel must not be empty{shapes}")
    steps = per_axis(operation, "stride", stride, rank, 1)
    spread = per_axis(operation, "dilation", dilation, rank, 1)
    extra = per_axis(operation, "output_padding", output_padding, rank, 0)
    pads, extra, out = transposed_sizes(operation, size, kernel, steps, spread, padding, extra, shapes)
    check_elements(operation, "output", (samples, c_group * groups, *out))
    return Transposed(steps, pads, extra, spread, groups, out)


def transposed_sizes(
    operation: str,
    size: Sequence[int],
    kernel: Sequence[int],
    steps: tuple[int, ...],
    spread: tuple[int, ...],
    padding: Any,
    extra: tuple[int, ...],
    shapes: Any,
) -> tuple[tuple[Pair, ...], tuple[int, ...], tuple[int, ...]]:
    """Padding as pairs, output_padding, and the output's size; "same" gives size·stride. Errors end with `shapes`."""
    rank = len(kernel)
    full = [n * s for n, s in zip(size, steps)]
    pads = padding_pairs(operation, padding, full, kernel, steps, spread)
    names = padding if isinstance(padding, (tuple, list)) else (padding,)
    same = [str(name) == "same" for name in (names if len(names) == rank else names * rank)]
    out, more = [], []
    for axis, n, k, s, d, (low, high), op, named in zip(
        spatial(rank).split(", "), size, kernel, steps, spread, pads, extra, same
    ):
        if op >= max(s, d):
            raise ShapeError(
                f"{operation}: output_padding={op} must be less than stride={s} or dilation={d}: a larger one"
                f" belongs to another size of x{shapes}"
            )
        if op and named:
            raise ShapeError(
                f"{operation}: padding='same' fixes the size at {n}·{s}; output_padding must be 0."
            )
        canvas = (n - 1) * s + d * (k - 1) + 1
        more.append(n * s - (canvas - low - high) if named else op)
        out.append(canvas - low - high + more[-1])
        if n < 1 or out[-1] < 1:
            raise ShapeError(
                f"{operation}: along {axis} nothing is left of the output: ({n} − 1)·{s} + {d}·({k} − 1) + 1"
                f" − {low} − {high} + {op} = {out[-1]}{shapes}"
            )
    return pads, tuple(more), tuple(out)
