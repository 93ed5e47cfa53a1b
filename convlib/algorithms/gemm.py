"""GEMM: write the patches as columns, a block at a time, and multiply matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array

BLOCK = 2**20  # numbers per block of columns: 4 MiB in float32, which stays in cache


def gemm(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Copy the patches of some output rows into columns (im2col) and multiply them by the filters.

    Cost: all multiply-adds at the speed of the matrix product, and one copy of ΠK times the input.
    A kernel of size 1 with stride 1 copies nothing: there x is its own columns.
    Memory: one block of columns, at most the larger of 2²⁰ numbers and one output row's columns.
    Error: at most (C_in/groups·ΠK + 1)·ε·Σ|x||w|, as for any sum of so many products.

    References
    ----------
    Chellapilla, Puri and Simard (2006), section 3.1; blocks as in Anderson et al. (2017), section 3.
    """
    (samples, *_), (c_out, c_group, *kernel) = x.shape, weight.shape
    terms, rank = c_group * prod(kernel), len(kernel)
    x = x.reshape(samples, groups, c_group, *x.shape[2:])  # (N, G, I, *S)
    patches = arrays.sliding_windows(x, kernel, stride, dilation)  # (N, G, I, *S_out, *K)
    patches = arrays.permute(patches, (0, 1, 2, *range(3 + rank, 3 + 2 * rank), *range(3, 3 + rank)))
    size = patches.shape[3 + rank :]  # patches: (N, G, I, *K, *S_out)
    row = prod(size[1:])

    filters = weight.reshape(groups, c_out // groups, terms)
    out = arrays.empty((samples, groups, c_out // groups, size[0] * row), x)
    is_columns = prod(kernel) == 1 and set(stride) == {1}
    workspace = None
    for n, g, rows in blocks((samples, groups, size[0]), 0 if is_columns else terms * row):
        block = patches[(n, g, ..., rows, *[slice(None)] * (rank - 1))]
        if not is_columns:
            workspace = arrays.empty((prod(block.shape),), x) if workspace is None else workspace
            block = arrays.copy(block, workspace[: prod(block.shape)])
        columns = block.reshape(*block.shape[:2], terms, -1)  # (n, g, I·ΠK, rows·row)
        arrays.matmul(filters[g], columns, out[n, g, :, rows.start * row : rows.stop * row])
    return out.reshape(samples, c_out, *size)


def blocks(shape: Sequence[int], unit: int) -> Iterator[tuple[slice, ...]]:
    """Cut an array of `shape`, whose entries count `unit` each, into boxes of at most BLOCK (or one entry)."""
    spans = []
    for axis, n in enumerate(shape):
        inner = max(1, unit * prod(shape[axis + 1 :]))
        step = n if unit == 0 else min(n, max(1, BLOCK // inner))
        spans.append([slice(start, min(start + step, n)) for start in range(0, n, max(1, step))])
    return product(*spans)
