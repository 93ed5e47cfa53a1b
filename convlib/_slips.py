"""The usual slips: for each, the results that it leads to. One function a slip, named by its misconception."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from convlib._arrays import Array
from convlib._problem import BACK, FORWARD, Problem
from convlib.conv import pad
from convlib.kinds import channel_shuffle

Wrong = Iterator[Array]
Slip = Callable[[Problem, Array], Wrong]
SLIPS: dict[str, tuple[tuple[str, ...], Slip]] = {}

VALUES = (*FORWARD, *BACK)
ALL = (*VALUES, "weight_gradient")


def slip(id: str, *kinds: str) -> Callable[[Slip], Slip]:
    """Register what generates the wrong results that a slip leads to, for some kinds of operation."""

    def register(function: Slip) -> Slip:
        SLIPS[id] = kinds, function
        return function

    return register


def spatial_axes(p: Problem) -> tuple[int, ...]:
    """The spatial axes of batched arrays."""
    return tuple(range(2, 2 + p.rank))


def flipped(p: Problem) -> Array:
    """The kernel, reversed along every spatial axis."""
    return np.flip(p.weight, spatial_axes(p))


# The kernel


@slip("kernel-reversed", "conv", "shuffle", "weight_gradient")
def kernel_reversed(p: Problem, right: Array) -> Wrong:
    yield np.flip(right, spatial_axes(p)) if p.kind == "weight_gradient" else p.solve(weight=flipped(p))


@slip("kernel-not-reversed", "convolve")
def kernel_not_reversed(p: Problem, right: Array) -> Wrong:
    yield p.solve(weight=flipped(p))


@slip("transposed-kernel-reversed", *BACK)
def transposed_kernel_reversed(p: Problem, right: Array) -> Wrong:
    yield p.solve(weight=flipped(p))


@slip("kernel-transposed", *VALUES)
def kernel_transposed(p: Problem, right: Array) -> Wrong:
    for a, b in combinations(spatial_axes(p), 2):
        swapped = p.weight.swapaxes(a, b)
        yield p.solve(weight=swapped)
        yield p.solve(weight=np.flip(swapped, spatial_axes(p)))  # turned by a quarter


# The axes


@slip("axes-swapped", *ALL)
def axes_swapped(p: Problem, right: Array) -> Wrong:
    for a, b in combinations(spatial_axes(p), 2):
        yield right.swapaxes(a, b)
        if p.kind in FORWARD:
            yield p.solve(x=p.x.swapaxes(a, b))


@slip("channels-swapped", *ALL)
def channels_swapped(p: Problem, right: Array) -> Wrong:
    if p.groups == 1 and p.weight.shape[0] == p.weight.shape[1]:
        yield right.swapaxes(0, 1) if p.kind == "weight_gradient" else p.solve(weight=p.weight.swapaxes(0, 1))


@slip("channel-order-reversed", *ALL)
def channel_order_reversed(p: Problem, right: Array) -> Wrong:
    yield right[::-1] if p.kind == "weight_gradient" else right[:, ::-1]


@slip("batch-axis-mixed", *VALUES)
def batch_axis_mixed(p: Problem, right: Array) -> Wrong:
    if len(right) > 1:
        yield right[::-1]
        yield np.broadcast_to(right.sum(0), right.shape)
        yield np.broadcast_to(right.mean(0), right.shape)
        yield np.broadcast_to(right[0], right.shape)


@slip("matrix-wrong-order", *VALUES)
def matrix_wrong_order(p: Problem, right: Array) -> Wrong:
    if p.rank > 1:  # unrolled by columns, read by rows
        axes = spatial_axes(p)
        backwards = np.moveaxis(right, axes, axes[::-1])
        if backwards.shape != right.shape:  # else the axes are swapped, no more
            yield backwards.reshape(right.shape)


# The channels


@slip("single-channel-only", *VALUES)
def single_channel_only(p: Problem, right: Array) -> Wrong:
    for chosen in range(p.per_group):
        mask = np.arange(p.x.shape[1]) % p.per_group == chosen
        yield p.solve(x=p.x * mask.reshape(-1, *[1] * p.rank))


@slip("channels-not-summed", *VALUES)
def channels_not_summed(p: Problem, right: Array) -> Wrong:
    yield _scaled(p, right, 1 / max(p.per_group, 1))


@slip("mean-for-sum", *VALUES)
def mean_for_sum(p: Problem, right: Array) -> Wrong:
    taps = prod(p.kernel)
    yield _scaled(p, right, 1 / taps)
    yield _scaled(p, right, 1 / max(taps * p.per_group, 1))


def _scaled(p: Problem, right: Array, factor: float) -> Array:
    bias = right - p.solve(bias=None)
    return (right - bias) * factor + bias


@slip("wrong-group-slice", *ALL)
def wrong_group_slice(p: Problem, right: Array) -> Wrong:
    if p.groups == 1:
        return
    count, each = p.x.shape[1], p.per_group
    dealt = np.arange(count).reshape(each, p.groups).T.ravel()  # group j reads channels j, j + g, j + 2g, …
    blocks = np.arange(count).reshape(p.groups, each)
    first = np.tile(blocks[0], p.groups)
    rolled = [np.roll(blocks, shift, axis=0).ravel() for shift in (1, -1)]
    for channels in (dealt, first, *rolled, blocks[::-1].ravel()):
        yield p.solve(x=p.x[:, channels])
    if p.kind == "conv":  # output o belongs to group o mod g
        order = np.arange(len(p.weight)).reshape(-1, p.groups).T.ravel()
        bias = p.bias if p.bias is None else p.bias[order]
        yield p.solve(weight=p.weight[order], bias=bias)[:, np.argsort(order)]


@slip("groups-ignored", "conv", "convolve", *BACK)
def groups_ignored(p: Problem, right: Array) -> Wrong:
    if p.groups == 1:
        return
    if p.kind in BACK:
        yield p.solve(groups=1, bias=None)
    else:
        tiles = np.tile(p.weight, (1, p.groups, *[1] * p.rank))
        yield p.solve(weight=tiles, groups=1)


@slip("shuffle-missing", "shuffle")
def shuffle_missing(p: Problem, right: Array) -> Wrong:
    yield p.solve(kind="conv")


@slip("shuffle-inverted", "shuffle")
def shuffle_inverted(p: Problem, right: Array) -> Wrong:
    yield channel_shuffle(p.solve(kind="conv"), right.shape[1] // p.groups)


# Bias and number


@slip("bias-missing", *FORWARD, "conv_transpose")
def bias_missing(p: Problem, right: Array) -> Wrong:
    yield p.solve(bias=None)


@slip("bias-per-input", *FORWARD, "conv_transpose")
def bias_per_input(p: Problem, right: Array) -> Wrong:
    bias = right - p.solve(bias=None)
    for count in (1, p.per_group, prod(p.kernel), p.per_group * prod(p.kernel)):
        yield right + (count - 1) * bias  # instead of once
        yield right + count * bias  # and once more


@slip("sign-flipped", *ALL)
def sign_flipped(p: Problem, right: Array) -> Wrong:
    yield -right


@slip("dtype-truncated", *ALL)
def dtype_truncated(p: Problem, right: Array) -> Wrong:
    if right.dtype.kind != "c":
        yield np.trunc(right)
        yield np.floor(right)
        if p.kind != "weight_gradient":
            yield p.solve(weight=np.trunc(p.weight))


# Stride and dilation


@slip("stride-ignored", *ALL)
def stride_ignored(p: Problem, right: Array) -> Wrong:
    one = (1,) * p.rank
    dense = p.solve(stride=one)
    yield dense
    if p.kind in FORWARD:  # the right size, with the windows side by side
        yield dense[tuple(slice(n) for n in right.shape)]
    if p.kind in BACK:
        yield p.resized(stride=one)


@slip("stride-axes-swapped", *ALL)
def stride_axes_swapped(p: Problem, right: Array) -> Wrong:
    for names in (("stride",), ("pads",), ("dilation",), ("stride", "pads", "dilation")):
        turned: dict[str, Any] = {name: getattr(p, name)[::-1] for name in names}
        yield p.solve(**turned)
        if p.kind in BACK:
            yield p.resized(**turned)


@slip("stride-after-crop", *FORWARD)
def stride_after_crop(p: Problem, right: Array) -> Wrong:
    dense = p.solve(stride=(1,) * p.rank)
    size = dense.shape[2:]
    yield dense[(..., *(slice(s - 1, None, s) for s in p.stride))]
    yield dense[(..., *(slice((n - 1) % s, None, s) for n, s in zip(size, p.stride)))]


@slip("dilation-ignored", *ALL)
def dilation_ignored(p: Problem, right: Array) -> Wrong:
    close = p.solve(dilation=(1,) * p.rank)
    yield close
    if p.kind in FORWARD:  # the right size, with the taps side by side
        yield close[tuple(slice(n) for n in right.shape)]
    if p.kind in BACK:
        yield p.resized(dilation=(1,) * p.rank)


@slip("dilation-counts-zeros", *ALL)
def dilation_counts_zeros(p: Problem, right: Array) -> Wrong:
    more = tuple(d + 1 for d in p.dilation)
    yield p.solve(dilation=more)
    if p.kind in BACK:
        yield p.resized(dilation=more)


# Padding and size


@slip("same-padded-at-start", "conv", "convolve", "shuffle", "conv_transpose")
def same_padded_at_start(p: Problem, right: Array) -> Wrong:
    if p.same:
        yield p.solve(pads=tuple((high, low) for low, high in p.pads))
        yield p.solve(pads=tuple((low + high, 0) for low, high in p.pads))


@slip("same-padded-symmetrically", *FORWARD)
def same_padded_symmetrically(p: Problem, right: Array) -> Wrong:
    if p.same:
        at_start = p.solve(pads=tuple((high, low) for low, high in p.pads))
        halves = tuple((d * (k - 1) // 2,) * 2 for k, d in zip(p.kernel, p.dilation))
        for pads in (
            tuple((high, high) for _, high in p.pads),
            tuple((low, low) for low, _ in p.pads),
            halves,
        ):
            wrong = p.solve(pads=pads)
            if wrong.shape != at_start.shape or not np.allclose(wrong, at_start):  # else it is the same slip
                yield wrong


@slip("padding-one-side", *ALL)
def padding_one_side(p: Problem, right: Array) -> Wrong:
    total = [sum(pair) for pair in p.pads]
    if not any(low and high for low, high in p.pads):
        return
    if p.same:  # all at the start is a slip of its own
        yield p.solve(pads=tuple((0, both) for both in total))
        return
    if p.kind in FORWARD:
        yield p.solve(pads=tuple((low, 0) for low, _ in p.pads))
        yield p.solve(pads=tuple((0, high) for _, high in p.pads))
    if p.kind == "conv_transpose":
        yield p.resized(pads=tuple((low, 0) for low, _ in p.pads))
        yield p.resized(pads=tuple((0, high) for _, high in p.pads))
    if not any(p.extra):
        yield p.solve(pads=tuple((both, 0) for both in total))
        if p.kind != "weight_gradient":  # there it is the padding ignored
            yield p.solve(pads=tuple((0, both) for both in total))


@slip("padding-ignored", *ALL)
def padding_ignored(p: Problem, right: Array) -> Wrong:
    none = ((0, 0),) * p.rank
    yield p.resized(pads=none) if p.kind in BACK else p.solve(pads=none)


@slip("padding-total-per-side", *VALUES)
def padding_total_per_side(p: Problem, right: Array) -> Wrong:
    for pads in (tuple((2 * a, 2 * b) for a, b in p.pads), tuple((a // 2, a // 2) for a, _ in p.pads)):
        if all(min(pair) for pair in pads) and not p.same:
            yield p.resized(pads=pads) if p.kind in BACK else p.solve(pads=pads)


@slip("padding-wrong-values", "conv", "convolve", "shuffle")
def padding_wrong_values(p: Problem, right: Array) -> Wrong:
    for mode in {"zeros", "reflect", "replicate", "circular"} - {p.mode}:
        yield p.solve(mode=mode)
    if p.mode == "zeros":  # ones around
        ones = 1 - pad(np.ones(p.x.shape), p.pads)
        yield p.solve(x=pad(p.x, p.pads) + ones, pads=((0, 0),) * p.rank)


@slip("ceil-for-floor", *FORWARD)
def ceil_for_floor(p: Problem, right: Array) -> Wrong:
    axes = zip(p.x.shape[2:], p.kernel, p.stride, p.pads, p.dilation)
    rest = [-(n + sum(pair) - d * (k - 1) - 1) % s for n, k, s, pair, d in axes]
    yield p.solve(pads=tuple((low, high + more) for (low, high), more in zip(p.pads, rest)))


@slip("last-column-dropped", *ALL)
def last_column_dropped(p: Problem, right: Array) -> Wrong:
    every = spatial_axes(p)
    for axes in [every] if len(every) == 1 else [every, *((axis,) for axis in every)]:
        kept = [slice(None)] * right.ndim
        for axis in axes:
            kept[axis] = slice(0, -1)
        yield right[tuple(kept)]


@slip("off-by-one", *VALUES)
def off_by_one(p: Problem, right: Array) -> Wrong:
    if any(max(pair) for pair in p.pads) or any(p.extra):
        return  # with padding it is the padding that stands at the wrong end
    if p.kind in BACK:
        yield p.solve(pads=((1, -1),) * p.rank)
        yield p.solve(pads=((-1, 1),) * p.rank)
    else:
        inside = (slice(None), slice(None))
        later, earlier = (slice(1, None),) * p.rank, (slice(None, -1),) * p.rank
        yield p.solve(x=p.x[inside + later], pads=((0, 1),) * p.rank)
        yield p.solve(x=p.x[inside + earlier], pads=((1, 0),) * p.rank)
