"""Winograd: m×m outputs of a 3×3 kernel from (m+2)² products instead of 9·m²."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms._blocks import blocks

BLOCK = 2**19  # numbers in the transformed tiles that are held at once

# Lavin and Gray (2016), section 4.1, F(2×2, 3×3), and section 4.2, F(4×4, 3×3), for one axis:
# outputs = A ((G w) · (B x)), with m outputs, 3 weights, m + 2 inputs.
Factors = dict[int, list[list[float]]]
B: Factors = {
    2: [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
    4: [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
}
G: Factors = {
    2: [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
    4: [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
}
A: Factors = {
    2: [[1, 1, 1, 0], [0, 1, -1, -1]],
    4: [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
}


def winograd2(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """F(2×2, 3×3): 16 products for 4 outputs instead of 36.

    Only for 3×3 kernels with stride 1 and dilation 1.
    Cost: 4/9 of the multiply-adds, and the transforms of tiles and filters.
    Memory: 16/9 of the weights, and tiles of at most 2¹⁹ numbers (one row of tiles, at least), three times.
    Error: about √n·ε·√(Σ (A·P)²), where P = Σ |G w|·|B x| sums the sizes of the n = C_in/groups products and
    A, B, G are the absolute matrices for two axes: close to gemm's.

    References
    ----------
    Lavin and Gray (2016), section 4.1; Winograd (1980); the error in Barabasz et al. (2020), section 4, for
    rounding errors that are independent, Higham and Mary (2019).
    """
    return _winograd(x, weight, groups, 2)


def winograd4(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """F(4×4, 3×3): 36 products for 16 outputs instead of 144.

    Only for 3×3 kernels with stride 1 and dilation 1.
    Cost: 1/4 of the multiply-adds, and the transforms of tiles and filters.
    Memory: 4 times the weights, and tiles of at most 2¹⁹ numbers (one row of tiles, at least), three times.
    Error: that of `winograd2` with these matrices, whose numbers are larger: up to 30 times gemm's in practice.

    References
    ----------
    Lavin and Gray (2016), section 4.2; Barabasz et al. (2020), section 4.
    """
    return _winograd(x, weight, groups, 4)


def _winograd(x: Array, weight: Array, groups: int, m: int) -> Array:
    """Three matrix products: tiles into products' factors, factors by filters, products into outputs."""
    (samples, c_in, *size), (c_out, c_group, *_), t = x.shape, weight.shape, m + 2
    height, width = (n - 2 for n in size)
    down, across = -(-height // m), -(-width // m)  # tiles
    to_tile, to_filter, to_output = (
        arrays.from_numpy(np.kron(matrix[m], matrix[m]), x) for matrix in (B, G, A)
    )  # (t², t²), (t², 9), (m², t²)

    filters = to_filter @ arrays.permute(weight.reshape(c_out * c_group, 9), (1, 0))
    filters = filters.reshape(t * t, groups, c_out // groups, c_group)  # (t², G, O, I)
    covered = arrays.zeros((samples, c_in, down * m + 2, across * m + 2), x)
    covered[:, :, : size[0], : size[1]] = x
    tiles = arrays.sliding_windows(covered, (t, t), (m, m), (1, 1))  # (N, C, down, across, t, t)
    tiles = arrays.permute(tiles, (0, 4, 5, 1, 2, 3))  # (N, t, t, C, down, across)

    out = arrays.empty((samples, c_out, down, m, across, m), x)
    for n, rows in blocks((samples, down), t * t * max(c_in, c_out) * across, BLOCK):
        for sample in range(n.start, n.stop):
            some = tiles[sample, ..., rows, :]  # (t, t, C, r, across)
            positions = prod(some.shape[3:])
            factors = to_tile @ some.reshape(t * t, c_in * positions)  # (t², C·P)
            factors = factors.reshape(t * t, groups, c_group, positions)  # (t², G, I, P)
            products = (filters @ factors).reshape(t * t, c_out * positions)  # (t², C_out·P)
            values = (to_output @ products).reshape(m, m, c_out, *some.shape[3:])  # (m, m, C_out, r, across)
            out[sample, :, rows] = arrays.permute(values, (2, 3, 0, 4, 1))  # (C_out, r, m, across, m)
    return out.reshape(samples, c_out, down * m, across * m)[:, :, :height, :width]
