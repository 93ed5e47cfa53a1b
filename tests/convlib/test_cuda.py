"""On a CUDA device, and on one that stands in for it: every method, the device kept, and nothing mixed.

The `xp` fixture runs much more there: whatever is written once for NumPy and torch.
"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import convlib
from convlib import algorithms, diagnose, receptive, reference, separable

torch = pytest.importorskip("torch", reason="torch is not installed")


@pytest.mark.parametrize("method", ["auto", *algorithms.METHODS])
def test_every_method_equals_the_definition(gpu, rng, method):
    x, weight = rng.normal(size=(2, 4, 7, 8)), rng.normal(size=(6, 2, 3, 3))
    got = convlib.conv2d(gpu.array(x), gpu.array(weight), None, 1, ((1, 0), (2, 1)), 1, 2, method=method)
    expected = reference.conv(x, weight, None, 1, ((1, 0), (2, 1)), 1, 2)
    np.testing.assert_allclose(gpu.numpy(got), expected, atol=1e-12)


@pytest.mark.parametrize("method", ["auto", "gemm", "toeplitz", "fft"])
def test_gradients(gpu, rng, method):
    inputs = [gpu.array(rng.normal(size=size)).requires_grad_() for size in ((2, 4, 5, 4), (2, 2, 3, 3))]
    options = {"padding": 1, "groups": 2, "method": method}
    # what atomic additions may change from one run to the next
    assert torch.autograd.gradcheck(lambda *a: convlib.conv2d(*a, **options), inputs, nondet_tol=1e-12)


def test_devices_are_not_mixed(gpu):
    with pytest.raises(TypeError, match=r"x is a torch tensor on cuda:0, weight is a torch tensor on cpu"):
        convlib.conv1d(gpu.array(np.ones((1, 1, 3))), torch.ones(1, 1, 2))


@pytest.mark.parametrize("large", [1, 2**26])
def test_integers_are_exact_on_the_device(gpu, large):
    """The second sum leaves float64; CUDA has no product of integer matrices."""
    x, weight = np.arange(6).reshape(1, 1, 6) * large + 1, np.array([[[large, -2 * large]]])
    got = convlib.conv1d(gpu.array(x), gpu.array(weight), method="gemm")
    assert got.dtype == torch.int64
    assert gpu.numpy(got).tolist() == reference.conv(x, weight).tolist()
    got = convlib.conv_transpose1d(gpu.array(x), gpu.array(weight))
    assert gpu.numpy(got).tolist() == reference.conv_transpose(x, weight).tolist()


def test_half_precision_is_summed_in_float32(gpu):
    x, weight = np.full((1, 1, 4096), 1.0, "float16"), np.ones((1, 1, 4096), "float16")
    got = convlib.conv1d(gpu.array(x), gpu.array(weight), method="gemm")
    assert got.dtype == torch.float16
    assert float(gpu.numpy(got)[0, 0, 0]) == 4096


def test_auto_by_the_fft_for_a_large_kernel(gpu, rng, monkeypatch):
    monkeypatch.setattr(importlib.import_module("convlib.algorithms.choose"), "WORTH_ON_GPU", 0)
    monkeypatch.setattr(torch.nn.functional, "conv2d", None)  # torch's own is not called
    x, weight = rng.normal(size=(2, 3, 40, 41)), rng.normal(size=(3, 1, 33, 31))
    got = convlib.conv2d(gpu.array(x), gpu.array(weight), padding=16, groups=3)
    np.testing.assert_allclose(gpu.numpy(got), convlib.conv2d(x, weight, padding=16, groups=3), atol=1e-9)


def test_a_layer_by_torch_waits_for_nothing(gpu, rng, monkeypatch):
    """No number is read back on the way: a call only queues its work."""
    for name in ("item", "__bool__", "__int__", "__float__", "cpu", "tolist"):
        monkeypatch.setattr(torch.Tensor, name, lambda *_: pytest.fail("the host waited for the device"))
    x, weight, bias = (gpu.array(rng.normal(size=size)) for size in ((1, 3, 9, 9), (4, 3, 3, 3), (4,)))
    for padding, mode in ((1, "zeros"), ("same", "zeros"), (((0, 1), (1, 0)), "zeros"), (2, "reflect")):
        assert convlib.conv2d(x, weight, bias, 2, padding, padding_mode=mode).shape[1] == 4


def test_what_answers_in_numbers(gpu, rng):
    x, weight = rng.normal(size=(1, 2, 7)), rng.normal(size=(3, 2, 3))
    wrong = convlib.conv1d(gpu.array(x), gpu.array(weight[..., ::-1].copy()))
    assert diagnose.diagnose(wrong, gpu.array(x), gpu.array(weight)).id == "kernel-reversed"
    assert separable.separable_rank(gpu.array(np.outer([1.0, 2, 1], [1.0, 0, -1]))) == 1
    field = receptive.effective_receptive_field([gpu.array(np.ones((1, 1, 3)))] * 3, 9)
    assert gpu.numpy(field).tolist() == [0, 1, 3, 6, 7, 6, 3, 1, 0]


def test_the_stand_in_refuses_what_cuda_refuses():
    standin = pytest.importorskip("standin")
    x = standin.on_device([1, 2])
    with standin.Device():
        for wrong, message in (
            (lambda: x + torch.ones(2), "same device"),
            (lambda: torch.cat([x, torch.ones(2)]), "same device"),
            (lambda: x @ x, "not implemented for integers"),
            (lambda: np.asarray(x), r"Tensor\.cpu\(\) first"),
        ):
            with pytest.raises((RuntimeError, TypeError), match=message):
                wrong()
        for right in (
            x + 1,
            x * torch.tensor(2),
            torch.zeros(2, device=x.device),
            torch.as_tensor(np.ones(2), device=x.device),
        ):
            assert right.device.type == "cuda"
        assert x.cpu().device.type == x.to("cpu").device.type == x.to(device="cpu").device.type == "cpu"
        assert type(x.cpu()) is torch.Tensor
