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
from convlib.matrix import block_permutation, conv_matrix, conv_wires, fold, unfold
from convlib.receptive import effective_receptive_field, receptive_field
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
from convlib.solve import solve_sizes
from convlib.transpose import (
    bilinear_kernel,
    conv_transpose,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    icnr,
    insert_zeros,
    overlap_count,
    pixel_shuffle,
)

__all__ = [
    "ShapeError",
    "bilinear_kernel",
    "block_permutation",
    "causal_conv1d",
    "causal_padding",
    "channel_shuffle",
    "choose_method",
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_matrix",
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_wires",
    "depthwise_conv",
    "depthwise_separable_conv",
    "effective_kernel_size",
    "effective_receptive_field",
    "flattened_conv",
    "fold",
    "full_padding",
    "half_padding",
    "icnr",
    "insert_zeros",
    "output_size",
    "overlap_count",
    "pad",
    "pixel_shuffle",
    "pointwise_conv",
    "receptive_field",
    "resolve_padding",
    "same_padding",
    "solve_sizes",
    "spatially_separable_conv",
    "transposed_output_size",
    "unfold",
    "windows",
]
