"""A convolution is a matrix: its wires, the matrix C itself, its blocks, and im2col.

Every output is a weighted sum of inputs, so ``y = C @ x`` with both flattened. A row of C is one output, a
column one input, an entry a wire between them. A wire carries the number of its weight: equal
numbers are one shared weight. All modules that speak of wires get them from `conv_wires`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_choice, check_elements
from convlib._sums import check_fits, sum_of_products
from convlib._taps import taps
from convlib.conv import PADDING_MODES
from convlib.shapes import Padding, Pair, ShapeError, integer, per_axis, resolve_padding

MOST_ENTRIES = 2**28  # of a dense matrix: 2 GiB in float64
MOST_WIRES = 2**26  # three integers each: 1.5 GiB


class Wires(NamedTuple):
    """The wires of a convolution, sorted by output.

    Attributes
    ----------
    output, input, weight : integer array, shape (wires,)
        Wire w joins input ``input[w]`` to output ``output[w]``. Its factor is ``weight.ravel()[weight[w]]``.
    shape : (int, int)
        How many outputs and inputs there are: the shape of the matrix.
    """

    output: np.ndarray
    input: np.ndarray
    weight: np.ndarray
    shape: tuple[int, int]


class Blocks(NamedTuple):
    """An order of rows and columns that makes a matrix block-diagonal.

    Attributes
    ----------
    rows, columns : integer arrays
        ``C[rows][:, columns]`` is block-diagonal.
    sizes : list of (int, int)
        (rows, columns) of each block from the top left. A row or column of zeros is a block with a size 0.
    """

    rows: np.ndarray
    columns: np.ndarray
    sizes: list[tuple[int, int]]


def conv_wires(
    weight_size: Sequence[int],
    input_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
) -> Wires:
    """Which wires a convolution has, and which of them share a weight.

    Parameters
    ----------
    weight_size : (C_out, C_in/groups, *k), or (*k) for one channel
    input_size : (*n,) or int
        Spatial size. Its length says how many axes the kernel slides over. An integer stands for a 1-D
        signal where weight_size has 1 or 3 entries, for a square where it has 2 or 4, for a cube where 5.
    stride, padding, dilation, groups
        As for `conv2d`.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        With zeros, what hangs over the border has no wire.

    Returns
    -------
    Wires

    Raises
    ------
    ShapeError
        If the sizes don't fit, or there would be more than 2**26 wires.

    Examples
    --------
    Three inputs under a kernel of two: output 0 sees inputs 0 and 1, output 1 sees 1 and 2.

    >>> wires = conv_wires((2,), 3)
    >>> wires.output, wires.input, wires.weight
    (array([0, 0, 1, 1]), array([0, 1, 1, 2]), array([0, 1, 0, 1]))
    """
    name = "conv_wires"
    channels, kernel, size = _sizes(name, weight_size, input_size)
    c_out, c_group = channels
    groups = integer(name, "groups", groups, 1)
    if c_out % groups:
        raise ShapeError(f"{name}: groups={groups} must divide C_out = {c_out}; weight {tuple(weight_size)}.")
    positions = _positions(
        name, size, kernel, stride, padding, dilation, padding_mode, c_out * c_group
    )  # (P, T)
    (places, patch), points = positions.shape, prod(size)
    o, p, c, t = np.ogrid[:c_out, :places, :c_group, :patch]
    first = o // (c_out // groups) * c_group if c_out else o  # the first input channel of o's group
    output = o * places + p
    source = (first + c) * points + positions[:, None, :]  # (C_out, P, C_in/groups, T)
    weight = (o * c_group + c) * patch + t
    output, source, weight, inside = np.broadcast_arrays(output, source, weight, positions[:, None, :] >= 0)
    return Wires(output[inside], source[inside], weight[inside], (c_out * places, groups * c_group * points))


def _sizes(
    name: str, weight_size: Sequence[int], input_size: Any
) -> tuple[tuple[int, int], tuple[int, ...], tuple[int, ...]]:
    """(C_out, C_in/groups), kernel, input size: read from a weight's shape with or without channels."""
    lengths = tuple(integer(name, "weight_size", length, 0) for length in weight_size)
    if hasattr(input_size, "__len__"):
        rank = len(input_size)
        if len(lengths) not in (rank, rank + 2):
            raise ShapeError(
                f"{name}: input_size = {tuple(input_size)} has {rank} spatial axes, so the weight needs"
                f" {rank} axes (*k) or {rank + 2} axes (C_out, C_in/groups, *k), but has shape {lengths}."
            )
    else:
        rank = {1: 1, 2: 2, 3: 1, 4: 2, 5: 3}.get(len(lengths), 0)
    if not rank:
        raise ShapeError(f"{name}: a weight of shape {lengths} has no spatial axis that could be read.")
    kernel = lengths[-rank:]
    channels = lengths[:-rank] or (1, 1)
    if 0 in kernel:
        raise ShapeError(
            f"{name}: the kernel must have at least one element, but the weight has shape {lengths}."
        )
    return (channels[0], channels[1]), kernel, per_axis(name, "input_size", input_size, rank, 0)


