"""What a search for errors found: each of these was once a wrong number, a crash or a memory too large."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import convlib
from convlib import ShapeError, algorithms, cost, kinds, reference, signal


def test_wires_that_share_a_place_are_added_without_wrapping(xp):
    weight, options = (
        xp.array(np.array([100, 27], np.int8)),
        {"padding": ((1, 0),), "padding_mode": "replicate"},
    )
    assert xp.numpy(convlib.conv_matrix(weight, 1, **options)).tolist() == [[127]]
    with pytest.raises(OverflowError, match="conv_matrix: the result 128 does not fit"):
        convlib.conv_matrix(xp.array(np.array([100, 28], np.int8)), 1, **options)
    with pytest.raises(TypeError, match="conv_matrix: weight holds booleans"):
        convlib.conv_matrix(xp.array(np.array([True, True])), 1, **options)


def test_wires_that_share_a_place_in_a_sparse_matrix():
    pytest.importorskip("scipy")
    weight = np.array([100, 28], np.int8)
    with pytest.raises(OverflowError, match="the result 128"):
        convlib.conv_matrix(weight, 1, padding=((1, 0),), padding_mode="replicate", sparse=True)


def test_rows_of_zeros_are_blocks_of_their_own():
    assert convlib.block_permutation(np.zeros((2, 3))).sizes == [(0, 1)] * 3 + [(1, 0)] * 2
    assert convlib.block_permutation(np.array([[0, 0], [1, 0]])).sizes == [(1, 1), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: convlib.receptive_field([(2, 1, "causal", 4)]), "receptive_field: layer 0"),
        (lambda: convlib.transposed_output_size(5, 3, 2, "same"), "transposed_output_size"),
        (
            lambda: reference.conv_transpose(np.ones((1, 1, 5)), np.ones((1, 1, 3)), 1, 2, "same"),
            "conv_transpose",
        ),
        (lambda: convlib.pad(np.ones((1, 1, 5)), ("same",)), "pad"),
    ],
)
def test_a_name_for_a_padding_is_refused_where_it_has_no_size(call, name):
    with pytest.raises(ShapeError, match=f"{name}: padding must be numbers here, not '"):
        call()


@pytest.mark.parametrize("padding", ["same", ("same", "same"), ("same", 0), "causal", "full", 1])
@pytest.mark.parametrize("kernel", [2, 3])
def test_a_counted_transposed_layer_has_the_size_of_a_computed_one(padding, kernel):
    counted = cost.conv_transpose_layer(1, 1, kernel, 5, stride=3, padding=padding).output_size
    x, weight = np.ones((1, 1, 5, 5)), np.ones((1, 1, kernel, kernel))
    computed = convlib.conv_transpose2d(x, weight, stride=3, padding=padding)
    assert counted == computed.shape[2:]


@pytest.mark.parametrize("options", [{"output_padding": 2}, {"output_padding": 1, "padding": "same"}])
def test_a_counted_transposed_layer_refuses_what_a_computed_one_refuses(options):
    with pytest.raises(ShapeError, match=r"conv_transpose_layer: .*output_padding"):
        cost.conv_transpose_layer(1, 1, 3, 5, stride=2, **options)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_large_numbers_do_not_overflow_in_a_spectrum(xp, dtype):
    x, weight = np.full((1, 1, 4000), 1e25, dtype), np.full((1, 1, 301), 1e10, dtype)
    got = xp.numpy(convlib.conv1d(xp.array(x), xp.array(weight)))
    np.testing.assert_allclose(got, np.full((1, 1, 3700), 301e35), rtol=1e-5)
    assert algorithms.in_range(np.ones((1, 1, 9), dtype), np.ones((1, 1, 3), dtype))


def test_a_dilated_kernel_is_spread_a_block_at_a_time():
    x, weight = np.ones((1, 64, 70, 70), np.float32), np.ones((64, 64, 3, 3), np.float32)
    expected = algorithms.fft(x, weight, (1, 1), (32, 32), 1)
    tracemalloc.start()
    algorithms.fft(x, weight, (1, 1), (32, 32), 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(expected, np.full((1, 64, 6, 6), 64 * 9), rtol=1e-5)
    assert peak < 2**24, f"{peak:,} bytes; all kernels written out are {64 * 64 * 65 * 65 * 4:,}"


def test_a_picture_cut_from_a_large_canvas_takes_no_canvas():
    x, weight = np.ones((1, 1, 20, 20), np.float32), np.ones((1, 1, 100, 100), np.float32)
    tracemalloc.start()
    y = convlib.conv_transpose2d(x, weight, stride=100, padding=990)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(y, np.ones((1, 1, 20, 20)))
    assert peak < 2**22, f"{peak:,} bytes; the canvas is {2000**2 * 4:,}"


def test_no_memory_for_a_huge_padding():
    with pytest.raises(
        ShapeError, match=r"effective_receptive_field: the output of a layer would have shape"
    ):
        convlib.effective_receptive_field([np.ones((1, 1, 3, 3))], 5, padding=10**6)


def test_an_empty_batch_stays_in_the_graph():
    torch = pytest.importorskip("torch")
    weight, bias = torch.ones(3, 2, 3, 3, requires_grad=True), torch.ones(3, requires_grad=True)
    convlib.conv2d(torch.ones(0, 2, 5, 5), weight, bias).sum().backward()
    assert weight.grad.shape == weight.shape
    assert not weight.grad.any()
    assert not bias.grad.any()


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning", "ignore:.*torch.jit.*:DeprecationWarning")
def test_a_layer_for_the_fft_can_be_traced_mapped_and_asked_for_its_shape():
    torch = pytest.importorskip("torch")
    from torch._subclasses.fake_tensor import FakeTensorMode

    def layer(x, weight):
        return convlib.conv2d(x, weight, padding=15, groups=64)

    x, weight = torch.randn(1, 64, 40, 40), torch.randn(64, 1, 31, 31)
    expected = torch.nn.functional.conv2d(x, weight, None, 1, 15, 1, 64)
    close = {"rtol": 1e-3, "atol": 1e-3}
    torch.testing.assert_close(torch.jit.trace(layer, (x, weight))(x, weight), expected, **close)
    torch.testing.assert_close(torch.func.vmap(lambda one: layer(one, weight))(x[None])[0], expected, **close)
    assert layer(x.to("meta"), weight.to("meta")).shape == expected.shape
    with FakeTensorMode():
        assert layer(torch.empty(1, 64, 40, 40), torch.empty(64, 1, 31, 31)).shape == expected.shape
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert layer(x, weight).dtype == torch.bfloat16


def test_what_torch_cannot_add_is_said():
    torch = pytest.importorskip("torch")
    x = torch.ones(1, 1, 3, dtype=torch.uint16)
    with pytest.raises(TypeError, match=r"conv1d: torch has no arithmetic for torch\.uint16"):
        convlib.conv1d(x, x)


def test_a_masked_array_is_refused():
    x = np.ma.masked_array(np.ones((1, 1, 3)), [[[0, 1, 0]]])
    with pytest.raises(TypeError, match="conv1d: x is a masked array"):
        convlib.conv1d(x, np.ones((1, 1, 2)))


@pytest.mark.parametrize("padding", [(1,), 1, (1, 1)])
def test_a_padding_for_every_axis_of_separable_kinds(rng, padding):
    x, a, b = rng.normal(size=(1, 2, 6, 7)), rng.normal(size=3), rng.normal(size=3)
    expected = kinds.spatially_separable_conv(x, [a, b], padding=1)
    np.testing.assert_array_equal(kinds.spatially_separable_conv(x, [a, b], padding=padding), expected)


def test_no_channels_in_separable_kinds():
    assert kinds.spatially_separable_conv(np.ones((1, 0, 6, 7)), [np.ones(3), np.ones(3)]).shape == (
        1,
        0,
        4,
        5,
    )


def test_the_inverse_filter_in_every_precision():
    y = signal.convolve([3.0, 1, 4, 1, 5], [1.0, 2, 4])
    got = signal.inverse_filter(y.astype(np.longdouble), np.array([1, 2, 4], np.longdouble), mode="full")
    np.testing.assert_allclose(got.astype(float), [3, 1, 4, 1, 5])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convlib.choose_method((1, 3), (3, 3)), r"choose_method: x_shape must be \(N, C_in"),
        (lambda: convlib.choose_method((3, 9, 9), (3, 3, 3, 3)), "choose_method: x_shape must be"),
        (lambda: convlib.receptive_field([cost.conv_layer(1, 1, 3, 9)], axis=5), "receptive_field: axis=5"),
        (lambda: convlib.pixel_shuffle(np.ones((4, 2, 2)), ()), "pixel_shuffle: x must have shape"),
        (lambda: convlib.overlap_count((), ()), "overlap_count: "),
    ],
)
def test_odd_arguments_are_named(call, message):
    with pytest.raises(ShapeError, match=message):
        call()


@pytest.mark.parametrize("name", ["convolve", "correlate", "circular_convolve"])
def test_an_overflow_names_the_operation(name):
    large = np.full(3, 100, np.int8)
    with pytest.raises(OverflowError, match=f"^{name}: the result"):
        getattr(signal, name)(large, large)
