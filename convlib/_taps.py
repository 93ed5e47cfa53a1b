"""The transposed convolution and the gradients, one kernel tap at a time.

A convolution's tap t joins input ``i*stride + t*dilation - start`` to output i. Read from right to left the same
wires stamp the kernel (`stamp`: Cᵀ); multiplied at both ends they give the weight's gradient (`collect`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array

BLOCK = 2**20  # numbers per block of products: 4 MiB in float32, which stays in cache
WIDE = 8  # from this stride on, whole blocks of stride×stride outputs are added at once
Slices = tuple[slice, ...]


def stamp(
    x: Array,
    weight: Array,
    size: Sequence[int],
    start: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Array:
    """Add ``x[i] * weight[t]`` at output position ``i*stride + t*dilation - start``, where it lies inside.

    x is (N, C_in, *S), weight (C_in, C_out/groups, *K), both of one dtype; returns (N, C_out, *size).

    GEMM and scatter: one matrix product gives what a block of taps contributes, then each tap's part is added.
    Cost: all multiply-adds at the speed of the matrix product, and one addition per contribution. Memory:
    one block of products, at most the larger of 2²⁰ numbers and one tap's N·C_out·ΠS.
    Error: at most (C_in/groups·ΠK + 1)·ε·Σ|x||w|, as for any sum of so many products.
    """
    (samples, c_in, *places), (_, c_group, *kernel) = x.shape, weight.shape
    points, per_group = prod(places), c_in // groups
    if min(stride) >= WIDE and set(dilation) == {1} and not any(k % s for k, s in zip(kernel, stride)):
        return _stamp_blocks(x, weight, size, start, stride, groups)
    flat = x.reshape(samples, groups, per_group, points)  # (N, G, I, L)
    mixers = weight.reshape(groups, per_group, c_group, prod(kernel))
    mixers = arrays.permute(mixers, (0, 3, 2, 1))  # (G, T, O, I)
    out = arrays.zeros((samples, groups, c_group, *size), x)
    wires = list(taps(places, size, kernel, start, stride, dilation))
    step = max(1, BLOCK // max(1, samples * groups * c_group * points))
    for first in range(0, len(wires), step):
        block = wires[first : first + step]
        mixer = mixers[:, first : first + step].reshape(
            groups, len(block) * c_group, per_group
        )  # (G, t·O, I)
        products = (mixer @ flat).reshape(samples, groups, len(block), c_group, *places)
        for n, (_, source, target) in enumerate(block):
            out[(..., *target)] += products[:, :, n][(..., *source)]
    return out.reshape(samples, groups * c_group, *size)


def _stamp_blocks(
    x: Array, weight: Array, size: Sequence[int], start: Sequence[int], stride: Sequence[int], groups: int
) -> Array:
    """`stamp` for wide strides that divide the kernel: it falls into blocks, each added in one piece.

    Block b of the stamp of input i fills the output's block i + b. Memory: two times one group of one sample.
    """
    (samples, c_in, *places), (_, c_group, *kernel) = x.shape, weight.shape
    rank, per_group = len(kernel), c_in // groups
    counts = [k // s for k, s in zip(kernel, stride)]  # blocks in the kernel
    split = [length for pair in zip(counts, stride) for length in pair]
    blocks = weight.reshape(groups, per_group, c_group, *split)
    outer, inner = range(3, 3 + 2 * rank, 2), range(4, 4 + 2 * rank, 2)
    blocks = arrays.permute(blocks, (0, *outer, 2, *inner, 1))  # (G, *blocks, O, *s, I)
    flat = x.reshape(samples, groups, per_group, prod(places))  # (N, G, I, L)
    interleaved = [
        0,
        *(axis for n in range(rank) for axis in (1 + rank + n, 1 + n)),
    ]  # (O, S0, s0, S1, s1, …)
    out = arrays.zeros((samples, groups, c_group, *size), x)
    for n, g in np.ndindex(samples, groups):
        canvas_size = [length for p, c, s in zip(places, counts, stride) for length in (p + c - 1, s)]
        canvas = arrays.zeros((c_group, *canvas_size), x)
        for block in np.ndindex(*counts):
            products = blocks[(g, *block)].reshape(c_group * prod(stride), per_group) @ flat[n, g]
            products = arrays.permute(products.reshape(c_group, *stride, *places), interleaved)
            where = [index for b, p in zip(block, places) for index in (slice(b, b + p), slice(None))]
            canvas[(slice(None), *where)] += products
        canvas = canvas.reshape(c_group, *((p + c - 1) * s for p, c, s in zip(places, counts, stride)))
        ends = [_inside(have, want, 0, low, 1, 1) for have, want, low in zip(canvas.shape[1:], size, start)]
        out[(n, g, slice(None), *(to for _, to in ends))] = canvas[
            (slice(None), *(source for source, _ in ends))
        ]
    return out.reshape(samples, groups * c_group, *size)


def collect(
    x: Array,
    grad: Array,
    kernel: Sequence[int],
    start: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Array:
    """For every tap, the sum over all places of output gradient times the input under the tap.

    x is (N, C_in, *S), grad (N, C_out, *S_out), both of one dtype; returns (C_out, C_in/groups, *K).

    Cost: all multiply-adds at the speed of the matrix product, and per tap a copy of both.
    """
    (samples, c_in, *size), (_, c_out, *places) = x.shape, grad.shape
    x = x.reshape(samples, groups, c_in // groups, *size)  # (N, G, I, *S)
    grad = grad.reshape(samples, groups, c_out // groups, *places)  # (N, G, O, *S_out)
    out = arrays.zeros((groups, c_out // groups, c_in // groups, *kernel), x)
    for tap, source, target in taps(places, size, kernel, start, stride, dilation):
        seen, asked = _rows(x[(..., *target)]), _rows(grad[(..., *source)])  # (G, I, P), (G, O, P)
        out[(..., *tap)] = asked @ arrays.permute(seen, (0, 2, 1))  # (G, O, I)
    return out.reshape(c_out, c_in // groups, *kernel)


def _rows(array: Array) -> Array:
    """(N, G, C, *S) as (G, C, N·ΠS)."""
    _, groups, channels, *_ = array.shape
    array = arrays.permute(array, (1, 2, 0, *range(3, array.ndim)))
    return array.reshape(groups, channels, prod(array.shape[2:]))


def taps(
    places: Sequence[int],
    size: Sequence[int],
    kernel: Sequence[int],
    start: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Iterator[tuple[tuple[int, ...], Slices, Slices]]:
    """Each tap, the places where its wire doesn't hang over the border, and the positions at the other end."""
    for tap in np.ndindex(*kernel):
        ends = [_inside(*axis) for axis in zip(places, size, tap, start, stride, dilation)]
        yield tap, tuple(source for source, _ in ends), tuple(target for _, target in ends)


def _inside(places: int, size: int, tap: int, start: int, stride: int, dilation: int) -> tuple[slice, slice]:
    shift = tap * dilation - start  # place i meets position i*stride + shift
    first = max(-(shift // stride), 0)
    last = min((size - 1 - shift) // stride, places - 1)
    if last < first:
        return slice(0, 0), slice(0, 0)
    return slice(first, last + 1), slice(first * stride + shift, last * stride + shift + 1, stride)
