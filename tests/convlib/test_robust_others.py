"""What holds for the functions beside conv: any memory layout, lists, other dtypes, threads; inputs are only read."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import convlib
from convlib import grad, separable, signal
from convlib.diagnose import diagnose

X, W, G = (2, 4, 7, 8), (6, 2, 3, 2), (2, 6, 5, 7)
# name: the arrays' shapes, and the call
CALLS = {
    "conv_transpose2d": ((X, (4, 3, 3, 2), (6,)), lambda x, w, b: convlib.conv_transpose2d(x, w, b, 2, 1, 1, 2)),
    "wide conv_transpose2d": (((2, 2, 3, 4), (2, 1, 8, 9)), lambda x, w: convlib.conv_transpose2d(x, w, None, (8, 9))),
    "conv2d_input": ((W, G), lambda w, g: grad.conv2d_input(X, w, g, groups=2)),
    "conv2d_weight": ((X, G), lambda x, g: grad.conv2d_weight(x, W, g, groups=2)),
    "conv_bias": ((G,), grad.conv_bias),
    "conv_matrix": ((W,), lambda w: convlib.conv_matrix(w, (4, 5), padding=1, groups=2)),
    "unfold": ((X,), lambda x: convlib.unfold(x, (3, 2), 1, 1, 2)),
    "fold": (((2, 12, 16),), lambda c: convlib.fold(c, (6, 5), (3, 2))),
    "insert_zeros": ((X,), lambda x: convlib.insert_zeros(x, (2, 3))),
    "pixel_shuffle": ((X,), lambda x: convlib.pixel_shuffle(x, 2)),
    "icnr": ((W,), lambda w: convlib.icnr(w, 2)),
    "convolve": (((5, 6), (3, 2)), signal.convolve),
    "correlate": (((5, 6), (3, 2)), lambda x, k: signal.correlate(x, k, "same")),
    "circular_convolve": (((5, 6), (3, 2)), signal.circular_convolve),
    "downsample": (((5, 6),), lambda x: signal.downsample(x, 2)),
    "upsample": (((5, 6),), lambda x: signal.upsample(x, 2)),
    "wiener_filter": (((5, 6), (3, 2)), lambda y, k: signal.wiener_filter(y, k, 0.5)),
    "outer": (((5,), (3,)), separable.outer),
    "best_separable": (((5, 3),), lambda k: separable.best_separable(k).kernel),
    "best_flattened": (((4, 5, 3),), lambda k: separable.best_flattened(k).kernel),
    "effective_receptive_field": (((2, 1, 3), (1, 2, 3)), lambda a, b: convlib.effective_receptive_field([a, b], 9)),
}  # fmt: skip
CHANGES = {
    "fortran": np.asfortranarray,
    "negative strides": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "spaced": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "other byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "list": lambda a: a.tolist(),
}


def arrays_of(rng, name):
    return [rng.normal(size=shape) for shape in CALLS[name][0]]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", CALLS)
def test_memory_layout_does_not_matter(rng, name, change):
    arrays, call = arrays_of(rng, name), CALLS[name][1]
    expected = call(*arrays)
    got = call(*map(CHANGES[change], arrays))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)
    assert got.dtype.newbyteorder("=") == expected.dtype


@pytest.mark.parametrize("name", CALLS)
def test_inputs_are_only_read(rng, name):
    arrays, call = arrays_of(rng, name), CALLS[name][1]
    kept = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    call(*arrays)
    for array, before in zip(arrays, kept):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("name", CALLS)
def test_threads_may_call_at_once(rng, name):
    arrays, call = arrays_of(rng, name), CALLS[name][1]
    scaled = [[array * scale for array in arrays] for scale in range(1, 9)]
    expected = [call(*some) for some in scaled]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda some: call(*some), scaled * 3))
    for one, other in zip(got, expected * 3):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
@pytest.mark.parametrize("name", CALLS)
def test_dtype_in_dtype_out_on_numpy_and_torch(rng, name, dtype):
    torch = pytest.importorskip("torch")
    arrays, call = [array.astype(dtype) for array in arrays_of(rng, name)], CALLS[name][1]
    ours = call(*arrays)
    theirs = call(*map(torch.tensor, arrays))
    real = name == "effective_receptive_field"  # the size of the gradient
    assert ours.dtype == ("float32" if real else dtype)
    assert isinstance(theirs, torch.Tensor)
    assert theirs.numpy().dtype == ours.dtype
    np.testing.assert_allclose(theirs.numpy(), ours, rtol=0, atol=2e-4 * max(1, np.abs(ours).max()))


@pytest.mark.parametrize("dtype", ["float16", "int8", "uint8", "int32"])
@pytest.mark.parametrize(
    "name",
    ["conv_transpose2d", "conv2d_input", "conv2d_weight", "conv_bias", "conv_matrix", "fold", "unfold"],
)
def test_small_dtypes_stay_and_are_exact_where_they_can_be(xp, rng, name, dtype):
    low = 0 if dtype == "uint8" else -1
    arrays = [rng.integers(low, 2, shape) for shape in CALLS[name][0]]
    exact = CALLS[name][1](*arrays)
    got = CALLS[name][1](*(xp.array(array.astype(dtype)) for array in arrays))
    assert xp.numpy(got).dtype == dtype
    np.testing.assert_array_equal(xp.numpy(got), exact)


@pytest.mark.parametrize(
    "call",
    [
        lambda a: convlib.fold(a, (4,), (3,)),  # [[100, 200, 200, 100]]
        lambda a: separable.outer(a[0, 0], a[0, 0]),
        lambda a: signal.convolve(a[0, 0], a[0, 0]),
    ],
    ids=["fold", "outer", "convolve"],
)
def test_integers_that_do_not_fit_are_an_error(xp, call):
    with pytest.raises(OverflowError, match=r"does not fit in .*int8"):
        call(xp.array(np.full((1, 3, 2), 100, np.int8)))


@pytest.mark.parametrize("name", ["conv_transpose2d", "conv2d_input", "conv2d_weight", "convolve", "outer"])
def test_mixed_libraries_are_a_type_error(rng, name):
    torch = pytest.importorskip("torch")
    first, *others = arrays_of(rng, name)
    with pytest.raises(TypeError, match="all arrays must belong together"):
        CALLS[name][1](torch.tensor(first), *others)


def test_diagnose_may_be_called_by_threads(rng):
    x, weight = rng.normal(size=(1, 2, 7)), rng.normal(size=(3, 2, 3))
    wrong = convlib.conv1d(x, weight[:, :, ::-1])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: diagnose(wrong, x, weight).id, range(8)))
    assert set(found) == {"kernel-reversed"}
