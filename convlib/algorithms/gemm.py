"""GEMM: write the patches as columns, a block at a time, and multiply matrices."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms._blocks import blocks, multiply_samples

BLOCK = 2**20  # numbers per block of columns; measured: benchmarks/README.md, "Block size"


def gemm(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Copy the patches of some output rows into columns (im2col) and multiply them by the filters.

    Cost: all multiply-adds at the speed of the matrix product, and one copy of ΠK times the input.
    A kernel of size 1 with stride 1 copies nothing: there x is its own columns.
    Memory: one block of columns, at most the larger of 2²⁰ numbers and one output row's columns; samples whose
    columns fit in it together are one product, which takes as much again at most.
    Error: about √n·ε·Σ|x||w| with n = C_in/groups·ΠK products, and n·ε·Σ|x||w| at the very worst.

    References
    ----------
    Chellapilla, Puri and Simard (2006), section 3.1; blocks as in Anderson et al. (2017), section 3;
    the error in Higham (2002), section 3.1,
    and Higham and Mary (2019).
    """
    (samples, *_), (c_out, c_group, *kernel) = x.shape, weight.shape
    terms, rank, per_group = c_group * prod(kernel), len(kernel), c_out // groups
    x = x.reshape(samples, groups, c_group, *x.shape[2:])  # (N, G, I, *S)
    filters = weight.reshape(groups, per_group, terms)  # (G, O, I·ΠK)
    patches = arrays.sliding_windows(x, kernel, stride, dilation)  # (N, G, I, *S_out, *K)
    size = patches.shape[3 : 3 + rank]
    out = arrays.empty((samples, groups, per_group, prod(size)), x)
    if prod(kernel) == 1 and set(stride) == {1}:
        arrays.matmul(filters, x.reshape(samples, groups, c_group, prod(size)), out)
        return out.reshape(samples, c_out, *size)

    patches = arrays.permute(patches, (1, 2, *range(3 + rank, 3 + 2 * rank), 0, *range(3, 3 + rank)))
    row, before, after = prod(size[1:]), [slice(None)] * (1 + rank), [slice(None)] * (rank - 1)
    workspace = arrays.empty((0,), x)
    for g, n, rows in blocks((groups, samples, size[0]), max(terms, per_group) * row, BLOCK):
        block = patches[(g, *before, n, rows, *after)]  # (G, I, *K, N, *S_out)
        workspace = arrays.room(block, workspace)
        positions = prod(block.shape[2 + rank :])
        columns = arrays.copy(block, workspace).reshape(
            block.shape[0], terms, positions
        )  # (G, I·ΠK, N·ΠS_out)
        place = out[n, g, :, rows.start * row : rows.stop * row]
        multiply_samples(filters[g], columns, place)
    return out.reshape(samples, c_out, *size)
