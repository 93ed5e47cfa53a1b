"""Signal processing's operations against SciPy, their own definitions, and what they undo."""

import numpy as np
import pytest

from convlib import ShapeError, conv, conv_transpose, separable, signal
from convlib.signal import (
    circular_convolve,
    convolve,
    correlate,
    downsample,
    inverse_filter,
    upsample,
    wiener_filter,
)

SIZES = [((7,), (3,)), ((7,), (4,)), ((3,), (5,)), ((6, 7), (3, 2)), ((4, 5, 6), (2, 3, 4))]


def pair(rng, size, kernel, imaginary):
    make = lambda shape: rng.normal(size=shape) + (1j * rng.normal(size=shape) if imaginary else 0)  # noqa: E731
    return make(size), make(kernel)


@pytest.mark.parametrize("mode", signal.MODES)
@pytest.mark.parametrize("imaginary", [False, True])
@pytest.mark.parametrize(("size", "kernel"), SIZES)
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_equals_scipy(xp, rng, name, size, kernel, imaginary, mode):
    scipy = pytest.importorskip("scipy.signal")
    x, k = pair(rng, size, kernel, imaginary)
    if mode == "valid" and kernel > size:
        with pytest.raises(ShapeError, match="is longer than x"):
            getattr(signal, name)(x, k, mode)
        return
    ours = getattr(signal, name)(xp.array(x), xp.array(k), mode)
    theirs = getattr(scipy, name)(x, k, mode, "direct")
    np.testing.assert_allclose(xp.numpy(ours), theirs, rtol=0, atol=1e-12)


def test_convolution_commutes_and_correlation_reverses(rng):
    x, k = pair(rng, (6, 7), (3, 4), True)
    np.testing.assert_allclose(convolve(x, k), convolve(k, x), atol=1e-12)
    np.testing.assert_allclose(correlate(x, k), correlate(k, x)[::-1, ::-1].conj(), atol=1e-12)
    assert not np.allclose(correlate(x, k), correlate(k, x))


def test_convolution_is_associative(rng):
    a, b, c = (rng.normal(size=n) for n in (5, 3, 4))
    np.testing.assert_allclose(convolve(convolve(a, b), c), convolve(a, convolve(b, c)), atol=1e-12)


def test_the_stride_one_transposed_convolution_is_the_true_convolution(rng):
    x, k = pair(rng, (5, 6), (3, 2), False)
    np.testing.assert_allclose(conv_transpose(x[None], k[None, None])[0], convolve(x, k), atol=1e-12)


def test_circular_convolution_wraps(xp, rng):
    x, k = pair(rng, (6, 7), (3, 4), False)
    out = xp.numpy(circular_convolve(xp.array(x), xp.array(k)))
    expected = np.zeros_like(x)
    for i, j in np.ndindex(*k.shape):  # k[1, 1] is the origin
        expected += k[i, j] * np.roll(x, (i - 1, j - 1), (0, 1))
    np.testing.assert_allclose(out, expected, atol=1e-12)
    inside = slice(1, -1), slice(2, -1)
    np.testing.assert_allclose(out[inside], convolve(x, k, "same")[inside], atol=1e-12)


@pytest.mark.parametrize("factor", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [1, 6, 7, 8])
def test_up_and_down_are_each_others_transposes(factor, size):
    down = np.array([downsample(row, factor) for row in np.eye(size)]).T
    up = np.array([upsample(row, factor, size=size) for row in np.eye(len(down))]).T
    np.testing.assert_array_equal(up, down.T)
    np.testing.assert_array_equal(down @ up, np.eye(len(down)))  # ↓↑ is the identity, ↑↓ is not


def test_stride_is_a_convolution_and_then_downsampling(xp, rng):
    x, k = rng.normal(size=(1, 9, 8)), rng.normal(size=(1, 1, 2, 3))
    ours = downsample(conv(xp.array(x), xp.array(k)), (2, 3))
    np.testing.assert_allclose(xp.numpy(ours), conv(x, k, stride=(2, 3)), atol=1e-12)
    up = upsample(xp.array(x), (2, 3))
    assert up.shape == (1, 18, 24)
    np.testing.assert_array_equal(xp.numpy(up)[:, ::2, ::3], x)
    assert np.count_nonzero(xp.numpy(up)) == x.size


@pytest.mark.parametrize("imaginary", [False, True])
@pytest.mark.parametrize(("size", "kernel"), [((11,), (4,)), ((8, 9), (3, 2)), ((5, 6, 7), (2, 3, 1))])
def test_the_inverse_filter_inverts(xp, rng, size, kernel, imaginary):
    x, k = pair(rng, size, kernel, imaginary)
    k.flat[0] += 2 * k.size  # far from a zero of the spectrum
    blurred = {"circular": circular_convolve(x, k), "full": convolve(x, k)}
    for mode, y in blurred.items():
        for back in (
            inverse_filter(xp.array(y), xp.array(k), mode),
            wiener_filter(xp.array(y), xp.array(k), 0.0, mode),
        ):
            assert back.dtype == xp.array(x).dtype
            np.testing.assert_allclose(xp.numpy(back), x, rtol=0, atol=1e-10)


