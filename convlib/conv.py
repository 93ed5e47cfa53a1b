"""Convolution as deep learning means it (cross-correlation), in one, two, three or more dimensions.

One definition for every rank, library and kind: `conv1d`, `conv2d` and `conv3d` fix the rank,
the named kinds choose the weights and the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from convlib import _arrays as arrays
from convlib import algorithms
from convlib._arrays import Array
from convlib._checks import Geometry, check_choice, check_conv, check_elements, check_ranks
from convlib._sums import sum_of_products
from convlib.shapes import Padding, Pair, ShapeError, numbers_only, per_axis

Ints = int | Sequence[int]


def conv(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    """Convolution of any rank: slide the kernel over x, multiply, add.

    Parameters
    ----------
    x : array, shape (N, C_in, *S) or (C_in, *S)
    weight : array, shape (C_out, C_in/groups, *K)
        Its rank says how many spatial axes there are.
    bias : array, shape (C_out,), optional
    stride : int or tuple of int
        Steps between the kernel's positions.
    padding : int, tuple of int, tuple of (int, int), "valid", "same", "causal" or "full"
        Positions added at both ends of every axis; or per axis; or (start, end) per axis. "same" is
        TensorFlow's: ⌈S / stride⌉ positions out, an odd position added at the end.
    dilation : int or tuple of int
        Steps between the kernel's taps.
    groups : int
        Blocks of channels that don't see each other.
    padding_mode : "zeros", "reflect", "replicate" or "circular"
    method : "auto", "direct", "gemm", …
        One of `convlib.algorithms`. On torch tensors "auto" is torch's own convolution, with torch's settings (on
        CUDA TF32 is one of them), but for large kernels, where that is slow, "fft".

    Returns
    -------
    array, shape (N, C_out, *S_out), or without N where x has none
        NumPy for NumPy (and for lists), torch for torch, in the dtype the arguments promote to.

    Raises
    ------
    ShapeError
        A ValueError: shapes or sizes don't fit, or the result would have 2³¹ elements or more.
    TypeError
        Libraries or devices are mixed, or something is no number.
    OverflowError
        A sum of integers doesn't fit its dtype.

    Notes
    -----
    S_out = ⌊(S + padding − dilation·(K−1) − 1) / stride⌋ + 1 on each axis. A size of zero is good for N and
    the channels; an empty sum is 0. NaN and Inf follow the sums they enter. x, weight and bias are only read.

    References
    ----------
    Dumoulin and Visin (2016), sections 1 to 3.

    Examples
    --------
    >>> import numpy as np
    >>> conv(np.array([[1.0, 2.0, 4.0, 8.0]]), np.array([[[1.0, -1.0]]]))
    array([[-1., -2., -4.]])
    """
    return _conv("conv", None, x, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv1d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    """`conv` along one axis: x (N, C_in, L), weight (C_out, C_in/groups, kL).

    Parameters, results and errors are those of `conv`.

    Examples
    --------
    >>> conv1d([[1, 2, 3, 4, 5]], [[[1, 0, -1]]], stride=2)
    array([[-2, -2]])
    """
    return _conv("conv1d", 1, x, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    """`conv` along two axes: x (N, C_in, H, W), weight (C_out, C_in/groups, kH, kW).

    Parameters, results and errors are those of `conv`.

    Examples
    --------
    >>> conv2d([[[0, 1, 2], [3, 4, 5]]], [[[[1, 10], [100, 1000]]]])
    array([[[4310, 5421]]])
    """
    return _conv("conv2d", 2, x, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv3d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    """`conv` along three axes: x (N, C_in, D, H, W), weight (C_out, C_in/groups, kD, kH, kW).

    Parameters, results and errors are those of `conv`.

    Examples
    --------
    >>> import numpy as np
    >>> conv3d(np.ones((1, 2, 3, 4, 5)), np.ones((7, 2, 2, 2, 2))).shape
    (1, 7, 2, 3, 4)
    """
    return _conv("conv3d", 3, x, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def _conv(
    operation: str,
    rank: int | None,
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
    padding_mode: str,
    method: str,
) -> Array:
    x, weight, bias = arrays.as_arrays(operation, x=x, weight=weight, bias=bias)
    rank = check_ranks(operation, x, weight, rank, "C_in", "C_out, C_in/groups")
    batched = x.ndim == rank + 2
    x = x if batched else x[None]
    how = check_conv(operation, x, weight, bias, stride, padding, dilation, groups)
    check_choice(operation, "padding_mode", padding_mode, PADDING_MODES)
    dtype = arrays.common_dtype(x, weight, bias)
    exact = arrays.kind(dtype) == "i"
    algorithms.check_method(operation, method, weight.shape[2:], how.stride, how.dilation, exact)

    def correlate(x: Array, weight: Array, bias: Array | None) -> Array:
        x = _padded(operation, x, how.padding, padding_mode)
        out = algorithms.correlate(x, weight, how.stride, how.dilation, how.groups, method, exact)
        if bias is not None:
            out += bias.reshape(-1, *[1] * rank)
        return out

    by_torch = method == "auto" and arrays.torch_can(x, weight, dtype)
    if by_torch and _better_by_fft(x, weight, how):
        by_torch, method = False, "fft"
    if by_torch:
        out = _by_torch(operation, x, weight, bias, how, padding_mode, dtype)
    else:
        out = sum_of_products(operation, correlate, prod(weight.shape[1:]), x, weight, bias)
    return out if batched else out[0]


def _better_by_fft(x: Array, weight: Array, how: Geometry) -> bool:
    """Whether torch's own convolution would be slower than the FFT, and nothing forbids that."""
    if max(weight.shape[2:]) < algorithms.LEAST_KERNEL or arrays.torch_decides(x):
        return False
    options = how.stride, how.padding, how.dilation, how.groups
    better = algorithms.fft_beats_torch(x.shape, weight.shape, *options, arrays.on_cpu(x))
    return better and algorithms.in_range(x, weight)


