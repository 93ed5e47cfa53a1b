"""Separable kernels: rank, the best separable approximation and its error, and the named kernels.

A kernel is separable when it is an outer product of one vector per axis: ``kernel[i, j] = column[i] * row[j]``.
Seen as a matrix it then has rank 1, and one pass with the column and one with the row do the work of the
whole kernel. The singular value decomposition (SVD) decides it for any 2-D kernel and gives the nearest
separable one. There is none for reals of 16 bits and for long doubles: they become float32 and float64.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_elements
from convlib._sums import sum_of_products
from convlib.shapes import ShapeError, integer


class Separable(NamedTuple):
    """A separable approximation of a kernel.

    Attributes
    ----------
    factors : tuple of arrays (k_0,), (k_1,), ...
        One vector per axis.
    kernel : array, shape (k_0, k_1, ...)
        Their outer product, the approximation itself.
    error : float
        The Frobenius norm of kernel - approximation, divided by that of the kernel: 0 means separable.
    """

    factors: tuple[Array, ...]
    kernel: Array
    error: float


_LAPACK = {"f": ("float32", "float64"), "c": ("complex64", "complex128")}  # the dtypes that have an SVD


def _float_kernel(name: str, kernel: Array, ndim: int | None = None) -> Array:
    (kernel,) = arrays.as_arrays(name, kernel=kernel)
    if ndim is not None and kernel.ndim != ndim:
        raise ShapeError(f"{name}: kernel needs {ndim} axes but has shape {tuple(kernel.shape)}.")
    if kernel.ndim == 0 or 0 in tuple(kernel.shape):
        raise ShapeError(f"{name}: kernel needs at least one element, but has shape {tuple(kernel.shape)}.")
    kernel = kernel * 1.0
    single, double = (arrays.named_dtype(dtype, kernel) for dtype in _LAPACK[arrays.kind(kernel.dtype)])
    kernel = arrays.astype(kernel, single if kernel.dtype.itemsize <= single.itemsize else double)
    if not arrays.all_finite(kernel):
        raise ValueError(f"{name}: kernel must be finite, but holds NaN or Inf.")
    return kernel


def _finite(name: str, argument: str, value: Any) -> float:
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer beyond all floats
        finite = False
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name}: {argument} must be a number, not {value!r}.") from None
    if not finite:
        raise ValueError(f"{name}: {argument} must be finite, but is {value!r}.")
    return float(value)


def outer(*factors: Array) -> Array:
    """The kernel that a list of 1-D factors stands for: their outer product.

    Parameters
    ----------
    *factors : array, shape (k_0,), (k_1,), ...

    Returns
    -------
    array, shape (k_0, k_1, ...)

    Raises
    ------
    ShapeError
        If a factor is not 1-D, or there is none, or the product would be too large for memory.
    OverflowError
        A product of integers doesn't fit its dtype.

    Examples
    --------
    >>> outer([1, 2, 1], [1, 0, -1])
    array([[ 1,  0, -1],
           [ 2,  0, -2],
           [ 1,  0, -1]])
    """
    if not factors:
        raise ShapeError("outer: needs at least one factor.")
    vectors = arrays.as_arrays("outer", **{f"factor {axis}": vector for axis, vector in enumerate(factors)})
    for axis, vector in enumerate(vectors):
        if vector.ndim != 1:
            raise ShapeError(f"outer: factor {axis} must be 1-D but has shape {tuple(vector.shape)}.")
    check_elements("outer", "kernel", [vector.shape[0] for vector in vectors])
    kernel = vectors[0]
    for vector in vectors[1:]:
        kernel = sum_of_products("outer", lambda a, b, _: a[..., None] * b, 1, kernel, vector, None)
    return kernel


def separable_rank(kernel: Array, *, tolerance: float = 1e-6) -> int:
    """How many separable kernels must be added to give this 2-D kernel: its rank as a matrix.

    Parameters
    ----------
    kernel : array, shape (kH, kW)
    tolerance : float, default 1e-6
        Singular values below this part of the largest count as zero.

    Returns
    -------
    int
        1 for a separable kernel, 0 for a kernel of zeros.

    Raises
    ------
    ShapeError
        If the kernel is not 2-D.
    ValueError
        If the kernel holds NaN or Inf, or tolerance is not finite.

    Examples
    --------
    >>> separable_rank(sobel("x")), separable_rank(laplacian())
    (1, 2)
    """
    kernel = _float_kernel("separable_rank", kernel, 2)
    tolerance = _finite("separable_rank", "tolerance", tolerance)
    singular = arrays.library(kernel).linalg.svd(kernel / _scale(kernel), full_matrices=False)[1]
    largest = _number(singular[0])
    return 0 if largest == 0 else int((singular > tolerance * largest).sum())


def separable_terms(kernel: Array, rank: int | None = None) -> list[tuple[Array, Array]]:
    """The best sum of `rank` separable kernels, as pairs (column, row), the most important first.

    Parameters
    ----------
    kernel : array, shape (kH, kW)
    rank : int, optional
        How many pairs; all min(kH, kW) by default, which gives the kernel back.

    Returns
    -------
    list of (array (kH,), array (kW,))
        ``sum(outer(column, row) for column, row in terms)`` is the nearest kernel of that rank in the
        Frobenius norm. The largest entry of every column is positive.

    Raises
    ------
    ShapeError
        If the kernel is not 2-D.
    ValueError
        If rank is below 0 or above min(kH, kW), or the kernel holds NaN or Inf.
    TypeError
        If rank is no integer.

    References
    ----------
    Eckart, C. and Young, G. (1936). The approximation of one matrix by another of lower rank.
    Psychometrika 1, 211-218.

    Examples
    --------
    >>> terms = separable_terms([[0., 1, 0], [1, -4, 1], [0, 1, 0]], rank=2)
    >>> np.round(sum(outer(column, row) for column, row in terms), 6) + 0
    array([[ 0.,  1.,  0.],
           [ 1., -4.,  1.],
           [ 0.,  1.,  0.]])
    """
    kernel = _float_kernel("separable_terms", kernel, 2)
    most = min(kernel.shape)
    rank = most if rank is None else integer("separable_terms", "rank", rank, 0)
    if rank > most:
        raise ValueError(
            f"separable_terms: rank must be between 0 and min(kH, kW) = {most}, but is {rank};"
            f" kernel (kH, kW) = {tuple(kernel.shape)}."
        )
    columns, singular, rows = arrays.library(kernel).linalg.svd(kernel, full_matrices=False)
    terms = []
    for n in range(rank):
        scale = singular[n] ** 0.5  # half of the singular value goes to either factor
        largest = columns[abs(columns[:, n]).argmax(), n]
        sign = largest / abs(largest)  # the SVD leaves it open: the column's largest entry is positive
        terms.append((columns[:, n] * (scale / sign), rows[n] * (scale * sign)))
    return terms


def best_separable(kernel: Array) -> Separable:
    """The nearest separable kernel, by SVD: its column, its row, and the relative error.

    Parameters
    ----------
    kernel : array, shape (kH, kW)

    Returns
    -------
    Separable
        (factors=(column, row), kernel, error). No separable kernel has a smaller error.

    Raises
    ------
    ShapeError
        If the kernel is not 2-D.
    ValueError
        If the kernel holds NaN or Inf.

    References
    ----------
    Eckart and Young (1936), see `separable_terms`.

    Examples
    --------
    >>> round(best_separable(laplacian()).error, 4)
    0.1005
    """
    kernel = _float_kernel("best_separable", kernel, 2)
    return _approximation(kernel, separable_terms(kernel, rank=1)[0])


def best_flattened(kernel: Array, *, steps: int = 100) -> Separable:
    """The nearest outer product of one vector per axis, for any number of axes.

    A filter (C, kH, kW) that equals such a product can be run as three 1-D convolutions: across the
    channels, down, and across (a flattened convolution). With two axes this is `best_separable`. With three
    or more there is no SVD: each vector in turn is solved for while the others are held (alternating least
    squares), starting from the leading singular vector of each unfolding. The error can then only
    fall, but it may stop above the best one. Where it stops above that of keeping the largest entry alone,
    the sweeps go on from that entry.

    Parameters
    ----------
    kernel : array, shape (k_0, k_1, ...)
        For example (C, kH, kW).
    steps : int, default 100
        Sweeps over the axes at most.

    Returns
    -------
    Separable

    Raises
    ------
    ShapeError
        If the kernel has no axis or no element, or steps is below 1.
    ValueError
        If the kernel holds NaN or Inf.

    References
    ----------
    De Lathauwer, De Moor and Vandewalle (2000). On the best rank-1 and rank-(R1, ..., RN) approximation of
    higher-order tensors. SIAM J. Matrix Anal. Appl. 21(4), section 3.
    Jin, Dundar and Culurciello (2015). Flattened convolutional neural networks, section 3.

    Examples
    --------
    >>> filters = outer([1, 2, 3], [1, 2, 1], [1, 0, -1])
    >>> best_flattened(filters).error < 1e-12
    True
    """
    kernel = _float_kernel("best_flattened", kernel)
    steps = integer("best_flattened", "steps", steps, 1)
    if kernel.ndim == 1:
        return _approximation(kernel, (kernel,))
    if kernel.ndim == 2:
        return best_separable(kernel)
    scale = _scale(kernel)
    *units, last = _alternate(kernel / scale, steps)
    return _approximation(kernel, (*units, last * scale))


def _alternate(kernel: Array, steps: int) -> list[Array]:
    """Sweep until the factors rest; all but the last have length 1, and that one the length that is kept."""
    factors, largest = _leading_vectors(kernel), _largest(kernel)
    rounding = 50 * arrays.finfo(kernel.dtype).eps * _norm(kernel)
    if _norm(_contraction(kernel, factors, 0)) < rounding:  # the start is at right angles to the kernel
        factors = _largest_entry(kernel)
    for _ in range(steps):
        before, factors = factors, _sweep(kernel, factors)
        if max(_largest(new - old) for new, old in zip(factors, before)) >= rounding:
            continue
        if _norm(factors[-1]) > 0.999999 * largest:
            break
        factors = _sweep(kernel, _largest_entry(kernel))
    return factors


def _leading_vectors(kernel: Array) -> list[Array]:
    """The leading singular vector of each unfolding."""
    xp = arrays.library(kernel)
    factors = []
    for axis in range(kernel.ndim):
        unfolding = xp.moveaxis(kernel, axis, 0).reshape(kernel.shape[axis], -1)  # (k_axis, the rest)
        factors.append(xp.linalg.svd(unfolding, full_matrices=False)[0][:, 0])
    return factors


def _largest_entry(kernel: Array) -> list[Array]:
    """The unit vectors whose product is 1 at the entry with the largest absolute value."""
    factors = [arrays.zeros((size,), kernel) for size in kernel.shape]
    for factor, place in zip(factors, np.unravel_index(int(abs(kernel).argmax()), tuple(kernel.shape))):
        factor[int(place)] = 1
    return factors


def _sweep(kernel: Array, factors: Sequence[Array]) -> list[Array]:
    """Solve for each factor once while the others are held; the last one carries the kernel's size."""
    factors = list(factors)
    for axis in range(kernel.ndim):
        vector = _contraction(kernel, factors, axis)
        last = axis == kernel.ndim - 1 or not _norm(vector)  # it vanishes for a kernel of zeros alone
        factors[axis] = vector if last else vector / (abs(vector) ** 2).sum() ** 0.5
    return factors


