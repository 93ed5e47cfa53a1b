"""Which dtype comes out, and that integers are exact or an error."""

from __future__ import annotations

import numpy as np
import pytest

import convlib
from convlib import reference

METHODS = ["auto", "direct", "gemm"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("x", "weight", "expected"),
    [
        ("float32", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("float16", "float16", "float16"),
        ("float32", "complex64", "complex64"),
        ("complex128", "int8", "complex128"),
        ("int8", "uint8", "int16"),
        ("int32", "float32", "float64"),
        ("bool", "float32", "float32"),
        ("bool", "int64", "int64"),
        ("uint64", "uint8", "uint64"),
    ],
)
def test_numpy_promotes_by_its_own_rules(rng, x, weight, expected, method):
    signal, kernel = rng.integers(0, 2, (1, 2, 7)).astype(x), rng.integers(0, 4, (3, 2, 2)).astype(weight)
    got = convlib.conv1d(signal, kernel, method=method)
    assert got.dtype == np.dtype(expected)
    np.testing.assert_array_equal(got, reference.conv(signal, kernel))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_torch_keeps_dtype_and_device(rng, method, dtype):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x, weight = (
        torch.tensor(rng.normal(size=shape)).to(getattr(torch, dtype)) for shape in ((1, 2, 7), (3, 2, 2))
    )
    got = convlib.conv1d(x, weight, method=method)
    assert got.dtype == getattr(torch, dtype)
    assert got.device == x.device
    mixed = convlib.conv1d(x.real.float(), weight, method=method)
    assert mixed.dtype == torch.promote_types(torch.float32, getattr(torch, dtype))


@pytest.mark.parametrize("method", METHODS)
def test_sixteen_bits_are_summed_in_thirty_two(method):
    x = np.full((1, 1, 4096), 1, np.float16)
    weight = np.full((1, 1, 4096), 0.5, np.float16)
    assert convlib.conv1d(x, weight, method=method).item() == 2048  # adding halves in float16 stays at 1024
    assert convlib.conv1d(x, weight, np.array([0.5], np.float16), method=method).dtype == np.float16


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [2**10, 2**28, 2**30, 2**40])
def test_integers_are_exact(rng, method, size):
    x, weight = rng.integers(-size, size, (1, 2, 9)), rng.integers(-size, size, (3, 2, 2))
    bias = rng.integers(-size, size, 3)
    exact = [
        [sum(int(a) * int(b) for a, b in zip(x[0, :, p : p + 2].ravel(), w.ravel())) for p in range(8)]
        for w in weight
    ]
    exact = np.array(exact, object) + bias.astype(object)[:, None]
    if max(abs(value) for value in exact.ravel()) >= 2**63:
        with pytest.raises(OverflowError, match="does not fit in int64"):
            convlib.conv1d(x, weight, bias, method=method)
    else:
        got = convlib.conv1d(x, weight, bias, method=method)
        assert got.dtype == np.int64
        assert (got[0].astype(object) == exact).all()


@pytest.mark.parametrize("method", METHODS)
def test_what_does_not_fit_the_promoted_dtype_is_an_error(method):
    with pytest.raises(OverflowError) as caught:
        convlib.conv1d(np.full((1, 1, 3), 100, np.int8), np.full((1, 1, 2), 100, np.int8), method=method)
    assert str(caught.value) == (
        "conv1d: the result 20000 does not fit in int8; convert x or weight to a wider dtype."
    )
    negative = np.array([[[1, 0]]], np.uint8), np.array([[[0, 1]]], np.uint8)
    assert convlib.conv1d(*negative, method=method).dtype == np.uint8


@pytest.mark.parametrize("method", ["fft", "winograd2", "winograd4"])
def test_methods_that_round_refuse_integers(method):
    with pytest.raises(ValueError, match=f"integers are exact; method='{method}' rounds"):
        convlib.conv2d(np.ones((1, 1, 5, 6), int), np.ones((1, 1, 3, 3), int), method=method)


def test_integer_tensors_by_a_named_method():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x, weight = torch.arange(6).reshape(1, 1, 6), torch.tensor([[[1, -2]]])
    for method in METHODS:
        got = convlib.conv1d(x, weight, method=method)
        assert got.dtype == torch.int64
        assert got.flatten().tolist() == [-2, -3, -4, -5, -6]
    with pytest.raises(OverflowError, match="int64 does not hold"):
        convlib.conv1d(x * 2**40, weight * 2**40, method="gemm")
