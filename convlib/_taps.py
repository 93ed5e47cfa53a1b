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
    uncut = prod(p * s + k - s for p, k, s in zip(places, kernel, stride))  # what `_stamp_blocks` fills
    wide = min(stride) >= WIDE and set(dilation) == {1} and not any(k % s for k, s in zip(kernel, stride))
    if wide and uncut <= 2 * prod(size):
        return _stamp_blocks(x, weight, size, start, stride, groups)
    flat = x.reshape(samples, groups, per_group, points)  # (N, G, I, L)
    mixers = weight.reshape(groups, per_group, c_group, prod(kernel))
    mixers = arrays.permute(mixers, (0, 3, 2, 1))  # (G, T, O, I)
    out = arrays.zeros((samples, groups, c_group, *size), x)
    reached = taps(places, size, kernel, start, stride, dilation)
    wires = [
        (tap, ends) for tap, (_, *ends) in enumerate(reached) if all(end.start < end.stop for end in ends[0])
    ]
    step = max(1, BLOCK // max(1, samples * groups * c_group * points))
    for first in range(0, len(wires), step):
        block = wires[first : first + step]
        mixer = mixers[:, [tap for tap, _ in block]]  # (G, t, O, I)
        mixer = mixer.reshape(groups, len(block) * c_group, per_group)
        products = (mixer @ flat).reshape(samples, groups, len(block), c_group, *places)
        for n, (_, (source, target)) in enumerate(block):
            out[(..., *target)] += products[:, :, n][(..., *source)]
    return out.reshape(samples, groups * c_group, *size)


def _stamp_blocks(
    x: Array, weight: Array, size: Sequence[int], start: Sequence[int], stride: Sequence[int], groups: int
) -> Array:
    """`stamp` for wide strides that divide the kernel: it falls into blocks, and each output block is one sum.

    Output block j adds block b of the stamp of input j − b, for all b: rows of s outputs are one matrix product.
    Memory: the canvas of one group of one sample, and ΠK/Πs copies of x.
    """
    (samples, c_in, *places), (_, c_group, *kernel) = x.shape, weight.shape
    rank, per_group = len(kernel), c_in // groups
    counts = [k // s for k, s in zip(kernel, stride)]  # blocks in the kernel
    filled = arrays.zeros((samples, groups, per_group, *(p + 2 * c - 2 for p, c in zip(places, counts))), x)
    inside = tuple(slice(c - 1, c - 1 + p) for p, c in zip(places, counts))
    filled[(..., *inside)] = x.reshape(samples, groups, per_group, *places)
    seen = arrays.sliding_windows(filled, counts, (1,) * rank, (1,) * rank)  # (N, G, I, *B, *c), B blocks out
    seen = arrays.permute(seen, (0, 1, *range(3, 3 + rank), 2, *range(3 + rank, 3 + 2 * rank)))
    *many, last = (p + c - 1 for p, c in zip(places, counts))
    terms = per_group * prod(counts)
    spaced = [length for b in many for length in (b, 1)]
    columns = seen.reshape(samples, groups, 1, *spaced, last, terms)  # (N, G, 1, B0, 1, …, Br, I·Πc)

    split = [length for pair in zip(counts, stride) for length in pair]
    blocks = weight.reshape(groups, per_group, c_group, *split)  # (G, I, O, c0, s0, c1, s1, …)
    outer, inner = range(3, 3 + 2 * rank, 2), range(4, 4 + 2 * rank, 2)
    blocks = arrays.flip(blocks, tuple(outer))
    blocks = arrays.permute(blocks, (0, 2, *inner[:-1], 1, *outer, inner[-1]))  # (G, O, s0, …, I, *c, sr)
    spaced = [length for s in stride[:-1] for length in (1, s)]
    filters = blocks.reshape(groups, c_group, *spaced, terms, stride[-1])  # (G, O, 1, s0, …, I·Πc, sr)

    out = arrays.zeros((samples, groups, c_group, *size), x)
    pairs = [length for b, s in zip((*many, last), stride) for length in (b, s)]
    for n, g in np.ndindex(samples, groups):
        canvas = arrays.empty((c_group, *pairs), x)  # (O, B0, s0, …, Br, sr)
        arrays.matmul(columns[n, g], filters[g], canvas)
        canvas = canvas.reshape(c_group, *(b * s for b, s in zip((*many, last), stride)))
        ends = [_inside(have, want, 0, low, 1, 1) for have, want, low in zip(canvas.shape[1:], size, start)]
        target, source = (tuple(end[k] for end in ends) for k in (1, 0))
        out[(n, g, slice(None), *target)] = canvas[(slice(None), *source)]
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