def _contraction(kernel: Array, factors: Sequence[Array], axis: int) -> Array:
    """What the kernel answers along one axis to the factors of all others, shape (k_axis,)."""
    letters = "abcdefghijklmnop"[: kernel.ndim]
    others = [n for n in range(kernel.ndim) if n != axis]
    terms = ",".join([letters] + [letters[n] for n in others])
    return arrays.einsum(f"{terms}->{letters[axis]}", kernel, *[factors[n].conj() for n in others])


def _number(scalar: Array) -> float:
    return float(arrays.to_numpy(scalar))


def _largest(array: Array) -> float:
    return _number(abs(array).max())


def _norm(array: Array) -> float:
    return math.sqrt(_number((abs(array) ** 2).sum()))


def _scale(kernel: Array) -> float:
    """A power of two (dividing by it rounds nothing) that brings the largest entry to between 1 and 2."""
    largest = _largest(kernel)
    return math.ldexp(1.0, math.frexp(largest)[1] - 1) if largest else 1.0


def _approximation(kernel: Array, factors: tuple[Array, ...]) -> Separable:
    near, scale = outer(*factors), _scale(kernel)
    size = _norm(kernel / scale)
    return Separable(tuple(factors), near, _norm((kernel - near) / scale) / size if size else 0.0)


