"""What a wrong call is told: word by word, since a message that nobody reads drifts."""

from __future__ import annotations

import numpy as np
import pytest

import convlib
from convlib import ShapeError

SHAPES = "; x (N, C_in, H, W) = (1, 6, 8, 8), weight (C_out, C_in/groups, kH, kW) = {}."


def call(weight=(8, 6, 3, 3), x=(1, 6, 8, 8), bias=None, **options):
    return convlib.conv2d(np.ones(x), np.ones(weight), None if bias is None else np.ones(bias), **options)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"weight": (8, 2, 3, 3), "groups": 2},
            "weight expects 4 input channels (2 per group × groups=2) but x has 6"
            + SHAPES.format((8, 2, 3, 3)),
        ),
        (
            {"weight": (8, 5, 3, 3)},
            "weight expects 5 input channels but x has 6" + SHAPES.format((8, 5, 3, 3)),
        ),
        ({"weight": (7, 3, 3, 3), "groups": 2}, "groups=2 must divide C_out=7" + SHAPES.format((7, 3, 3, 3))),
        ({"weight": (8, 6, 3, 0)}, "the kernel must not be empty" + SHAPES.format((8, 6, 3, 0))),
        (
            {"weight": (8, 6, 3, 5), "dilation": (1, 3), "padding": ((0, 0), (1, 0))},
            "along W the kernel spans 13 positions (size 5, dilation 3) but x with its padding has 9 (1 + 8 + 0)"
            + SHAPES.format((8, 6, 3, 5)),
        ),
        (
            {"bias": (3,)},
            "bias must have one number per output channel, shape (8,), but its shape is (3,).",
        ),
        (
            {"x": (6, 8)},
            "x must have 4 axes (N, C_in, H, W), or 3 without N, but its shape is (6, 8).",
        ),
        (
            {"weight": (6, 3, 3)},
            "weight must have 4 axes (C_out, C_in/groups, kH, kW), but its shape is (6, 3, 3).",
        ),
        ({"groups": 0}, "groups must be at least 1, but is 0."),
        ({"stride": (1, 0)}, "stride must be at least 1, but is 0."),
        (
            {"stride": (1, 2, 3)},
            "stride = (1, 2, 3) has 3 values, but there are 2 spatial axes; give one integer, or 2.",
        ),
        ({"padding": -1}, "padding must be at least 0, but is -1."),
        ({"padding": "SAME"}, "padding must be numbers, 'valid', 'same', 'causal' or 'full', not 'SAME'."),
        (
            {"padding": 10**6},
            "the padded input would have shape (1, 6, 2000008, 2000008), 24,000,192,000,384 elements; "
            "more than 2,147,483,647 are refused.",
        ),
    ],
)
def test_shape_errors(arguments, says):
    with pytest.raises(ShapeError) as caught:
        call(**arguments)
    assert str(caught.value) == "conv2d: " + says


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"stride": 1.5}, TypeError, "stride must be an integer, not 1.5."),
        ({"groups": True}, TypeError, "groups must be an integer, not True."),
        (
            {"padding_mode": "edge"},
            ValueError,
            "padding_mode must be one of 'zeros', 'reflect', 'replicate', 'circular', not 'edge'.",
        ),
        (
            {"method": "fastest"},
            ValueError,
            "method must be one of 'auto', 'direct', 'gemm', 'toeplitz', 'fft', 'winograd2', 'winograd4', not 'fastest'.",
        ),
        (
            {"method": "winograd4", "stride": 2},
            ValueError,
            "method='winograd4' needs a 3×3 kernel, stride 1 and dilation 1, but the kernel is 3×3, "
            "stride (2, 2), dilation (1, 1).",
        ),
    ],
)
def test_wrong_choices_and_types(arguments, error, says):
    with pytest.raises(error) as caught:
        call(**arguments)
    assert str(caught.value) == "conv2d: " + says


@pytest.mark.parametrize(
    ("x", "weight", "says"),
    [
        ("abc", [[[1]]], "conv1d: x must hold numbers, but its dtype is <U3."),
        (None, [[[1]]], "conv1d: x must hold numbers, but its dtype is object."),
        ([[[1, 2], [3]]], [[[1]]], "conv1d: x can't be read as an array: "),
        (
            [[[True]]],
            [[[True]]],
            "conv1d: x and weight are booleans; convert one to the numbers you count in.",
        ),
    ],
)
def test_what_is_no_array_of_numbers(x, weight, says):
    with pytest.raises(TypeError) as caught:
        convlib.conv1d(x, weight)
    assert str(caught.value).startswith(says)


def test_libraries_are_not_mixed():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with pytest.raises(TypeError) as caught:
        convlib.conv1d(torch.ones(1, 1, 3), np.ones((1, 1, 2)))
    assert str(caught.value) == (
        "conv1d: all arrays must belong together, but x is a torch tensor on cpu, weight is a NumPy array; "
        "convert one of them."
    )


def test_empty_axes_cannot_be_continued():
    with pytest.raises(ShapeError, match="'circular' padding has nothing to continue"):
        convlib.conv1d(np.ones((1, 1, 0)), np.ones((1, 1, 2)), padding=3, padding_mode="circular")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: convlib.pad(np.ones((3, 4)), 1), "pad: padding = 1 speaks of 0 axes, but x has shape"),
        (lambda: convlib.pad(np.ones(3), (1, 1)), "speaks of 2 axes"),
        (lambda: convlib.pad(np.ones((1, 1, 3)), "same"), "must be numbers here, not 'same'"),
        (lambda: convlib.windows(np.ones((1, 1, 3)), 4), "windows: a kernel that spans 4 positions"),
        (lambda: convlib.windows(np.ones(3), 2), "windows: kernel_size = 2 speaks of 0 axes"),
    ],
)
def test_pad_and_windows(wrong, says):
    with pytest.raises(ShapeError, match=says):
        wrong()


@pytest.mark.parametrize("option", ["stride", "padding", "dilation", "groups"])
@pytest.mark.parametrize("equal", [True, 1.0])
def test_what_was_checked_before_does_not_excuse_an_equal_that_is_no_integer(option, equal):
    x, weight = np.ones((1, 1, 6, 7)), np.ones((1, 1, 2, 3))
    convlib.conv2d(x, weight, **{option: 1})
    with pytest.raises(TypeError, match=f"conv2d: {option} must be an integer, not {equal}"):
        convlib.conv2d(x, weight, **{option: equal})
