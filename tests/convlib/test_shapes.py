"""Sizes and paddings against published relationships, worked values and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlib import shapes
from convlib.shapes import ShapeError

SIZES = st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(0, 6), st.integers(1, 4)


def positions(size, kernel, stride, low, high, dilation):
    """Count the kernel's positions by trying them."""
    padded = range(low + size + high)
    return sum(p + dilation * (kernel - 1) in padded for p in padded[::stride])


@given(*SIZES, st.integers(0, 6))
def test_output_size_counts_the_positions(size, kernel, stride, low, dilation, high):
    expected = positions(size, kernel, stride, low, high, dilation)
    if expected:
        assert shapes.output_size(size, kernel, stride, (low, high), dilation) == expected
    else:
        with pytest.raises(ShapeError, match="the kernel spans"):
            shapes.output_size(size, kernel, stride, (low, high), dilation)


@pytest.mark.parametrize(
    ("i", "k", "p", "s", "d", "o"),
    [
        *[(4, 3, 0, 1, 1, 2), (5, 4, 2, 1, 1, 6), (5, 3, 1, 1, 1, 5), (5, 3, 2, 1, 1, 7)],
        *[(5, 3, 0, 2, 1, 2), (5, 3, 1, 2, 1, 3), (6, 3, 1, 2, 1, 3), (7, 3, 0, 1, 2, 3)],
    ],
)
def test_the_worked_examples_of_dumoulin_and_visin(i, k, p, s, d, o):
    assert shapes.output_size(i, k, s, p, d) == o


@given(*SIZES)
def test_transposed_size_is_a_preimage_and_output_padding_lists_them_all(
    size, kernel, stride, padding, dilation
):
    mapped = set()
    for extra in range(stride):
        try:
            larger = shapes.transposed_output_size(size, kernel, stride, padding, extra, dilation)
        except ShapeError:
            continue
        assert shapes.output_size(larger, kernel, stride, padding, dilation) == size
        mapped.add(larger)
    extent, reach = dilation * (kernel - 1) + 1, range(1, 400)
    found = {
        n for n in reach if n + 2 * padding >= extent and (n + 2 * padding - extent) // stride + 1 == size
    }
    assert mapped == found


@given(*SIZES[:3], st.integers(1, 4))
def test_same_padding_gives_the_ceiling_and_no_position_too_many(size, kernel, stride, dilation):
    low, high = shapes.same_padding(size, kernel, stride, dilation)
    assert high - low in (0, 1)
    assert shapes.output_size(size, kernel, stride, (low, high), dilation) == -(-size // stride)
    if high:
        with_less = positions(size, kernel, stride, low, high - 1, dilation)
        assert with_less < -(-size // stride)


def test_same_padding_of_tensorflow():
    assert shapes.same_padding(224, 3, 2) == (0, 1)
    assert shapes.same_padding(7, 5, 3) == (2, 2)
    assert shapes.same_padding(5, 2) == (0, 1)
    assert shapes.same_padding(9, 1, 4) == (0, 0)


def test_named_paddings():
    assert shapes.causal_padding(2, 512) == (512, 0)
    assert shapes.full_padding(3, 2) == (4, 4)
    assert shapes.half_padding(5) == (2, 2)
    assert shapes.effective_kernel_size(3, 12) == 25


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        ((3,), ((3, 3), (3, 3))),
        (((1, 0), (0, 2)), ((1, 0), (0, 2))),
        ([(1, 0), 2], ((1, 0), (2, 2))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((0, 1), (1, 2))),
        ("causal", ((2, 0), (3, 0))),
        ("full", ((2, 2), (3, 3))),
        (("causal", "same"), ((2, 0), (1, 2))),
        (np.int64(2), ((2, 2), (2, 2))),
    ],
)
def test_resolve_padding_reads_every_way_of_writing_it(padding, expected):
    assert shapes.resolve_padding(padding, (8, 9), (3, 4), stride=(2, 1)) == expected


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: shapes.output_size(3, 5),
            ShapeError,
            r"spans 5 positions \(kernel_size=5, dilation=1\) but the",
        ),
        (lambda: shapes.output_size(3, 2, stride=0), ShapeError, "stride must be at least 1, but is 0"),
        (lambda: shapes.output_size(3, 2, dilation=-1), ShapeError, "dilation must be at least 1, but is -1"),
        (lambda: shapes.output_size(3, 2.0), TypeError, "kernel_size must be an integer, not 2.0"),
        (lambda: shapes.output_size(True, 2), TypeError, "size must be an integer, not True"),
        (lambda: shapes.output_size(3, 2, padding="Same"), ShapeError, "'causal' or 'full', not 'Same'"),
        (
            lambda: shapes.output_size(3, 2, padding=(1, 2, 3)),
            ShapeError,
            r"pair \(start, end\), not \(1, 2, 3\)",
        ),
        (
            lambda: shapes.transposed_output_size(2, 3, 2, 0, 2),
            ShapeError,
            "output_padding=2 must be less than",
        ),
        (lambda: shapes.transposed_output_size(1, 1, 1, 1), ShapeError, "nothing is left"),
        (
            lambda: shapes.resolve_padding((1, 1, 1), (8, 8), (3, 3)),
            ShapeError,
            "has 3 entries, but there are 2",
        ),
        (
            lambda: shapes.resolve_padding(-1, (8, 8), (3, 3)),
            ShapeError,
            "padding must be at least 0, but is -1",
        ),
        (
            lambda: shapes.per_axis("f", "stride", (1, 2), 3, 1),
            ShapeError,
            r"f: stride = \(1, 2\) has 2 values",
        ),
    ],
)
def test_errors_name_argument_rule_and_numbers(call, error, says):
    with pytest.raises(error, match=says):
        call()
