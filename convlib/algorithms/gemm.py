"""GEMM: write the patches as columns, a block at a time, and multiply matrices."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms._blocks import blocks

# Numbers per block of columns. 4 MiB of float32 fill the matrix product; where a group has few filters,
# copying takes the time and a quarter of it is faster. Measured: benchmarks/README.md, "Block size".
BLOCK = 2**20
SMALL_BLOCK, FEW_FILTERS = 2**18, 16


def gemm(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Copy the patches of some output rows into columns (im2col) and multiply them by the filters.

    Cost: all multiply-adds at the speed of the matrix product, and one copy of ΠK times the input.
    A kernel of size 1 with stride 1 copies nothing: there x is its own columns.
    Memory: one block of columns, at most the larger of 2²⁰ numbers and one output row's columns.
    Error: about √n·ε·Σ|x||w| with n = C_in/groups·ΠK products, and n·ε·Σ|x||w| at the very worst.

    References
    ----------
    Chellapilla, Puri and Simard (2006), section 3.1; blocks as in Anderson et al. (2017), section 3;
    the error in Higham (2002), section 3.1,
    and Higham and Mary (2019).
    """
    (samples, *_), (c_out, c_group, *kernel) = x.shape, weight.shape
    terms, rank = c_group * prod(kernel), len(kernel)
    x = x.reshape(samples, groups, c_group, *x.shape[2:])  # (N, G, I, *S)
    patches = arrays.sliding_windows(x, kernel, stride, dilation)  # (N, G, I, *S_out, *K)
    patches = arrays.permute(patches, (0, 1, 2, *range(3 + rank, 3 + 2 * rank), *range(3, 3 + rank)))
    size = patches.shape[3 + rank :]  # patches: (N, G, I, *K, *S_out)
    row = prod(size[1:])

    filters = weight.reshape(groups, c_out // groups, terms)  # (G, O, I·ΠK)
    out = arrays.empty((samples, groups, c_out // groups, size[0] * row), x)
    copied = prod(kernel) > 1 or set(stride) != {1}
    limit = BLOCK if c_out // groups >= FEW_FILTERS else SMALL_BLOCK
    workspace = arrays.empty((0,), x)
    for n, g, rows in blocks((samples, groups, size[0]), terms * row * copied, limit):
        block = patches[(n, g, ..., rows, *[slice(None)] * (rank - 1))]
        if copied:
            workspace = arrays.room(block, workspace)
            block = arrays.copy(block, workspace)
        columns = block.reshape(*block.shape[:2], terms, (rows.stop - rows.start) * row)  # (N, G, I·ΠK, rows)
        arrays.matmul(filters[g], columns, out[n, g, :, rows.start * row : rows.stop * row])
    return out.reshape(samples, c_out, *size)