def _positions(
    name: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: Any,
    padding: Any,
    dilation: Any,
    mode: str,
    filters: int = 1,
) -> np.ndarray:
    """The input's position under each tap at each place of the kernel, (P, T); -1 is a padded zero."""
    stride = per_axis(name, "stride", stride, len(size), 1)
    dilation = per_axis(name, "dilation", dilation, len(size), 1)
    pairs = resolve_padding(padding, size, kernel, stride, dilation, operation=name)
    check_choice(name, "padding_mode", mode, PADDING_MODES)
    axes = list(zip(size, kernel, stride, pairs, dilation))
    outs = [_places(name, *axis) for axis in axes]
    if prod(outs) * prod(kernel) * max(filters, 1) > MOST_WIRES:
        raise ShapeError(
            f"{name}: {prod(outs)} places of a kernel of {prod(kernel)} taps, for {filters} pairs of channels, are"
            f" more than {MOST_WIRES} wires; choose a smaller input than {size}."
        )
    places = [_axis(name, out, *axis, mode) for out, axis in zip(outs, axes)]
    rank, total = len(size), np.zeros((1,) * 2 * len(size), int)
    inside = np.ones((1,) * 2 * rank, bool)
    for axis, (index, length) in enumerate(zip(places, size)):  # index: (out, k) of this axis
        shape = [1] * 2 * rank
        shape[axis], shape[rank + axis] = index.shape
        index = index.reshape(shape)
        total, inside = total * length + index, inside & (index >= 0)
    return np.where(inside, total, -1).reshape(prod(outs), prod(kernel))  # (P, T)


def _places(name: str, size: int, kernel: int, stride: int, pair: Pair, dilation: int) -> int:
    extent = dilation * (kernel - 1) + 1
    if size + sum(pair) < extent:
        raise ShapeError(
            f"{name}: the kernel spans {extent} positions (k = {kernel}, dilation = {dilation})"
            f" but the padded input has {pair[0]} + {size} + {pair[1]} = {size + sum(pair)}."
        )
    return (size + sum(pair) - extent) // stride + 1


def _axis(
    name: str, outs: int, size: int, kernel: int, stride: int, pair: Pair, dilation: int, mode: str
) -> np.ndarray:
    """Which position each tap sees at each place of the kernel, on one axis: (out, k)."""
    index = np.arange(outs)[:, None] * stride + np.arange(kernel) * dilation - pair[0]  # (out, k)
    if mode == "zeros":
        return np.where((index < 0) | (index >= size), -1, index)
    if not size:
        raise ShapeError(
            f"{name}: {mode!r} padding has nothing to continue: an axis of the input has size 0."
        )
    return PADDING_MODES[mode](index, size)


def conv_matrix(
    weight: Array,
    input_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    sparse: bool = False,
) -> Array:
    """The matrix C of a convolution: ``y.ravel() == C @ x.ravel()``.

    Parameters
    ----------
    weight : array, shape (C_out, C_in/groups, *k), or (*k) for one channel
    input_size : (*n,) or int
        Spatial size of the input; see `conv_wires` for what an integer stands for.
    stride, padding, dilation, groups, padding_mode
        As for `conv2d`.
    sparse : bool, default False
        Give only the entries that have a wire: a `scipy.sparse.csr_array` (needs SciPy), or torch's sparse
        COO tensor for a tensor. `conv_wires` gives the same entries with NumPy alone.

    Returns
    -------
    array, shape (C_out·prod(out), C_in·prod(n))
        In the dtype of weight.
        The transposed convolution with the same arguments is ``C.T @ y``.

    Raises
    ------
    ShapeError
        If the sizes don't fit, or a dense C would have more than 2**28 entries.
    OverflowError
        If integer weights of several wires between the same two places add up to more than their dtype holds.
    ImportError
        If sparse and SciPy is missing.

    References
    ----------
    Dumoulin and Visin (2016), section 4.1.

    Examples
    --------
    >>> conv_matrix([1, 2, 3], 5)
    array([[1, 2, 3, 0, 0],
           [0, 1, 2, 3, 0],
           [0, 0, 1, 2, 3]])
    >>> conv_matrix(np.ones((3, 3)), 4).shape
    (4, 16)
    """
    (weight,) = arrays.as_arrays("conv_matrix", weight=weight)
    wires = conv_wires(
        tuple(weight.shape), input_size, stride, padding, dilation, groups, padding_mode=padding_mode
    )
    values, places = (
        arrays.take(weight.reshape(-1), wires.weight, 0),
        wires.output * wires.shape[1] + wires.input,
    )
    if padding_mode != "zeros":
        values, places = _merged(values, places)
    if sparse:
        rows, columns = np.divmod(places, wires.shape[1])
        return arrays.sparse_matrix(values, rows, columns, wires.shape)
    if prod(wires.shape) > MOST_ENTRIES:
        raise ShapeError(
            f"conv_matrix: C would have {wires.shape[0]} × {wires.shape[1]} entries, more than"
            f" {MOST_ENTRIES}; ask for sparse=True or choose a smaller input."
        )
    matrix = arrays.zeros((prod(wires.shape),), values)
    return arrays.add_at(matrix, places, values).reshape(wires.shape)


