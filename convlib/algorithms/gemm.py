"""GEMM: write the patches as columns, a block at a time, and multiply matrices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array

BLOCK = 2**20  # numbers per block of columns: 4 MiB in float32, which stays in cache


def gemm(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Copy the patches of some output rows into columns (im2col) and multiply them by the filters.

    Cost: all multiply-adds at the speed of the matrix product, and one copy of ΠK times the input.
    Memory: one block of columns, at most the larger of 2²⁰ numbers and one output row's columns.
    Error: at most (C_in/groups·ΠK + 1)·ε·Σ|x||w|, as for any sum of so many products.

    References
    ----------
    Chellapilla, Puri and Simard (2006), section 3.1; blocks as in Anderson et al. (2017), section 3.
    """
    (samples, *_), (c_out, c_group, *kernel) = x.shape, weight.shape
    rank, terms = len(kernel), c_group * prod(kernel)
    patches = arrays.sliding_windows(x, kernel, stride, dilation)  # (N, C_in, *S_out, *K)
    patches = arrays.permute(patches, (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank)))
    size = patches.shape[2 + rank :]  # patches: (N, C_in, *K, *S_out)
    row = prod(size[1:])
    rows = min(max(1, BLOCK // max(1, terms * row)), size[0])

    filters = weight.reshape(groups, c_out // groups, terms)
    out = arrays.empty((samples, groups, c_out // groups, size[0] * row), x)
    workspace = arrays.empty((terms * rows * row,), x)
    for n, g, start in product(range(samples), range(groups), range(0, size[0], rows)):
        here = min(rows, size[0] - start)
        group = patches[n, g * c_group : (g + 1) * c_group]
        block = group[(slice(None),) * (1 + rank) + (slice(start, start + here),)]
        columns = arrays.copy(block, workspace[: terms * here * row]).reshape(terms, here * row)
        arrays.matmul(filters[g], columns, out[n, g, :, start * row : (start + here) * row])
    return out.reshape(samples, c_out, *size)
