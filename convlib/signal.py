"""Signal processing's own operations: true convolution and correlation, resampling, and real deconvolution.

Deep learning's "convolution" slides the kernel as it stands: a correlation. Here the kernel of a convolution is
reversed first, as the integral has it. Arrays have no batch and no channels: every axis is slid over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_choice, check_elements
from convlib.conv import _conv
from convlib.shapes import ShapeError, per_axis

Ints = int | Sequence[int]
MODES = ("full", "same", "valid")


def convolve(x: Array, kernel: Array, mode: str = "full") -> Array:
    """True convolution: reverse the kernel, shift it, multiply, add.

    Parameters
    ----------
    x : array, shape (*S)
    kernel : array, shape (*K)
        As many axes as x.
    mode : {"full", "same", "valid"}
        "full": every overlap, S + K − 1 out. "same": the middle S of them; with an even K the middle
        leans to the start. "valid": only where the kernel lies inside, S − K + 1.

    Returns
    -------
    array, shape (*S_out)

    Raises
    ------
    ShapeError
        Where the numbers of axes differ, something is empty, or "valid" finds no place for the kernel.
    ValueError
        If mode is none of the three.

    Notes
    -----
    "full" is commutative: convolve(x, k) equals convolve(k, x). Names and numbers are `scipy.signal.convolve`'s, but
    that "valid" doesn't exchange the two.

    Examples
    --------
    A kernel is what convolution makes of a single one: it comes out as it stands.

    >>> convolve([0, 0, 1, 0, 0], [1, 2, 3], mode="same")
    array([0, 1, 2, 3, 0])
    """
    x, kernel = _signals("convolve", x, kernel)
    reversed_kernel = arrays.flip(kernel, range(kernel.ndim))
    return _slide("convolve", x, reversed_kernel, mode)


def correlate(x: Array, kernel: Array, mode: str = "full") -> Array:
    """Correlation: slide the kernel as it stands, multiply, add. A complex kernel is conjugated.

    Parameters
    ----------
    x : array, shape (*S)
    kernel : array, shape (*K)
        As many axes as x.
    mode : {"full", "same", "valid"}
        As for `convolve`.

    Returns
    -------
    array, shape (*S_out)

    Raises
    ------
    ShapeError, ValueError
        As for `convolve`.

    Notes
    -----
    It is not commutative: exchanging the two reverses the result. Names and numbers are `scipy.signal.correlate`'s.
    For real numbers "valid" is what deep learning calls convolution.

    Examples
    --------
    >>> correlate([0, 0, 1, 0, 0], [1, 2, 3], mode="same")
    array([0, 3, 2, 1, 0])
    """
    x, kernel = _signals("correlate", x, kernel)
    kernel = kernel.conj() if arrays.kind(kernel.dtype) == "c" else kernel
    return _slide("correlate", x, kernel, mode)


def circular_convolve(x: Array, kernel: Array) -> Array:
    """Convolution on a ring: what leaves at one border comes in at the other, so the size stays.

    Parameters
    ----------
    x : array, shape (*S)
    kernel : array, shape (*K)
        No longer than x on any axis. Its middle, (K − 1)//2, is the origin, as with mode="same".

    Returns
    -------
    array, shape (*S)

    Raises
    ------
    ShapeError
        Where the numbers of axes differ, something is empty, or the kernel is longer than x.

    Notes
    -----
    Its matrix is circulant, so the discrete Fourier transform turns it into a product: this is why
    `inverse_filter` and `wiener_filter` undo exactly this operation.

    Examples
    --------
    >>> circular_convolve([1, 0, 0, 0, 0], [1, 2, 3])
    array([2, 3, 0, 0, 1])
    """
    x, kernel = _signals("circular_convolve", x, kernel)
    _check_fits("circular_convolve", x, kernel)
    around = [(k // 2, (k - 1) // 2) for k in kernel.shape]  # reversed, the kernel's origin lies at k // 2
    reversed_kernel = arrays.flip(kernel, range(kernel.ndim))
    return _alone("circular_convolve", x, reversed_kernel, around, "circular")


def downsample(x: Array, factor: Ints) -> Array:
    """The operator ↓k: keep every k-th element, beginning with the first.

    Parameters
    ----------
    x : array, shape (..., *S)
    factor : int or tuple of int
        An integer holds for every axis; a tuple speaks of the last axes, one entry each.

    Returns
    -------
    array, shape (..., *⌈S / factor⌉)
        A view.

    Raises
    ------
    ShapeError
        If factor speaks of more axes than x has, or is below 1.

    Notes
    -----
    As a matrix it is the transpose of `upsample` to the same size.

    Examples
    --------
    >>> downsample([0, 1, 2, 3, 4, 5, 6], 3)
    array([0, 3, 6])
    """
    (x,) = arrays.as_arrays("downsample", x=x)
    steps = _factors("downsample", x, factor)
    return x[(..., *(slice(None, None, step) for step in steps))]


def upsample(x: Array, factor: Ints, size: Ints | None = None) -> Array:
    """The operator ↑k: put k − 1 zeros after every element.

    Parameters
    ----------
    x : array, shape (..., *S)
    factor : int or tuple of int
        An integer holds for every axis; a tuple speaks of the last axes, one entry each.
    size : int or tuple of int, optional
        The result's size, S·factor by default; anything from (S − 1)·factor + 1 on has room for the elements.

    Returns
    -------
    array, shape (..., *size)

    Raises
    ------
    ShapeError
        If factor speaks of more axes than x has, or is below 1, or `downsample` of size wouldn't give S.

    Notes
    -----
    As a matrix it is the transpose of `downsample` from the same size, so ⟨↓x, y⟩ = ⟨x, ↑y⟩. It is not the
    inverse: ↓↑ gives every element back, ↑↓ sets all but every k-th to zero.

    Examples
    --------
    >>> upsample([1, 2, 3], 3)
    array([1, 0, 0, 2, 0, 0, 3, 0, 0])
    >>> upsample([1, 2, 3], 3, size=7)
    array([1, 0, 0, 2, 0, 0, 3])
    """
    name = "upsample"
    (x,) = arrays.as_arrays(name, x=x)
    steps = _factors(name, x, factor)
    rank = len(steps)
    shape = tuple(x.shape[x.ndim - rank :])
    sizes = (
        tuple(n * k for n, k in zip(shape, steps)) if size is None else per_axis(name, "size", size, rank, 0)
    )
    for n, k, wanted in zip(shape, steps, sizes):
        if -(-wanted // k) != n:
            raise ShapeError(
                f"{name}: {n} elements with factor {k} fill a size from {max((n - 1) * k + 1, 0)} to {n * k}, not"
                f" {wanted}; x has shape {tuple(x.shape)}, factor {steps}."
            )
    check_elements(name, "result", (*x.shape[: x.ndim - rank], *sizes))
    out = arrays.zeros((*x.shape[: x.ndim - rank], *sizes), x)
    out[(..., *(slice(None, None, step) for step in steps))] = x
    return out


def inverse_filter(y: Array, kernel: Array, mode: str = "circular", *, smallest: float = 0.0) -> Array:
    """Undo a convolution: divide by the kernel's spectrum. This is what deconvolution means.

    Parameters
    ----------
    y : array, shape (*S_out)
        The blurred signal.
    kernel : array, shape (*K)
        What blurred it.
    mode : {"circular", "full"}
        "circular": y came from `circular_convolve`. "full": it came from `convolve` in mode "full".
    smallest : float, default 0
        Frequencies at which the kernel's spectrum is below this part of its largest value are set to zero
        instead of divided: what the kernel removed can't be restored.

    Returns
    -------
    array, shape (*S)
        Real where both are. S is S_out for "circular", S_out − K + 1 for "full".

    Raises
    ------
    ShapeError
        Where the sizes don't fit.
    ValueError
        If the spectrum has a zero (to within rounding) and smallest is 0, so that there is no inverse.

    Notes
    -----
    Exact without noise. Noise is divided by the same small numbers, so it grows without bound: see `wiener_filter`.

    References
    ----------
    Gonzalez and Woods (2018), Digital Image Processing, section 5.7.

    Examples
    --------
    >>> inverse_filter(convolve([3, 1, 4, 1, 5], [1, 2, 4]), [1, 2, 4], mode="full").round(6)
    array([3., 1., 4., 1., 5.])
    """
    name = "inverse_filter"
    y, kernel = _signals(name, y, kernel)
    response = _response(name, y, kernel, mode)
    magnitude = abs(response)
    largest = float(magnitude.max())
    rounding = 4 * float(arrays.finfo(magnitude.dtype).eps) * magnitude.ndim * largest
    lost = magnitude <= max(smallest * largest, rounding)
    if smallest <= 0 and bool(lost.any()):
        raise ValueError(
            f"{name}: the kernel's spectrum is zero at {int(lost.sum())} frequencies, which it removed for good;"
            f" set smallest above 0 to leave them out, or use wiener_filter. Kernel shape {tuple(kernel.shape)},"
            f" spectrum {tuple(response.shape)}."
        )
    return _filtered(y, kernel, ~lost / (response + lost), mode)  # 0 where lost


def wiener_filter(y: Array, kernel: Array, noise: float | Array, mode: str = "circular") -> Array:
    """Undo a convolution as far as the noise allows: divide where the signal is strong, give up where it isn't.

    Parameters
    ----------
    y : array, shape (*S_out)
        The blurred and noisy signal.
    kernel : array, shape (*K)
        What blurred it.
    noise : float or array, shape (*S_out)
        The noise's power divided by the signal's, for all frequencies or for each (in the order of the FFT).
        0 gives the inverse filter.
    mode : {"circular", "full"}
        As for `inverse_filter`.

    Returns
    -------
    array, shape (*S)
        Multiplied, at each frequency with response H, by conj(H) / (\\|H\\|² + noise).

    Raises
    ------
    ShapeError
        Where the sizes don't fit.
    ValueError
        If noise is negative.
    ZeroDivisionError
        If noise and response are both zero at a frequency.

    References
    ----------
    Wiener (1949), Extrapolation, Interpolation, and Smoothing of Stationary Time Series.

    Examples
    --------
    >>> x = np.sin(np.arange(32) * np.pi / 8)
    >>> y = circular_convolve(x, [0.25, 0.5, 0.25])
    >>> bool(abs(wiener_filter(y, [0.25, 0.5, 0.25], noise=1e-6) - x).max() < 1e-5)
    True
    """
    name = "wiener_filter"
    if np.ndim(noise):
        y, kernel, noise = arrays.as_arrays(name, y=y, kernel=kernel, noise=noise)
        if tuple(noise.shape) != tuple(y.shape):
            raise ShapeError(f"{name}: noise must be one number or have y's shape {tuple(y.shape)}.")
    y, kernel = _signals(name, y, kernel)
    if arrays.to_numpy(noise).min(initial=0) < 0:
        raise ValueError(f"{name}: noise is a ratio of powers and can't be negative, but is {noise!r}.")
    response = _response(name, y, kernel, mode)
    power = abs(response) ** 2 + noise
    if bool((power == 0).any()):
        raise ZeroDivisionError(f"{name}: noise is 0 at a frequency that the kernel removed; set it above 0.")
    return _filtered(y, kernel, response.conj() / power, mode)


def _signals(name: str, x: Any, kernel: Any) -> list[Array]:
    x, kernel = arrays.as_arrays(name, x=x, kernel=kernel)
    if x.ndim != kernel.ndim or x.ndim == 0 or 0 in tuple(x.shape) or 0 in tuple(kernel.shape):
        raise ShapeError(
            f"{name}: both need the same number of axes and at least one element; the shapes are"
            f" {tuple(x.shape)} and {tuple(kernel.shape)}."
        )
    return [x, kernel]


def _slide(name: str, x: Array, kernel: Array, mode: str) -> Array:
    """Slide the kernel as it stands, with the padding that the mode asks for."""
    check_choice(name, "mode", mode, MODES)
    pads = {
        "full": [(k - 1, k - 1) for k in kernel.shape],
        "same": [(k // 2, (k - 1) // 2) for k in kernel.shape],
        "valid": [(0, 0) for _ in kernel.shape],
    }[mode]
    if mode == "valid":
        _check_fits(name, x, kernel)
    return _alone(name, x, kernel, pads, "zeros")


def _alone(name: str, x: Array, kernel: Array, pads: Any, mode: str) -> Array:
    """The kernel slid over x, neither with a channel; an overflow is the caller's."""
    return _conv(name, None, x[None], kernel[None, None], None, 1, pads, 1, 1, mode, "auto")[0]


