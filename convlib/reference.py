"""The definitions, as loops: slow on purpose, in 64 bits, and so short that one can see they are right.

Everything else in the library is tested against these two functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convlib.shapes import numbers_only, output_size, per_axis, resolve_padding, transposed_output_size


def conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> np.ndarray:
    """Cross-correlation by its definition: one output element at a time, one kernel tap at a time.

    Parameters
    ----------
    x : array_like, shape (N, C_in, *S)
    weight : array_like, shape (C_out, C_in/groups, *K)
    bias : array_like, shape (C_out,), optional
    stride, padding, dilation : as in `convlib.conv`
    groups : int
    padding_mode : "zeros", "reflect", "replicate" or "circular"

    Returns
    -------
    ndarray, shape (N, C_out, *S_out), float64, complex128 or int64

    References
    ----------
    Dumoulin and Visin (2016), section 1.1.

    Examples
    --------
    >>> conv([[[1, 2, 3, 4]]], [[[1, 10]]])
    array([[[21, 32, 43]]])
    """
    x, weight = _wide(x), _wide(weight)
    (samples, _, *size), (c_out, c_group, *kernel) = x.shape, weight.shape
    rank = len(kernel)
    pads = resolve_padding(padding, size, kernel, stride, dilation)
    stride, dilation = (
        per_axis("conv", "stride", stride, rank, 1),
        per_axis("conv", "dilation", dilation, rank, 1),
    )
    out_size = [output_size(*axis) for axis in zip(size, kernel, stride, pads, dilation)]
    source = SOURCE[padding_mode]

    out = np.zeros((samples, c_out, *out_size), np.result_type(x, weight))
    for n, o, *position in np.ndindex(*out.shape):
        first = o // (c_out // groups) * c_group
        for i, *tap in np.ndindex(c_group, *kernel):
            asked = [
                p * s + t * d - low for p, s, t, d, (low, _) in zip(position, stride, tap, dilation, pads)
            ]
            where = [source(index, n_axis) for index, n_axis in zip(asked, size)]
            if None not in where:
                out[n, o, *position] += x[n, first + i, *where] * weight[o, i, *tap]
    return out if bias is None else out + _wide(bias).reshape(-1, *[1] * rank)


def conv_transpose(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> np.ndarray:
    """Transposed convolution by its definition: each input element stamps the kernel, scaled, onto the output.

    Parameters
    ----------
    x : array_like, shape (N, C_in, *S)
    weight : array_like, shape (C_in, C_out/groups, *K)
    bias : array_like, shape (C_out,), optional
    stride, padding, output_padding, groups, dilation : as in `convlib.conv_transpose2d`
        The padding as numbers: a name's size is the business of those who know it.

    Returns
    -------
    ndarray, shape (N, C_out, *S_out), float64, complex128 or int64

    Raises
    ------
    ShapeError
        Where padding is a name.

    References
    ----------
    Dumoulin and Visin (2016), section 4.

    Examples
    --------
    >>> conv_transpose([[[1, 2]]], [[[1, 10, 100]]], stride=2)
    array([[[  1,  10, 102,  20, 200]]])
    """
    x, weight = _wide(x), _wide(weight)
    (samples, c_in, *size), (_, c_group, *kernel) = x.shape, weight.shape
    rank = len(kernel)
    name = "conv_transpose"
    pads = numbers_only(name, padding, size, kernel)
    stride, dilation = (
        per_axis(name, "stride", stride, rank, 1),
        per_axis(name, "dilation", dilation, rank, 1),
    )
    extra = per_axis(name, "output_padding", output_padding, rank, 0)
    axes = zip(size, kernel, stride, pads, extra, dilation)
    out_size = [transposed_output_size(*axis) for axis in axes]

    out = np.zeros((samples, c_group * groups, *out_size), np.result_type(x, weight))
    for n, i, *position in np.ndindex(*x.shape):
        first = i // (c_in // groups) * c_group
        for o, *tap in np.ndindex(c_group, *kernel):
            where = [
                p * s + t * d - low for p, s, t, d, (low, _) in zip(position, stride, tap, dilation, pads)
            ]
            if all(0 <= index < n_axis for index, n_axis in zip(where, out_size)):
                out[n, first + o, *where] += x[n, i, *position] * weight[i, o, *tap]
    return out if bias is None else out + _wide(bias).reshape(-1, *[1] * rank)


def _wide(array: Any) -> np.ndarray:
    array = np.asarray(array)
    return array.astype({"c": np.complex128, "f": np.float64}.get(array.dtype.kind, np.int64))


def _reflected(index: int, size: int) -> int:
    while size > 1 and not 0 <= index < size:
        index = -index if index < 0 else 2 * (size - 1) - index
    return index if size > 1 else 0


# Which position of the input a position of the padded input shows; None is a zero.
SOURCE: dict[str, Callable[[int, int], int | None]] = {
    "zeros": lambda index, size: index if 0 <= index < size else None,
    "replicate": lambda index, size: min(max(index, 0), size - 1),
    "circular": lambda index, size: index % size,
    "reflect": _reflected,
}
