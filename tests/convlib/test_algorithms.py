"""Every method computes the same sums, within the error it states and the memory it states."""

from __future__ import annotations

import importlib
import tracemalloc
from fractions import Fraction
from itertools import product
from math import log2, prod

import numpy as np
import pytest

import convlib
from convlib import algorithms, reference
from convlib.algorithms._blocks import blocks
from convlib.algorithms.fft import fast_length

fft, gemm, toeplitz, winograd = (
    importlib.import_module(f"convlib.algorithms.{name}") for name in ("fft", "gemm", "toeplitz", "winograd")
)

ANY_KERNEL = ["direct", "gemm", "toeplitz", "fft"]
EPSILON = {"float32": 2.0**-24, "float64": 2.0**-53, "complex64": 2.0**-24}
CALLS = {1: convlib.conv1d, 2: convlib.conv2d, 3: convlib.conv3d}


def layer(rng, shape, kernel, c_out, groups=1, dtype="float64"):
    x, weight = rng.normal(size=shape), rng.normal(size=(c_out, shape[1] // groups, *kernel))
    if dtype == "complex64":
        x, weight = x + 1j * x[..., ::-1], weight - 1j * weight[..., ::-1]
    return x.astype(dtype), weight.astype(dtype)


@pytest.mark.parametrize("method", ANY_KERNEL)
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(("stride", "dilation", "groups"), list(product((1, 2), (1, 2), (1, 3))))
def test_equal_to_auto_for_every_rank(xp, rng, method, rank, stride, dilation, groups):
    x, weight = layer(rng, (2, 6, 8, 7, 9)[: rank + 2], (3, 2, 4)[:rank], 3, groups)
    expected = CALLS[rank](x, weight, None, stride, 1, dilation, groups)  # gemm, itself checked against loops
    got = CALLS[rank](xp.array(x), xp.array(weight), None, stride, 1, dilation, groups, method=method)
    np.testing.assert_allclose(xp.numpy(got), expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("method", ["winograd2", "winograd4"])
@pytest.mark.parametrize("size", [(3, 3), (4, 9), (8, 11), (14, 15)])
@pytest.mark.parametrize("groups", [1, 2])
def test_winograd_for_sizes_that_tiles_do_not_divide(xp, rng, method, size, groups):
    x, weight = layer(rng, (2, 4, *size), (3, 3), 6, groups)
    expected = reference.conv(x, weight, groups=groups)
    got = convlib.conv2d(xp.array(x), xp.array(weight), groups=groups, method=method)
    np.testing.assert_allclose(xp.numpy(got), expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("method", ANY_KERNEL)
def test_complex_inputs_are_not_conjugated(xp, rng, method):
    x, weight = (
        array.astype("complex128") for array in layer(rng, (1, 2, 7, 6), (2, 3), 3, dtype="complex64")
    )
    got = convlib.conv2d(xp.array(x), xp.array(weight), method=method)
    np.testing.assert_allclose(xp.numpy(got), reference.conv(x, weight), atol=1e-12)


# --- Winograd's matrices, in exact arithmetic


def exact(rows):
    return np.array([[Fraction(v).limit_denominator(24) for v in row] for row in rows], object)


@pytest.mark.parametrize("m", [2, 4])
def test_winograd_matrices_are_an_identity_for_every_input(m):
    a, b, g = (exact(matrix[m]) for matrix in (winograd.A, winograd.B, winograd.G))
    got = np.einsum("ot,tk,ti->oki", a, g, b)  # output o from weight k and input i
    expected = [[[int(i == o + k) for i in range(m + 2)] for k in range(3)] for o in range(m)]
    assert (got == np.array(expected)).all()


# --- errors: the likely error each method states (rounding errors that are independent), which must hold and must
# not be more than ten times what is seen. Positive numbers: there no error cancels, and the models are sharp.


def positive(rng, shape, weight_shape, dtype):
    x, weight = rng.uniform(size=shape), rng.uniform(size=weight_shape)
    if dtype == "complex64":
        x, weight = x + 1j * x[..., ::-1], weight - 1j * weight[..., ::-1]
    return x.astype(dtype), weight.astype(dtype)


def seen_error(x, weight, **options):
    wide = "complex128" if x.dtype.kind == "c" else "longdouble"
    truth = convlib.conv2d(x.astype(wide), weight.astype(wide), **{**options, "method": "direct"})
    return np.abs(convlib.conv2d(x, weight, **options).astype(wide) - truth)


def assert_holds_and_is_sharp(error, bound):
    assert (error <= bound).all()
    assert (error / bound).max() >= 1 / 10


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("method", ["direct", "gemm", "toeplitz"])
def test_sums_err_as_the_root_of_their_number(rng, dtype, method):
    x, weight = positive(rng, (1, 16, 9, 8), (5, 16, 3, 4), dtype)
    terms = prod(weight.shape[1:])
    total = convlib.conv2d(np.abs(x), np.abs(weight)).astype(float)
    assert_holds_and_is_sharp(seen_error(x, weight, method=method), np.sqrt(terms) * EPSILON[dtype] * total)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_fft_errs_by_the_norms(rng, dtype):
    x, weight = positive(rng, (1, 8, 40, 37), (8, 1, 15, 14), dtype)
    norms = np.sqrt((np.abs(x) ** 2).sum((0, 2, 3))) * np.sqrt((np.abs(weight) ** 2).sum((1, 2, 3)))
    bound = EPSILON[dtype] * np.sqrt(log2(40 * 40)) * norms
    assert_holds_and_is_sharp(seen_error(x, weight, groups=8, method="fft"), bound[:, None, None])


@pytest.mark.parametrize("m", [2, 4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_winograd_errs_by_its_matrices(rng, dtype, m):
    x, weight = positive(rng, (1, 32, 14, 14), (4, 32, 3, 3), dtype)
    a, b, g = (np.abs(np.kron(table[m], table[m])) for table in (winograd.A, winograd.B, winograd.G))
    tiles = convlib.windows(x[0], (m + 2, m + 2), m).reshape(32, -1, (m + 2) ** 2)  # (I, P, t²)
    products = np.einsum("tk,oik,ipt->top", g, weight.reshape(4, 32, 9), tiles @ b.T)
    bound = np.sqrt(32) * EPSILON[dtype] * np.sqrt(np.einsum("mt,top->opm", a**2, products**2))
    error = convlib.windows(seen_error(x, weight, method=f"winograd{m}")[0], (m, m), m)
    assert_holds_and_is_sharp(error.reshape(4, -1, m * m), bound)  # (O, P, m²)


# --- overlap-add, blocks, memory


@pytest.mark.parametrize(("length", "kernel"), [(200, 3), (1000, 7), (999, 1), (513, 8)])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (3, 2)])
def test_long_signals_are_cut_and_added_where_they_overlap(
    xp, rng, monkeypatch, length, kernel, stride, dilation
):
    cuts = []
    cut = fft._overlap_add
    monkeypatch.setattr(fft, "_overlap_add", lambda *a: cuts.append(a) or cut(*a))
    x, weight = layer(rng, (2, 4, length), (kernel,), 6, 2)
    got = convlib.conv1d(xp.array(x), xp.array(weight), None, stride, 2, dilation, 2, method="fft")
    expected = convlib.conv1d(x, weight, None, stride, 2, dilation, 2, method="direct")
    np.testing.assert_allclose(xp.numpy(got), expected, atol=1e-12 * np.abs(expected).max())
    assert cuts


def test_a_signal_far_from_the_next_fast_length(rng):
    x, weight = layer(rng, (1, 1, 100_100), (3,), 1)
    expected = np.correlate(x[0, 0], weight[0, 0])
    np.testing.assert_allclose(convlib.conv1d(x, weight)[0, 0], expected, atol=1e-12)


@pytest.mark.parametrize("method", ["gemm", "toeplitz", "fft", "winograd2", "winograd4"])
@pytest.mark.parametrize("limit", [1, 50, 700])
def test_block_sizes_do_not_change_the_answer(rng, monkeypatch, method, limit):
    for module in (gemm, toeplitz, fft, winograd):
        monkeypatch.setattr(module, "BLOCK", limit)
        monkeypatch.setattr(module, "CHUNK", limit, raising=False)
    x, weight = layer(rng, (3, 6, 8, 9), (3, 3), 4, 2)
    got = convlib.conv2d(x, weight, None, 1, 1, 1, 2, method=method)
    expected = convlib.conv2d(x, weight, None, 1, 1, 1, 2, method="direct")
    np.testing.assert_allclose(got, expected, atol=1e-12)


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize(("stride", "dilation", "groups"), list(product((1, 2), (1, 2), (1, 3))))
def test_rows_that_bands_do_not_divide(xp, rng, monkeypatch, rank, stride, dilation, groups):
    monkeypatch.setattr(toeplitz, "band_height", lambda rows, length: 4)
    x, weight = layer(rng, (2, 6, *(4, 37, 43)[-rank:]), (2, 3, 4)[-rank:], 3, groups)
    options = None, stride, 0, (*[1] * (rank - 2), dilation, dilation), groups
    expected = CALLS[rank](x, weight, *options, method="direct")
    assert expected.shape[-2] % 4
    got = CALLS[rank](xp.array(x), xp.array(weight), *options, method="toeplitz")
    np.testing.assert_allclose(xp.numpy(got), expected, rtol=0, atol=1e-13 * np.abs(expected).max())


def test_bands_are_cut_into_strips(rng, monkeypatch):
    x, weight = layer(rng, (2, 4, 9, 200), (3, 3), 4, 2)
    strips = []
    multiply = toeplitz._multiply
    monkeypatch.setattr(toeplitz, "SLAB", 1)
    monkeypatch.setattr(toeplitz, "_multiply", lambda *a: strips.append(a) or multiply(*a))
    got = convlib.conv2d(x, weight, groups=2, stride=(1, 2), method="toeplitz")
    expected = convlib.conv2d(x, weight, groups=2, stride=(1, 2), method="direct")
    np.testing.assert_allclose(got, expected, atol=1e-12)
    assert len(strips) == 4  # 99 outputs along a row, in strips of 64; three bands of two rows, and one row


@pytest.mark.parametrize(
    ("shape", "unit", "limit"), [((3, 4, 5), 7, 50), ((2, 3), 0, 9), ((1, 1, 9), 100, 10)]
)
def test_blocks_cover_everything_once(shape, unit, limit):
    seen = np.zeros(shape, int)
    for box in blocks(shape, unit, limit):
        seen[box] += 1
        assert seen[box].size == 1 or seen[box].size * unit <= limit
    assert (seen == 1).all()


@pytest.mark.parametrize("n", [*range(200), 100_001, 10**6 + 1, 2**40 + 1])
def test_fast_length_is_the_next_smooth_number(n):
    smooth = sorted(2**a * 3**b * 5**c for a in range(42) for b in range(27) for c in range(19))
    assert fast_length(n) == next(m for m in smooth if m >= n)


MIB = 2**20
MEMORY = {
    "vgg3": ((1, 256, 56, 56), (256, 256, 3, 3), 1, 1),
    "dw31": ((1, 64, 56, 56), (64, 1, 31, 31), 15, 64),
    "dw3b": ((8, 512, 14, 14), (512, 1, 3, 3), 1, 512),
    "audio": ((1, 64, 16384), (64, 64, 9), 4, 1),
    "vol": ((1, 16, 32, 32, 32), (32, 16, 3, 3, 3), 1, 1),
}


def test_products_of_many_samples_and_filters_are_held_a_few_at_a_time():
    x, weight = np.ones((300, 1, 10, 10), np.float32), np.ones((300, 1, 5, 5), np.float32)
    tracemalloc.start()
    try:
        out = convlib.conv2d(x, weight, method="fft")  # all products together are 33 MiB in complex64
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - out.nbytes <= 4 * MIB


@pytest.mark.parametrize("name", MEMORY)
def test_auto_works_in_sixteen_mebibytes(name):
    x_shape, weight_shape, padding, groups = MEMORY[name]
    x, weight = np.ones(x_shape, np.float32), np.ones(weight_shape, np.float32)
    tracemalloc.start()
    try:
        out = convlib.conv(x, weight, None, 1, padding, 1, groups)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    padded = 4 * prod((*x_shape[:2], *(n + 2 * padding for n in x_shape[2:])))
    assert peak - padded - out.nbytes <= 16 * MIB


# --- torch


@pytest.fixture
def no_torch_convolution(monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is not installed")

    def refuse(*_, **__):
        raise AssertionError("torch's own convolution was called")

    for name in ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"):
        monkeypatch.setattr(torch.nn.functional, name, refuse)
        monkeypatch.setattr(torch, name, refuse)
    monkeypatch.setattr(torch, "conv_tbc", refuse)
    monkeypatch.setattr(torch, "convolution", refuse)
    return torch


@pytest.mark.parametrize("method", list(algorithms.METHODS))
def test_named_methods_run_on_torch_from_our_definition(no_torch_convolution, rng, method):
    torch = no_torch_convolution
    x, weight = layer(rng, (2, 4, 7, 8), (3, 3), 6, 2)
    got = convlib.conv2d(torch.tensor(x), torch.tensor(weight), None, 1, 1, 1, 2, method=method)
    np.testing.assert_allclose(got.numpy(), reference.conv(x, weight, None, 1, 1, 1, 2), atol=1e-12)


def test_auto_on_torch_is_torchs_own(no_torch_convolution):
    torch = no_torch_convolution
    with pytest.raises(AssertionError, match="torch's own convolution was called"):
        convlib.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 2, 2))


LARGE = {
    "depthwise": ((1, 3, 60, 61), (3, 1, 21, 20), 3, 10),
    "one long kernel": ((2, 1, 3000), (1, 1, 301), 1, "same"),
    "asymmetric": ((1, 2, 90, 80), (2, 1, 15, 17), 2, ((3, 0), (1, 2))),
}


@pytest.mark.parametrize("name", LARGE)
def test_auto_on_torch_takes_the_fft_for_large_kernels(no_torch_convolution, rng, name):
    torch = no_torch_convolution
    shape, weight_shape, groups, padding = LARGE[name]
    x, weight = (torch.tensor(rng.normal(size=size), requires_grad=True) for size in (shape, weight_shape))
    got = convlib.conv(x, weight, None, 1, padding, 1, groups)
    arrays = [tensor.detach().numpy() for tensor in (x, weight)]
    np.testing.assert_allclose(
        got.detach().numpy(), convlib.conv(*arrays, None, 1, padding, 1, groups), atol=1e-10
    )
    got.sum().backward()
    reached = np.ones(got.shape)
    expected = convlib.grad.conv_weight(arrays[0], tuple(weight.shape), reached, 1, padding, 1, groups)
    np.testing.assert_allclose(weight.grad.numpy(), expected, atol=1e-10)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_auto_on_torch_keeps_nan_and_inf_in_their_windows(rng, bad):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    shape, weight_shape, groups, padding = LARGE["depthwise"]
    x, weight = (torch.tensor(rng.normal(size=size)) for size in (shape, weight_shape))
    x[0, 1, 0, 0] = bad
    got = convlib.conv(x, weight, None, 1, padding, 1, groups)
    assert int((~torch.isfinite(got)).sum()) == 11 * 11


@pytest.mark.parametrize(
    ("channels", "groups", "kernel", "better"),
    [
        ((64, 64), 64, 13, False),  # torch has a program for small depthwise kernels,
        ((64, 64), 64, 15, True),
        ((64, 128), 64, 9, True),  # none for two filters a group,
        ((64, 128), 64, 3, False),
        ((16, 16), 1, 17, False),  # and one for many channels
        ((16, 16), 1, 31, True),
        ((3, 64), 1, 31, False),
    ],
)
def test_on_the_cpu_the_fft_is_taken_where_torchs_programs_end(channels, groups, kernel, better):
    (c_in, c_out), pads = channels, ((kernel // 2,) * 2,) * 2
    shapes = (1, c_in, 64, 64), (c_out, c_in // groups, kernel, kernel)
    assert algorithms.fft_beats_torch(*shapes, (1, 1), pads, (1, 1), groups, cpu=True) == better


@pytest.mark.parametrize(
    ("samples", "c_out", "kernel", "better"), [(64, 64, 31, True), (64, 128, 31, False), (1, 64, 31, False)]
)
def test_off_the_cpu_only_large_depthwise_layers_leave_torchs_own(samples, c_out, kernel, better):
    shapes, pads = ((samples, 64, 56, 56), (c_out, 1, kernel, kernel)), ((15, 15), (15, 15))
    assert algorithms.fft_beats_torch(*shapes, (1, 1), pads, (1, 1), 64, cpu=False) == better


@pytest.mark.parametrize("method", ["auto", *algorithms.METHODS])
def test_gradients_of_every_method(rng, method):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x, weight = layer(rng, (2, 4, 5, 4), (3, 3), 2, 2)
    inputs = [torch.tensor(array, requires_grad=True) for array in (x, weight, rng.normal(size=2))]
    check = torch.autograd.gradcheck
    assert check(lambda *a: convlib.conv2d(*a, 1, ((1, 0), (2, 1)), 1, 2, method=method), inputs)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_gradients_through_padding(rng, mode):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x, weight = (torch.tensor(array, requires_grad=True) for array in layer(rng, (1, 2, 4, 5), (2, 3), 2))
    assert torch.autograd.gradcheck(
        lambda *a: convlib.conv2d(*a, padding=2, padding_mode=mode, method="gemm"), (x, weight)
    )


@pytest.mark.parametrize("method", ["gemm", "toeplitz", "fft"])
def test_gradients_across_blocks_and_pieces(rng, monkeypatch, method):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.setattr({"gemm": gemm, "fft": fft, "toeplitz": toeplitz}[method], "BLOCK", 20)
    x, weight = (torch.tensor(array, requires_grad=True) for array in layer(rng, (1, 2, 50), (2,), 2))
    assert torch.autograd.gradcheck(lambda *a: convlib.conv1d(*a, method=method), (x, weight))


def test_auto_takes_toeplitz_for_depthwise_but_keeps_nan_in_its_windows(rng):
    x, weight = layer(rng, (1, 96, 56, 56), (7, 7), 96, 96)
    assert convlib.choose_method(x.shape, weight.shape, padding=3, groups=96) == "toeplitz"
    x[0, 5, 20, 20] = np.nan
    got = convlib.conv2d(x, weight, padding=3, groups=96)
    rows, columns = np.nonzero(np.isnan(got[0, 5]))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (17, 23, 17, 23)
    assert np.isnan(got).sum() == 49
