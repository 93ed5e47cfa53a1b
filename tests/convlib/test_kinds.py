"""Each named kind is the convolution whose weight it describes."""

from __future__ import annotations

import numpy as np
import pytest

import convlib


def close(got, expected):
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12 * max(1, np.abs(expected).max()))


def test_pointwise_is_one_dense_layer_at_every_pixel(xp, rng):
    x, weight, bias = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(6, 3)), rng.normal(size=6)
    dense = np.einsum("oi,nihw->nohw", weight, x) + bias[:, None, None]
    close(xp.numpy(convlib.pointwise_conv(*map(xp.array, (x, weight, bias)))), dense)
    close(convlib.pointwise_conv(x, weight[..., None, None], bias, stride=2), dense[..., ::2, ::2])


def test_pointwise_grouped(rng):
    x, weight = rng.normal(size=(2, 6, 5)), rng.normal(size=(4, 3))
    got = convlib.pointwise_conv(x, weight, groups=2)
    close(got[:, :2], np.einsum("oi,nil->nol", weight[:2], x[:, :3]))
    close(got[:, 2:], np.einsum("oi,nil->nol", weight[2:], x[:, 3:]))


@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_filters_each_channel_alone(xp, rng, multiplier):
    x, weight = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(3 * multiplier, 1, 3, 2))
    got = xp.numpy(convlib.depthwise_conv(xp.array(x), xp.array(weight), padding=1, stride=(1, 2)))
    for channel in range(3):
        mine = weight[channel * multiplier : (channel + 1) * multiplier]
        alone = convlib.conv2d(x[:, channel : channel + 1], mine, padding=1, stride=(1, 2))
        close(got[:, channel * multiplier : (channel + 1) * multiplier], alone)


def test_depthwise_separable_is_the_full_convolution_with_a_product_weight(xp, rng):
    x, depthwise, pointwise = (
        rng.normal(size=shape) for shape in ((2, 3, 6, 7), (6, 1, 3, 2), (4, 6))
    )  # multiplier 2
    bias = rng.normal(size=4)
    full = np.einsum("oim,imhw->oihw", pointwise.reshape(4, 3, 2), depthwise.reshape(3, 2, 3, 2))
    got = convlib.depthwise_separable_conv(*map(xp.array, (x, depthwise, pointwise, bias)), 2, 1)
    close(xp.numpy(got), convlib.conv2d(x, full, bias, 2, 1))


def test_spatially_separable_vectors_are_an_outer_product(xp, rng):
    x, column, row = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=3), rng.normal(size=4)
    bias = rng.normal(size=3)
    full = np.broadcast_to(np.outer(column, row), (3, 1, 3, 4))
    factors = [xp.array(column), xp.array(row)]
    got = convlib.spatially_separable_conv(
        xp.array(x), factors, xp.array(bias), (1, 2), ((1, 0), (2, 1)), (2, 1)
    )
    close(xp.numpy(got), convlib.depthwise_conv(x, full, bias, (1, 2), ((1, 0), (2, 1)), (2, 1)))


def test_spatially_separable_layers_mix_channels(rng):
    x, down, across = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(5, 3, 3)), rng.normal(size=(2, 5, 4))
    full = np.einsum("omw,mih->oihw", across, down)
    close(convlib.spatially_separable_conv(x, [down, across]), convlib.conv2d(x, full))


def test_flattened_is_a_weight_of_rank_one(xp, rng):
    x = rng.normal(size=(2, 3, 6, 7))
    lateral, down, across, bias = (rng.normal(size=shape) for shape in ((5, 3), (5, 2), (5, 4), (5,)))
    full = np.einsum("fi,fh,fw->fihw", lateral, down, across)
    got = convlib.flattened_conv(
        xp.array(x), xp.array(lateral), [xp.array(down), xp.array(across)], xp.array(bias), (2, 1), (0, 2)
    )
    close(xp.numpy(got), convlib.conv2d(x, full, bias, (2, 1), (0, 2)))


def test_causal_output_sees_nothing_later(xp, rng):
    x, weight = rng.normal(size=(1, 2, 12)), rng.normal(size=(3, 2, 3))
    before = xp.numpy(convlib.causal_conv1d(xp.array(x), xp.array(weight), dilation=2))
    assert before.shape == (1, 3, 12)
    changed = x.copy()
    changed[..., 7] += 1
    after = xp.numpy(convlib.causal_conv1d(xp.array(changed), xp.array(weight), dilation=2))
    differs = np.abs(after - before).max((0, 1)) > 0
    np.testing.assert_array_equal(np.flatnonzero(differs), [7, 9, 11])


def test_shuffle_deals_channels_and_is_undone_by_the_other_factor(xp, rng):
    x = rng.normal(size=(2, 6, 4, 5))
    dealt = xp.numpy(convlib.channel_shuffle(xp.array(x), 2))
    np.testing.assert_array_equal(dealt, x[:, [0, 3, 1, 4, 2, 5]])
    np.testing.assert_array_equal(convlib.channel_shuffle(dealt, 3), x)


x, w = np.ones((1, 3, 5, 6)), np.ones((4, 3))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: convlib.pointwise_conv(x, np.ones((4, 3, 2, 2))),
            "pointwise_conv: x must be .* kernel size 1",
        ),
        (
            lambda: convlib.pointwise_conv(x, np.ones((4, 2))),
            "pointwise_conv: weight expects 2 input channels but x",
        ),
        (
            lambda: convlib.depthwise_conv(x, np.ones((4, 1, 3, 3))),
            r"depthwise_conv: weight must have shape \(C·m, 1",
        ),
        (lambda: convlib.depthwise_conv(x, np.ones((3, 3))), "depthwise_conv: .* need the same spatial axes"),
        (
            lambda: convlib.spatially_separable_conv(x, [[1, 2]]),
            "one factor per spatial axis .* there are 1 factors",
        ),
        (lambda: convlib.spatially_separable_conv(x, [[1], [[2]]]), "factor 1 must be a vector"),
        (lambda: convlib.flattened_conv(x, w, [[1, 2], [1, 2]]), r"every factor must have shape \(F, k\)"),
        (
            lambda: convlib.flattened_conv(x, w, [np.ones((4, 2))]),
            "lateral gives F = 4 filters over 2 spatial axes",
        ),
        (
            lambda: convlib.causal_conv1d(x, np.ones((4, 3, 2))),
            r"causal_conv1d: x must have 3 axes \(N, C_in, L\)",
        ),
        (lambda: convlib.channel_shuffle(x, 2), "C a multiple of groups=2, but its shape is"),
    ],
)
def test_errors(call, says):
    with pytest.raises(convlib.ShapeError, match=says):
        call()
