"""Transposed convolution: the same wires as a convolution's, with the arrows reversed.

Every input stamps the kernel, scaled, onto the output; stamps that overlap add. Weights are
(C_in, C_out/groups, *K): those of the convolution that it transposes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_choice, check_elements, check_ranks
from convlib._sums import sum_of_products
from convlib._taps import stamp
from convlib._transposed import Transposed, check_transposed
from convlib.shapes import Padding, ShapeError, integer, per_axis

Ints = int | Sequence[int]


def conv_transpose(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    method: str = "auto",
) -> Array:
    """Transposed convolution of any rank: every input stamps the kernel onto the output.

    Parameters
    ----------
    x : array, shape (N, C_in, *S) or (C_in, *S)
    weight : array, shape (C_in, C_out/groups, *K)
        Its rank says how many spatial axes there are.
    bias : array, shape (C_out,), optional
    stride : int or tuple of int
        Steps between the stamps of neighbouring inputs.
    padding : int, tuple of int, tuple of (int, int), "valid", "same", "causal" or "full"
        The padding of the convolution it transposes: so many positions are cut off at the ends of the
        output. "same" is TensorFlow's: S·stride positions out, an odd position cut at the end.
    output_padding : int or tuple of int
        So many positions more at the end: less is cut off there. It chooses among the sizes that the
        convolution maps to S, and is less than stride or dilation.
    groups : int
        Blocks of channels that don't see each other.
    dilation : int or tuple of int
        Steps between the kernel's taps.
    method : {"auto", "stamp"}
        "stamp" is ours (matrix product and scatter). On torch tensors "auto" is torch's own.

    Returns
    -------
    array, shape (N, C_out, *S_out), or without N where x has none
        NumPy for NumPy (and for lists), torch for torch, in the dtype the arguments promote to.

    Raises
    ------
    ShapeError
        A ValueError: shapes or sizes don't fit, nothing is left of the output, or the result would have 2³¹
        elements or more.
    TypeError
        Libraries or devices are mixed, or something is no number.
    OverflowError
        A sum of integers doesn't fit its dtype.

    Notes
    -----
    S_out = (S − 1)·stride − padding + dilation·(K − 1) + output_padding + 1 on each axis, padding being both ends'.
    It is no inverse: the shape can come back, the values don't.

    References
    ----------
    Dumoulin and Visin (2016), section 4. Long, Shelhamer and Darrell (2015), section 3.3.

    Examples
    --------
    >>> import numpy as np
    >>> conv_transpose(np.array([[1.0, 10.0]]), np.array([[[1.0, 2.0, 3.0]]]), stride=2)
    array([[ 1.,  2., 13., 20., 30.]])
    """
    return _transpose(
        "conv_transpose", None, x, weight, bias, stride, padding, output_padding, groups, dilation, method
    )


def conv_transpose1d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    method: str = "auto",
) -> Array:
    """`conv_transpose` along one axis: x (N, C_in, L), weight (C_in, C_out/groups, kL).

    Parameters, results and errors are those of `conv_transpose`.

    Examples
    --------
    >>> conv_transpose1d([[1, 2]], [[[1, 1, 1]]], stride=2, padding=1, output_padding=1)
    array([[1, 3, 2, 2]])
    """
    return _transpose(
        "conv_transpose1d", 1, x, weight, bias, stride, padding, output_padding, groups, dilation, method
    )


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    method: str = "auto",
) -> Array:
    """`conv_transpose` along two axes: x (N, C_in, H, W), weight (C_in, C_out/groups, kH, kW).

    Parameters, results and errors are those of `conv_transpose`.

    Examples
    --------
    >>> import numpy as np
    >>> conv_transpose2d([[[1, 2], [3, 4]]], np.ones((1, 1, 3, 3), int), stride=2, padding="same")
    array([[[ 1,  1,  3,  2],
            [ 1,  1,  3,  2],
            [ 4,  4, 10,  6],
            [ 3,  3,  7,  4]]])
    """
    return _transpose(
        "conv_transpose2d", 2, x, weight, bias, stride, padding, output_padding, groups, dilation, method
    )


def conv_transpose3d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
    *,
    method: str = "auto",
) -> Array:
    """`conv_transpose` along three axes: x (N, C_in, D, H, W), weight (C_in, C_out/groups, kD, kH, kW).

    Parameters, results and errors are those of `conv_transpose`.

    Examples
    --------
    >>> import numpy as np
    >>> conv_transpose3d(np.ones((1, 2, 3, 4, 5)), np.ones((2, 7, 2, 2, 2)), stride=2).shape
    (1, 7, 6, 8, 10)
    """
    return _transpose(
        "conv_transpose3d", 3, x, weight, bias, stride, padding, output_padding, groups, dilation, method
    )


def _transpose(
    operation: str,
    rank: int | None,
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: Any,
    dilation: Any,
    method: str,
) -> Array:
    x, weight, bias = arrays.as_arrays(operation, x=x, weight=weight, bias=bias)
    rank = check_ranks(operation, x, weight, rank, "C_in", "C_in, C_out/groups")
    check_choice(operation, "method", method, ("auto", "stamp"))
    batched = x.ndim == rank + 2
    x = x if batched else x[None]
    plan = check_transposed(operation, x, weight, bias, stride, padding, output_padding, groups, dilation)

    def stamped(x: Array, weight: Array, bias: Array | None) -> Array:
        start = [low for low, _ in plan.padding]
        out = stamp(x, weight, plan.size, start, plan.stride, plan.dilation, plan.groups)
        return out if bias is None else out + bias.reshape(-1, *[1] * rank)

    dtype = arrays.common_dtype(x, weight, bias)
    if method == "auto" and arrays.torch_can(x, weight, dtype) and not _beyond_torch(plan):
        out = _by_torch(x, weight, bias, plan, dtype)
    else:
        terms = weight.shape[0] // plan.groups * prod(weight.shape[2:])
        out = sum_of_products(operation, stamped, terms, x, weight, bias)
    return out if batched else out[0]


def _beyond_torch(plan: Transposed) -> bool:
    """Paddings that differ at the two ends: torch has one number for both."""
    return any(low != high for low, high in plan.padding)


def _by_torch(x: Array, weight: Array, bias: Array | None, plan: Transposed, dtype: Any) -> Array:
    x, weight, bias = (None if array is None else arrays.astype(array, dtype) for array in (x, weight, bias))
    ends, extra = [low for low, _ in plan.padding], plan.output_padding
    return arrays.torch_transposed_convolution(
        x, weight, bias, plan.stride, ends, extra, plan.groups, plan.dilation
    )


def insert_zeros(x: Array, stride: Ints) -> Array:
    """Put stride − 1 zeros between neighbours: a transposed convolution's first step, seen as a convolution.

    Parameters
    ----------
    x : array, shape (..., *S)
    stride : int or tuple of int
        A tuple speaks of the last axes, one entry each; an integer of the last two (of a 1-D x, the one).

    Returns
    -------
    array, shape (..., *((S − 1)·stride + 1))
        An empty axis stays empty.

    Raises
    ------
    ShapeError
        If stride speaks of more axes than x has, or is below 1.

    References
    ----------
    Dumoulin and Visin (2016), section 4.5.

    Examples
    --------
    >>> insert_zeros([[1, 2], [3, 4]], 2)
    array([[1, 0, 2],
           [0, 0, 0],
           [3, 0, 4]])
    """
    (x,) = arrays.as_arrays("insert_zeros", x=x)
    rank = len(stride) if isinstance(stride, (tuple, list)) else min(2, x.ndim)
    if not 1 <= rank <= x.ndim:
        raise ShapeError(
            f"insert_zeros: stride = {stride!r} speaks of {rank} axes but x has shape {tuple(x.shape)}."
        )
    steps = per_axis("insert_zeros", "stride", stride, rank, 1)
    size = [max((n - 1) * s + 1, 0) for n, s in zip(x.shape[-rank:], steps)]
    check_elements("insert_zeros", "result", (*x.shape[:-rank], *size))
    out = arrays.zeros((*x.shape[:-rank], *size), x)
    out[(..., *(slice(None, None, s) for s in steps))] = x
    return out


def bilinear_kernel(kernel_size: int, *, rank: int = 2) -> np.ndarray:
    """The kernel with which a transposed convolution interpolates linearly, as FCN begins with it.

    A tent, on every axis; upsampling by s takes kernel_size 2·s − s mod 2, stride s, padding ⌈(s − 1)/2⌉.

    Parameters
    ----------
    kernel_size : int
    rank : int, default 2
        How many axes.

    Returns
    -------
    array, shape (kernel_size,) * rank

    Raises
    ------
    ShapeError
        If kernel_size or rank is below 1.

    References
    ----------
    Long, Shelhamer and Darrell (2015), section 3.3 and the released code's `surgery.py`.

    Examples
    --------
    >>> bilinear_kernel(4)[:2]
    array([[0.0625, 0.1875, 0.1875, 0.0625],
           [0.1875, 0.5625, 0.5625, 0.1875]])
    """
    k = integer("bilinear_kernel", "kernel_size", kernel_size, 1)
    rank = integer("bilinear_kernel", "rank", rank, 1)
    check_elements("bilinear_kernel", "kernel", (k,) * rank)
    half = (k + 1) // 2  # the distance at which the tent reaches zero
    tent = 1 - abs(np.arange(k) - (k - 1) / 2) / half
    kernel = np.ones(())
    for _ in range(rank):
        kernel = kernel[..., None] * tent
    return kernel


def overlap_count(
    input_size: Ints,
    kernel_size: Ints,
    stride: Ints = 1,
    padding: Padding = 0,
    output_padding: Ints = 0,
    dilation: Ints = 1,
) -> np.ndarray:
    """How many stamps reach each position of a transposed convolution's output.

    Parameters
    ----------
    input_size, kernel_size : int or tuple of int
        Where both are integers there is one axis, else as many as the tuple has.
    stride, padding, output_padding, dilation
        As for `conv_transpose`.

    Returns
    -------
    array of int, shape (*S_out)

    Raises
    ------
    ShapeError

    References
    ----------
    Odena, Dumoulin and Olah (2016), Deconvolution and checkerboard artifacts.

    Examples
    --------
    >>> overlap_count(4, 3, stride=2)
    array([1, 1, 2, 1, 2, 1, 2, 1, 1])
    >>> overlap_count(4, 4, stride=2)
    array([1, 1, 2, 2, 2, 2, 2, 2, 1, 1])
    """
    lengths = [len(size) for size in (input_size, kernel_size) if isinstance(size, (tuple, list))]
    rank = max([1, *lengths])
    size = per_axis("overlap_count", "input_size", input_size, rank, 1)
    kernel = per_axis("overlap_count", "kernel_size", kernel_size, rank, 1)
    check_elements("overlap_count", "input", size)
    check_elements("overlap_count", "kernel", kernel)
    ones = np.ones((1, *size), int), np.ones((1, 1, *kernel), int)
    return _transpose(
        "overlap_count", rank, *ones, None, stride, padding, output_padding, 1, dilation, "auto"
    )[0]


def pixel_shuffle(x: Array, upscale_factor: Ints) -> Array:
    """Move channels into space: r·r channels become r×r pixels (torch's order; also "sub-pixel", depth to space).

    Parameters
    ----------
    x : array, shape (..., C·Πr, *S)
    upscale_factor : int or tuple of int
        An integer stands for two axes, as in torch; a tuple gives one entry per axis.

    Returns
    -------
    array, shape (..., C, *(S·r))
        Output channel c takes the input channels c·Πr and following, row by row.

    Raises
    ------
    ShapeError
        If the channels aren't a multiple of Πr, or x has too few axes.

    References
    ----------
    Shi et al. (2016), equation 4.

    Examples
    --------
    >>> pixel_shuffle([[[1]], [[2]], [[3]], [[4]]], 2)
    array([[[1, 2],
            [3, 4]]])
    """
    (x,) = arrays.as_arrays("pixel_shuffle", x=x)
    rank = len(upscale_factor) if isinstance(upscale_factor, (tuple, list)) else 2
    factors = per_axis("pixel_shuffle", "upscale_factor", upscale_factor, rank, 1)
    if not 1 <= rank < x.ndim or x.shape[-rank - 1] % prod(factors):
        raise ShapeError(
            f"pixel_shuffle: x must have shape (..., C·{prod(factors)}, *S) with {rank} spatial axes for"
            f" upscale_factor = {factors}, but its shape is {tuple(x.shape)}."
        )
    lead, channels, size = x.shape[: -rank - 1], x.shape[-rank - 1] // prod(factors), x.shape[-rank:]
    parts = x.reshape(*lead, channels, *factors, *size)  # (..., C, *r, *S)
    first = len(lead) + 1
    pairs = [axis for n in range(rank) for axis in (first + rank + n, first + n)]
    parts = arrays.permute(parts, (*range(first), *pairs))  # (..., C, S_0, r_0, S_1, r_1, ...)
    return parts.reshape(*lead, channels, *(n * r for n, r in zip(size, factors)))


def icnr(weight: Array, upscale_factor: Ints) -> Array:
    """ICNR: start a sub-pixel convolution so that it equals a convolution and then nearest-neighbour upsampling.

    Parameters
    ----------
    weight : array, shape (C_out, C_in, *K)
        Any initialisation, for the C_out channels after the shuffle.
    upscale_factor : int or tuple of int
        As for `pixel_shuffle`.

    Returns
    -------
    array, shape (C_out·Πr, C_in, *K)
        Every kernel Πr times: ``pixel_shuffle(conv(x, icnr(weight, r)), r)`` begins without checkerboards.

    Raises
    ------
    ShapeError
        If weight is 0-d, or a factor is below 1.

    References
    ----------
    Aitken et al. (2017), Checkerboard artifact free sub-pixel convolution, section 3.

    Examples
    --------
    >>> icnr([[[[5]]], [[[7]]]], 2).ravel()
    array([5, 5, 5, 5, 7, 7, 7, 7])
    """
    (weight,) = arrays.as_arrays("icnr", weight=weight)
    rank = len(upscale_factor) if isinstance(upscale_factor, (tuple, list)) else 2
    copies = prod(per_axis("icnr", "upscale_factor", upscale_factor, rank, 1))
    if weight.ndim == 0:
        raise ShapeError("icnr: weight must have shape (C_out, C_in, *K), but is a single number.")
    check_elements("icnr", "result", (weight.shape[0] * copies, *weight.shape[1:]))
    return arrays.take(weight, np.repeat(np.arange(weight.shape[0]), copies), 0)