# The named kernels, built from their 1-D factors. All correlate: what is drawn is what slides.

_SMOOTH = {  # the smoothing factor that stands across the derivative [1, 0, -1]
    "sobel": (1, 2, 1),
    "prewitt": (1, 1, 1),
    "scharr": (3, 10, 3),
}


def _derivative(name: str, axis: str) -> np.ndarray:
    smooth, difference = np.array(_SMOOTH[name], float), np.array([1.0, 0.0, -1.0])
    if axis == "x":
        return outer(smooth, difference)
    if axis == "y":
        return outer(difference, smooth)
    raise ValueError(f"{name}: axis must be 'x' (vertical edges) or 'y' (horizontal edges), but is {axis!r}.")


def sobel(axis: str = "x") -> np.ndarray:
    """The Sobel kernel: a difference across the edge, smoothed by [1, 2, 1] along it.

    Parameters
    ----------
    axis : {"x", "y"}, default "x"
        "x" answers vertical edges (positive where left is brighter), "y" horizontal ones.

    Returns
    -------
    array, shape (3, 3)

    Raises
    ------
    ValueError
        If axis is neither.

    References
    ----------
    Sobel, I. and Feldman, G. (1968). A 3x3 isotropic gradient operator for image processing.

    Examples
    --------
    >>> sobel("x")
    array([[ 1.,  0., -1.],
           [ 2.,  0., -2.],
           [ 1.,  0., -1.]])
    """
    return _derivative("sobel", axis)