def _check_fits(name: str, x: Array, kernel: Array) -> None:
    if any(k > n for n, k in zip(x.shape, kernel.shape)):
        raise ShapeError(
            f"{name}: the kernel, {tuple(kernel.shape)}, is longer than x, {tuple(x.shape)}, on some axis."
        )


def _factors(name: str, x: Array, factor: Any) -> tuple[int, ...]:
    rank = len(factor) if isinstance(factor, (tuple, list)) else x.ndim
    if not 1 <= rank <= x.ndim:
        raise ShapeError(
            f"{name}: factor = {factor!r} speaks of {rank} axes, but x has shape {tuple(x.shape)}."
        )
    return per_axis(name, "factor", factor, rank, 1)


def _response(name: str, y: Array, kernel: Array, mode: str) -> Array:
    """The kernel's spectrum at y's frequencies, its origin where the mode has it."""
    check_choice(name, "mode", mode, ("circular", "full"))
    _check_fits(name, y, kernel)
    placed = arrays.zeros(tuple(y.shape), kernel * 1.0)
    placed[tuple(slice(0, k) for k in kernel.shape)] = kernel
    if mode == "circular":
        shifts = tuple(-((k - 1) // 2) for k in kernel.shape)
        placed = arrays.library(placed).roll(placed, shifts, tuple(range(placed.ndim)))
    return arrays.library(placed).fft.fftn(placed)


def _filtered(y: Array, kernel: Array, factor: Array, mode: str) -> Array:
    fft = arrays.library(y).fft
    x = fft.ifftn(fft.fftn(y * 1.0) * factor)
    x = x if "c" in (arrays.kind(y.dtype), arrays.kind(kernel.dtype)) else x.real
    return x[tuple(slice(0, n - k + 1) for n, k in zip(y.shape, kernel.shape))] if mode == "full" else x
