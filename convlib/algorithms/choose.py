"""Which method is fastest: an estimate of each one's time from the shapes."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2, prod
from typing import Any

from convlib.algorithms.fft import PIECE, fast_length
from convlib.algorithms.toeplitz import band_height
from convlib.shapes import integer, output_size, per_axis, resolve_padding

# Nanoseconds in float32 on two cores of an Intel Xeon (Sapphire Rapids), fitted to the layers of
# benchmarks/layers.py. Only their ratios decide, and where the two methods are close it matters little.
PER_MULTIPLY_ADD = 0.02  # in a large matrix product
PER_BANDED = 0.04  # in the small products of the Toeplitz method
PER_COPIED = (
    0.45  # a number of the columns, written and read; twice that if its neighbours are not next to it
)
PER_RUN = 4  # numbers that lie side by side, copied in one go
PER_BUTTERFLY = 0.85  # per number and log2 of the transform's length
ONCE = {"gemm": 1e4, "toeplitz": 3e4, "fft": 1e5}  # before the first number
PER_FREQUENCY = 3.0  # a complex multiply-add between spectra


def choose_method(
    x_shape: Sequence[int],
    weight_shape: Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> str:
    """The method that ``method="auto"`` takes for NumPy arrays of these shapes.

    It is "gemm", "toeplitz" or "fft". The others stay to be named: "direct" is never the fastest by much, and the
    Winograd methods gain at most a third on the layers measured, for an error that is up to 30 times larger.
    Integers always take "gemm"; so do inputs with NaN or Inf, which the other two would spread.

    Parameters
    ----------
    x_shape : tuple of int
        (N, C_in, *S)
    weight_shape : tuple of int
        (C_out, C_in/groups, *K)
    stride, padding, dilation, groups : as in `conv`

    Returns
    -------
    str

    References
    ----------
    The idea of a chooser is that of `scipy.signal.choose_conv_method`; constants: benchmarks/README.md.

    Examples
    --------
    >>> choose_method((1, 256, 56, 56), (256, 256, 3, 3), padding=1)
    'gemm'
    >>> choose_method((1, 96, 56, 56), (96, 1, 7, 7), padding=3, groups=96)
    'toeplitz'
    >>> choose_method((1, 64, 56, 56), (64, 1, 31, 31), padding=15, groups=64)
    'fft'
    """
    operation = "choose_method"
    kernel = tuple(weight_shape[2:])
    steps = per_axis(operation, "stride", stride, len(kernel), 1)
    spread = per_axis(operation, "dilation", dilation, len(kernel), 1)
    pads = resolve_padding(padding, x_shape[2:], kernel, steps, spread, operation=operation)
    padded = [low + n + high for n, (low, high) in zip(x_shape[2:], pads)]
    groups = integer(operation, "groups", groups, 1)
    times = estimated_times((*x_shape[:2], *padded), weight_shape, steps, spread, groups)
    return min(times, key=lambda method: times[method])


def estimated_times(
    x_shape: Sequence[int],
    weight_shape: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> dict[str, float]:
    """Nanoseconds that each method may take for an x that is padded already."""
    (samples, c_in, *size), (c_out, c_group, *kernel) = x_shape, weight_shape
    extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    *_, length = out = [output_size(n, k, s) for n, k, s in zip(size, extent, stride)]
    positions = samples * prod(out)
    columns = c_group * prod(kernel) * positions
    multiply_adds = columns * c_out
    apart = 2 if stride[-1] > 1 else 1
    gemm = PER_MULTIPLY_ADD * multiply_adds + (apart * PER_COPIED + PER_RUN / length) * groups * columns
    *shifts, down, along = [*[1] * (2 - len(kernel)), *kernel]
    step, spread = ([1, *of][-2] for of in (stride, dilation))
    band = band_height([1, *out][-2], length)
    below = (band - 1) * step + spread * (down - 1) + 1  # input rows that a band of so many output rows reads
    bands = c_group * prod(shifts) * along * below * positions
    toeplitz = PER_BANDED * bands * c_out + (apart * PER_COPIED + PER_RUN / length) * groups * bands * step / below

    points = [fast_length(n) for n in size]
    if len(kernel) == 1 and size[0] > 2 * fast_length(PIECE * extent[0]):
        points = [fast_length(PIECE * extent[0])]
        samples *= -(-size[0] // (points[0] - extent[0] + 1))
    numbers = prod(points)
    transforms = samples * c_in + c_out * c_group + samples * c_out
    frequencies = samples * c_out * c_group * numbers / 2
    fft = PER_BUTTERFLY * transforms * numbers * log2(numbers + 1) + PER_FREQUENCY * frequencies
    times = {"gemm": gemm, "toeplitz": toeplitz, "fft": fft}
    return {method: ONCE[method] + time for method, time in times.items()}