def prewitt(axis: str = "x") -> np.ndarray:
    """The Prewitt kernel: a difference across the edge, averaged by [1, 1, 1] along it.

    Parameters
    ----------
    axis : {"x", "y"}, default "x"

    Returns
    -------
    array, shape (3, 3)

    Raises
    ------
    ValueError
        If axis is neither.

    References
    ----------
    Prewitt, J. M. S. (1970). Object enhancement and extraction. Picture Processing and Psychopictorics.

    Examples
    --------
    >>> prewitt("y")
    array([[ 1.,  1.,  1.],
           [ 0.,  0.,  0.],
           [-1., -1., -1.]])
    """
    return _derivative("prewitt", axis)


def scharr(axis: str = "x") -> np.ndarray:
    """The Scharr kernel: as Sobel's, with [3, 10, 3], whose answer depends least on the edge's direction.

    Parameters
    ----------
    axis : {"x", "y"}, default "x"

    Returns
    -------
    array, shape (3, 3)

    Raises
    ------
    ValueError
        If axis is neither.

    References
    ----------
    Scharr, H. (2000). Optimale Operatoren in der digitalen Bildverarbeitung. Heidelberg, chapter 9.

    Examples
    --------
    >>> scharr("x")
    array([[  3.,   0.,  -3.],
           [ 10.,   0., -10.],
           [  3.,   0.,  -3.]])
    """
    return _derivative("scharr", axis)