def _by_torch(
    operation: str,
    x: Array,
    weight: Array,
    bias: Array | None,
    how: Geometry,
    padding_mode: str,
    dtype: Any,
) -> Array:
    x, weight, bias = (None if array is None else arrays.astype(array, dtype) for array in (x, weight, bias))
    ends = [low for low, _ in how.padding]
    if padding_mode != "zeros" or how.padding != tuple(zip(ends, ends)):
        x, ends = _padded(operation, x, how.padding, padding_mode), [0] * len(ends)
    return arrays.torch_convolution(x, weight, bias, how.stride, ends, how.dilation, how.groups)


def pad(x: Array, padding: Padding, *, mode: str = "zeros") -> Array:
    """Add positions around the spatial axes.

    Parameters
    ----------
    x : array, shape (N, C, *S)
        Any shape goes where `padding` is a tuple: it speaks of the last axes, one entry each.
    padding : int, tuple of int or tuple of (int, int)
        At both ends of every axis; per axis; or (start, end) per axis.
    mode : "zeros", "reflect", "replicate" or "circular"
        0 0 [a b c] 0 0; c b [a b c] b a; a a [a b c] c c; b c [a b c] a b.

    Returns
    -------
    array, shape (N, C, *S_padded)

    Raises
    ------
    ShapeError
        Where `padding` has more entries than x has axes, or an empty axis can't be continued.

    Examples
    --------
    >>> pad([1, 2, 3], ((2, 1),), mode="reflect")
    array([3, 2, 1, 2, 3, 2])
    """
    (x,) = arrays.as_arrays("pad", x=x)
    rank = len(padding) if isinstance(padding, (tuple, list)) else x.ndim - 2
    if not 1 <= rank <= x.ndim:
        raise ShapeError(
            f"pad: padding = {padding!r} speaks of {max(rank, 0)} axes, but x has shape {tuple(x.shape)}; "
            "an integer needs x (N, C, ...), a tuple one entry per axis to pad."
        )
    check_choice("pad", "mode", mode, PADDING_MODES)
    size = x.shape[-rank:]
    pads = numbers_only("pad", padding, size, (1,) * rank)  # only a kernel gives a name its meaning
    padded = [low + n + high for n, (low, high) in zip(size, pads)]
    check_elements("pad", "result", (*x.shape[:-rank], *padded))
    return _padded("pad", x, pads, mode)


def _padded(operation: str, x: Array, pads: Sequence[Pair], mode: str) -> Array:
    if not any(low or high for low, high in pads):
        return x
    first = x.ndim - len(pads)
    if mode == "zeros":
        padded = [low + n + high for n, (low, high) in zip(x.shape[first:], pads)]
        out = arrays.zeros((*x.shape[:first], *padded), x)
        inside = (..., *(slice(low, low + n) for n, (low, _) in zip(x.shape[first:], pads)))
        arrays.write(out[inside], x)
        return out
    for axis, (low, high) in enumerate(pads, first):
        n = x.shape[axis]
        if n == 0:
            raise ShapeError(
                f"{operation}: {mode!r} padding has nothing to continue: x has {tuple(x.shape)}."
            )
        if low or high:
            x = arrays.take(x, PADDING_MODES[mode](np.arange(-low, n + high), n), axis)
    return x


def _reflect(index: np.ndarray, size: int) -> np.ndarray:
    period = max(1, 2 * (size - 1))
    index = index % period
    return np.minimum(index, period - index)


# Which position of x each position of the padded x shows.
PADDING_MODES: dict[str, Any] = {
    "zeros": None,
    "reflect": _reflect,
    "replicate": lambda index, size: np.clip(index, 0, size - 1),
    "circular": lambda index, size: index % size,
}


def windows(x: Array, kernel_size: Ints, stride: Ints = 1, dilation: Ints = 1) -> Array:
    """Every patch a kernel sees, as a view of x that copies nothing.

    Parameters
    ----------
    x : array, shape (N, C, *S)
        Any shape goes where `kernel_size` is a tuple: it speaks of the last axes.
    kernel_size, stride, dilation : int or tuple of int

    Returns
    -------
    array, shape (N, C, *S_out, *K)
        Read-only in NumPy, since one element of x stands in many patches.

    Raises
    ------
    ShapeError
        Where the kernel doesn't fit in x.

    Examples
    --------
    >>> windows([1, 2, 3, 4, 5], (3,), stride=2)
    array([[1, 2, 3],
           [3, 4, 5]])
    """
    (x,) = arrays.as_arrays("windows", x=x)
    rank = len(kernel_size) if isinstance(kernel_size, (tuple, list)) else x.ndim - 2
    if not 1 <= rank <= x.ndim:
        raise ShapeError(
            f"windows: kernel_size = {kernel_size!r} speaks of {max(rank, 0)} axes, but x has shape "
            f"{tuple(x.shape)}; an integer needs x (N, C, ...), a tuple one entry per axis."
        )
    kernel = per_axis("windows", "kernel_size", kernel_size, rank, 1)
    steps = per_axis("windows", "stride", stride, rank, 1)
    spread = per_axis("windows", "dilation", dilation, rank, 1)
    for n, k, d in zip(x.shape[-rank:], kernel, spread):
        if n < d * (k - 1) + 1:
            raise ShapeError(
                f"windows: a kernel that spans {d * (k - 1) + 1} positions (size {k}, dilation {d}) "
                f"doesn't fit in {n}; x has shape {tuple(x.shape)}, kernel_size = {kernel}."
            )
    return arrays.sliding_windows(x, kernel, steps, spread)
