"""Published sizes, overlaps and coverages, by running the operations themselves."""

import numpy as np
import pytest

from convlib import (
    conv1d,
    conv_matrix,
    conv_transpose1d,
    conv_transpose2d,
    overlap_count,
    receptive_field,
    same_padding,
)


def down(i, k, s=1, p=0, d=1):
    return conv1d(np.ones((1, i)), np.ones((1, 1, k)), None, s, p, d).shape[1]


def up(i, k, s=1, p=0, a=0):
    return conv_transpose1d(np.ones((1, i)), np.ones((1, 1, k)), None, s, p, a).shape[1]


SIZES = [
    (i, k, p, s)
    for i in range(1, 12)
    for k in range(1, 6)
    for p in range(k)
    for s in range(1, 5)
    if i + 2 * p >= k
]


# Dumoulin and Visin (2016), relationships 1 to 15
def test_relationships_of_convolutions():
    for i, k, p, s in SIZES:
        assert down(i, k, s, p) == (i + 2 * p - k) // s + 1  # 6; with p = 0: 5 and, for pooling, 7
        if s == 1:
            assert down(i, k, 1, p) == i - k + 2 * p + 1  # 2; with p = 0: 1
            assert down(i, k, 1, k - 1) == i + k - 1  # 4, full
            if k % 2:
                assert down(i, k, 1, k // 2) == i  # 3, half


def test_relationships_of_transposed_convolutions():
    for i, k, p, s in SIZES:
        small = down(i, k, s, p)
        a = (i + 2 * p - k) % s
        if s * (small - 1) + k - 2 * p + a < 1:
            continue
        assert (
            up(small, k, s, p, a) == s * (small - 1) + a + k - 2 * p == i
        )  # 14; with a = 0: 13 and, p = 0, 12
        if s == 1:
            assert up(small, k, 1, p) == small + (k - 1) - 2 * p  # 9; with p = 0: 8
            if k % 2:
                assert up(i, k, 1, k // 2) == i  # 10, half
            assert up(i + k - 1, k, 1, k - 1) == i  # 11, full


def test_relationship_of_dilated_convolutions():
    for i, k, p, s in SIZES:
        for d in (1, 2, 3):
            if i + 2 * p >= k + (k - 1) * (d - 1):
                assert down(i, k, s, p, d) == (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1  # 15


@pytest.mark.parametrize(
    ("i", "k", "p", "s", "d", "o"),
    [(4, 3, 0, 1, 1, 2), (5, 4, 2, 1, 1, 6), (5, 3, 1, 1, 1, 5), (5, 3, 2, 1, 1, 7), (5, 3, 0, 2, 1, 2),
     (5, 3, 1, 2, 1, 3), (6, 3, 1, 2, 1, 3), (7, 3, 0, 1, 2, 3)],
)  # fmt: skip
def test_worked_sizes(i, k, p, s, d, o):
    assert down(i, k, s, p, d) == o


@pytest.mark.parametrize(("dilations", "reached", "field"), [((2, 2, 2), 7, 13), ((1, 2, 5), 17, 17)])
def test_coverage_of_dilated_stacks(dilations, reached, field):
    assert receptive_field([(3, 1, 0, d) for d in dilations]).size == field
    size, stack = field, np.eye(field)
    for d in dilations:
        stack = conv_matrix(np.ones(3), size, dilation=d) @ stack
        size -= 2 * d
    assert np.count_nonzero(stack) == reached  # one output, and the inputs that a path leads from


@pytest.mark.parametrize("i", [1, 7, 16])
def test_fcns_last_layer_gives_32_times_the_size(i):
    assert conv_transpose2d(np.ones((1, i, i + 1)), np.ones((1, 1, 64, 64)), stride=32, padding=16).shape == (
        1, 32 * i, 32 * (i + 1),
    )  # fmt: skip


def test_overlap_of_three_by_two():
    inside = overlap_count(9, 3, stride=2, padding=1)
    assert inside.max() / inside.min() == 2
    inside = overlap_count((9, 8), 3, stride=2, padding=1)
    assert inside.max() / inside.min() == 4
    even = overlap_count((9, 8), 4, stride=2, padding=2)
    assert even.max() == even.min()


def test_same_of_224():
    assert same_padding(224, 3, stride=2) == (0, 1)
