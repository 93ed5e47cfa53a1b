"""Toeplitz: several neighbouring outputs at once, as one product with a small banded matrix."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms._blocks import blocks

BLOCK = 2**18  # numbers per block of columns
TILES = range(10, 21)  # so many outputs at once are fast: fewer copy more, more multiply more zeros


def toeplitz(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Take the kernel's last axis as a Toeplitz matrix that gives a piece of an output row in one product.

    Neighbouring outputs share most of their patches. A piece of t outputs reads t + K − 1 inputs instead of t·K, so
    that much less is copied than by `gemm`; in exchange the matrix's zeros are multiplied too. It pays where copying
    costs most: with one or a few filters in a group.

    Cost: t + K − 1 multiply-adds for K along the last axis (stride 1), and one copy of ΠK·(t + K − 1)/(t·K) times
    the input. Memory: one block of columns, at most the larger of 2¹⁸ numbers and one output row's columns; the
    matrices, t·(t + K − 1)/K times the weight; and x and the output again where the pieces don't fill the row.
    Error: that of `gemm`, since adding a zero is exact; but NaN and Inf spread over their piece.

    References
    ----------
    Gray (2006), section 1.1, for the matrix of a filter; the pieces are this library's own.
    """
    (samples, _, *size), (c_out, c_group, *kernel) = x.shape, weight.shape
    rank, step, extent = len(kernel), stride[-1], dilation[-1] * (kernel[-1] - 1) + 1
    length = (size[-1] - extent) // step + 1
    tile = tile_length(length)
    tiles, reach = -(-length // tile), (tile - 1) * step + extent
    x = _filled(x.reshape(samples, groups, c_group, *size), (tiles - 1) * tile * step + reach)

    patches = arrays.sliding_windows(
        x, (*kernel[:-1], reach), (*stride[:-1], tile * step), (*dilation[:-1], 1)
    )  # (N, G, I, *S_out, *K), with pieces for outputs and inputs of a piece for taps along the last axis
    patches = arrays.permute(patches, (0, 1, *range(3, 3 + rank), 2, *range(3 + rank, 3 + 2 * rank)))
    rows = patches.shape[2 : 2 + rank]
    filters = _matrices(weight, groups, tile, reach, step, dilation[-1])  # (G, O, I·ΠK, t)
    terms, row = filters.shape[2], prod(rows[1:])

    out = arrays.empty((samples, groups, c_out // groups, prod(rows), tile), x)
    workspace = arrays.empty((0,), x)
    for n, g, some in blocks((samples, groups, rows[0]), terms * row, BLOCK):
        block = patches[n, g, some]
        workspace = arrays.room(block, workspace)
        columns = arrays.copy(block, workspace)
        columns = columns.reshape(*block.shape[:2], 1, block.shape[2] * row, terms)  # (N, G, 1, rows, I·ΠK)
        arrays.matmul(columns, filters[g], out[n, g, :, some.start * row : some.stop * row])
    out = out.reshape(samples, c_out, *rows[:-1], tiles * tile)
    if tiles * tile == length:
        return out
    kept = arrays.empty((*out.shape[:-1], length), out)
    arrays.write(kept, out[..., :length])
    return kept


def tile_length(length: int) -> int:
    """How many outputs of a row of this length make a piece: so many that little of the last one is wasted.

    Examples
    --------
    >>> [tile_length(n) for n in (7, 14, 56, 27)]
    [7, 14, 14, 14]
    """
    if length <= TILES[-1]:
        return max(1, length)
    return min(TILES, key=lambda t: (-length % t, abs(t - 14)))


def _filled(x: Array, length: int) -> Array:
    """x with zeros at the end of its last axis up to a length."""
    if x.shape[-1] >= length:
        return x
    filled = arrays.zeros((*x.shape[:-1], length), x)
    arrays.write(filled[..., : x.shape[-1]], x)
    return filled


def _matrices(weight: Array, groups: int, tile: int, reach: int, step: int, dilation: int) -> Array:
    """The Toeplitz matrices: column j holds the kernel's last axis from input j·step on."""
    (c_out, *rest, _), extent = weight.shape, dilation * (weight.shape[-1] - 1) + 1
    bands = arrays.zeros((c_out, *rest, reach, tile), weight)
    for j in range(tile):
        bands[..., j * step : j * step + extent : dilation, j] = weight
    return bands.reshape(groups, c_out // groups, prod(rest) * reach, tile)  # taps and inputs in one axis
