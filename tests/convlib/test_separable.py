"""Separable kernels: the SVD's promises, the flattened ones, and the named kernels against SciPy and the literature."""

import numpy as np
import pytest

from convlib import ShapeError, conv2d, flattened_conv, separable, spatially_separable_conv
from convlib.separable import best_flattened, best_separable, outer, separable_rank, separable_terms

SEPARABLE = ["sobel", "prewitt", "scharr", "box", "gaussian"]
NOT_SEPARABLE = ["laplacian", "sharpen", "emboss"]


@pytest.mark.parametrize("name", SEPARABLE)
def test_separable_kernels_are_products_of_their_factors(name):
    kernel = getattr(separable, name)()
    found = best_separable(kernel)
    assert separable_rank(kernel) == 1
    assert found.error < 1e-12
    np.testing.assert_allclose(outer(*found.factors), kernel, atol=1e-12)


@pytest.mark.parametrize("name", NOT_SEPARABLE)
def test_the_others_need_more_than_one_product(name):
    kernel = getattr(separable, name)()
    rank = separable_rank(kernel)
    assert rank > 1
    terms = separable_terms(kernel, rank)
    np.testing.assert_allclose(sum(outer(*term) for term in terms), kernel, atol=1e-12)
    assert best_separable(kernel).error > 0.05


def test_the_error_is_what_the_other_singular_values_hold(xp, rng):
    kernel = rng.normal(size=(4, 5))
    singular = np.linalg.svd(kernel, compute_uv=False)
    found = best_separable(xp.array(kernel))
    expected = np.sqrt((singular[1:] ** 2).sum() / (singular**2).sum())
    np.testing.assert_allclose(found.error, expected, rtol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(kernel - xp.numpy(found.kernel)), expected * np.linalg.norm(kernel)
    )


def test_the_columns_largest_entry_is_positive():
    column, row = best_separable(separable.sobel()).factors
    np.testing.assert_allclose(column / column[0], [1, 2, 1])
    assert column[0] > 0
    np.testing.assert_allclose(row / row[0], [1, 0, -1], atol=1e-12)


def test_no_separable_kernel_is_nearer(rng):
    kernel = rng.normal(size=(3, 5))
    found = best_separable(kernel)
    for _ in range(200):
        column, row = (f + 0.1 * rng.normal(size=f.shape) for f in found.factors)
        assert np.linalg.norm(kernel - outer(column, row)) > found.error * np.linalg.norm(kernel)


def test_factors_run_as_two_passes(rng):
    x, kernel = rng.normal(size=(1, 1, 8, 9)), separable.gaussian(5)
    column, row = best_separable(kernel).factors
    two = spatially_separable_conv(x, [column, row])
    np.testing.assert_allclose(two, conv2d(x, kernel[None, None]), atol=1e-12)


@pytest.mark.parametrize("imaginary", [False, True])
@pytest.mark.parametrize("shape", [(4,), (3, 5), (4, 3, 2), (2, 3, 4, 5)])
def test_products_of_vectors_are_found_on_any_number_of_axes(xp, rng, shape, imaginary):
    factors = [rng.normal(size=n) + (1j * rng.normal(size=n) if imaginary else 0) for n in shape]
    kernel = outer(*factors)
    found = best_flattened(xp.array(kernel))
    assert found.error < 1e-12
    assert [len(factor) for factor in found.factors] == list(shape)
    np.testing.assert_allclose(xp.numpy(outer(*found.factors)), kernel, atol=1e-12)


def test_flattened_approximation_leaves_no_better_step(rng):
    kernel = rng.normal(size=(4, 3, 5))
    found = best_flattened(kernel)
    assert 0 < found.error < 1
    letters = "abc"
    for axis in range(3):  # each factor is the best for the two others
        others = [found.factors[n] for n in range(3) if n != axis]
        terms = ",".join(letters[n] for n in range(3) if n != axis)
        scale = np.prod([np.vdot(v, v) for v in others])
        best = np.einsum(f"abc,{terms}->{letters[axis]}", kernel, *others) / scale
        np.testing.assert_allclose(found.factors[axis], best, atol=1e-6)


def test_a_filter_that_is_a_product_runs_flattened(rng):
    x, filters = rng.normal(size=(1, 4, 7, 8)), outer(*(rng.normal(size=n) for n in (4, 3, 2)))
    lateral, *spatial = best_flattened(filters).factors
    ours = flattened_conv(x, lateral[None], [vector[None] for vector in spatial])
    np.testing.assert_allclose(ours, conv2d(x, filters[None]), atol=1e-12)


