"""Direct: one kernel tap at a time, for all outputs at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array


def direct(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Add up one shifted input per kernel tap, each mixed by that tap's channel matrix.

    Cost: all multiply-adds, no copy. Memory: one product the size of the output.
    Error: about √n·ε·Σ|x||w| with n = C_in/groups·ΠK products, and n·ε·Σ|x||w| at the very worst.

    References
    ----------
    Dumoulin and Visin (2016), section 1.1; the error in Higham (2002), section 3.1, and Higham and Mary (2019).
    """
    (samples, *_), (c_out, c_group, *kernel) = x.shape, weight.shape
    taps = arrays.sliding_windows(x, kernel, stride, dilation)  # (N, C_in, *S_out, *K)
    size = taps.shape[2 : x.ndim]
    filters = weight.reshape(groups, c_out // groups, *weight.shape[1:])  # (G, O, I, *K)
    out = arrays.zeros((samples, groups, c_out // groups, *size), x)
    for tap in np.ndindex(*kernel):
        shifted = taps[(..., *tap)].reshape(samples, groups, c_group, *size)  # (N, G, I, *S_out)
        out += arrays.einsum("ngi...,goi->ngo...", shifted, filters[(..., *tap)])
    return out.reshape(samples, c_out, *size)
