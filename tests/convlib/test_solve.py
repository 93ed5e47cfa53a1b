"""Every solution does it, and none within the bounds is missing."""

import itertools

import numpy as np
import pytest

from convlib import ShapeError, conv1d, conv_transpose1d, solve_sizes


def works(kind, size, k, s, p, d, extra):
    x, weight = np.ones((1, size)), np.ones((1, 1, k))
    try:
        if kind == "conv":
            return conv1d(x, weight, None, s, p, d).shape[1] if extra == 0 else None
        return conv_transpose1d(x, weight, None, s, p, extra, 1, d).shape[1]
    except ShapeError:
        return None


@pytest.mark.parametrize(("size", "wanted"), [(7, 14), (14, 7), (5, 5), (1, 4), (9, 2)])
def test_all_solutions_and_only_those(size, wanted):
    bounds = {"max_kernel_size": 4, "max_stride": 3, "max_dilation": 3}
    found = solve_sizes(size, wanted, **bounds)
    assert len(set(found)) == len(found)
    expected = set()
    options = itertools.product(range(1, 5), range(1, 4), range(1, 4), range(3))
    for k, s, d, extra in options:
        if k == 1 and d > 1:
            continue
        for p, kind in itertools.product(range(d * (k - 1) + 1), ("conv", "conv_transpose")):
            if works(kind, size, k, s, p, d, extra) == wanted:
                expected.add((kind, k, s, p, d, extra))
    assert {tuple(solution) for solution in found} == expected
    assert expected


def test_seven_to_fourteen_needs_no_output_padding_with_an_even_kernel():
    found = solve_sizes(7, 14)
    assert found[0] == ("conv_transpose", 2, 2, 0, 1, 0) or found[0].kind == "conv"
    assert ("conv_transpose", 4, 2, 1, 1, 0) in found
    assert ("conv_transpose", 3, 2, 1, 1, 1) in found  # an odd one needs it
    assert not any(
        one.kernel_size % 2 and one.stride == 2 and not one.output_padding
        for one in found
        if one.kind == "conv_transpose" and one.dilation == 1
    )


def test_errors_say_what_is_wrong():
    with pytest.raises(ShapeError) as error:
        solve_sizes(0, 5)
    assert str(error.value) == "solve_sizes: size must be at least 1, but is 0."
    assert solve_sizes(3, 1000) == []
