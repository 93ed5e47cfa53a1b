"""Unusual inputs have a defined answer, are never written to, and threads may call at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import convlib
from convlib import algorithms, reference

METHODS = ["auto", *algorithms.METHODS]


def inputs(rng, dtype=float):
    return [rng.normal(size=shape).astype(dtype) for shape in ((2, 4, 7, 8), (6, 2, 3, 3), (6,))]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("x", "weight", "groups", "out"),
    [
        ((0, 4, 7, 8), (6, 2, 3, 3), 2, (0, 6, 5, 6)),
        ((2, 0, 7, 8), (6, 0, 3, 3), 1, (2, 6, 5, 6)),
        ((2, 4, 7, 8), (0, 4, 3, 3), 1, (2, 0, 5, 6)),
    ],
)
def test_zero_samples_or_channels(xp, x, weight, groups, out, method):
    bias = np.arange(weight[0]) + 1.0
    got = convlib.conv2d(*map(xp.array, (np.ones(x), np.ones(weight), bias)), groups=groups, method=method)
    assert tuple(got.shape) == out
    if x[1] == 0:  # an empty sum is 0, so only the bias is left
        np.testing.assert_array_equal(xp.numpy(got), np.broadcast_to(bias[:, None, None], out))


@pytest.mark.parametrize("method", METHODS)
def test_a_size_of_zero_with_padding_sees_only_zeros(xp, method):
    got = convlib.conv2d(
        xp.array(np.ones((1, 2, 0, 5))), xp.array(np.ones((3, 2, 3, 3))), padding=2, method=method
    )
    np.testing.assert_allclose(xp.numpy(got), np.zeros((1, 3, 2, 7)), atol=1e-15)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "change",
    [
        lambda a: np.asfortranarray(a),
        lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
        lambda a: np.ascontiguousarray(a.swapaxes(0, -1)).swapaxes(0, -1),
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a.astype(a.dtype.newbyteorder()),
        lambda a: a.view(type("Sub", (np.ndarray,), {})),
        lambda a: a.tolist(),
    ],
    ids=["fortran", "negative strides", "swapped axes", "spaced", "other byte order", "subclass", "list"],
)
def test_memory_layout_does_not_matter(rng, change, method):
    x, weight, bias = inputs(rng)
    expected = convlib.conv2d(x, weight, bias, 1, 1, 1, 2, method=method)
    got = convlib.conv2d(change(x), change(weight), change(bias), 1, 1, 1, 2, method=method)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("method", METHODS)
def test_inputs_are_only_read(rng, method):
    arguments = inputs(rng)
    kept = [array.copy() for array in arguments]
    for array in arguments:
        array.flags.writeable = False
    for padding in (0, 1):
        out = convlib.conv2d(*arguments, 1, padding, 1, 2, method=method)
        assert out.flags.writeable
        assert not any(np.shares_memory(out, array) for array in arguments)
    for array, before in zip(arguments, kept):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("method", ["auto", "direct", "gemm"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_inf_reach_the_sums_they_enter_and_no_other(rng, bad, method):
    x, weight, bias = inputs(rng)
    clean = convlib.conv2d(x, weight, bias, 1, 1, 1, 2, method=method)
    x[1, 3, 2, 5] = bad
    got = convlib.conv2d(x, weight, bias, 1, 1, 1, 2, method=method)
    touched = np.zeros(got.shape, bool)
    touched[1, 3:, 1:4, 4:7] = True
    assert not np.isfinite(got[touched]).any()
    np.testing.assert_allclose(got[~touched], clean[~touched], rtol=1e-12)


def test_auto_does_not_spread_a_nan_by_fft(rng):
    x, weight = rng.normal(size=(1, 8, 64, 64)), rng.normal(size=(8, 1, 51, 51))
    assert convlib.choose_method(x.shape, weight.shape, padding=25, groups=8) == "fft"
    x[0, 0, 0, 0] = np.nan
    got = convlib.conv2d(x, weight, padding=25, groups=8)
    assert np.isnan(got).sum() == 26 * 26


@pytest.mark.parametrize("method", ["auto", "gemm"])
def test_a_huge_view_costs_only_what_is_asked_of_it(method):
    x = np.broadcast_to(np.float32(1), (1, 1, 2**20, 2**20))  # 4 TiB, were it written out
    with pytest.raises(convlib.ShapeError, match="elements; more than 2,147,483,647 are refused"):
        convlib.conv2d(x, np.ones((1, 1, 3, 3), np.float32), method=method)


@pytest.mark.parametrize("method", METHODS)
def test_threads_may_call_at_once(rng, method):
    x, weight, bias = inputs(rng)
    batches = [x * scale for scale in range(1, 17)]
    expected = [convlib.conv2d(batch, weight, bias, 1, 1, 1, 2, method=method) for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        got = list(
            pool.map(
                lambda batch: convlib.conv2d(batch, weight, bias, 1, 1, 1, 2, method=method), batches * 4
            )
        )
    for one, other in zip(got, expected * 4):
        np.testing.assert_array_equal(one, other)


def test_reference_is_not_the_code_it_checks():
    import convlib.reference as module

    assert "convlib.conv" not in {getattr(value, "__module__", "") for value in vars(module).values()}
    assert reference.conv([[[1.0, 2.0]]], [[[3.0]]]).tolist() == [[[3.0, 6.0]]]
