"""What an output sees: the receptive field of a stack of layers, by arithmetic and by gradients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib._checks import check_elements
from convlib.cost import Layer
from convlib.grad import conv_input
from convlib.shapes import ShapeError, integer, numbers_only, per_axis, resolve_padding


class ReceptiveField(NamedTuple):
    """The inputs that can influence an output, along one axis.

    Attributes
    ----------
    size : int
        How many positions an output sees.
    jump : int
        How far apart neighbouring outputs look: the product of the strides.
    start : float
        The middle of what output 0 sees; position 0 is the input's first.
    padding : int
        How many of the positions that output 0 sees lie before the input.
    """

    size: int
    jump: int
    start: float
    padding: int


def receptive_field(layers: Iterable[Layer | Sequence[Any]], *, axis: int = 0) -> ReceptiveField:
    """The receptive field of a stack of convolutions and poolings.

    Parameters
    ----------
    layers : list of Layer, or of (kernel_size, stride, padding, dilation)
        From the input on. A tuple may leave out its last entries (1, 0, 1); its padding is a number or a
        (start, end) pair. Layers with on_path False are passed over.
    axis : int, default 0
        Which spatial axis, where a Layer has several.

    Returns
    -------
    ReceptiveField
        (size, jump, start, padding)

    Raises
    ------
    ShapeError
        For a transposed convolution: what its outputs see differs from one to the next.

    Notes
    -----
    With jump j before it, a layer adds dilation·(k − 1)·j positions and padding·j before the start, and makes
    the jump j·stride.

    References
    ----------
    Araujo, Norris and Sim (2019), Computing receptive fields of convolutional neural networks.

    Examples
    --------
    >>> receptive_field([(3,), (3,), (3,)])
    ReceptiveField(size=7, jump=1, start=3.0, padding=0)
    >>> receptive_field([(2, 1, (d, 0), d) for d in (1, 2, 4, 8)]).size
    16
    """
    size, jump, padding = 1, 1, 0
    for number, layer in enumerate(layers):
        if isinstance(layer, Layer) and not layer.on_path:
            continue
        k, s, before, d = _of(number, layer, axis) if isinstance(layer, Layer) else _axis(number, layer)
        size += d * (k - 1) * jump
        padding += before * jump
        jump *= s
    return ReceptiveField(size, jump, (size - 1) / 2 - padding, padding)


def _of(number: int, layer: Layer, axis: int) -> tuple[int, int, int, int]:
    who = f"layer {number}, {layer.name}, "
    if layer.kind == "conv_transpose":
        raise ShapeError(
            f"receptive_field: {who}is a transposed convolution, whose outputs see different numbers of inputs."
        )
    if not -len(layer.kernel_size) <= axis < len(layer.kernel_size):
        raise ShapeError(f"receptive_field: axis={axis}, but {who}has {len(layer.kernel_size)} spatial axes.")
    return layer.kernel_size[axis], layer.stride[axis], layer.padding[axis][0], layer.dilation[axis]


def _axis(number: int, layer: Any) -> tuple[int, int, int, int]:
    entries: tuple[Any, ...] = tuple(layer) if hasattr(layer, "__len__") else (layer,)
    if not 1 <= len(entries) <= 4:
        raise ShapeError(
            f"receptive_field: layer {number} must be (kernel_size, stride, padding, dilation), not {layer!r}."
        )
    k, s, p, d = entries + (None, 1, 0, 1)[len(entries) :]
    name = "receptive_field"
    k = integer(name, "kernel_size", k, 1)
    s, d = integer(name, "stride", s, 1), integer(name, "dilation", d, 1)
    (pair,) = numbers_only(f"{name}: layer {number}", [p], (k,), (k,))
    return k, s, pair[0], d


def effective_receptive_field(
    weights: Sequence[Array],
    input_size: int | Sequence[int],
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
) -> Array:
    """How strongly each input moves the output in the middle: the gradient's size, by running it backwards.

    Parameters
    ----------
    weights : list of arrays, shape (C_out, C_in, *K)
        Of the layers, from the input on. Nothing stands between them: the network is linear.
    input_size : int or tuple of int
    stride, padding, dilation : int, or list with an entry per layer
        A number holds for all layers and axes.

    Returns
    -------
    array, shape (*S)
        The absolute gradient of the middle output of all last channels together, averaged over the input's channels.

    Raises
    ------
    ShapeError
        If the layers don't fit each other or the input.

    Notes
    -----
    The theoretical receptive field is where it isn't zero. Within it the gradient falls off like a bell, so the
    effective one is smaller; Luo et al. count the inputs above 4.55 % of the largest.

    References
    ----------
    Luo, Li, Urtasun and Zemel (2016), section 2.

    Examples
    --------
    Three averages of three: 7 inputs are seen, the middle one most.

    >>> import numpy as np
    >>> effective_receptive_field([np.ones((1, 1, 3))] * 3, 9)
    array([0., 1., 3., 6., 7., 6., 3., 1., 0.])
    """
    name = "effective_receptive_field"
    kernels = arrays.as_arrays(name, **{f"weights[{n}]": weight for n, weight in enumerate(weights)})
    if not kernels or any(weight.ndim != kernels[0].ndim or weight.ndim < 3 for weight in kernels):
        raise ShapeError(
            f"{name}: weights needs at least one weight (C_out, C_in, *K), all with the same axes."
        )
    rank = kernels[0].ndim - 2
    options = [
        _each(name, what, value, len(kernels))
        for what, value in (("stride", stride), ("padding", padding), ("dilation", dilation))
    ]
    shapes = [(kernels[0].shape[1], *per_axis(name, "input_size", input_size, rank, 1))]
    for weight, s, p, d in zip(kernels, *options):
        (c_in, *size), (c_out, c_weight, *kernel) = shapes[-1], weight.shape
        if c_in != c_weight:
            raise ShapeError(f"{name}: a layer of {c_weight} input channels follows one that has {c_in}.")
        steps, spread = per_axis(name, "stride", s, rank, 1), per_axis(name, "dilation", d, rank, 1)
        pads = resolve_padding(p, size, kernel, steps, spread, operation=name)
        axes = zip(size, kernel, steps, pads, spread)
        out = [(n + sum(q) - e * (k - 1) - 1) // t + 1 for n, k, t, q, e in axes]
        shapes.append((c_out, *out))
        check_elements(name, "output of a layer", shapes[-1])
        if min(out) < 1:
            raise ShapeError(
                f"{name}: the input {shapes[0][1:]} is too small: a layer's output has size {tuple(out)}."
            )
    gradient = arrays.zeros(shapes[-1], kernels[-1] * 1.0)
    gradient[(slice(None), *(n // 2 for n in shapes[-1][1:]))] = 1
    for shape, weight, s, p, d in reversed(list(zip(shapes, kernels, *options))):
        gradient = conv_input(shape, weight, gradient, s, p, d)
    return abs(gradient).mean(0)


def _each(name: str, what: str, value: Any, count: int) -> list[Any]:
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(values) != count:
        raise ShapeError(f"{name}: {what} has {len(values)} entries for {count} layers.")
    return values