def test_wiener_beats_the_inverse_filter_in_noise_and_the_transpose_inverts_nothing(rng):
    x = np.cumsum(rng.normal(size=(64, 64)), axis=1)
    x -= x.mean()
    k = separable.gaussian(7, sigma=1.2)
    clean = circular_convolve(x, k)
    noisy = clean + 0.02 * rng.normal(size=x.shape)
    error = lambda guess: float(np.abs(guess - x).mean())  # noqa: E731
    assert error(inverse_filter(clean, k)) < 1e-8
    wiener = error(wiener_filter(noisy, k, 0.02**2 / x.var()))
    assert wiener < error(noisy) < error(inverse_filter(noisy, k))
    assert error(circular_convolve(noisy, k[::-1, ::-1])) > error(noisy)  # the transposed blur blurs again


def test_wiener_takes_a_ratio_for_each_frequency(rng):
    y, k = rng.normal(size=(6, 7)), rng.normal(size=(2, 3))
    np.testing.assert_array_equal(wiener_filter(y, k, np.full((6, 7), 0.3)), wiener_filter(y, k, 0.3))


def test_what_a_kernel_removed_is_left_out_on_request(rng):
    x = rng.normal(size=12)
    y = circular_convolve(x, np.ones(3) / 3)  # zero at frequencies 4 and 8 of 12
    with pytest.raises(ValueError, match="inverse_filter: the kernel's spectrum is zero at 2 frequencies"):
        inverse_filter(y, np.ones(3) / 3)
    with pytest.raises(ValueError, match="zero at 2 frequencies"):
        inverse_filter(y.astype("float32"), np.full(3, 1 / 3, "float32"))
    back = inverse_filter(y, np.ones(3) / 3, smallest=1e-6)
    spectrum = np.fft.fft(x)
    spectrum[[4, 8]] = 0
    np.testing.assert_allclose(back, np.fft.ifft(spectrum).real, atol=1e-10)


def test_mixed_libraries_are_a_type_error():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="wiener_filter: all arrays must belong together"):
        wiener_filter(torch.ones(3), torch.ones(2), np.ones(3))


def test_filters_let_gradients_through(rng):
    torch = pytest.importorskip("torch")
    x, k = (torch.tensor(a, requires_grad=True) for a in pair(rng, (5,), (3,), False))
    assert torch.autograd.gradcheck(lambda x, k: wiener_filter(convolve(x, k), k, 0.1, "full"), (x, k))
    assert torch.autograd.gradcheck(lambda x: upsample(downsample(x, 2), 3), x)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: convolve([1, 2, 3], [[1, 2]]),
            ShapeError,
            "convolve: both need the same number of axes and at least one element; the shapes are (3,) and (1, 2).",
        ),
        (
            lambda: correlate([], [1]),
            ShapeError,
            "correlate: both need the same number of axes and at least one element; the shapes are (0,) and (1,).",
        ),
        (
            lambda: circular_convolve([1, 2], [1, 2, 3]),
            ShapeError,
            "circular_convolve: the kernel, (3,), is longer than x, (2,), on some axis.",
        ),
        (
            lambda: upsample([1, 2, 3], 2, size=7),
            ShapeError,
            "upsample: 3 elements with factor 2 fill a size from 5 to 6, not 7; x has shape (3,), factor (2,).",
        ),
        (
            lambda: downsample([1, 2, 3], (2, 2)),
            ShapeError,
            "downsample: factor = (2, 2) speaks of 2 axes, but x has shape (3,).",
        ),
        (
            lambda: upsample([1.0], 2**40),
            ShapeError,
            "upsample: the result would have shape (1099511627776,), 1,099,511,627,776 elements; more than"
            " 2,147,483,647 are refused.",
        ),
        (
            lambda: wiener_filter([1.0, 2.0], [1.0], -1),
            ValueError,
            "wiener_filter: noise is a ratio of powers and can't be negative, but is -1.",
        ),
        (
            lambda: wiener_filter([1.0, 2.0], [1.0], [0.1]),
            ShapeError,
            "wiener_filter: noise must be one number or have y's shape (2,).",
        ),
        (
            lambda: wiener_filter([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], 0),
            ZeroDivisionError,
            "wiener_filter: noise is 0 at a frequency that the kernel removed; set it above 0.",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_an_unknown_mode_is_named():
    with pytest.raises(ValueError, match="convolve: mode"):
        convolve([1, 2], [1], "half")
