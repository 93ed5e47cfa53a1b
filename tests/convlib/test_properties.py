"""What holds for every convolution, over the whole space of parameters (hypothesis)."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convlib
from convlib import ShapeError, algorithms, reference

MODES = ["zeros", "reflect", "replicate", "circular"]


@st.composite
def calls(draw, modes=("zeros",), max_rank=3):
    """Arguments of `conv`: x, weight, bias and options, all small, all kinds of them."""
    rank = draw(st.integers(1, max_rank))
    groups, out_each, in_each = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size = draw(st.tuples(*[st.integers(1, 6 if rank < 3 else 4)] * rank))
    kernel = draw(st.tuples(*[st.integers(1, 3)] * rank))
    pairs = st.tuples(st.integers(0, 3), st.integers(0, 3))
    options = {
        "stride": draw(st.one_of(st.integers(1, 3), st.tuples(*[st.integers(1, 3)] * rank))),
        "padding": draw(
            st.one_of(
                st.sampled_from(["same", "valid", "causal", "full"]),
                st.integers(0, 3),
                st.tuples(*[st.one_of(st.integers(0, 3), pairs)] * rank),
            )
        ),
        "dilation": draw(st.one_of(st.integers(1, 2), st.tuples(*[st.integers(1, 3)] * rank))),
        "groups": groups,
        "padding_mode": draw(st.sampled_from(modes)),
    }
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.integers(-9, 10, (draw(st.integers(1, 2)), in_each * groups, *size)).astype(float)
    weight = rng.integers(-9, 10, (out_each * groups, in_each, *kernel)).astype(float)
    bias = draw(st.one_of(st.none(), st.just(rng.integers(-9, 10, out_each * groups).astype(float))))
    return x, weight, bias, options


def answer(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except ShapeError:
        return None


@settings(max_examples=300, deadline=None)
@given(calls(MODES), st.sampled_from(["auto", "direct", "gemm", "fft"]))
def test_equals_the_definition_or_both_refuse(call, method):
    x, weight, bias, options = call
    expected = answer(reference.conv, x, weight, bias, **options)
    got = answer(convlib.conv, x, weight, bias, **options, method=method)
    if expected is None:
        assert got is None
    else:
        np.testing.assert_allclose(got, expected, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(calls(MODES), st.data())
def test_linear_in_x_and_in_the_weight(call, data):
    x, weight, _, options = call
    y = answer(convlib.conv, x, weight, **options)
    assume(y is not None)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    other, kernel = rng.integers(-9, 10, x.shape), rng.integers(-9, 10, weight.shape)
    np.testing.assert_allclose(
        convlib.conv(2 * x + other, weight, **options), 2 * y + convlib.conv(other, weight, **options)
    )
    np.testing.assert_allclose(
        convlib.conv(x, 2 * weight + kernel, **options), 2 * y + convlib.conv(x, kernel, **options)
    )


@settings(max_examples=100, deadline=None)
@given(calls(max_rank=2), st.integers(1, 5))
def test_equivariant_to_shifts_by_the_stride_on_a_circle(call, shift):
    x, weight, bias, options = call
    stride, dilation = options["stride"], options["dilation"]
    stride = stride if isinstance(stride, int) else stride[0]
    dilation = dilation if isinstance(dilation, int) else dilation[0]
    x = np.repeat(x, stride, axis=2)  # a length that the stride divides
    reach = dilation * (weight.shape[2] - 1)
    pads = ((0, reach), *[(0, 9)] * (weight.ndim - 3))
    options |= {"padding": pads, "padding_mode": "circular", "stride": stride, "dilation": dilation}

    def on_the_circle(signal):
        return convlib.conv(signal, weight, bias, **options)[:, :, : x.shape[2] // stride]

    moved = on_the_circle(np.roll(x, shift * stride, axis=2))
    np.testing.assert_allclose(moved, np.roll(on_the_circle(x), shift, axis=2))


@settings(max_examples=100, deadline=None)
@given(calls(max_rank=3))
def test_all_methods_agree(call):
    x, weight, bias, options = call
    expected = answer(convlib.conv, x, weight, bias, **options)
    assume(expected is not None)
    for method in algorithms.METHODS:
        if method.startswith("winograd"):
            continue  # only for 3×3 kernels: below
        np.testing.assert_allclose(
            convlib.conv(x, weight, bias, **options, method=method), expected, atol=1e-9
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 14), st.integers(3, 14), st.integers(1, 2), st.integers(0, 2**32 - 1))
def test_winograd_agrees_for_every_size(height, width, groups, seed):
    rng = np.random.default_rng(seed)
    x, weight = rng.normal(size=(2, 2 * groups, height, width)), rng.normal(size=(3 * groups, 2, 3, 3))
    expected = convlib.conv2d(x, weight, padding=1, groups=groups)
    for method in ("winograd2", "winograd4"):
        got = convlib.conv2d(x, weight, padding=1, groups=groups, method=method)
        np.testing.assert_allclose(got, expected, atol=1e-11)


@settings(max_examples=100, deadline=None)
@given(calls(max_rank=2))
def test_integers_give_exactly_the_numbers_of_floats(call):
    x, weight, bias, options = call
    expected = answer(convlib.conv, x, weight, bias, **options)
    assume(expected is not None)
    ints = [None if array is None else array.astype(np.int64) for array in (x, weight, bias)]
    got = convlib.conv(*ints, **options)
    assert got.dtype == np.int64
    np.testing.assert_array_equal(got, expected)
