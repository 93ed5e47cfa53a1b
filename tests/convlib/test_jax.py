"""SAME with a stride means what XLA means by it: JAX computes it in another way, where it is installed."""

from itertools import product

import numpy as np
import pytest

import convlib

jax = pytest.importorskip("jax", reason="JAX is not installed")


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_same_is_xlas(rng, rank):
    size, axes = (11, 8, 6)[:rank], "HWD"[:rank]
    for kernel, stride, dilation in product((1, 2, 3, 4), (1, 2, 3), (1, 2)):
        x = rng.integers(-9, 9, (2, 4, *size)).astype(np.float32)
        weight = rng.integers(-9, 9, (6, 2, *(kernel + axis % 2 for axis in range(rank)))).astype(np.float32)
        want = jax.lax.conv_general_dilated(
            x,
            weight,
            (stride,) * rank,
            "SAME",
            rhs_dilation=(dilation,) * rank,
            dimension_numbers=(f"NC{axes}", f"OI{axes}", f"NC{axes}"),
            feature_group_count=2,
        )
        got = convlib.conv(x, weight, None, stride, "same", dilation, 2)
        np.testing.assert_allclose(got, np.asarray(want), atol=1e-3)


@pytest.mark.parametrize("rank", [1, 2])
def test_a_transposed_same_is_xlas(rng, rank):
    """`lax.conv_transpose` slides: its kernel comes reversed, and its weight begins with the outputs."""
    size, axes = (7, 5)[:rank], "HW"[:rank]
    for kernel, stride in product((2, 3, 4, 5), (1, 2, 3)):
        x = rng.integers(-9, 9, (2, 4, *size)).astype(np.float32)
        weight = rng.integers(-9, 9, (4, 6, *(kernel,) * rank)).astype(np.float32)
        reversed_ = np.flip(weight.swapaxes(0, 1), tuple(range(2, 2 + rank)))
        want = jax.lax.conv_transpose(
            x, reversed_, (stride,) * rank, "SAME", dimension_numbers=(f"NC{axes}", f"OI{axes}", f"NC{axes}")
        )
        got = convlib.conv_transpose(x, weight, None, stride, "same")
        np.testing.assert_allclose(got, np.asarray(want), atol=1e-3)
