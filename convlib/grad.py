"""The backward pass of a convolution: what a gradient with respect to the output says about x, weight and bias.

Names and argument orders are torch.nn.grad's. The gradient with respect to the input runs the same wires
backwards: it is Cᵀ, a transposed convolution. The one with respect to the weight sums over all places,
because the weight is shared by all places. The one with respect to the bias sums over everything but the channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_elements, described, spatial
from convlib._sums import sum_of_products
from convlib._taps import collect, stamp
from convlib.shapes import Padding, Pair, ShapeError, integer, per_axis, resolve_padding

Ints = int | Sequence[int]


def conv_input(
    input_size: Sequence[int],
    weight: Array,
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """The gradient of a convolution with respect to its input, for any rank.

    Parameters
    ----------
    input_size : tuple of int, (N, C_in, *S) or (C_in, *S)
        The shape of the input: with a stride several sizes give the same output.
    weight : array, shape (C_out, C_in/groups, *K)
    grad_output : array, shape (N, C_out, *S_out) or (C_out, *S_out)
        The loss's gradient with respect to the output.
    stride, padding, dilation, groups
        Those of the convolution, as for `conv`.

    Returns
    -------
    array, shape input_size

    Raises
    ------
    ShapeError
        Where the shapes don't belong to one convolution.
    TypeError
        Libraries or devices are mixed, or something is no number.
    OverflowError
        A sum of integers doesn't fit its dtype.

    Notes
    -----
    It is the adjoint: ⟨conv(x), g⟩ = ⟨x, conv_input(g)⟩. For complex numbers it therefore conjugates the weight,
    as torch's autograd does; `conv_transpose` does not.

    References
    ----------
    Dumoulin and Visin (2016), section 4.1. Goodfellow, Bengio and Courville (2016), equation 9.13.

    Examples
    --------
    >>> conv_input((1, 1, 4), [[[1, 2]]], [[[10, 100]]], stride=2)
    array([[[ 10,  20, 100, 200]]])
    """
    return _input("conv_input", None, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv_weight(
    x: Array,
    weight_size: Sequence[int],
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """The gradient of a convolution with respect to its weight, for any rank.

    Parameters
    ----------
    x : array, shape (N, C_in, *S) or (C_in, *S)
    weight_size : tuple of int, (C_out, C_in/groups, *K)
    grad_output : array, shape (N, C_out, *S_out) or (C_out, *S_out)
        The loss's gradient with respect to the output.
    stride, padding, dilation, groups
        Those of the convolution, as for `conv`.

    Returns
    -------
    array, shape weight_size

    Raises
    ------
    ShapeError
        Where the shapes don't belong to one convolution.
    TypeError
        Libraries or devices are mixed, or something is no number.
    OverflowError
        A sum of integers doesn't fit its dtype.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), equation 9.11.

    Examples
    --------
    One weight, three places: the gradient adds what each place says.

    >>> conv_weight([[[1, 2, 3]]], (1, 1, 1), [[[10, 10, 10]]])
    array([[[60]]])
    """
    return _weight("conv_weight", None, x, weight_size, grad_output, stride, padding, dilation, groups)


def conv_bias(grad_output: Array, rank: int | None = None) -> Array:
    """The gradient of a convolution with respect to its bias: the sum over batch and places.

    Parameters
    ----------
    grad_output : array, shape (N, C_out, *S_out), or (C_out, *S_out) where `rank` says so
    rank : int, optional
        How many spatial axes there are; one less than two below grad_output's axes means no batch.

    Returns
    -------
    array, shape (C_out,)

    Raises
    ------
    ShapeError
        If grad_output has no channel axis.
    OverflowError
        A sum of integers doesn't fit its dtype.

    Examples
    --------
    >>> conv_bias([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    array([14, 22])
    """
    (grad,) = arrays.as_arrays("conv_bias", grad_output=grad_output)
    rank = max(grad.ndim - 2, 0) if rank is None else integer("conv_bias", "rank", rank, 0)
    if grad.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"conv_bias: grad_output must have {rank + 2} axes (N, C_out, {spatial(rank)}), or {rank + 1} without"
            f" N, but its shape is {tuple(grad.shape)}."
        )
    grad = grad if grad.ndim == rank + 2 else grad[None]
    rows = arrays.permute(grad, (1, 0, *range(2, grad.ndim)))  # (C_out, N, *S_out)
    rows = rows.reshape(grad.shape[1], prod(rows.shape[1:]))  # (C_out, N·ΠS_out)
    ones = arrays.zeros((rows.shape[1], 1), rows) + 1
    return sum_of_products("conv_bias", lambda rows, ones, _: rows @ ones, len(ones), rows, ones, None)[:, 0]


def conv1d_input(
    input_size: Sequence[int],
    weight: Array,
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """`conv_input` for one axis: input_size (N, C_in, L), weight (C_out, C_in/groups, kL).

    Parameters, results and errors are those of `conv_input`.

    Examples
    --------
    >>> conv1d_input((1, 1, 3), [[[1, 2]]], [[[10, 100]]])
    array([[[ 10, 120, 200]]])
    """
    return _input("conv1d_input", 1, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv1d_weight(
    x: Array,
    weight_size: Sequence[int],
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """`conv_weight` for one axis: x (N, C_in, L), weight_size (C_out, C_in/groups, kL).

    Parameters, results and errors are those of `conv_weight`.

    Examples
    --------
    >>> conv1d_weight([[[1, 2, 3]]], (1, 1, 2), [[[10, 100]]])
    array([[[210, 320]]])
    """
    return _weight("conv1d_weight", 1, x, weight_size, grad_output, stride, padding, dilation, groups)


def conv2d_input(
    input_size: Sequence[int],
    weight: Array,
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """`conv_input` for two axes: input_size (N, C_in, H, W), weight (C_out, C_in/groups, kH, kW).

    Parameters, results and errors are those of `conv_input`.

    Examples
    --------
    >>> conv2d_input((1, 2, 2), [[[[1, 2]]]], [[[10], [100]]])
    array([[[ 10,  20],
            [100, 200]]])
    """
    return _input("conv2d_input", 2, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv2d_weight(
    x: Array,
    weight_size: Sequence[int],
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """`conv_weight` for two axes: x (N, C_in, H, W), weight_size (C_out, C_in/groups, kH, kW).

    Parameters, results and errors are those of `conv_weight`.

    Examples
    --------
    >>> conv2d_weight([[[1, 2], [3, 4]]], (1, 1, 1, 2), [[[10], [100]]])
    array([[[[310, 420]]]])
    """
    return _weight("conv2d_weight", 2, x, weight_size, grad_output, stride, padding, dilation, groups)


def conv3d_input(
    input_size: Sequence[int],
    weight: Array,
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """`conv_input` for three axes: input_size (N, C_in, D, H, W), weight (C_out, C_in/groups, kD, kH, kW).

    Parameters, results and errors are those of `conv_input`.

    Examples
    --------
    >>> import numpy as np
    >>> conv3d_input((1, 2, 3, 4, 5), np.ones((7, 2, 3, 3, 3)), np.ones((1, 7, 1, 2, 3))).max()
    np.float64(42.0)
    """
    return _input("conv3d_input", 3, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv3d_weight(
    x: Array,
    weight_size: Sequence[int],
    grad_output: Array,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Array:
    """`conv_weight` for three axes: x (N, C_in, D, H, W), weight_size (C_out, C_in/groups, kD, kH, kW).

    Parameters, results and errors are those of `conv_weight`.

    Examples
    --------
    >>> import numpy as np
    >>> conv3d_weight(np.ones((1, 2, 3, 4, 5)), (7, 2, 3, 3, 3), np.ones((1, 7, 1, 2, 3))).shape
    (7, 2, 3, 3, 3)
    """
    return _weight("conv3d_weight", 3, x, weight_size, grad_output, stride, padding, dilation, groups)


def _input(
    operation: str, rank: int | None, input_size: Any, weight: Any, grad_output: Any, *options: Any
) -> Array:
    weight, grad = arrays.as_arrays(operation, weight=weight, grad_output=grad_output)
    shape = _lengths(operation, "input_size", input_size)
    check_elements(operation, "gradient", shape)
    batched, steps, pads, spread, groups = _check(
        operation, rank, ("input_size", shape), ("weight", tuple(weight.shape)), grad, *options
    )
    size = shape[-len(steps) :]

    def compute(weight: Array, grad: Array, _: None) -> Array:
        weight = weight.conj() if arrays.kind(weight.dtype) == "c" else weight
        return stamp(grad, weight, size, [low for low, _ in pads], steps, spread, groups)

    terms = weight.shape[0] // groups * prod(weight.shape[2:])
    out = sum_of_products(operation, compute, terms, weight, grad if batched else grad[None], None)
    return out if batched else out[0]


def _weight(
    operation: str, rank: int | None, x: Any, weight_size: Any, grad_output: Any, *options: Any
) -> Array:
    x, grad = arrays.as_arrays(operation, x=x, grad_output=grad_output)
    shape = _lengths(operation, "weight_size", weight_size)
    check_elements(operation, "gradient", shape)
    batched, steps, pads, spread, groups = _check(
        operation, rank, ("x", tuple(x.shape)), ("weight_size", shape), grad, *options
    )

    def compute(x: Array, grad: Array, _: None) -> Array:
        x = x.conj() if arrays.kind(x.dtype) == "c" else x
        return collect(x, grad, shape[2:], [low for low, _ in pads], steps, spread, groups)

    x, grad = (x, grad) if batched else (x[None], grad[None])
    terms = grad.shape[0] * prod(grad.shape[2:])
    return sum_of_products(operation, compute, terms, x, grad, None)


def _lengths(operation: str, name: str, size: Any) -> tuple[int, ...]:
    if not hasattr(size, "__len__"):
        raise TypeError(f"{operation}: {name} must be a shape, one length per axis, not {size!r}.")
    return tuple(integer(operation, name, length, 0) for length in size)


def _check(
    operation: str,
    rank: int | None,
    of_input: tuple[str, tuple[int, ...]],
    of_weight: tuple[str, tuple[int, ...]],
    grad: Array,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
) -> tuple[bool, tuple[int, ...], tuple[Pair, ...], tuple[int, ...], int]:
    """Do input, weight and output gradient belong to one convolution? Its options, one entry per axis."""
    (x_name, x), (w_name, weight) = of_input, of_weight
    rank = rank or max(1, len(weight) - 2)
    shapes = (
        f"; {x_name} (N, C_in, {spatial(rank)}) = {x}, {w_name} (C_out, C_in/groups, {spatial(rank, 'k')}) ="
        f" {weight}, {described('grad_output', f'N, C_out, {spatial(rank)}', grad.shape)}."
    )
    if len(weight) != rank + 2 or len(x) not in (rank + 1, rank + 2) or grad.ndim != len(x):
        need = f"{w_name} needs {rank + 2} axes; {x_name} and grad_output {rank + 2}, or {rank + 1} without N"
        raise ShapeError(f"{operation}: {need}{shapes}")
    if 0 in weight[2:]:
        raise ShapeError(f"{operation}: the kernel must not be empty{shapes}")
    groups = integer(operation, "groups", groups, 1)
    if weight[1] * groups != x[-rank - 1] or weight[0] % groups:
        raise ShapeError(
            f"{operation}: C_in must be {weight[1]} per group × groups={groups}, C_out a multiple of groups{shapes}"
        )
    steps = per_axis(operation, "stride", stride, rank, 1)
    spread = per_axis(operation, "dilation", dilation, rank, 1)
    pads = resolve_padding(padding, x[-rank:], weight[2:], steps, spread, operation=operation)
    axes = zip(x[-rank:], weight[2:], steps, spread, pads)
    out = [(n + sum(pair) - d * (k - 1) - 1) // s + 1 for n, k, s, d, pair in axes]
    expected = (*x[: -rank - 1], weight[0], *out)
    if tuple(grad.shape) != expected or min(out) < 1:
        raise ShapeError(
            f"{operation}: this convolution's output, and so grad_output, has shape {expected} (stride={steps},"
            f" padding={pads}, dilation={spread}){shapes}"
        )
    return len(x) == rank + 2, steps, pads, spread, groups
