"""torch's own operator database: all its samples and error samples, given to convlib as NumPy arrays.

It is what PyTorch tests its operators with. What it accepts gives the same numbers here; what it refuses is
refused here with a ValueError or TypeError of ours, but for the few that convlib can do (BEYOND_TORCH).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import convlib

torch = pytest.importorskip("torch", reason="torch is not installed")
op_db = pytest.importorskip("torch.testing._internal.common_methods_invocations", reason="expecttest").op_db

OPERATIONS = {
    f"nn.functional.{name}": getattr(convlib, name)
    for name in (
        *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
        *("unfold", "pixel_shuffle", "channel_shuffle"),
    )
}
DTYPES = {
    "float32": 2e-5,
    "float64": 1e-12,
    "complex64": 2e-5,
}  # and the tolerance, relative to the largest value
SAMPLES = {"conv1d": 10, "conv2d": 30, "conv3d": 20, "conv_transpose1d": 10, "conv_transpose2d": 12} | {
    "conv_transpose3d": 10,
    "unfold": 163,
    "pixel_shuffle": 5,
    "channel_shuffle": 3,
}
BEYOND_TORCH = {
    "should be the same": "mixed dtypes promote",
    "padding='same' is not supported for strided convolutions": "TensorFlow's SAME",
}
ENTRIES = {entry.name: entry for entry in op_db if entry.name in OPERATIONS}


def as_numpy(value):
    if isinstance(value, torch.Tensor):
        return value.detach().resolve_conj().numpy()
    return value


def call(function, sample):
    arguments = [as_numpy(value) for value in (sample.input, *sample.args)]
    return function(*arguments, **{name: as_numpy(value) for name, value in sample.kwargs.items()})


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_samples_give_torchs_numbers(name, dtype):
    samples = list(ENTRIES[name].sample_inputs("cpu", getattr(torch, dtype)))
    assert len(samples) == SAMPLES[name.removeprefix("nn.functional.")]
    for sample in samples:
        expected = (
            ENTRIES[name].op(sample.input, *sample.args, **sample.kwargs).detach().resolve_conj().numpy()
        )
        got = call(OPERATIONS[name], sample)
        assert got.dtype == expected.dtype
        assert got.shape == expected.shape
        largest = np.abs(expected).max(initial=1)
        np.testing.assert_allclose(got, expected, rtol=0, atol=DTYPES[dtype] * largest, err_msg=str(sample))


@pytest.mark.parametrize("name", ["nn.functional.conv1d", "nn.functional.conv2d", "nn.functional.conv3d"])
def test_error_samples_are_errors_of_ours(name):
    refused, accepted = [], Counter()
    for error in ENTRIES[name].error_inputs("cpu"):
        sample = error.sample_input
        reason = BEYOND_TORCH.get(error.error_regex)
        if reason is not None:
            call(OPERATIONS[name], sample)
            accepted[reason] += 1
            continue
        with pytest.raises((ValueError, TypeError)) as caught:
            call(OPERATIONS[name], sample)
        assert str(caught.value).startswith(name.removeprefix("nn.functional.") + ": "), caught.value
        refused.append(sample)
    assert len(refused) + sum(accepted.values()) == 10
    assert accepted == {"mixed dtypes promote": 2} | ({"TensorFlow's SAME": 1} if name.endswith("3d") else {})


def sample(x, weight, bias=None, **options):
    return x, weight, bias, options


# The database has none for the transposed convolutions: the ones above, carried over, and output_padding's.
X, W = (2, 4, 5, 6), (4, 3, 2, 3)
TRANSPOSED_ERRORS = {
    "channels": sample((2, 3, 5, 6), W),
    "rank of x": sample((4, 5), W),
    "rank of weight": sample(X, (4, 3, 2)),
    "bias": sample(X, W, (4,)),
    "stride": sample(X, W, stride=0),
    "negative stride": sample(X, W, stride=(1, -1)),
    "too many strides": sample(X, W, stride=(1, 1, 1)),
    "negative padding": sample(X, W, padding=-1),
    "nothing left": sample((2, 4, 1, 1), W, padding=3),
    "dilation": sample(X, W, dilation=0),
    "output_padding too large": sample(X, W, stride=2, output_padding=2),
    "negative output_padding": sample(X, W, stride=2, output_padding=-1),
    "groups that don't divide": sample(X, W, groups=3),
    "no groups": sample(X, W, groups=0),
    "a fraction": sample(X, W, stride=1.5),
}


@pytest.mark.parametrize("case", TRANSPOSED_ERRORS)
def test_transposed_error_samples(case):
    *shapes, options = TRANSPOSED_ERRORS[case]
    arrays = [None if shape is None else np.ones(shape, np.float32) for shape in shapes]
    with pytest.raises((RuntimeError, ValueError, TypeError)):
        torch.nn.functional.conv_transpose2d(
            *(None if array is None else torch.tensor(array) for array in arrays), **options
        )
    with pytest.raises((ValueError, TypeError), match=r"^conv_transpose2d: "):
        convlib.conv_transpose2d(*arrays, **options)


def test_transposed_same_goes_beyond_torch():
    x = np.array([[[[1, 2], [3, 4]]]])
    with pytest.raises(TypeError):
        torch.nn.functional.conv_transpose2d(
            torch.tensor(x), torch.ones(1, 1, 3, 3), stride=2, padding="same"
        )
    got = convlib.conv_transpose2d(x, np.ones((1, 1, 3, 3), int), stride=2, padding="same")
    assert got[0, 0].tolist() == [
        [1, 1, 3, 2],
        [1, 1, 3, 2],
        [4, 4, 10, 6],
        [3, 3, 7, 4],
    ]  # TensorFlow's values
