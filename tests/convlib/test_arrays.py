"""The short ways that are taken because they are fast: each gives what the plain way gives."""

import numpy as np
import pytest

import convlib
from convlib import _arrays as arrays


@pytest.mark.parametrize("row", [1, 7, arrays.ONE_ITEM // 4, arrays.ONE_ITEM // 4 + 1])
@pytest.mark.parametrize("dtype", ["f4", "f8", "c16", "i2", "O"])
def test_rows_moved_as_items_are_the_rows(rng, row, dtype):
    x = rng.integers(-9, 9, (5, 3, row + 2)).astype(dtype)
    for source in (x[..., 1 : row + 1], x[::-2, :, :row], x[..., row:0:-1], x.T[:row].T):
        target = np.zeros(source.shape, dtype)
        arrays.write(target, source)
        np.testing.assert_array_equal(target, source)
        arrays.write(x[: len(source), ::-1, 1 : row + 1], target)
        np.testing.assert_array_equal(x[: len(source), ::-1, 1 : row + 1], target)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8"])
def test_finite_is_found_whatever_the_squares_do(xp, dtype):
    x = np.full((3, 4), 1e30, dtype)  # in float32 the squares are infinite, x is not
    with np.errstate(all="raise"):
        assert arrays.all_finite(xp.array(x))
        for bad in (np.nan, np.inf, -np.inf):
            x[1, 2] = bad
            assert not arrays.all_finite(xp.array(x))


def test_samples_that_share_a_product_equal_samples_alone(xp, rng):
    x, weight = rng.normal(size=(5, 4, 6, 7)), rng.normal(size=(6, 2, 3, 2))
    together = xp.numpy(convlib.conv2d(xp.array(x), xp.array(weight), groups=2, stride=(1, 2), method="gemm"))
    for sample, expected in zip(x, together):
        alone = convlib.conv2d(xp.array(sample), xp.array(weight), groups=2, stride=(1, 2), method="direct")
        np.testing.assert_allclose(xp.numpy(alone), expected, rtol=1e-12, atol=1e-13)
