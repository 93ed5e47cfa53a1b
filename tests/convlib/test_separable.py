"""Separable kernels: the SVD's promises, the flattened ones, and the named kernels against SciPy and the literature."""

import warnings

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


def one_entry(kernel):
    """The error of keeping the largest entry alone."""
    size = abs(np.array(kernel, float))
    return np.sqrt(max(0, 1 - (size.max() / np.linalg.norm(size)) ** 2))


@pytest.mark.parametrize("kernel", [[[0.0, 1], [-1, 0]], np.eye(3)[::-1], np.eye(2)], ids=str)
def test_orthogonal_start_vectors_are_no_end(xp, kernel):
    found = best_flattened(xp.array(np.array([kernel])))
    np.testing.assert_allclose(found.error, best_separable(kernel).error, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 3, 3), (2, 2, 2), (3, 3, 3), (2, 2, 2, 2)])
def test_flattened_is_never_worse_than_one_entry(rng, shape, dtype):
    near = {"float32": 1e-5, "float64": 1e-9}[dtype]
    for _ in range(150):
        kernel = (rng.integers(-3, 4, shape) * (rng.random(shape) < 0.3)).astype(dtype)
        found = best_flattened(kernel)
        assert found.error <= one_entry(kernel) + near if kernel.any() else found.error == 0
        missed = np.linalg.norm(kernel - found.kernel)
        np.testing.assert_allclose(missed, found.error * np.linalg.norm(kernel), atol=near)


def test_one_sweep_keeps_something(rng):
    for _ in range(300):
        kernel = rng.integers(-3, 4, (2, 2, 2, 2)) * (rng.random((2, 2, 2, 2)) < 0.3)
        assert best_flattened(kernel, steps=1).error < 1


def test_flattened_plane_is_the_best_separable_one(rng):
    for _ in range(300):
        plane = rng.integers(-1, 2, (3, 3)) * rng.integers(0, 2, (3, 3))
        for kernel in (plane[None], plane[:, None], plane[..., None]):
            assert abs(best_flattened(kernel).error - best_separable(plane).error) < 1e-9


