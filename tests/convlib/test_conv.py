"""Convolution against the definition (loops), torch and SciPy, on sizes that are pairwise different."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
import scipy.signal

import convlib
from convlib import reference

SIZE, KERNEL = (6, 5, 4), (3, 2, 3)
CALLS = {1: convlib.conv1d, 2: convlib.conv2d, 3: convlib.conv3d}


def layer(rng, rank, groups=1, samples=2):
    """An input, weights and a bias: 4 channels in, 2 out, every size different, no symmetry."""
    x = rng.normal(size=(samples, 4, *SIZE[:rank]))
    weight = rng.normal(size=(2, 4 // groups, *KERNEL[:rank]))
    return x, weight, rng.normal(size=2)


@cache
def by_loops(rank, stride, padding, dilation, groups):
    """A layer and its answer by the definition, computed once for all libraries."""
    arguments = layer(np.random.default_rng(7), rank, groups, samples=3 - min(rank, 2))
    return arguments, reference.conv(*arguments, stride, padding, dilation, groups)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(("stride", "dilation", "groups"), list(product((1, 2), (1, 2), (1, 2))))
@pytest.mark.parametrize("padding", [0, 2, "same", "causal", "full"])
def test_equals_the_definition(xp, rank, stride, padding, dilation, groups):
    arguments, expected = by_loops(rank, stride, padding, (dilation, 1, 1)[:rank], groups)
    got = CALLS[rank](*map(xp.array, arguments), stride, padding, (dilation, 1, 1)[:rank], groups)
    np.testing.assert_allclose(xp.numpy(got), expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [((1, 3), (0, 2)), 4])
def test_padding_modes_equal_the_definition(xp, rng, mode, padding):
    x, weight, bias = layer(rng, 2)
    got = convlib.conv2d(*map(xp.array, (x, weight, bias)), 1, padding, padding_mode=mode)
    expected = reference.conv(x, weight, bias, 1, padding, padding_mode=mode)
    np.testing.assert_allclose(xp.numpy(got), expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [("zeros", "constant"), ("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")],
)
def test_pad_equals_numpys(xp, ours, numpys):
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    pads = ((1, 5), (2, 0))
    got = xp.numpy(convlib.pad(xp.array(x), pads, mode=ours))
    np.testing.assert_array_equal(got, np.pad(x, ((0, 0), (0, 0), *pads), mode=numpys))


def test_pad_reflects_a_single_element_onto_itself():
    np.testing.assert_array_equal(convlib.pad([7], ((2, 1),), mode="reflect"), [7, 7, 7, 7])


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_without_a_batch_axis(xp, rng, rank):
    x, weight, bias = map(xp.array, layer(rng, rank))
    alone = xp.numpy(CALLS[rank](x[1], weight, bias, padding=1))
    together = xp.numpy(CALLS[rank](x, weight, bias, padding=1))[1]
    np.testing.assert_allclose(alone, together, rtol=1e-13, atol=1e-14)  # samples may share a matrix product


@pytest.mark.parametrize("stride", [1, (2, 3)])
@pytest.mark.parametrize("padding", [0, (2, 1), "valid"])
@pytest.mark.parametrize("groups", [1, 2])
def test_numpy_equals_torch(rng, stride, padding, groups):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    arguments = layer(rng, 2, groups)
    got = convlib.conv2d(*arguments, stride, padding, (2, 1), groups)
    tensors = (torch.tensor(array) for array in arguments)
    expected = torch.nn.functional.conv2d(*tensors, stride, padding, (2, 1), groups).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-12)


def test_equals_scipy_correlate(rng):
    x, weight = rng.normal(size=(9, 7)), rng.normal(size=(3, 4))
    for mode, padding in (("valid", "valid"), ("full", "full")):
        got = convlib.conv2d(x[None], weight[None, None], padding=padding)[0]
        np.testing.assert_allclose(got, scipy.signal.correlate2d(x, weight, mode), atol=1e-13)


def test_four_axes(rng):
    x, weight = rng.normal(size=(1, 2, 3, 4, 5, 2)), rng.normal(size=(3, 2, 2, 1, 3, 2))
    np.testing.assert_allclose(convlib.conv(x, weight), reference.conv(x, weight), atol=1e-13)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        ((1, 2, 3, 3), (2, 2, 3, 3), 2, [2271, 2367, 2463, 1230, 1305, 1380]),
        ((1, 3, 3, 1), (1, 1, 1, 1), 2, [1, 3, 7, 9]),
        ((1, 4, 4, 1), (1, 1, 1, 1), 2, [1, 3, 9, 11]),
        ((1, 4, 4, 1), (2, 2, 1, 1), 3, [44, 28, 41, 16]),
    ],
)
def test_same_with_stride_is_tensorflows(size, kernel, stride, expected):
    """Values of TensorFlow's conv_ops_test.py: NHWC inputs and HWIO filters count 1, 2, 3, …"""
    x = np.arange(1, 1 + np.prod(size)).reshape(size).transpose(0, 3, 1, 2)
    weight = np.arange(1, 1 + np.prod(kernel)).reshape(kernel).transpose(3, 2, 0, 1)
    got = convlib.conv2d(x, weight, stride=stride, padding="same").transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(got.ravel(), expected)


def test_windows_are_views_of_every_patch(xp, rng):
    x = rng.normal(size=(2, 3, 8, 9))
    got = convlib.windows(xp.array(x), (3, 2), stride=(1, 2), dilation=(2, 3))
    assert tuple(got.shape) == (2, 3, 4, 3, 3, 2)
    for r, c in np.ndindex(4, 3):
        np.testing.assert_array_equal(
            xp.numpy(got)[:, :, r, c], x[:, :, r : r + 5 : 2, 2 * c : 2 * c + 4 : 3]
        )


def test_windows_copy_nothing(rng):
    x = rng.normal(size=(1, 1, 8, 9))
    seen = convlib.windows(x, 3)
    assert np.shares_memory(seen, x)
    assert not seen.flags.writeable
