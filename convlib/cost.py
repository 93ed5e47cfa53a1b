"""What a layer costs: parameters, multiply-adds, memory traffic, arithmetic intensity.

Counts are exact integers, from the layer's shape alone. Where papers count differently the docstrings say how.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from convlib._transposed import transposed_sizes
from convlib.shapes import Padding, Pair, ShapeError, integer, per_axis, resolve_padding

Ints = int | Sequence[int]


@dataclass(frozen=True)
class Layer:
    """One layer of a network: its kind, its sizes, and what follows from them.

    Made by `conv_layer`, `conv_transpose_layer`, `pool_layer` and `linear_layer`.

    Attributes
    ----------
    kind : {"conv", "conv_transpose", "pool", "linear"}
    in_channels, out_channels : int
    size, output_size : tuple of int
        Of the spatial axes; () for linear.
    kernel_size, stride, dilation : tuple of int
    padding : tuple of (int, int)
    groups : int
    bias : bool
    norm : bool
        Batch normalisation follows: a scale and a shift for every output channel.
    on_path : bool
        False for a branch that the longest path from input to output doesn't take (a shortcut's projection).
    name : str
    """

    kind: str
    in_channels: int
    out_channels: int
    size: tuple[int, ...] = ()
    output_size: tuple[int, ...] = ()
    kernel_size: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    padding: tuple[Pair, ...] = ()
    dilation: tuple[int, ...] = ()
    groups: int = 1
    bias: bool = False
    norm: bool = False
    on_path: bool = True
    name: str = ""

    @property
    def weights(self) -> int:
        """The kernel's elements: C_out·C_in/groups·ΠK."""
        if self.kind == "pool":
            return 0
        return self.out_channels * self.in_channels // self.groups * prod(self.kernel_size)

    @property
    def parameters(self) -> int:
        """The weights, a bias per output channel, and two numbers per output channel for the normalisation."""
        return self.weights + self.out_channels * (self.bias + 2 * self.norm)

    @property
    def multiply_adds(self) -> int:
        """For one sample: each weight once per place. Padded zeros count, bias and normalisation don't."""
        return self.weights * prod(self.size if self.kind == "conv_transpose" else self.output_size)

    @property
    def elements_moved(self) -> int:
        """For one sample: input, parameters and output, each once: the least that any method moves."""
        read = self.in_channels * prod(self.size) + self.parameters
        return read + self.out_channels * prod(self.output_size)


def conv_layer(
    in_channels: int,
    out_channels: int,
    kernel_size: Ints,
    size: Ints,
    *,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
    bias: bool = False,
    norm: bool = False,
    on_path: bool = True,
    name: str = "conv",
) -> Layer:
    """A convolution as a layer to be counted.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, size : int or tuple of int
        Where both are integers there are two axes, else as many as the tuple has.
    stride, padding, dilation, groups
        As for `conv2d`.
    bias, norm, on_path, name
        See `Layer`.

    Returns
    -------
    Layer

    Raises
    ------
    ShapeError
        If groups doesn't divide the channels, or the kernel doesn't fit.

    Examples
    --------
    >>> layer = conv_layer(3, 64, 7, 224, stride=2, padding=3)
    >>> layer.output_size, layer.parameters, layer.multiply_adds
    ((112, 112), 9408, 118013952)
    """
    layer = _layer("conv", in_channels, out_channels, kernel_size, size, stride, padding, dilation, groups)
    return replace(layer, bias=bias, norm=norm, on_path=on_path, name=name)


def conv_transpose_layer(
    in_channels: int,
    out_channels: int,
    kernel_size: Ints,
    size: Ints,
    *,
    stride: Ints = 1,
    padding: Padding = 0,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    bias: bool = False,
    norm: bool = False,
    name: str = "conv_transpose",
) -> Layer:
    """A transposed convolution as a layer to be counted. Arguments as for `conv_layer` and `conv_transpose2d`.

    Its multiply-adds are those of the stamps: each weight once per *input* place, those that are cut off included.

    Examples
    --------
    >>> layer = conv_transpose_layer(256, 128, 4, 28, stride=2, padding=1)
    >>> layer.output_size, layer.multiply_adds
    ((56, 56), 411041792)
    """
    options = stride, padding, dilation, groups, output_padding
    layer = _layer("conv_transpose", in_channels, out_channels, kernel_size, size, *options)
    return replace(layer, bias=bias, norm=norm, name=name)


def pool_layer(
    channels: int,
    kernel_size: Ints,
    size: Ints,
    *,
    stride: Ints = 1,
    padding: Padding = 0,
    on_path: bool = True,
    name: str = "pool",
) -> Layer:
    """A pooling layer: no parameters, no multiply-adds, but it moves memory and widens the receptive field.

    Examples
    --------
    >>> pool_layer(64, 2, 224, stride=2).output_size
    (112, 112)
    """
    layer = _layer("pool", channels, channels, kernel_size, size, stride, padding, 1, 1)
    return replace(layer, on_path=on_path, name=name)


