"""On a CUDA device: every method, the device kept, and nothing mixed. The `xp` fixture runs the rest there too."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import convlib
from convlib import algorithms, reference

torch = pytest.importorskip("torch", reason="torch is not installed")
pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device"),
]


@pytest.mark.parametrize("method", ["auto", *algorithms.METHODS])
def test_every_method_equals_the_definition(rng, method):
    x, weight = rng.normal(size=(2, 4, 7, 8)), rng.normal(size=(6, 2, 3, 3))
    on_device = (torch.tensor(array, device="cuda") for array in (x, weight))
    got = convlib.conv2d(*on_device, None, 1, ((1, 0), (2, 1)), 1, 2, method=method)
    assert got.device.type == "cuda"
    expected = reference.conv(x, weight, None, 1, ((1, 0), (2, 1)), 1, 2)
    np.testing.assert_allclose(got.cpu().numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("method", ["auto", "gemm", "fft"])
def test_gradients(rng, method):
    inputs = [
        torch.tensor(rng.normal(size=shape), device="cuda", requires_grad=True)
        for shape in ((2, 4, 5, 4), (2, 2, 3, 3))
    ]
    assert torch.autograd.gradcheck(lambda *a: convlib.conv2d(*a, padding=1, groups=2, method=method), inputs)


def test_devices_are_not_mixed():
    with pytest.raises(TypeError, match=r"x is a torch tensor on cuda:0, weight is a torch tensor on cpu"):
        convlib.conv1d(torch.ones(1, 1, 3, device="cuda"), torch.ones(1, 1, 2))


def test_integers_are_exact_on_the_device():
    x, weight = torch.arange(6, device="cuda").reshape(1, 1, 6), torch.tensor([[[1, -2]]], device="cuda")
    got = convlib.conv1d(x, weight, method="gemm")
    assert got.dtype == torch.int64
    assert got.flatten().tolist() == [-2, -3, -4, -5, -6]


def test_auto_by_the_fft_for_a_large_kernel(rng, monkeypatch):
    monkeypatch.setattr(importlib.import_module("convlib.algorithms.choose"), "WORTH_ON_GPU", 0)
    monkeypatch.setattr(torch.nn.functional, "conv2d", None)  # torch's own is not called
    x, weight = rng.normal(size=(2, 3, 40, 41)), rng.normal(size=(3, 1, 33, 31))
    on_device = (torch.tensor(array, device="cuda") for array in (x, weight))
    got = convlib.conv2d(*on_device, padding=16, groups=3)
    np.testing.assert_allclose(got.cpu().numpy(), convlib.conv2d(x, weight, padding=16, groups=3), atol=1e-9)
