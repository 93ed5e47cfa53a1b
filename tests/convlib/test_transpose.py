"""The transposed convolution against the loops, torch, TensorFlow's worked case, and its own definition as Cᵀ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convlib
from convlib import (
    ShapeError,
    bilinear_kernel,
    conv,
    conv2d,
    conv_matrix,
    conv_transpose,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    icnr,
    insert_zeros,
    overlap_count,
    pixel_shuffle,
    reference,
)

NAMED = {1: conv_transpose1d, 2: conv_transpose2d, 3: conv_transpose3d}
# input size, kernel, stride, padding, output_padding, dilation, groups
CASES = [
    ((7,), (3,), 2, 1, 1, 1, 1),
    ((5,), (4,), 1, ((2, 0),), 0, 3, 2),
    ((5, 6), (2, 3), (2, 1), (1, 2), (1, 0), (2, 1), 2),
    ((3, 4), (5, 2), (3, 4), (2, 0), (0, 3), 1, 3),
    ((3, 4), (4, 3), 2, "same", 0, 1, 1),
    ((2, 4, 3), (2, 1, 3), (1, 2, 3), (0, 0, 1), (0, 1, 2), (2, 1, 1), 2),
    ((3, 2), (16, 9), (8, 9), ((3, 2), (0, 1)), (7, 0), 1, 2),  # wide strides, which divide the kernel
]


def problem(rng, size, kernel, groups):
    x = rng.normal(size=(2, 2 * groups, *size))
    return x, rng.normal(size=(2 * groups, 3, *kernel)), rng.normal(size=3 * groups)


@pytest.mark.parametrize("method", ["auto", "stamp"])
@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "extra", "dilation", "groups"), CASES)
def test_equals_the_loops(xp, rng, size, kernel, stride, padding, extra, dilation, groups, method):
    x, weight, bias = problem(rng, size, kernel, groups)
    options = stride, padding, extra, groups, dilation
    pads = ((1, 1), (0, 1)) if padding == "same" else padding  # of the 6×8 outputs, the odd one at the end
    expected = reference.conv_transpose(x, weight, bias, stride, pads, extra, groups, dilation)
    of_rank = NAMED[len(size)]
    ours = of_rank(xp.array(x), xp.array(weight), xp.array(bias), *options, method=method)
    np.testing.assert_allclose(xp.numpy(ours), expected, rtol=0, atol=1e-12)
    alone = conv_transpose(xp.array(x[0]), xp.array(weight), None, *options, method=method)
    np.testing.assert_allclose(xp.numpy(alone), expected[0] - bias.reshape(-1, *[1] * len(size)), atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "extra", "dilation", "groups"), CASES)
def test_equals_torch_position_by_position(
    rng, size, kernel, stride, padding, extra, dilation, groups, dtype
):
    torch = pytest.importorskip("torch")
    if not isinstance(padding, int) and not isinstance(padding[0], int):
        return  # torch has neither "same" nor pairs here; the loops check them above
    given = [array.astype(dtype) for array in problem(rng, size, kernel, groups)]
    options = stride, padding, extra, groups, dilation
    theirs = getattr(torch.nn.functional, f"conv_transpose{len(size)}d")(*map(torch.tensor, given), *options)
    ours = NAMED[len(size)](*given, *options)
    assert ours.dtype == dtype
    # each output sums at most C_in/groups·ΠK + 1 products of numbers around 1; torch rounds too
    terms = given[1][:, 0].size // groups + 1
    eps = np.finfo(np.dtype(dtype)).eps
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=4 * terms * eps)


@given(data=st.data())
def test_equals_the_loops_over_the_parameter_space(data):
    rank = data.draw(st.integers(1, 3))
    draw = lambda low, high: tuple(data.draw(st.integers(low, high)) for _ in range(rank))  # noqa: E731
    size, kernel, stride, dilation = draw(1, 4), draw(1, 4), draw(1, 3), draw(1, 3)
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation))
    canvas = [
        (n - 1) * s + d * (k - 1) + 1 + a for n, k, s, d, a in zip(size, kernel, stride, dilation, extra)
    ]
    pads = tuple(
        (low, data.draw(st.integers(0, c - 1 - low)))
        for c in canvas
        for low in [data.draw(st.integers(0, c - 1))]
    )
    groups, per_group, outs = (
        data.draw(st.integers(1, 3)),
        data.draw(st.integers(1, 3)),
        data.draw(st.integers(1, 2)),
    )
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = rng.integers(-5, 6, (2, groups * per_group, *size))
    weight = rng.integers(-5, 6, (groups * per_group, outs, *kernel))
    ours = conv_transpose(x, weight, None, stride, pads, extra, groups, dilation)
    np.testing.assert_array_equal(
        ours, reference.conv_transpose(x, weight, None, stride, pads, extra, groups, dilation)
    )


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "extra", "dilation", "groups"), CASES)
def test_is_the_transposed_matrix(rng, size, kernel, stride, padding, extra, dilation, groups):
    y, weight, _ = problem(rng, size, kernel, groups)
    back = conv_transpose(y[:1], weight, None, stride, padding, extra, groups, dilation)
    matrix = conv_matrix(weight, back.shape[2:], stride, padding, dilation, groups)
    np.testing.assert_allclose(matrix.T @ y[:1].ravel(), back.ravel(), rtol=0, atol=1e-12)
    x = rng.normal(size=back.shape)
    forth = conv(x, weight, None, stride, padding, dilation, groups)
    np.testing.assert_allclose(np.vdot(forth, y[:1]), np.vdot(x, back), rtol=1e-12, atol=1e-11)


def test_tensorflows_same_case():
    # tf.nn.conv2d_transpose([[1, 2], [3, 4]], 3×3 ones, output 4×4, strides 2, "SAME")
    x = np.array([[[[1, 2], [3, 4]]]])
    expected = [[1, 1, 3, 2], [1, 1, 3, 2], [4, 4, 10, 6], [3, 3, 7, 4]]
    same = conv_transpose2d(x, np.ones((1, 1, 3, 3), int), stride=2, padding="same")
    np.testing.assert_array_equal(same[0, 0], expected)
    torchs = conv_transpose2d(x, np.ones((1, 1, 3, 3), int), stride=2, padding=1, output_padding=1)
    assert torchs.shape == same.shape  # the same shape
    assert (torchs != same).any()  # and other numbers: torch crops the start


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_same_gives_size_times_stride(xp, rng, k, stride):
    x, weight = rng.normal(size=(1, 2, 5)), rng.normal(size=(2, 3, k))
    out = conv_transpose1d(xp.array(x), xp.array(weight), stride=stride, padding="same")
    assert out.shape == (1, 3, 5 * stride)
    matrix = conv_matrix(weight, 5 * stride, stride, "same")
    np.testing.assert_allclose(xp.numpy(out).ravel(), matrix.T @ x.ravel(), atol=1e-12)


def test_worked_cases_of_the_guide():
    # Dumoulin and Visin (2016), figures 4.1 and 4.5: 2×2 under a 3×3 kernel
    ones = np.ones((1, 1, 3, 3))
    assert conv_transpose2d(np.ones((1, 2, 2)), ones).shape == (1, 4, 4)
    assert conv_transpose2d(np.ones((1, 2, 2)), ones, stride=2).shape == (1, 5, 5)


def test_zeros_between_then_the_reversed_kernel(rng):
    x, weight = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(3, 2, 4, 3))
    spread = insert_zeros(x, (2, 3))
    flipped = weight[:, :, ::-1, ::-1].swapaxes(0, 1)  # (C_out, C_in, kH, kW)
    around = ((3 - 1, 3 - 1), (2 - 2, 2 - 2 + 1))  # k − 1 − p, and output_padding at the end
    ours = conv_transpose2d(x, weight, stride=(2, 3), padding=(1, 2), output_padding=(0, 1))
    np.testing.assert_allclose(conv2d(spread, flipped, padding=around), ours, atol=1e-12)


def test_nearest_then_three_is_one_transposed_with_four(rng):
    x, k = rng.normal(size=(1, 1, 5, 6)), rng.normal(size=(3, 3))
    nearest = x.repeat(2, axis=2).repeat(2, axis=3)
    both = conv_transpose2d(np.ones((1, 1, 1)), k[None, None, ::-1, ::-1])[0]  # k stamped once
    wide = np.zeros((4, 4))
    for i, j in np.ndindex(2, 2):
        wide[i : i + 3, j : j + 3] += both
    expected = conv2d(nearest, k[None, None], padding=1)
    np.testing.assert_allclose(
        conv_transpose2d(x, wide[None, None], stride=2, padding=1), expected, atol=1e-12
    )


def test_integers_are_exact_and_overflow_is_an_error(xp):
    x = xp.array(np.array([[[100, 100]]], np.int8))
    with pytest.raises(OverflowError, match=r"conv_transpose1d: the result 200 does not fit in .*int8"):
        conv_transpose1d(x, xp.array(np.array([[[1, 1]]], np.int8)))
    big = np.array([[[2**40 + 1]]])
    np.testing.assert_array_equal(
        conv_transpose1d(big, np.array([[[2**20, 1]]])), [[[2**60 + 2**20, 2**40 + 1]]]
    )


def test_gradients_flow_through_our_own_definition(rng):
    torch = pytest.importorskip("torch")
    x, weight, bias = (torch.tensor(a, requires_grad=True) for a in problem(rng, (3, 2), (2, 3), 2))
    call = lambda x, w, b: conv_transpose2d(x, w, b, 2, 1, 1, 2, (1, 2), method="stamp")  # noqa: E731
    assert torch.autograd.gradcheck(call, (x, weight, bias))
    assert torch.autograd.gradgradcheck(call, (x, weight, bias))


def test_auto_is_torchs_own_where_it_can_be(monkeypatch, rng):
    torch = pytest.importorskip("torch")
    x, weight = torch.tensor(rng.normal(size=(1, 2, 4))), torch.tensor(rng.normal(size=(2, 3, 3)))
    expected = conv_transpose1d(x, weight, method="stamp")

    def refuse(*_):
        raise RuntimeError("torch's own was asked")

    monkeypatch.setattr(torch.nn.functional, "conv_transpose1d", refuse)
    with pytest.raises(RuntimeError, match="torch's own was asked"):
        conv_transpose1d(x, weight)
    torch.testing.assert_close(conv_transpose1d(x, weight, method="stamp"), expected)
    assert conv_transpose1d(x, weight, stride=2, padding="same").shape == (1, 3, 8)  # (0, 1): ours


def test_special_values_stay_where_their_stamp_reaches():
    x = np.array([[[1.0, np.nan, 2.0, np.inf]]])
    out = conv_transpose1d(x, np.ones((1, 1, 2)), stride=2)
    np.testing.assert_array_equal(out, [[[1, 1, np.nan, np.nan, 2, 2, np.inf, np.inf]]])
    for k, stride in ((8, 8), (9, 8), (16, 8)):
        out = conv_transpose1d(x, np.ones((1, 1, k)), stride=stride)
        reached = reference.conv_transpose(np.isnan(x) * 1.0, np.ones((1, 1, k)), stride=stride) > 0
        np.testing.assert_array_equal(np.isnan(out), reached)


def test_inputs_are_only_read_in_any_memory_order(rng):
    x, weight, bias = problem(rng, (4, 5), (2, 3), 2)
    expected = conv_transpose2d(x, weight, bias, 2, groups=2)
    for array in (x, weight, bias):
        array.flags.writeable = False
    reversed_twice = x[:, ::-1, ::-1].copy()[:, ::-1, ::-1]  # negative strides
    out = conv_transpose2d(reversed_twice, np.asfortranarray(weight), bias, 2, groups=2)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-12)
    assert out.flags.writeable
    np.testing.assert_allclose(
        conv_transpose2d(x.tolist(), weight.tolist(), bias.tolist(), 2, groups=2), expected
    )


def test_empty_batch_and_channels_are_good():
    assert conv_transpose2d(np.zeros((0, 2, 3, 4)), np.zeros((2, 5, 2, 2))).shape == (0, 5, 4, 5)
    none = conv_transpose1d(np.zeros((2, 0, 3)), np.zeros((0, 5, 2)), np.arange(5.0))
    np.testing.assert_array_equal(none, np.broadcast_to(np.arange(5.0)[:, None], (2, 5, 4)))


X, W = np.ones((1, 4, 3, 5)), np.ones((4, 2, 3, 2))
SHAPES = "; x (N, C_in, H, W) = (1, 4, 3, 5), weight (C_in, C_out/groups, kH, kW) = (4, 2, 3, 2)."


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: conv_transpose2d(X, W, groups=3),
            ShapeError,
            "conv_transpose2d: groups=3 must divide C_in=4" + SHAPES,
        ),
        (
            lambda: conv_transpose2d(X[:, :3], W),
            ShapeError,
            "conv_transpose2d: weight expects 4 input channels but x has 3"
            + SHAPES.replace("(1, 4,", "(1, 3,"),
        ),
        (
            lambda: conv_transpose2d(X, W, stride=2, output_padding=2),
            ShapeError,
            "conv_transpose2d: output_padding=2 must be less than stride=2 or dilation=1: a larger one belongs to"
            " another size of x" + SHAPES,
        ),
        (
            lambda: conv_transpose2d(X, W, padding=3),
            ShapeError,
            "conv_transpose2d: along H nothing is left of the output: (3 − 1)·1 + 1·(3 − 1) + 1 − 3 − 3 + 0 = -1"
            + SHAPES,
        ),
        (
            lambda: conv_transpose2d(X, W, stride=2, padding="same", output_padding=1),
            ShapeError,
            "conv_transpose2d: padding='same' fixes the size at 3·2; output_padding must be 0.",
        ),
        (
            lambda: conv_transpose2d(X, W, np.ones(4)),
            ShapeError,
            "conv_transpose2d: bias must have one number per output channel, shape (2,), but its shape is (4,).",
        ),
        (
            lambda: conv_transpose2d(X, W, stride=2**30),
            ShapeError,
            "conv_transpose2d: the output would have shape (1, 2, 2147483651, 4294967298), "
            f"{2 * 2147483651 * 4294967298:,} elements; more than 2,147,483,647 are refused.",
        ),
        (
            lambda: conv_transpose2d(X[0, 0], W),
            ShapeError,
            "conv_transpose2d: x must have 4 axes (N, C_in, H, W), or 3 without N, but its shape is (3, 5).",
        ),
        (
            lambda: conv_transpose1d(X, W),
            ShapeError,
            "conv_transpose1d: weight must have 3 axes (C_in, C_out/groups, kL), but its shape is (4, 2, 3, 2).",
        ),
        (
            lambda: conv_transpose2d(X, W[:, :, :0]),
            ShapeError,
            "conv_transpose2d: the kernel must not be empty" + SHAPES.replace("(4, 2, 3, 2)", "(4, 2, 0, 2)"),
        ),
        (
            lambda: conv_transpose2d(X, W, dilation=0),
            ShapeError,
            "conv_transpose2d: dilation must be at least 1, but is 0.",
        ),
        (
            lambda: conv_transpose2d(X, W, stride=1.5),
            TypeError,
            "conv_transpose2d: stride must be an integer, not 1.5.",
        ),
        (
            lambda: conv_transpose2d(X.astype(str), W),
            TypeError,
            "conv_transpose2d: x must hold numbers, but its dtype is <U32.",
        ),
        (
            lambda: insert_zeros([1, 2], (2, 2)),
            ShapeError,
            "insert_zeros: stride = (2, 2) speaks of 2 axes but x has shape (2,).",
        ),
        (
            lambda: pixel_shuffle(np.ones((6, 2, 2)), 2),
            ShapeError,
            "pixel_shuffle: x must have shape (..., C·4, *S) with 2 spatial axes for upscale_factor = (2, 2), but"
            " its shape is (6, 2, 2).",
        ),
        (
            lambda: icnr(3, 2),
            ShapeError,
            "icnr: weight must have shape (C_out, C_in, *K), but is a single number.",
        ),
        (
            lambda: bilinear_kernel(0),
            ShapeError,
            "bilinear_kernel: kernel_size must be at least 1, but is 0.",
        ),
        (lambda: overlap_count(0, 3), ShapeError, "overlap_count: input_size must be at least 1, but is 0."),
    ],
)
def test_errors_say_what_is_wrong(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_mixed_libraries_are_a_type_error():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="conv_transpose2d: all arrays must belong together"):
        conv_transpose2d(X, torch.tensor(W))


@pytest.mark.parametrize("k", range(2, 8))
def test_bilinear_kernel_interpolates_linearly(k):
    stride = (k + 1) // 2  # FCN: k = 2s − s mod 2
    kernel = bilinear_kernel(2 * stride - stride % 2, rank=1)
    ramp = np.arange(6.0)[None]
    out = conv_transpose1d(ramp, kernel[None, None], stride=stride, padding=-(-(stride - 1) // 2))[0]
    inside = out[stride:-stride]
    np.testing.assert_allclose(np.diff(inside), 1 / stride, atol=1e-12)  # a ramp stays a ramp


def test_bilinear_kernel_of_four_is_fcns():
    # Long, Shelhamer and Darrell (2015): the values 0.5625, 0.1875, 0.0625
    expected = np.outer([0.25, 0.75, 0.75, 0.25], [0.25, 0.75, 0.75, 0.25])
    np.testing.assert_array_equal(bilinear_kernel(4), expected)
    assert bilinear_kernel(3, rank=3).shape == (3, 3, 3)


def test_overlap_is_uneven_unless_the_stride_divides_the_kernel():
    # Odena, Dumoulin and Olah (2016): k = 3, s = 2 alternates 1, 2 in 1-D and 1, 2, 4 in 2-D
    assert set(overlap_count(9, 3, stride=2, padding=1)) == {1, 2}
    assert set(overlap_count((9, 8), 3, stride=2, padding=1).ravel()) == {1, 2, 4}
    assert set(overlap_count(9, 4, stride=2, padding=2)) == {2}
    np.testing.assert_array_equal(
        overlap_count((3, 4), (2, 3), stride=2, dilation=(1, 2)),
        np.outer(overlap_count(3, 2, stride=2), overlap_count(4, 3, stride=2, dilation=2)),
    )


@pytest.mark.parametrize("shape", [(2, 12, 3, 4), (12, 2, 5), (1, 2, 8, 3, 1)])
def test_pixel_shuffle_is_torchs(xp, rng, shape):
    torch = pytest.importorskip("torch")
    x = rng.normal(size=shape)
    expected = torch.nn.functional.pixel_shuffle(torch.tensor(x), 2).numpy()
    np.testing.assert_array_equal(xp.numpy(pixel_shuffle(xp.array(x), 2)), expected)


def test_pixel_shuffle_along_one_axis_is_a_transposed_convolution(rng):
    x = rng.normal(size=(1, 6, 5))
    identity = np.zeros((6, 2, 3))  # stamps that don't overlap: k = s
    for channel in range(6):
        identity[channel, channel // 3, channel % 3] = 1
    np.testing.assert_array_equal(pixel_shuffle(x, (3,)), conv_transpose1d(x, identity, stride=3))


def test_icnr_starts_as_nearest_neighbour(xp, rng):
    x, weight = xp.array(rng.normal(size=(1, 3, 5, 6))), xp.array(rng.normal(size=(2, 3, 3, 3)))
    out = xp.numpy(pixel_shuffle(conv2d(x, icnr(weight, (2, 3)), padding=1), (2, 3)))
    small = xp.numpy(conv2d(x, weight, padding=1))
    np.testing.assert_allclose(out, small.repeat(2, axis=2).repeat(3, axis=3), atol=1e-12)


def test_insert_zeros_speaks_of_the_last_axes(xp):
    x = xp.array(np.arange(1, 13).reshape(2, 2, 3))
    out = xp.numpy(insert_zeros(x, 2))
    assert out.shape == (2, 3, 5)
    np.testing.assert_array_equal(out[:, ::2, ::2], xp.numpy(x))
    assert out.sum() == 78
    assert insert_zeros(np.ones((2, 3)), (4,)).shape == (2, 9)
    assert insert_zeros(np.ones(0), 3).shape == (0,)


def test_module_exports_are_public():
    for name in ("conv_transpose2d", "insert_zeros", "overlap_count", "conv_matrix", "unfold", "fold"):
        assert name in convlib.__all__
