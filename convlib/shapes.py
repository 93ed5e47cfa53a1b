"""Sizes and paddings: the arithmetic of convolution, in integers only.

Here also stands how every operation reads its arguments: an integer holds for all axes, a tuple
gives one per axis, and an error names the argument, the rule and the numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

Pair = tuple[int, int]
Padding = int | str | Sequence[int] | Sequence[Sequence[int]]


class ShapeError(ValueError):
    """An argument's size, rank or value doesn't fit the others."""


def integer(operation: str, name: str, value: Any, minimum: int) -> int:
    """`value` as an int of at least `minimum`."""
    if (
        type(value) is int and value >= minimum
    ):  # nearly always; the rest is for other integers and for errors
        return value
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{operation}: {name} must be an integer, not {value!r}.") from None
    if number < minimum:
        raise ShapeError(f"{operation}: {name} must be at least {minimum}, but is {number}.")
    return number


def per_axis(operation: str, name: str, value: Any, rank: int, minimum: int) -> tuple[int, ...]:
    """`value` as `rank` integers: an integer (or a tuple of one) holds for every axis."""
    if not isinstance(value, (tuple, list)):
        return (integer(operation, name, value, minimum),) * rank
    numbers = tuple(integer(operation, name, number, minimum) for number in value)
    if len(numbers) not in (1, rank):
        raise ShapeError(
            f"{operation}: {name} = {numbers} has {len(numbers)} values, but there are {rank} spatial axes; "
            f"give one integer, or {rank}."
        )
    return numbers if len(numbers) == rank else numbers * rank


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """How many positions a dilated kernel spans: d·(k−1)+1.

    Examples
    --------
    >>> effective_kernel_size(3, dilation=2)
    5
    """
    k = integer("effective_kernel_size", "kernel_size", kernel_size, 1)
    d = integer("effective_kernel_size", "dilation", dilation, 1)
    return d * (k - 1) + 1


def output_size(size: int, kernel_size: int, stride: int = 1, padding: Any = 0, dilation: int = 1) -> int:
    """How many positions a kernel has on one axis: ⌊(size + padding − extent) / stride⌋ + 1.

    Parameters
    ----------
    size, kernel_size, stride, dilation : int
    padding : int, (int, int), "valid", "same", "causal" or "full"
        Positions added at each end, or at the (start, end), or the padding's name.

    Raises
    ------
    ShapeError
        Where the kernel doesn't fit.

    References
    ----------
    Dumoulin and Visin (2016), relationship 15.

    Examples
    --------
    >>> output_size(7, 3, stride=2)
    3
    >>> output_size(224, 3, stride=2, padding="same")
    112
    """
    n, k, s, d = _axis("output_size", size, kernel_size, stride, dilation)
    low, high = _pair("output_size", padding, n, k, s, d)
    extent = d * (k - 1) + 1
    if n + low + high < extent:
        raise ShapeError(
            f"output_size: the kernel spans {extent} positions (kernel_size={k}, dilation={d}) "
            f"but the padded size is {n + low + high} ({low} + {n} + {high})."
        )
    return (n + low + high - extent) // s + 1


def transposed_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: Any = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """The size a transposed convolution gives: (size−1)·stride + extent − padding + output_padding.

    Parameters
    ----------
    size, kernel_size, stride, dilation : int
    padding : int or (int, int)
        The padding of the ordinary convolution it transposes: here positions are taken away.
    output_padding : int
        Which of the sizes that the ordinary convolution maps to `size`; less than stride or dilation.

    Raises
    ------
    ShapeError
        Where nothing is left, or output_padding is too large.

    References
    ----------
    Dumoulin and Visin (2016), relationship 14.

    Examples
    --------
    >>> transposed_output_size(16, 64, stride=32, padding=16)
    512
    """
    where = "transposed_output_size"
    n, k, s, d = _axis(where, size, kernel_size, stride, dilation)
    extra = integer(where, "output_padding", output_padding, 0)
    ((low, high),) = numbers_only(where, [padding], (n,), (k,))
    if extra >= max(s, d):
        raise ShapeError(f"{where}: output_padding={extra} must be less than stride={s} or dilation={d}.")
    extent = d * (k - 1) + 1
    out = (n - 1) * s + extent - low - high + extra
    if n < 1 or out < 1:
        raise ShapeError(
            f"{where}: nothing is left: ({n} − 1)·{s} + {extent} − {low} − {high} + {extra} = {out} "
            f"for size={n}, kernel_size={k}, stride={s}, dilation={d}."
        )
    return out


def same_padding(size: int, kernel_size: int, stride: int = 1, dilation: int = 1) -> Pair:
    """TensorFlow's SAME: the (start, end) padding that makes the output ⌈size / stride⌉.

    An odd total puts the extra position at the end.

    References
    ----------
    TensorFlow, `tf.nn.convolution`, "SAME".

    Examples
    --------
    >>> same_padding(224, 3, stride=2)
    (0, 1)
    """
    n, k, s, d = _axis("same_padding", size, kernel_size, stride, dilation)
    total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def causal_padding(kernel_size: int, dilation: int = 1) -> Pair:
    """All padding at the start, so that no output sees a later input.

    References
    ----------
    van den Oord et al. (2016), WaveNet, section 2.1.

    Examples
    --------
    >>> causal_padding(2, dilation=512)
    (512, 0)
    """
    return effective_kernel_size(kernel_size, dilation) - 1, 0


def full_padding(kernel_size: int, dilation: int = 1) -> Pair:
    """The padding with which every overlap of kernel and input counts.

    References
    ----------
    Dumoulin and Visin (2016), relationship 4.

    Examples
    --------
    >>> full_padding(3)
    (2, 2)
    """
    reach = effective_kernel_size(kernel_size, dilation) - 1
    return reach, reach


def half_padding(kernel_size: int, dilation: int = 1) -> Pair:
    """Half the kernel's extent at both ends: keeps the size where the extent is odd and the stride 1.

    References
    ----------
    Dumoulin and Visin (2016), relationship 3.

    Examples
    --------
    >>> half_padding(5)
    (2, 2)
    """
    half = effective_kernel_size(kernel_size, dilation) // 2
    return half, half


def resolve_padding(
    padding: Padding,
    size: Sequence[int],
    kernel_size: Sequence[int],
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    *,
    operation: str = "resolve_padding",
) -> tuple[Pair, ...]:
    """Any way of writing a padding, as one (start, end) pair per axis.

    Parameters
    ----------
    padding : int, tuple of int, tuple of (int, int), "valid", "same", "causal" or "full"
        An integer for all axes, one per axis, one (start, end) pair per axis, or a name.
    size, kernel_size : tuple of int
        One per axis.
    stride, dilation : int or tuple of int
    operation : str
        The name that an error begins with.

    Raises
    ------
    ShapeError, TypeError

    Examples
    --------
    >>> resolve_padding("same", (7, 8), (3, 4))
    ((1, 1), (1, 2))
    >>> resolve_padding(((1, 0), 2), (7, 8), (3, 4))
    ((1, 0), (2, 2))
    """
    rank = len(kernel_size)
    steps = per_axis(operation, "stride", stride, rank, 1)
    spread = per_axis(operation, "dilation", dilation, rank, 1)
    return padding_pairs(operation, padding, size, kernel_size, steps, spread)


def numbers_only(
    operation: str, padding: Any, size: Sequence[int], kernel_size: Sequence[int]
) -> tuple[Pair, ...]:
    """`resolve_padding` where a name would have no meaning, or another one."""
    for entry in padding if isinstance(padding, (tuple, list)) else [padding]:
        if isinstance(entry, str):
            raise ShapeError(f"{operation}: padding must be numbers here, not {entry!r}.")
    return resolve_padding(padding, size, kernel_size, operation=operation)


def padding_pairs(
    operation: str,
    padding: Padding,
    size: Sequence[int],
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> tuple[Pair, ...]:
    """`resolve_padding` where stride and dilation have been read already."""
    rank = len(kernel_size)
    if not isinstance(padding, (tuple, list)):
        each: tuple[Any, ...] = (padding,) * rank
    else:
        each = tuple(padding) * (rank if len(padding) == 1 else 1)
    if len(each) != rank:
        raise ShapeError(
            f"{operation}: padding = {padding!r} has {len(each)} entries, but there are {rank} spatial axes; "
            f"give one integer, {rank} integers, or {rank} pairs (start, end)."
        )
    axes = zip(each, size, kernel_size, stride, dilation)
    return tuple(_pair(operation, entry, n, k, s, d) for entry, n, k, s, d in axes)


def _pair(operation: str, padding: Any, size: int, kernel_size: int, stride: int, dilation: int) -> Pair:
    if isinstance(padding, str):
        if padding == "same":
            return same_padding(size, kernel_size, stride, dilation)
        reach = dilation * (kernel_size - 1)
        named = {"valid": (0, 0), "causal": (reach, 0), "full": (reach, reach)}
        if padding not in named:
            names = "'valid', 'same', 'causal' or 'full'"
            raise ShapeError(f"{operation}: padding must be numbers, {names}, not {padding!r}.")
        return named[padding]
    if not isinstance(padding, (tuple, list)):
        both = integer(operation, "padding", padding, 0)
        return both, both
    if len(padding) != 2:
        raise ShapeError(
            f"{operation}: a padding per axis is an integer or a pair (start, end), not {padding!r}."
        )
    low, high = (integer(operation, "padding", number, 0) for number in padding)
    return low, high


def _axis(
    operation: str, size: Any, kernel_size: Any, stride: Any, dilation: Any
) -> tuple[int, int, int, int]:
    return (
        integer(operation, "size", size, 0),
        integer(operation, "kernel_size", kernel_size, 1),
        integer(operation, "stride", stride, 1),
        integer(operation, "dilation", dilation, 1),
    )