@pytest.mark.parametrize("imaginary", [False, True])
@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_flattened_plane_has_the_gradient_of_the_separable_one(rng, where, imaginary):
    torch = pytest.importorskip("torch")
    plane = rng.normal(size=(3, 4)) + (1j * rng.normal(size=(3, 4)) if imaginary else 0)
    a, b = (torch.tensor(plane, requires_grad=True) for _ in range(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = best_separable(a), best_flattened(b.unsqueeze(where))
        assert separable_rank(a) == 3
    assert type(one.error) is type(other.error) is float
    abs(one.kernel[0]).sum().backward()
    abs(other.kernel.squeeze(where)[0]).sum().backward()
    np.testing.assert_allclose(b.grad, a.grad, atol=1e-9)


def test_flattened_gradient_is_the_slope(rng):
    torch = pytest.importorskip("torch")
    kernel = torch.tensor(rng.normal(size=(2, 3, 2)), requires_grad=True)
    assert torch.autograd.gradcheck(lambda k: best_flattened(k, steps=500).kernel, kernel, atol=1e-5)


@pytest.mark.parametrize(
    ("dtype", "scales"), [("float32", (1e-40, 1e-23, 1e30)), ("float64", (1e-310, 1e-200, 1e200, 1e308))]
)
@pytest.mark.parametrize("call", [best_separable, lambda k: best_flattened(k[None])], ids=["two", "three"])
def test_no_scale_is_too_small_or_too_large(xp, dtype, scales, call):
    kernel = np.diag([1.0, 0.5]).astype(dtype)
    for scale in scales:
        found = call(xp.array(kernel * kernel.dtype.type(scale)))
        np.testing.assert_allclose(found.error, 0.2**0.5, rtol=1e-4)
        np.testing.assert_allclose(xp.numpy(found.kernel).max(), scale, rtol=1e-4)
        assert separable_rank(xp.array(kernel * kernel.dtype.type(scale))) == 2


@pytest.mark.parametrize(
    ("given", "wide"),
    [("float16", "float32"), ("longdouble", "float64"), ("clongdouble", "complex128"), ("int8", "float64")],
)
def test_dtypes_that_have_no_svd_are_computed_in_one_that_has(given, wide):
    kernel = np.array(separable.laplacian(), given)
    assert separable_rank(kernel) == 2
    assert separable_terms(kernel)[0][0].dtype == wide
    for found in (best_separable(kernel), best_flattened(kernel[None]), best_flattened(kernel[0])):
        assert found.kernel.dtype == wide
    np.testing.assert_allclose(
        best_flattened(kernel[None]).error, best_separable(separable.laplacian()).error, rtol=1e-5
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_torch_kernels_of_16_bits(dtype):
    torch = pytest.importorskip("torch")
    kernel = torch.tensor(separable.laplacian(), dtype=getattr(torch, dtype))
    assert separable_rank(kernel) == 2
    for found in (best_separable(kernel), best_flattened(kernel[None])):
        assert found.kernel.dtype == torch.float32
        np.testing.assert_allclose(found.error, best_separable(separable.laplacian()).error, rtol=1e-5)


@pytest.mark.parametrize("number", [np.nan, np.inf])
@pytest.mark.parametrize("call", [separable_rank, separable_terms, best_separable, best_flattened])
def test_kernels_are_finite(xp, call, number):
    with pytest.raises(
        ValueError, match=rf"^{call.__name__}: kernel must be finite, but holds NaN or Inf\.$"
    ):
        call(xp.array([[1, number], [2, 3]]))


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


@pytest.mark.parametrize("size", [1, 2, 4, 5])
@pytest.mark.parametrize("sigma", [5e-324, 1e-200, 0.01, 0.3, 1e200])
def test_gaussians_sum_to_one_at_any_sigma(size, sigma):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kernel = separable.gaussian(size, sigma)
    np.testing.assert_allclose(kernel.sum(), 1, rtol=1e-12)
    np.testing.assert_array_equal(kernel, kernel[::-1, ::-1])


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
        (
            lambda: separable_terms(np.ones((2, 3)), -1),
            ShapeError,
            "separable_terms: rank must be at least 0, but is -1.",
        ),
        (
            lambda: separable_terms(np.ones((2, 3)), 1.0),
            TypeError,
            "separable_terms: rank must be an integer, not 1.0.",
        ),
        (
            lambda: separable_rank(np.ones((2, 3)), tolerance="a"),
            TypeError,
            "separable_rank: tolerance must be a number, not 'a'.",
        ),
        (
            lambda: best_flattened(np.ones((2, 3, 2)), steps=0),
            ShapeError,
            "best_flattened: steps must be at least 1, but is 0.",
        ),
        (
            lambda: best_flattened(np.ones(2), steps=-1),
            ShapeError,
            "best_flattened: steps must be at least 1, but is -1.",
        ),
        (
            lambda: outer(*[np.broadcast_to(1.0, 2000)] * 3),
            ShapeError,
            "outer: the kernel would have shape (2000, 2000, 2000), 8,000,000,000 elements; more than 2,147,483,647 are refused.",
        ),
        (
            lambda: separable.box(10**5),
            ShapeError,
            "box: the kernel would have shape (100000, 100000), 10,000,000,000 elements; more than 2,147,483,647 are refused.",
        ),
        (
            lambda: separable.gaussian(10**12),
            ShapeError,
            "gaussian: the kernel would have shape (1000000000000, 1000000000000), "
            "1,000,000,000,000,000,000,000,000 elements; more than 2,147,483,647 are refused.",
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
        (lambda: separable.gaussian(3, "a"), TypeError, "gaussian: sigma must be a number, not 'a'."),
        (lambda: separable.gaussian(3, "1"), TypeError, "gaussian: sigma must be a number, not '1'."),
        (lambda: separable.gaussian(3, np.nan), ValueError, "gaussian: sigma must be finite, but is nan."),
        (lambda: separable.sharpen("a"), TypeError, "sharpen: amount must be a number, not 'a'."),
        (lambda: separable.sharpen([1, 2]), TypeError, "sharpen: amount must be a number, not [1, 2]."),
        (lambda: separable.sharpen(np.inf), ValueError, "sharpen: amount must be finite, but is inf."),
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
