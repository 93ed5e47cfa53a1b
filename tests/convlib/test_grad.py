"""The backward pass against finite differences, torch.nn.grad, and the adjoint's definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlib import ShapeError, conv, grad, reference

# input size, kernel, stride, padding, dilation, groups
CASES = [
    ((9,), (3,), 2, 1, 1, 1),
    ((8,), (3,), 1, "causal", 2, 2),
    ((5, 6), (2, 3), (2, 1), (1, 2), (2, 1), 2),
    ((7, 4), (4, 3), 2, "same", 1, 1),
    ((4, 5, 6), (2, 1, 3), (1, 2, 1), ((0, 1), 0, (2, 1)), (2, 1, 2), 3),
]


def problem(rng, size, kernel, *options):
    groups = options[-1]
    x = rng.normal(size=(2, 2 * groups, *size))
    weight = rng.normal(size=(3 * groups, 2, *kernel))
    return x, weight, rng.normal(size=reference.conv(x, weight, None, *options).shape)


@pytest.mark.parametrize("case", CASES)
def test_gradients_are_finite_differences(xp, rng, case):
    size, _, *options = case
    x, weight, g = problem(rng, *case)
    rank = len(size)
    of_input, of_weight = (getattr(grad, f"conv{rank}d_{what}") for what in ("input", "weight"))
    gx = xp.numpy(of_input(x.shape, xp.array(weight), xp.array(g), *options))
    gw = xp.numpy(of_weight(xp.array(x), weight.shape, xp.array(g), *options))
    gb = xp.numpy(grad.conv_bias(xp.array(g)))
    assert gx.shape == x.shape
    assert gw.shape == weight.shape

    def loss(x, weight, bias=None):
        return np.vdot(conv(x, weight, bias, *options), g)

    # the loss is linear in each argument: a difference of any length is the derivative
    dx, dw, db = (rng.normal(size=a.shape) for a in (x, weight, gb))
    zero = np.zeros(gb.shape)
    np.testing.assert_allclose(loss(x + dx, weight) - loss(x, weight), np.vdot(gx, dx), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(loss(x, weight + dw) - loss(x, weight), np.vdot(gw, dw), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        loss(x, weight, db) - loss(x, weight, zero), np.vdot(gb, db), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize("case", [CASES[0], CASES[2]])
def test_gradients_are_torchs(rng, case, dtype):
    torch = pytest.importorskip("torch")
    size, _, *options = case
    x, weight, g = (array.astype(dtype) for array in problem(rng, *case))
    if dtype == "complex128":
        x, weight, g = (array + 1j * rng.normal(size=array.shape) for array in (x, weight, g))
    inputs = [torch.tensor(a, requires_grad=True) for a in (x, weight)]
    out = getattr(torch.nn.functional, f"conv{len(size)}d")(*inputs, None, *options)
    expected = torch.autograd.grad(out, inputs, torch.tensor(g))
    eps = 4 * 60 * np.finfo(dtype).eps  # at most 60 products around 1 in a sum
    ours = (grad.conv_input(x.shape, weight, g, *options), grad.conv_weight(x, weight.shape, g, *options))
    for mine, theirs in zip(ours, expected):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=0, atol=eps)


def test_names_and_orders_are_torch_nn_grads():
    torch = pytest.importorskip("torch")
    import inspect

    for rank in (1, 2, 3):
        for what in ("input", "weight"):
            theirs = inspect.signature(getattr(torch.nn.grad, f"conv{rank}d_{what}"))
            ours = inspect.signature(getattr(grad, f"conv{rank}d_{what}"))
            rename = {"input": "x"}
            assert [rename.get(name, name) for name in theirs.parameters] == list(ours.parameters)


@given(data=st.data())
def test_input_gradient_is_the_adjoint(data):
    rank = data.draw(st.integers(1, 3))
    draw = lambda low, high: tuple(data.draw(st.integers(low, high)) for _ in range(rank))  # noqa: E731
    kernel, stride, dilation = draw(1, 3), draw(1, 3), draw(1, 3)
    pads = tuple(zip(draw(0, 3), draw(0, 3)))
    size = tuple(d * (k - 1) + 1 + data.draw(st.integers(0, 3)) for k, d in zip(kernel, dilation))
    groups = data.draw(st.integers(1, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, weight = rng.normal(size=(2, 2 * groups, *size)), rng.normal(size=(groups, 2, *kernel))
    y = conv(x, weight, None, stride, pads, dilation, groups)
    g = rng.normal(size=y.shape)
    gx = grad.conv_input(x.shape, weight, g, stride, pads, dilation, groups)
    gw = grad.conv_weight(x, weight.shape, g, stride, pads, dilation, groups)
    np.testing.assert_allclose(np.vdot(y, g), np.vdot(x, gx), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(np.vdot(y, g), np.vdot(weight, gw), rtol=1e-9, atol=1e-9)  # linear in both


def test_gradients_have_gradients(rng):
    torch = pytest.importorskip("torch")
    x, weight, g = (torch.tensor(a, requires_grad=True) for a in problem(rng, *CASES[2]))
    options = CASES[2][2:]
    assert torch.autograd.gradcheck(lambda w, g: grad.conv_input(x.shape, w, g, *options), (weight, g))
    assert torch.autograd.gradcheck(lambda x, g: grad.conv_weight(x, weight.shape, g, *options), (x, g))


def test_without_batch(rng):
    x, weight, g = problem(rng, (5, 6), (2, 3), 1, 0, 1, 1)
    for n in range(2):
        alone = grad.conv2d_input(x.shape[1:], weight, g[n])
        np.testing.assert_allclose(alone, grad.conv2d_input(x.shape, weight, g)[n], atol=1e-12)
    both = sum(grad.conv2d_weight(x[n], weight.shape, g[n]) for n in range(2))
    np.testing.assert_allclose(both, grad.conv2d_weight(x, weight.shape, g), atol=1e-12)
    np.testing.assert_allclose(grad.conv_bias(g[0], rank=2), g[0].sum((1, 2)))


def test_integers_are_exact_and_overflow_is_an_error(xp):
    ones, many = np.ones((1, 1, 300), np.int8), np.ones((1, 1, 300), np.int8)
    with pytest.raises(OverflowError, match=r"conv1d_weight: the result 300 does not fit in .*int8"):
        grad.conv1d_weight(xp.array(ones), (1, 1, 1), xp.array(many))
    with pytest.raises(OverflowError, match=r"conv_bias: the result 300 does not fit in .*int8"):
        grad.conv_bias(xp.array(many))


def test_empty_batch_gives_zeros():
    assert grad.conv1d_input((0, 2, 5), np.ones((3, 2, 2)), np.ones((0, 3, 4))).shape == (0, 2, 5)
    np.testing.assert_array_equal(
        grad.conv1d_weight(np.ones((0, 2, 5)), (3, 2, 2), np.ones((0, 3, 4))), np.zeros((3, 2, 2))
    )
    np.testing.assert_array_equal(grad.conv_bias(np.ones((0, 3, 4))), np.zeros(3))


G, W = np.ones((1, 4, 3, 4)), np.ones((4, 2, 3, 2))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: grad.conv2d_input((1, 2, 5, 6), W, G),
            ShapeError,
            "conv2d_input: this convolution's output, and so grad_output, has shape (1, 4, 3, 5) (stride=(1, 1),"
            " padding=((0, 0), (0, 0)), dilation=(1, 1)); input_size (N, C_in, H, W) = (1, 2, 5, 6), weight"
            " (C_out, C_in/groups, kH, kW) = (4, 2, 3, 2), grad_output (N, C_out, H, W) = (1, 4, 3, 4).",
        ),
        (
            lambda: grad.conv2d_weight(np.ones((1, 6, 5, 5)), (4, 2, 3, 2), G),
            ShapeError,
            "conv2d_weight: C_in must be 2 per group × groups=1, C_out a multiple of groups; x (N, C_in, H, W) ="
            " (1, 6, 5, 5), weight_size (C_out, C_in/groups, kH, kW) = (4, 2, 3, 2), grad_output (N, C_out, H, W)"
            " = (1, 4, 3, 4).",
        ),
        (
            lambda: grad.conv2d_input((1, 2, 5), W, G),
            ShapeError,
            "conv2d_input: weight needs 4 axes; input_size and grad_output 4, or 3 without N; input_size"
            " (N, C_in, H, W) = (1, 2, 5), weight (C_out, C_in/groups, kH, kW) = (4, 2, 3, 2), grad_output"
            " (N, C_out, H, W) = (1, 4, 3, 4).",
        ),
        (
            lambda: grad.conv2d_input(5, W, G),
            TypeError,
            "conv2d_input: input_size must be a shape, one length per axis, not 5.",
        ),
        (
            lambda: grad.conv2d_input((1, 2, 2**20, 2**20), W, G),
            ShapeError,
            "conv2d_input: the gradient would have shape (1, 2, 1048576, 1048576), 2,199,023,255,552 elements;"
            " more than 2,147,483,647 are refused.",
        ),
        (
            lambda: grad.conv_bias(3.0),
            ShapeError,
            "conv_bias: grad_output must have 2 axes (N, C_out, ), or 1 without N, but its shape is ().",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message