def test_published_kernels():
    # Scharr (2000): 3, 10, 3. Sobel and Feldman (1968): 1, 2, 1.
    np.testing.assert_array_equal(separable.scharr("y"), [[3, 10, 3], [0, 0, 0], [-3, -10, -3]])
    np.testing.assert_array_equal(separable.sobel("y"), separable.sobel("x").T)
    np.testing.assert_array_equal(separable.laplacian(diagonals=True), [[1, 1, 1], [1, -8, 1], [1, 1, 1]])
    np.testing.assert_array_equal(separable.prewitt(), [[1, 0, -1]] * 3)


@pytest.mark.parametrize("name", ["sobel", "prewitt"])
@pytest.mark.parametrize(("axis", "number"), [("x", 1), ("y", 0)])
def test_edges_are_scipys(rng, name, axis, number):
    ndimage = pytest.importorskip("scipy.ndimage")
    x = rng.normal(size=(7, 8))
    theirs = getattr(ndimage, name)(x, number)[1:-1, 1:-1]  # SciPy: right minus left
    np.testing.assert_allclose(
        -conv2d(x[None], getattr(separable, name)(axis)[None, None])[0], theirs, atol=1e-12
    )


@pytest.mark.parametrize("axis", ["x", "y"])
@pytest.mark.parametrize("name", ["sobel", "prewitt", "scharr"])
def test_edges_ignore_flat_and_answer_their_own_direction(name, axis):
    kernel = getattr(separable, name)(axis)[None, None]
    ramp = np.broadcast_to(np.arange(6.0), (1, 6, 6))  # grows to the right
    across = ramp if axis == "x" else ramp.transpose(0, 2, 1)
    assert (conv2d(across, kernel) < 0).all()  # the left is darker
    assert not conv2d(across.transpose(0, 2, 1), kernel).any()


def test_blurs_and_sharpening_keep_flat_areas():
    for kernel in (separable.box(4), separable.gaussian(7, 2.0), separable.sharpen(2.5), separable.emboss()):
        np.testing.assert_allclose(kernel.sum(), 1, atol=1e-12)
    assert separable.laplacian().sum() == 0


def test_gaussian_is_scipys():
    ndimage = pytest.importorskip("scipy.ndimage")
    delta = np.zeros((9, 9))
    delta[4, 4] = 1
    theirs = ndimage.gaussian_filter(delta, 1.3, radius=4)
    np.testing.assert_allclose(separable.gaussian(9, 1.3), theirs, atol=1e-12)


def test_rank_of_nothing_and_of_everything(rng):
    assert separable_rank(np.zeros((3, 4))) == 0
    assert separable_rank(rng.normal(size=(3, 4))) == 3
    assert best_separable(np.zeros((3, 4))).error == 0
    np.testing.assert_array_equal(best_flattened(np.zeros((2, 3, 4))).kernel, np.zeros((2, 3, 4)))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: separable_rank([1, 2]),
            ShapeError,
            "separable_rank: kernel needs 2 axes but has shape (2,).",
        ),
        (
            lambda: best_flattened(np.zeros((2, 0))),
            ShapeError,
            "best_flattened: kernel needs at least one element, but has shape (2, 0).",
        ),
        (
            lambda: separable_terms(np.ones((2, 3)), 3),
            ValueError,
            "separable_terms: rank must be between 0 and min(kH, kW) = 2, but is 3; kernel (kH, kW) = (2, 3).",
        ),
        (lambda: outer(), ShapeError, "outer: needs at least one factor."),
        (lambda: outer([1], [[2]]), ShapeError, "outer: factor 1 must be 1-D but has shape (1, 1)."),
        (
            lambda: separable.sobel("z"),
            ValueError,
            "sobel: axis must be 'x' (vertical edges) or 'y' (horizontal edges), but is 'z'.",
        ),
        (lambda: separable.box(0), ShapeError, "box: size must be at least 1, but is 0."),
        (lambda: separable.box(2.5), TypeError, "box: size must be an integer, not 2.5."),
        (
            lambda: separable.gaussian(3, 0),
            ValueError,
            "gaussian: sigma must be above 0 and finite, but is 0.",
        ),
        (
            lambda: best_separable([["a"]]),
            TypeError,
            "best_separable: kernel must hold numbers, but its dtype is <U1.",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message
