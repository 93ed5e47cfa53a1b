"""A value goes out as plain JSON and comes back as the same array; the comparison sees every difference."""

from __future__ import annotations

import json

import numpy as np
import pytest

from convgrader.comparison import compare, to_array
from convgrader.emission import MAX_NUMBERS, collect, emit, payload

VALUES = [
    3,
    -2.5,
    True,
    [[1, 2, 3], [4, 5, 6]],
    np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    np.array([1 + 2j, -3j]),
    np.zeros((0, 4)),
    [float("inf"), float("-inf"), 1.5],
    (2, 3),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_there_and_back(value):
    content = json.loads(json.dumps(payload(value), allow_nan=False))
    back = to_array(content)
    assert back.dtype == np.asarray(value).dtype
    np.testing.assert_array_equal(back, np.asarray(value))
    assert compare(payload(value), [content]) is None


def test_torch_goes_out_like_numpy():
    torch = pytest.importorskip("torch")
    x = torch.arange(6.0, requires_grad=True).reshape(2, 3)
    assert payload(x) == payload(np.arange(6, dtype=np.float32).reshape(2, 3))


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (None, TypeError, "emit: expected numbers, got NoneType"),
        ("four", TypeError, "emit: expected numbers, got str"),
        ([[1, 2], [3]], ValueError, "different lengths"),
        (np.zeros(MAX_NUMBERS + 1), ValueError, f"{MAX_NUMBERS + 1} numbers in shape"),
    ],
)
def test_what_is_no_number_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        emit(value)


WANT = payload(np.array([[1.0, 2.0, 3.0]]))


@pytest.mark.parametrize(
    ("got", "message"),
    [
        ([], "it emitted 0"),
        ([WANT, WANT], "it emitted 2"),
        ([payload([1.0, 2.0, 3.0])], r"the shape is \(3,\)"),
        ([payload([[1.0, 2.0, 3.5]])], "1 of 3 values are wrong"),
        ([payload([[1.0, 2.0, float("nan")]])], "not finite"),
        ([payload([[1j, 2, 3]])], "complex numbers, not real numbers"),
        ([payload([[True, True, False]])], "truth values, not real numbers"),
        ([WANT | {"more": 1}], "has the fields"),
        (["text"], "has the fields"),
        ([WANT | {"dtype": "object"}], "dtype object"),
        ([WANT | {"dtype": "no such"}], "unknown dtype"),
        ([WANT | {"shape": [3]}], r"the shape is \(3,\)"),
        ([WANT | {"shape": [1, 4]}], "does not hold the numbers"),
        ([WANT | {"shape": "13"}], "shape is a list of sizes"),
        ([WANT | {"data": [1.0, 2.0, None]}], "holds what is no number"),
        ([WANT | {"data": [1.0, 2.0, "3"]}], "could not convert|holds what is no number"),
    ],
)
def test_every_difference_is_seen(got, message):
    import re

    assert re.search(message, compare(WANT, got) or "passed")


def test_tolerance_and_whole_numbers_for_real_ones():
    assert compare(WANT, [payload([[1, 2, 3]])]) is None
    near = [payload([[1.0, 2.0, 3.0 + 1e-9]])]
    assert compare(WANT, near) == "1 of 3 values are wrong"
    assert compare(WANT, near, rtol=1e-6) is None
    assert compare(WANT, near, atol=1e-6) is None


def test_the_reason_never_holds_an_expected_number():
    want = payload([[731.0, 732.0]])
    for got in ([[731.0, 5.0]], [5.0, 6.0], [[1j, 2]]):
        assert "73" not in compare(want, [payload(got)])


def test_collect_takes_what_would_be_displayed_and_nests():
    with collect() as outer:
        emit(1)
        with collect() as inner:
            emit(2)
    assert [item["data"] for item in outer] == [[1]]
    assert [item["data"] for item in inner] == [[2]]
