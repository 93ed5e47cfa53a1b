"""Toeplitz: a band of neighbouring output rows at once, as one product with a small banded matrix."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms._blocks import blocks, multiply_samples

BLOCK = 2**19  # numbers per block of columns
SLAB = 2**17  # numbers of the columns that one product reads
ENOUGH = 112  # outputs of one product: fewer rows are more products, more rows multiply more zeros


def toeplitz(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Take each column of the kernel as a Toeplitz matrix that gives a band of output rows in one product.

    In the columns of `gemm` an input row stands once for every tap of the kernel. Here it is copied once for every tap
    along it. A band of t output rows is a small matrix times the input rows below it, which lie in the copy one after
    another; the next band shares some of them. In exchange the matrix's zeros are multiplied too. It pays where
    copying costs most: with one or a few filters in a group. A 1-D signal is one row, and this is `gemm`.

    Cost: t + K − 1 multiply-adds for K down a column of the kernel (stride 1), and one copy of ΠK/K times the input.
    With stride s and dilation d down the column, a band reads (t − 1)·s + d·(K − 1) + 1 rows in place of t + K − 1.
    Memory: one block of columns, at most the larger of 2¹⁹ numbers and one band's columns; where rows are so short
    that several samples are one product, as much again at most; and the matrices, t·(t + K − 1)/K times the weight.
    Error: that of `gemm`, since adding a zero is exact; but NaN and Inf spread over their band.

    References
    ----------
    Gray (2006), section 1.1, for the matrix of a filter; the bands are this library's own.
    """
    if weight.ndim == 3:
        return toeplitz(x[:, :, None], weight[:, :, None], (1, *stride), (1, *dilation), groups)[:, :, 0]
    (samples, _, *size), (c_out, c_group, *kernel) = x.shape, weight.shape
    rank, step, extent = len(kernel), stride[-2], dilation[-2] * (kernel[-2] - 1) + 1
    x = x.reshape(samples, groups, c_group, *size)
    shifted = arrays.sliding_windows(
        x, (*kernel[:-2], 1, kernel[-1]), (*stride[:-2], 1, stride[-1]), (*dilation[:-2], 1, dilation[-1])
    )  # (N, G, I, *S_out, *K), where along the columns S_out is still S, and K is 1
    axes = (0, 1, *range(3, 2 + rank), 2, *range(3 + rank, 3 + 2 * rank), 2 + rank)
    shifted = arrays.permute(shifted, axes)  # (N, G, *outer, S, I, *K, W_out)
    outer, height, length = shifted.shape[2:rank], (size[-2] - extent) // step + 1, shifted.shape[-1]
    out = arrays.empty((samples, groups, c_out // groups, *outer, height, length), x)
    band = band_height(height, length)
    whole = height - height % band
    for first, last, rows in ((0, whole, band), (whole, height, height - whole)):
        if rows:
            matrices = _matrices(weight, groups, rows, step, dilation[-2])
            below = shifted[(slice(None),) * rank + (slice(first * step, (last - 1) * step + extent),)]
            wide = max(64, SLAB // matrices.shape[-1])
            for left in range(0, length, wide):
                strip = slice(left, left + wide)
                _multiply(matrices, below[..., strip], step, out[..., first:last, strip])
    return out.reshape(samples, c_out, *outer, height, length)


def band_height(rows: int, length: int) -> int:
    """How many of so many output rows make a band: more where rows are short, so that a product is worth its call.

    Examples
    --------
    >>> [band_height(n, n) for n in (112, 56, 28, 14, 7)]
    [2, 2, 4, 7, 7]
    """
    most = next((height for height in (2, 4) if height * length >= ENOUGH), 8)
    return -(-rows // -(-rows // most))


def _multiply(matrices: Array, shifted: Array, step: int, out: Array) -> None:
    """Write bands of as many rows as the matrices have into `out`, (N, G, O, *outer, rows, W)."""
    samples, groups, filters, *outer, height, length = out.shape
    (*_, band, terms), rank = matrices.shape, 1 + len(outer)
    matrices = matrices.reshape(groups, *[1] * rank, filters, band, terms)
    out = out.reshape(samples, groups, filters, *outer, height // band, band, length)
    axes = (0, 1, *range(3, 3 + rank), 2, 3 + rank, 4 + rank)
    out = arrays.permute(out, axes)  # (N, G, *outer, bands, O, t, W)
    last = shifted.ndim - 1
    shifted = arrays.permute(shifted, (*range(1, last), 0, last))  # (G, *outer, S, I, *K, N, W)
    row = prod(shifted.shape[1 + rank : -2])  # terms from one input row: I·ΠK, but for the column
    reach, advance = terms // row, band * step  # rows below a band, and from one band to the next
    together = min(samples, max(1, ENOUGH // length))  # samples that are one product
    workspace = arrays.empty((0,), shifted)
    for first in range(0, samples, together):
        n = slice(first, first + together)
        for *places, some in blocks(out.shape[1 : 2 + rank], advance * row * length * together, BLOCK):
            below = slice(some.start * advance, (some.stop - 1) * advance + reach)
            block = shifted[(*places, below, ..., n, slice(None))]
            workspace = arrays.room(block, workspace)
            columns = arrays.copy(block, workspace)
            width = block.shape[-2] * length
            columns = columns.reshape(*block.shape[:rank], block.shape[rank] * row, width)
            seen = arrays.sliding_windows(columns, (terms, width), (advance * row, 1), (1, 1))
            # (G, *1, O, t, terms) times (G, *outer, bands, 1, terms, N·W)
            multiply_samples(matrices[places[0]], seen, out[(n, *places, some)])


def _matrices(weight: Array, groups: int, band: int, step: int, dilation: int) -> Array:
    """The Toeplitz matrices: row j holds the kernel's columns from input row j·step on."""
    (c_out, _, *kernel), rank = weight.shape, weight.ndim - 2
    extent = dilation * (kernel[-2] - 1) + 1
    rows = arrays.permute(weight, (0, rank, *range(1, rank), rank + 1))  # (C_out, K, I, *K, K)
    bands = arrays.zeros((c_out, band, (band - 1) * step + extent, *rows.shape[2:]), weight)
    for j in range(band):
        bands[:, j, j * step : j * step + extent : dilation] = rows
    return bands.reshape(groups, c_out // groups, band, prod(bands.shape[2:]))
