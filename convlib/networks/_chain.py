"""Building a list of layers, each fed by the last."""

from __future__ import annotations

from typing import Any

from convlib.cost import Layer, conv_layer, linear_layer, pool_layer


class Chain:
    """A list of layers, and the channels and size with which the next one begins.

    Options given here hold for all convolutions, those given to one for that one.
    """

    def __init__(self, channels: int, size: Any, **options: Any) -> None:
        self.layers: list[Layer] = []
        self.channels = channels
        self.size: Any = size
        self.options = options

    def conv(self, out_channels: int, kernel_size: Any, **options: Any) -> Chain:
        """A convolution."""
        layer = conv_layer(self.channels, out_channels, kernel_size, self.size, **{**self.options, **options})
        return self._went(layer)

    def pool(self, kernel_size: Any, **options: Any) -> Chain:
        """A pooling layer."""
        return self._went(pool_layer(self.channels, kernel_size, self.size, **options))

    def branch(self, channels: int | None = None, size: Any = None) -> Chain:
        """A chain that begins where this one is, and whose layers are off the longest path."""
        return Chain(channels or self.channels, size or self.size, **{**self.options, "on_path": False})

    def linear(self, out_channels: int, *, features: int | None = None, bias: bool = True) -> Chain:
        """A dense layer, on `features` numbers (the channels, as after global pooling)."""
        self.layers.append(linear_layer(features or self.channels, out_channels, bias=bias))
        self.channels = out_channels
        return self

    def _went(self, layer: Layer) -> Chain:
        self.layers.append(layer)
        self.channels, self.size = layer.out_channels, layer.output_size
        return self