def linear_layer(in_channels: int, out_channels: int, *, bias: bool = True, name: str = "linear") -> Layer:
    """A dense layer.

    Examples
    --------
    >>> linear_layer(4096, 1000).parameters
    4097000
    """
    c_in, c_out = (integer("linear_layer", "channels", n, 0) for n in (in_channels, out_channels))
    return Layer("linear", c_in, c_out, bias=bias, on_path=False, name=name)


def _layer(
    kind: str,
    in_channels: int,
    out_channels: int,
    kernel_size: Any,
    size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    output_padding: Any = 0,
) -> Layer:
    where = f"{kind}_layer"
    c_in, c_out = (integer(where, "channels", n, 0) for n in (in_channels, out_channels))
    if c_in % integer(where, "groups", groups, 1) or c_out % groups:
        raise ShapeError(f"{where}: groups={groups} must divide C_in={c_in} and C_out={c_out}.")
    rank = max((len(n) for n in (kernel_size, size) if hasattr(n, "__len__")), default=2)
    n, k = per_axis(where, "size", size, rank, 1), per_axis(where, "kernel_size", kernel_size, rank, 1)
    s, d = per_axis(where, "stride", stride, rank, 1), per_axis(where, "dilation", dilation, rank, 1)
    if kind == "conv_transpose":
        more = per_axis(where, "output_padding", output_padding, rank, 0)
        pads, _, out = transposed_sizes(where, n, k, s, d, padding, more, f" (size {n}, kernel {k}).")
    else:
        pads = resolve_padding(padding, n, k, s, d, operation=where)
        out = tuple((i + sum(p) - e * (j - 1) - 1) // t + 1 for i, j, t, e, p in zip(n, k, s, d, pads))
    if min(out) < 1:
        raise ShapeError(
            f"{where}: nothing is left of size {n} under a kernel of {k} (stride {s}, padding {pads}, dilation"
            f" {d}): the output would have size {out}."
        )
    return Layer(kind, c_in, c_out, n, out, k, s, pads, d, groups)


def parameters(layers: Layer | Iterable[Layer]) -> int:
    """How many numbers are learned: weights, biases, and the normalisations' scales and shifts.

    Parameters
    ----------
    layers : Layer or list of Layer

    Returns
    -------
    int

    Examples
    --------
    A standard convolution, and the depthwise and pointwise pair that replaces it.

    >>> parameters(conv_layer(64, 64, 3, 14))
    36864
    >>> parameters([conv_layer(64, 64, 3, 14, groups=64), conv_layer(64, 64, 1, 12)])
    4672
    """
    return sum(layer.parameters for layer in _several(layers))


def multiply_adds(layers: Layer | Iterable[Layer]) -> int:
    """How many multiplications, each with its addition, one sample costs.

    Papers call them MACs, Mult-Adds or (ResNet, ShuffleNet) FLOPs; counted as floating-point operations they are
    twice as many. Bias, normalisation, pooling and activations are not counted.

    Parameters
    ----------
    layers : Layer or list of Layer

    Returns
    -------
    int

    Examples
    --------
    >>> multiply_adds(conv_layer(3, 128, 3, 7))
    86400
    """
    return sum(layer.multiply_adds for layer in _several(layers))


def memory_traffic(layers: Layer | Iterable[Layer], *, batch: int = 1, itemsize: int = 4) -> int:
    """The least number of bytes that must move: every layer's input, parameters and output, once each.

    Parameters
    ----------
    layers : Layer or list of Layer
    batch : int, default 1
        Samples at once; the parameters are read once for all.
    itemsize : int, default 4
        Bytes per number (float32).

    Returns
    -------
    int
        Bytes.

    Examples
    --------
    >>> memory_traffic(conv_layer(3, 128, 3, 7))
    27212
    """
    samples, size = (
        integer("memory_traffic", "batch", batch, 1),
        integer("memory_traffic", "itemsize", itemsize, 1),
    )
    moved = sum(
        samples * (layer.elements_moved - layer.parameters) + layer.parameters for layer in _several(layers)
    )
    return moved * size


def arithmetic_intensity(layers: Layer | Iterable[Layer], *, batch: int = 1, itemsize: int = 4) -> float:
    """Floating-point operations (two per multiply-add) per byte that must move.

    Below a machine's own ratio (its operations per second divided by its bytes per second) memory sets the
    time, above it arithmetic does.

    Parameters
    ----------
    layers, batch, itemsize
        As for `memory_traffic`.

    Returns
    -------
    float

    References
    ----------
    Williams, Waterman and Patterson (2009), Roofline.

    Examples
    --------
    >>> round(arithmetic_intensity(conv_layer(256, 256, 3, 28, padding=1)), 1)
    233.3
    >>> round(arithmetic_intensity(conv_layer(256, 256, 3, 28, padding=1, groups=256)), 1)
    2.2
    """
    layers = _several(layers)
    moved = memory_traffic(layers, batch=batch, itemsize=itemsize)
    return 2 * batch * multiply_adds(layers) / moved if moved else 0.0


def _several(layers: Layer | Iterable[Layer]) -> list[Layer]:
    return [layers] if isinstance(layers, Layer) else list(layers)
