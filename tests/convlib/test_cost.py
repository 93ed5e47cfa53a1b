"""Costs against the operations themselves: parameters by their arrays, multiply-adds by counting, fields by gradients."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlib import ShapeError, conv, conv_transpose, conv_wires, effective_receptive_field, receptive_field
from convlib.cost import (
    arithmetic_intensity,
    conv_layer,
    conv_transpose_layer,
    linear_layer,
    memory_traffic,
    multiply_adds,
    parameters,
    pool_layer,
)

CASES = [
    ((7,), (3,), 2, 0, 1, 1),
    ((5, 8), (2, 3), (2, 1), (1, 2), (2, 1), 2),
    ((6, 7), (3, 4), 2, "same", 1, 3),
    ((4, 5, 6), (2, 1, 3), (1, 2, 1), ((0, 1), 1, 0), (1, 1, 2), 2),
]


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation", "groups"), CASES)
def test_counts_are_those_of_the_operation(size, kernel, stride, padding, dilation, groups):
    c_in, c_out = 2 * groups, 3 * groups
    weight = np.ones((c_out, 2, *kernel))
    y = conv(np.ones((1, c_in, *size)), weight, np.ones(c_out), stride, padding, dilation, groups)
    layer = conv_layer(
        c_in, c_out, kernel, size, stride=stride, padding=padding, dilation=dilation, groups=groups, bias=True
    )
    assert layer.output_size == y.shape[2:]
    assert parameters(layer) == weight.size + c_out
    assert multiply_adds(layer) == y.size * weight[0].size
    assert memory_traffic(layer, itemsize=1) == c_in * np.prod(size) + weight.size + c_out + y.size
    wires = conv_wires(weight.shape, size, stride, padding, dilation, groups)
    if padding == 0:
        assert multiply_adds(layer) == len(wires.output)  # a multiply-add is a wire
    else:
        assert multiply_adds(layer) > len(wires.output)  # padded zeros are multiplied too


@pytest.mark.parametrize("padding", [0, 1, "same"])
def test_transposed_counts(padding):
    weight = np.ones((4, 6, 3, 5))
    extra = 0 if padding == "same" else 1
    y = conv_transpose(np.ones((1, 4, 5, 6)), weight, None, 2, padding, extra)
    layer = conv_transpose_layer(4, 6, (3, 5), (5, 6), stride=2, padding=padding, output_padding=extra)
    assert layer.output_size == y.shape[2:]
    assert parameters(layer) == weight.size
    assert multiply_adds(layer) == weight.size * 5 * 6  # each input stamps the whole kernel


def test_pooling_and_dense_layers():
    assert (parameters(pool_layer(8, 2, 6)), multiply_adds(pool_layer(8, 2, 6))) == (0, 0)
    assert memory_traffic(pool_layer(8, 2, 6, stride=2)) == 4 * 8 * (36 + 9)
    assert parameters(linear_layer(10, 3)) == 33
    assert multiply_adds(linear_layer(10, 3)) == 30
    assert parameters(conv_layer(2, 5, 1, 4, norm=True)) == 10 + 10


def test_intensity_is_operations_per_byte():
    layer = conv_layer(8, 8, 3, 10)
    assert arithmetic_intensity(layer) == 2 * multiply_adds(layer) / memory_traffic(layer)
    assert arithmetic_intensity(layer, batch=16) > arithmetic_intensity(layer)  # weights are read once
    assert arithmetic_intensity(layer, itemsize=2) == 2 * arithmetic_intensity(layer)
    assert arithmetic_intensity([]) == 0
    depthwise = conv_layer(8, 8, 3, 10, groups=8)
    assert arithmetic_intensity(depthwise) < arithmetic_intensity(layer)


@given(data=st.data())
def test_receptive_field_is_where_the_gradient_is_not_zero(data):
    count = data.draw(st.integers(1, 4))
    layers = [
        (
            data.draw(st.integers(1, 4)),
            data.draw(st.integers(1, 3)),
            data.draw(st.integers(0, 2)),
            data.draw(st.integers(1, 3)),
        )
        for _ in range(count)
    ]
    field = receptive_field(layers)
    size = field.size + 2 * field.jump + 6
    weights = [np.ones((1, 1, k)) for k, *_ in layers]
    stride, padding, dilation = (list(column) for column in list(zip(*layers))[1:])
    try:
        seen = effective_receptive_field(weights, size, stride=stride, padding=padding, dilation=dilation)
    except ShapeError:
        return  # a stack that doesn't fit this input
    touched = np.flatnonzero(seen)
    out = size
    for k, s, p, d in layers:
        out = (out + 2 * p - d * (k - 1) - 1) // s + 1
    first = (out // 2) * field.jump - field.padding
    if len(touched) and first >= 0 and first + field.size <= size:  # the middle output sees no padding
        assert touched[0] == first
        assert touched[-1] == first + field.size - 1
        assert field.start + (out // 2) * field.jump == first + (field.size - 1) / 2


def test_effective_field_is_a_bell(rng):
    seen = effective_receptive_field([np.ones((1, 1, 3, 3))] * 10, 41, padding=1)
    assert seen.shape == (41, 41)
    field = receptive_field([(3, 1, 1)] * 10)
    assert np.count_nonzero(seen) == field.size**2 == 21**2
    assert seen[20, 20] == seen.max()
    assert 0.0455 * seen.max() > seen[20, 10]  # the rim is below what Luo et al. count
    mixed = effective_receptive_field([rng.normal(size=(3, 2, 3)), rng.normal(size=(2, 3, 3))], (9,))
    assert np.count_nonzero(mixed) == 5


def test_effective_field_runs_on_torch():
    torch = pytest.importorskip("torch")
    weights = [torch.ones(1, 1, 3, dtype=torch.float64)] * 2
    np.testing.assert_array_equal(
        effective_receptive_field(weights, 7).numpy(), effective_receptive_field([np.ones((1, 1, 3))] * 2, 7)
    )


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: conv_layer(6, 8, 3, 7, groups=4),
            ShapeError,
            "conv_layer: groups=4 must divide C_in=6 and C_out=8.",
        ),
        (
            lambda: conv_layer(6, 8, 5, 4),
            ShapeError,
            "conv_layer: nothing is left of size (4, 4) under a kernel of (5, 5) (stride (1, 1), padding ((0, 0),"
            " (0, 0)), dilation (1, 1)): the output would have size (0, 0).",
        ),
        (lambda: linear_layer(1.5, 2), TypeError, "linear_layer: channels must be an integer, not 1.5."),
        (
            lambda: receptive_field([(3, 1, 0, 1, 9)]),
            ShapeError,
            "receptive_field: layer 0 must be (kernel_size, stride, padding, dilation), not (3, 1, 0, 1, 9).",
        ),
        (
            lambda: receptive_field([conv_transpose_layer(1, 1, 2, 5)]),
            ShapeError,
            "receptive_field: layer 0, conv_transpose, is a transposed convolution, whose outputs see different"
            " numbers of inputs.",
        ),
        (
            lambda: receptive_field([(0,)]),
            ShapeError,
            "receptive_field: kernel_size must be at least 1, but is 0.",
        ),
        (
            lambda: effective_receptive_field([], 5),
            ShapeError,
            "effective_receptive_field: weights needs at least one weight (C_out, C_in, *K), all with the same axes.",
        ),
        (
            lambda: effective_receptive_field([np.ones((1, 2, 3)), np.ones((1, 2, 3))], 9),
            ShapeError,
            "effective_receptive_field: a layer of 2 input channels follows one that has 1.",
        ),
        (
            lambda: effective_receptive_field([np.ones((1, 1, 3))] * 2, 4),
            ShapeError,
            "effective_receptive_field: the input (4,) is too small: a layer's output has size (0,).",
        ),
        (
            lambda: effective_receptive_field([np.ones((1, 1, 3))] * 2, 9, stride=[1, 2, 3]),
            ShapeError,
            "effective_receptive_field: stride has 3 entries for 2 layers.",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message
