"""The named kinds of convolution: the same sum with some wires removed, or with weights that are products.

Each stands in a line or two on `conv`: what a kind is, is which weights it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.conv import Ints, _conv
from convlib.shapes import Padding, ShapeError, integer, per_axis


def pointwise_conv(
    x: Array, weight: Array, bias: Array | None = None, stride: Ints = 1, groups: int = 1
) -> Array:
    """1×1 convolution: the same mixing of channels at every position.

    Parameters
    ----------
    x : array, shape (N, C_in, *S)
    weight : array, shape (C_out, C_in/groups)
        The trailing ones of a convolution's weight may stand: (C_out, C_in/groups, 1, 1).
    bias : array, shape (C_out,), optional
    stride : int or tuple of int
    groups : int

    Returns
    -------
    array, shape (N, C_out, *S_out)

    Raises
    ------
    ShapeError
        Where shapes don't fit, or the kernel is larger than 1.

    References
    ----------
    Lin, Chen and Yan (2014), Network in Network, section 3.

    Examples
    --------
    >>> pointwise_conv([[[1, 2], [10, 20], [100, 200]]], [[1, 1, 1]])
    array([[[111, 222]]])
    """
    x, weight, bias = arrays.as_arrays("pointwise_conv", x=x, weight=weight, bias=bias)
    if x.ndim < 3 or weight.ndim < 2 or any(n != 1 for n in weight.shape[2:]):
        raise ShapeError(
            f"pointwise_conv: x must be (N, C_in, ...) and weight (C_out, C_in/groups) or that with kernel size 1, "
            f"but their shapes are {tuple(x.shape)} and {tuple(weight.shape)}."
        )
    weight = weight.reshape(*weight.shape[:2], *[1] * (x.ndim - 2))
    return _conv("pointwise_conv", None, x, weight, bias, stride, 0, 1, groups, "zeros", "auto")


def depthwise_conv(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    """Every channel has its own kernels and sees no other channel.

    Parameters
    ----------
    x : array, shape (N, C, *S) or (C, *S)
    weight : array, shape (C·m, 1, *K)
        m is the channel multiplier: outputs c·m … c·m+m−1 come from channel c.
    bias : array, shape (C·m,), optional
    stride, padding, dilation, padding_mode, method : as in `conv`

    Returns
    -------
    array, shape (N, C·m, *S_out)

    Raises
    ------
    ShapeError
        Where the kernels aren't one deep, or their number is no multiple of C.

    References
    ----------
    Howard et al. (2017), MobileNets, section 3.1; the multiplier as in `tf.nn.depthwise_conv2d`.

    Examples
    --------
    >>> depthwise_conv([[[1, 2, 3], [4, 5, 6]]], [[[1, 1]], [[1, -1]]])
    array([[[ 3,  5],
            [-1, -1]]])
    """
    operation = "depthwise_conv"
    x, weight, bias = arrays.as_arrays(operation, x=x, weight=weight, bias=bias)
    if weight.ndim < 3 or x.ndim not in (weight.ndim - 1, weight.ndim):
        raise ShapeError(
            f"{operation}: x (N, C, ...) and weight (C·m, 1, ...) need the same spatial axes, "
            f"but their shapes are {tuple(x.shape)} and {tuple(weight.shape)}."
        )
    channels = x.shape[1 - weight.ndim]
    if weight.shape[1] != 1 or channels == 0 or weight.shape[0] % channels:
        raise ShapeError(
            f"{operation}: weight must have shape (C·m, 1, ...) with a whole multiplier m and C = {channels}, "
            f"but its shape is {tuple(weight.shape)}; x has shape {tuple(x.shape)}."
        )
    return _conv(operation, None, x, weight, bias, stride, padding, dilation, channels, padding_mode, method)


def depthwise_separable_conv(
    x: Array,
    depthwise: Array,
    pointwise: Array,
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
) -> Array:
    """A depthwise convolution, then a pointwise one: first space, then channels.

    Parameters
    ----------
    x : array, shape (N, C, *S)
    depthwise : array, shape (C·m, 1, *K)
    pointwise : array, shape (C_out, C·m)
    bias : array, shape (C_out,), optional
        Added at the end.
    stride, padding, dilation : as in `conv`
        Of the depthwise step.

    Returns
    -------
    array, shape (N, C_out, *S_out)

    Raises
    ------
    ShapeError

    References
    ----------
    Sifre and Mallat (2014); Chollet (2017), Xception, section 1; Howard et al. (2017), section 3.1.

    Examples
    --------
    >>> depthwise_separable_conv([[[1, 2, 3], [4, 5, 6]]], [[[1, 1]], [[1, -1]]], [[10, 1]])
    array([[[29, 49]]])
    """
    return pointwise_conv(depthwise_conv(x, depthwise, None, stride, padding, dilation), pointwise, bias)


def spatially_separable_conv(
    x: Array,
    factors: Sequence[Array],
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
) -> Array:
    """One 1-D convolution per spatial axis, in turn.

    Parameters
    ----------
    x : array, shape (N, C, *S)
    factors : sequence of arrays, one per spatial axis
        Vectors, shape (k,): every channel is filtered by their outer product. Or weights, shape
        (C_out, C_in, k): layers that mix channels, the last one's C_out coming out.
    bias : array, shape (C_out,), optional
        Added at the end.
    stride, padding, dilation : as in `conv`, each axis used by its own factor

    Returns
    -------
    array, shape (N, C_out, *S_out)

    Raises
    ------
    ShapeError
        Where the number of factors isn't that of the spatial axes, or a factor's shape doesn't fit.

    References
    ----------
    Szegedy et al. (2016), Rethinking the Inception Architecture, section 3.2.

    Examples
    --------
    Sobel's kernel is a column times a row:

    >>> import numpy as np
    >>> step = np.tile([0, 0, 1, 1], (1, 1, 3, 1))
    >>> spatially_separable_conv(step, [[1, 2, 1], [-1, 0, 1]])
    array([[[[4, 4]]]])
    """
    operation = "spatially_separable_conv"
    (x,) = arrays.as_arrays(operation, x=x)
    rank = len(factors)
    if rank < 1 or x.ndim != rank + 2:
        raise ShapeError(
            f"{operation}: one factor per spatial axis of x (N, C, ...): there are {rank} factors, "
            f"and x has shape {tuple(x.shape)}."
        )
    steps = per_axis(operation, "stride", stride, rank, 1)
    spread = per_axis(operation, "dilation", dilation, rank, 1)
    pads = _padding_of_each(padding, rank)
    for axis, factor in enumerate(factors):
        x, factor = arrays.as_arrays(operation, x=x, factor=factor)
        groups = 1
        if factor.ndim == 1:
            groups = max(x.shape[1], 1)
            factor = arrays.concatenate([factor.reshape(1, 1, -1)] * groups, 0)  # (C, 1, k)
            factor = factor if x.shape[1] else factor[:0, :0]
        if factor.ndim != 3:
            raise ShapeError(
                f"{operation}: factor {axis} must be a vector (k,) or a weight (C_out, C_in, k), "
                f"but its shape is {tuple(factor.shape)}."
            )
        last = bias if axis == rank - 1 else None
        x = _along(operation, x, factor, last, axis, steps[axis], pads[axis], spread[axis], groups)
    return x


def flattened_conv(
    x: Array,
    lateral: Array,
    factors: Sequence[Array],
    bias: Array | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
) -> Array:
    """Every filter is three vectors: across the channels, then down, then across.

    The filter ``weight[f] = lateral[f] ⊗ factors[0][f] ⊗ factors[1][f]`` has rank 1 over all its axes.

    Parameters
    ----------
    x : array, shape (N, C, *S)
    lateral : array, shape (F, C)
    factors : sequence of arrays, shape (F, k) each, one per spatial axis
    bias : array, shape (F,), optional
        Added at the end.
    stride, padding : as in `conv`

    Returns
    -------
    array, shape (N, F, *S_out)

    Raises
    ------
    ShapeError

    References
    ----------
    Jin, Dundar and Culurciello (2015), Flattened convolutional neural networks, section 3.

    Examples
    --------
    >>> x = [[[[1, 2], [3, 4]], [[10, 20], [30, 40]]]]
    >>> flattened_conv(x, [[1, 1]], [[[1, 1]], [[1, -1]]])
    array([[[[-22]]]])
    """
    operation = "flattened_conv"
    weights = [arrays.as_arrays(operation, x=x, factor=factor)[1] for factor in factors]
    if any(weight.ndim != 2 for weight in weights):
        shapes = [tuple(weight.shape) for weight in weights]
        raise ShapeError(f"{operation}: every factor must have shape (F, k), but their shapes are {shapes}.")
    x = pointwise_conv(x, lateral)  # (N, F, *S)
    rank, filters = len(weights), x.shape[1]
    if rank != x.ndim - 2 or any(weight.shape[0] != filters for weight in weights):
        shapes = [tuple(weight.shape) for weight in weights]
        raise ShapeError(
            f"{operation}: lateral gives F = {filters} filters over {x.ndim - 2} spatial axes, "
            f"so that many factors (F, k) are needed; their shapes are {shapes}."
        )
    steps = per_axis(operation, "stride", stride, rank, 1)
    pads = _padding_of_each(padding, rank)
    for axis, weight in enumerate(weights):
        last = bias if axis == rank - 1 else None
        x = _along(operation, x, weight[:, None], last, axis, steps[axis], pads[axis], 1, filters)
    return x


def _padding_of_each(padding: Any, rank: int) -> Sequence[Any]:
    """One entry for each axis; a tuple of a wrong length is left to the first axis to refuse."""
    each = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,)
    if len(each) == 1:
        return each * rank
    return each if len(each) == rank else (padding,) * rank


def _along(
    operation: str,
    x: Array,
    weight: Array,
    bias: Array | None,
    axis: int,
    stride: int,
    padding: Any,
    dilation: int,
    groups: int,
) -> Array:
    """A 1-D convolution, weight (C_out, C_in/groups, k), along one spatial axis of x (N, C, *S)."""
    rank = x.ndim - 2

    def alone(value: Any, otherwise: Any) -> tuple[Any, ...]:
        return tuple(value if i == axis else otherwise for i in range(rank))

    weight = weight.reshape(*weight.shape[:2], *alone(weight.shape[2], 1))
    steps, pads, spread = alone(stride, 1), alone(padding, 0), alone(dilation, 1)
    return _conv(operation, None, x, weight, bias, steps, pads, spread, groups, "zeros", "auto")


def causal_conv1d(
    x: Array, weight: Array, bias: Array | None = None, stride: int = 1, dilation: int = 1, groups: int = 1
) -> Array:
    """Output t sees inputs t, t−d, …, t−(k−1)·d, and none later.

    Parameters
    ----------
    x : array, shape (N, C_in, L) or (C_in, L)
    weight : array, shape (C_out, C_in/groups, k)
        The last tap meets the present.
    bias : array, shape (C_out,), optional
    stride, dilation, groups : int

    Returns
    -------
    array, shape (N, C_out, ⌈L/stride⌉)

    Raises
    ------
    ShapeError

    References
    ----------
    van den Oord et al. (2016), WaveNet, section 2.1.

    Examples
    --------
    >>> causal_conv1d([[1, 2, 3, 4]], [[[10, 1]]], dilation=2)
    array([[ 1,  2, 13, 24]])
    """
    return _conv("causal_conv1d", 1, x, weight, bias, stride, "causal", dilation, groups, "zeros", "auto")


def channel_shuffle(x: Array, groups: int) -> Array:
    """Deal the channels of every group out over all groups: reshape, transpose, flatten.

    Parameters
    ----------
    x : array, shape (N, C, *S)
    groups : int
        Divides C.

    Returns
    -------
    array, shape (N, C, *S)
        Channel c·groups + g is the input's channel g·C/groups + c.

    Raises
    ------
    ShapeError

    References
    ----------
    Zhang et al. (2018), ShuffleNet, section 3.1.

    Examples
    --------
    >>> channel_shuffle([[[1], [2], [3], [4], [5], [6]]], groups=2).ravel()
    array([1, 4, 2, 5, 3, 6])
    """
    (x,) = arrays.as_arrays("channel_shuffle", x=x)
    groups = integer("channel_shuffle", "groups", groups, 1)
    if x.ndim < 3 or x.shape[1] % groups:
        raise ShapeError(
            f"channel_shuffle: x must be (N, C, ...) with C a multiple of groups={groups}, "
            f"but its shape is {tuple(x.shape)}."
        )
    samples, channels, *size = x.shape
    dealt = x.reshape(samples, groups, channels // groups, *size)  # (N, G, C/G, *S)
    dealt = arrays.permute(dealt, (0, 2, 1, *range(3, dealt.ndim)))  # (N, C/G, G, *S)
    return dealt.reshape(samples, channels, *size)