def _merged(values: Array, places: np.ndarray) -> tuple[Array, np.ndarray]:
    """The sums of the values at equal places: padding with copies can lay several wires between the same two."""
    dtype = values.dtype
    if arrays.kind(dtype) == "b":
        raise TypeError("conv_matrix: weight holds booleans; convert it to the numbers you count in.")
    exact = arrays.kind(dtype) == "i"
    wide = arrays.astype(values, arrays.named_dtype("int64", values)) if exact else values
    places, where = np.unique(places, return_inverse=True)
    total = arrays.add_at(arrays.zeros((len(places),), wide), where, wide)
    if exact:
        check_fits("conv_matrix", total, dtype)
    return arrays.astype(total, dtype), places


def block_permutation(matrix: Array) -> Blocks:
    """Sort rows and columns so that the matrix falls into blocks that share no wire.

    Two outputs belong to one block if a path of wires joins them. A grouped convolution has a block per
    group, a dilated one a block per residue of the position: both hide the same disease, that nothing
    crosses from block to block.

    Parameters
    ----------
    matrix : array, shape (rows, columns)
        For example `conv_matrix(...)`, or a product of several.

    Returns
    -------
    Blocks
        (rows, columns, sizes); blocks in the order of their first column, rows and columns within a block in
        their old order.

    Raises
    ------
    ShapeError
        If the matrix isn't 2-D.

    References
    ----------
    Wang et al. (2018), Understanding convolution for semantic segmentation, section 3.2 (gridding).

    Examples
    --------
    A kernel of two with dilation 2: even and odd positions never meet.

    >>> blocks = block_permutation(conv_matrix([1, 2], 6, dilation=2))
    >>> blocks.columns, blocks.sizes
    (array([0, 2, 4, 1, 3, 5]), [(2, 3), (2, 3)])
    """
    (matrix,) = arrays.as_arrays("block_permutation", matrix=matrix)
    if matrix.ndim != 2:
        raise ShapeError(f"block_permutation: matrix must be 2-D but has shape {tuple(matrix.shape)}.")
    row, column = arrays.to_numpy(matrix != 0).nonzero()
    rows, columns = (int(length) for length in matrix.shape)
    of_row = np.full(
        rows, columns, int
    )  # the smallest column that a path reaches; spread until nothing changes
    of_column = np.arange(columns)
    while True:
        before = of_column.copy()
        np.minimum.at(of_row, row, of_column[column])
        np.minimum.at(of_column, column, of_row[row])
        of_column = of_column[of_column] if columns else of_column  # jump along the chain
        if (of_column == before).all():
            break
    of_row = np.where(of_row == columns, columns + np.arange(rows), of_row)  # a row of zeros is a block
    labels = np.unique(np.concatenate([of_column, of_row]))
    sizes = [(int((of_row == label).sum()), int((of_column == label).sum())) for label in labels]
    return Blocks(np.argsort(of_row, kind="stable"), np.argsort(of_column, kind="stable"), sizes)


