"""convlib: every convolution of deep learning, in NumPy, and from the same definition on torch tensors."""

from convlib.algorithms import choose_method
from convlib.conv import conv, conv1d, conv2d, conv3d, pad, windows
from convlib.kinds import (
    causal_conv1d,
    channel_shuffle,
    depthwise_conv,
    depthwise_separable_conv,
    flattened_conv,
    pointwise_conv,
    spatially_separable_conv,
)
from convlib.shapes import (
    ShapeError,
    causal_padding,
    effective_kernel_size,
    full_padding,
    half_padding,
    output_size,
    resolve_padding,
    same_padding,
    transposed_output_size,
)

__all__ = [
    "ShapeError",
    "causal_conv1d",
    "causal_padding",
    "channel_shuffle",
    "choose_method",
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "depthwise_conv",
    "depthwise_separable_conv",
    "effective_kernel_size",
    "flattened_conv",
    "full_padding",
    "half_padding",
    "output_size",
    "pad",
    "pointwise_conv",
    "resolve_padding",
    "same_padding",
    "spatially_separable_conv",
    "transposed_output_size",
    "windows",
]