def laplacian(*, diagonals: bool = False) -> np.ndarray:
    """The Laplacian: the second difference down plus the one across. Its rank is 2: it is not separable.

    Parameters
    ----------
    diagonals : bool, default False
        Add the diagonal neighbours too (all eight count 1, the centre -8).

    Returns
    -------
    array, shape (3, 3)

    Examples
    --------
    >>> laplacian()
    array([[ 0.,  1.,  0.],
           [ 1., -4.,  1.],
           [ 0.,  1.,  0.]])
    """
    if diagonals:
        return outer([1.0, 1.0, 1.0], [1.0, 1.0, 1.0]) - 9 * outer([0.0, 1.0, 0.0], [0.0, 1.0, 0.0])
    second, here = np.array([1.0, -2.0, 1.0]), np.array([0.0, 1.0, 0.0])
    return outer(second, here) + outer(here, second)


def _side(name: str, size: int) -> int:
    size = integer(name, "size", size, 1)
    check_elements(name, "kernel", (size, size))
    return size


def box(size: int = 3) -> np.ndarray:
    """The box blur: the mean over size x size pixels.

    Parameters
    ----------
    size : int, default 3

    Returns
    -------
    array, shape (size, size)
        Sums to 1.

    Raises
    ------
    ValueError
        If size is not a positive whole number, or too large for memory.

    Examples
    --------
    >>> box(2)
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    size = _side("box", size)
    return outer(np.full(size, 1 / size), np.full(size, 1 / size))


def gaussian(size: int = 5, sigma: float = 1.0) -> np.ndarray:
    """The Gaussian blur, sampled at the pixels' centres: column and row are the same bell.

    Parameters
    ----------
    size : int, default 5
    sigma : float, default 1.0
        Standard deviation, in pixels.

    Returns
    -------
    array, shape (size, size)
        Sums to 1.

    Raises
    ------
    ValueError
        If size is not a positive whole number, or too large for memory, or sigma is not above 0 and finite.
    TypeError
        If size is no integer, or sigma no number.

    Examples
    --------
    >>> gaussian(3, sigma=0.8).round(3)
    array([[0.057, 0.125, 0.057],
           [0.125, 0.272, 0.125],
           [0.057, 0.125, 0.057]])
    """
    size, width = _side("gaussian", size), _finite("gaussian", "sigma", sigma)
    if width <= 0:
        raise ValueError(f"gaussian: sigma must be above 0 and finite, but is {sigma!r}.")
    squared = (np.arange(size) - (size - 1) / 2) ** 2
    with np.errstate(over="ignore"):  # exp(-inf) is the 0 that is meant
        bell = np.exp(-(squared - squared.min()) / width / width / 2)
    bell /= bell.sum()
    return outer(bell, bell)


def sharpen(amount: float = 1.0) -> np.ndarray:
    """The image minus `amount` times its Laplacian: edges are overdrawn, flat areas stay.

    Parameters
    ----------
    amount : float, default 1.0

    Returns
    -------
    array, shape (3, 3)
        Sums to 1.

    Raises
    ------
    TypeError
        If amount is no number.
    ValueError
        If amount is not finite.

    Examples
    --------
    >>> sharpen()
    array([[ 0., -1.,  0.],
           [-1.,  5., -1.],
           [ 0., -1.,  0.]])
    """
    amount = _finite("sharpen", "amount", amount)
    return outer([0.0, 1.0, 0.0], [0.0, 1.0, 0.0]) - amount * laplacian() + 0.0  # + 0.0 turns -0. into 0.


def emboss() -> np.ndarray:
    """Light from the lower right: a difference along the diagonal, plus the image itself.

    Returns
    -------
    array, shape (3, 3)
        Sums to 1.

    Examples
    --------
    >>> emboss()
    array([[-2., -1.,  0.],
           [-1.,  1.,  1.],
           [ 0.,  1.,  2.]])
    """
    place = np.array([-1.0, 0.0, 1.0])
    here = np.array([0.0, 1.0, 0.0])
    return place[:, None] + place + outer(here, here)