def unfold(
    x: Array,
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: Padding = 0,
    stride: int | Sequence[int] = 1,
) -> Array:
    """im2col: every patch that the kernel sees, as a column.

    With it a convolution is one matrix product: ``weight.reshape(C_out, -1) @ unfold(x, ...)``. Names, order
    and numbers are `torch.nn.functional.unfold`'s.

    Parameters
    ----------
    x : array, shape (N, C, *n) or (C, *n)
    kernel_size : int or (*k)
        A tuple's length says how many axes the kernel slides over; an integer means two, as in torch.
    dilation, stride : int or tuple of int
    padding : int, tuple, pairs or a name
        Of zeros, as for `conv2d`.

    Returns
    -------
    array, shape (N, C·prod(k), L) or (C·prod(k), L)
        L = prod(out) places; C·prod(k) is channel first, then the kernel's axes.

    Raises
    ------
    ShapeError
        If the sizes don't fit.

    References
    ----------
    Chellapilla, Puri and Simard (2006). High performance convolutional neural networks for document
    processing, section 3.1.

    Examples
    --------
    >>> unfold(np.arange(5).reshape(1, 1, 5), (3,))
    array([[[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]]])
    """
    name = "unfold"
    (x,) = arrays.as_arrays(name, x=x)
    kernel = _kernel_size(name, kernel_size)
    rank = len(kernel)
    if x.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"{name}: for kernel_size = {kernel} x needs shape (N, C, *n) or (C, *n) with {rank} spatial"
            f" axes, but has {tuple(x.shape)}."
        )
    batch = x if x.ndim == rank + 2 else x[None]
    size = tuple(batch.shape[2:])
    positions = _positions(name, size, kernel, stride, padding, dilation, "zeros")  # (L, T)
    flat = batch.reshape(*batch.shape[:2], prod(size))  # (N, C, n)
    ground = arrays.zeros((*batch.shape[:2], 1), batch)
    flat = arrays.concatenate([flat, ground], 2)  # the last position holds the zero that padding reads: -1
    places, patch = positions.shape
    columns = arrays.take(flat, positions.T.ravel() % flat.shape[2], 2)  # (N, C, T·L)
    columns = columns.reshape(batch.shape[0], batch.shape[1] * patch, places)
    return columns if x.ndim == rank + 2 else columns[0]


def fold(
    columns: Array,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: Padding = 0,
    stride: int | Sequence[int] = 1,
) -> Array:
    """col2im: put every column back where `unfold` took it from, and add where patches overlap.

    It is the transpose of `unfold`, not its inverse: ``fold(unfold(x))`` is x times the number of patches
    that hold each position. Names, order and numbers are `torch.nn.functional.fold`'s.

    Parameters
    ----------
    columns : array, shape (N, C·prod(k), L) or (C·prod(k), L)
    output_size : int or (*n)
        Spatial size of the result.
    kernel_size : int or (*k)
        As for `unfold`.
    dilation, padding, stride
        As for `unfold`.

    Returns
    -------
    array, shape (N, C, *n) or (C, *n)

    Raises
    ------
    ShapeError
        If the rows aren't a multiple of prod(k), or L isn't the number of places.
    OverflowError
        A sum of integers doesn't fit its dtype.

    Examples
    --------
    >>> x = np.arange(1, 6).reshape(1, 1, 5)
    >>> fold(unfold(x, (3,)), (5,), (3,))
    array([[[1, 4, 9, 8, 5]]])
    """
    name = "fold"
    (columns,) = arrays.as_arrays(name, columns=columns)
    kernel = _kernel_size(name, kernel_size)
    size = per_axis(name, "output_size", output_size, len(kernel), 0)
    steps = per_axis(name, "stride", stride, len(kernel), 1)
    spread = per_axis(name, "dilation", dilation, len(kernel), 1)
    pairs = resolve_padding(padding, size, kernel, steps, spread, operation=name)
    places = [_places(name, *axis) for axis in zip(size, kernel, steps, pairs, spread)]
    if columns.ndim not in (2, 3) or columns.shape[-2] % prod(kernel) or columns.shape[-1] != prod(places):
        raise ShapeError(
            f"{name}: columns needs shape (N, C·{prod(kernel)}, {prod(places)}) or (C·{prod(kernel)}, {prod(places)})"
            f" for kernel_size = {kernel} and output_size = {size}, but has {tuple(columns.shape)}."
        )
    lead = (*columns.shape[:-2], columns.shape[-2] // prod(kernel))  # (N, C) or (C,)
    check_elements(name, "result", (*lead, *size))
    starts = [low for low, _ in pairs]

    def add_up(columns: Array, _: Array, __: None) -> Array:
        patches = columns.reshape(*lead, *kernel, *places)
        image = arrays.zeros((*lead, *size), columns)
        for tap, source, target in taps(places, size, kernel, starts, steps, spread):
            image[(..., *target)] += patches[(*[slice(None)] * len(lead), *tap, *source)]
        return image

    one = arrays.zeros((1,), columns) + 1
    return sum_of_products(name, add_up, prod(kernel), columns, one, None)


def _kernel_size(name: str, kernel_size: int | Sequence[int]) -> tuple[int, ...]:
    return per_axis(
        name, "kernel_size", kernel_size, len(kernel_size) if hasattr(kernel_size, "__len__") else 2, 1
    )
