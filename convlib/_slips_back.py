"""The slips of transposed convolutions and of gradients."""

from __future__ import annotations

from math import prod

import numpy as np

from convlib._arrays import Array
from convlib._problem import BACK, Problem
from convlib._slips import Wrong, slip, spatial_axes
from convlib._taps import taps
from convlib.conv import conv


@slip("output-padding-adds-zeros", *BACK)
def output_padding_adds_zeros(p: Problem, right: Array) -> Wrong:
    if any(p.extra) and not p.same:
        zeros = right.copy()
        for axis, more in enumerate(p.extra, 2):
            zeros[(slice(None),) * axis + (slice(right.shape[axis] - more, None),)] = 0
        yield zeros
        yield np.where(zeros == 0, right - p.solve(bias=None), zeros)  # and the bias on them


@slip("output-padding-at-start", *BACK)
def output_padding_at_start(p: Problem, right: Array) -> Wrong:
    if any(p.extra) and not p.same:
        yield p.solve(pads=tuple((low - more, high + more) for (low, high), more in zip(p.pads, p.extra)))
        small = p.resized(extra=(0,) * p.rank)
        yield np.pad(small, [(0, 0), (0, 0), *((more, 0) for more in p.extra)])  # zeros, and in front


@slip("output-padding-ignored", *BACK)
def output_padding_ignored(p: Problem, right: Array) -> Wrong:
    yield p.resized(extra=(0,) * p.rank)


@slip("transposed-padding-pads-input", *BACK)
def transposed_padding_pads_input(p: Problem, right: Array) -> Wrong:
    around = [(0, 0), (0, 0), *p.pads]
    none = ((0, 0),) * p.rank
    yield p.resized(x=np.pad(p.x, around), pads=none)  # zeros around x, then the stamps
    # zeros around the spread x: as many as padding says, not k − 1 − padding
    axes = zip(p.kernel, p.dilation, p.pads)
    yield p.resized(pads=tuple((d * (k - 1) - low, d * (k - 1) - high) for k, d, (low, high) in axes))


@slip("accumulation-overwrites", *BACK)
def accumulation_overwrites(p: Problem, right: Array) -> Wrong:
    for by_place in (True, False):
        wrong = _overwritten(p, right, by_place=by_place)
        yield wrong
        if not np.allclose(wrong, right):  # stamps overlap; else it is a single channel, no more
            yield _overwritten(p, right, by_place=by_place, last_channel=True)


def _overwritten(p: Problem, right: Array, *, by_place: bool, last_channel: bool = False) -> Array:
    """The last writer wins: stamp after stamp, or tap after tap; and where each channel writes, the last one."""
    _, c_group, *kernel = p.weight.shape
    places, starts = p.x.shape[2:], [low for low, _ in p.pads]
    split = p.x.reshape(len(p.x), p.groups, p.per_group, *places)
    mixers = p.weight.reshape(p.groups, p.per_group, c_group, *kernel)
    if last_channel:
        split, mixers = split[:, :, -1:], mixers[:, -1:]
    out: Array = np.zeros((len(p.x), p.groups, c_group, *p.size), right.dtype)
    if by_place:  # the same arithmetic with the parts of places and taps exchanged
        loops = taps(kernel, p.size, places, starts, p.dilation, p.stride)
    else:
        loops = taps(places, p.size, kernel, starts, p.stride, p.dilation)
    for here, source, target in loops:
        if by_place:
            part = np.einsum("ngi,gio...->ngo...", split[(..., *here)], mixers[(..., *source)])
        else:
            part = np.einsum("ngi...,gio->ngo...", split[(..., *source)], mixers[(..., *here)])
        out[(..., *target)] = part
    y = out.reshape(right.shape)
    return y if p.bias is None else y + p.bias.reshape(-1, *[1] * p.rank)


@slip("stamps-averaged", *BACK)
def stamps_averaged(p: Problem, right: Array) -> Wrong:
    ones = Problem(
        "conv_transpose",
        np.ones((1, 1, *p.x.shape[2:])),
        np.ones((1, 1, *p.kernel)),
        None,
        p.stride,
        p.pads,
        p.dilation,
        1,
        p.size,
    )
    bias = right - p.solve(bias=None)
    yield (right - bias) / np.maximum(ones.solve(), 1) + bias


@slip("zeros-after-each", *BACK)
def zeros_after_each(p: Problem, right: Array) -> Wrong:
    if not p.same:
        yield p.resized(extra=tuple(s - 1 for s in p.stride))


@slip("zeros-count-wrong", *BACK)
def zeros_count_wrong(p: Problem, right: Array) -> Wrong:
    for change in (1, -1):
        stride = tuple(s + change for s in p.stride)
        if min(stride) >= 1 and (change > 0 or max(stride) > 1):
            yield p.resized(stride=stride)


@slip("repeat-for-zeros", *BACK)
def repeat_for_zeros(p: Problem, right: Array) -> Wrong:
    repeated = p.x
    for axis, s in enumerate(p.stride, 2):
        repeated = np.repeat(repeated, s, axis=axis)
    one = (1,) * p.rank
    yield p.resized(x=repeated, stride=one, extra=(0,) * p.rank)
    yield p.solve(x=repeated, stride=one)
    spread = tuple(slice(0, (n - 1) * s + 1) for n, s in zip(p.x.shape[2:], p.stride))
    yield p.solve(x=repeated[(slice(None), slice(None), *spread)], stride=one)


@slip("convolved-instead-of-transposed", *BACK)
def convolved_instead(p: Problem, right: Array) -> Wrong:
    if p.groups == 1:
        swapped = p.weight.swapaxes(0, 1)
        kernels = [swapped, np.flip(swapped, spatial_axes(p))]
        for kernel in kernels if max(p.stride) > 1 else kernels[:1]:  # with stride 1 the flipped one is right
            yield conv(p.x, kernel, p.bias, p.stride, p.pads, p.dilation)


@slip("gradient-not-summed", "weight_gradient")
def gradient_not_summed(p: Problem, right: Array) -> Wrong:
    assert p.grad is not None
    samples, places = len(p.x), prod(p.grad.shape[2:])
    if not samples:
        return
    yield p.solve(x=p.x[:1], grad=p.grad[:1])  # the first image
    yield p.solve(x=p.x[-1:], grad=p.grad[-1:])
    for place in ((0,) * p.rank, tuple(n - 1 for n in p.grad.shape[2:])):  # the first place, the last
        alone = np.zeros_like(p.grad)
        alone[(..., *place)] = p.grad[(..., *place)]
        wrong = p.solve(grad=alone)
        if wrong.any():  # else it lies in the padding
            yield wrong
    for count in {samples, places, samples * places} - {1}:
        yield right / count
