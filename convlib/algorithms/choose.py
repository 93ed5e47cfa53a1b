"""Which method is fastest: an estimate of each one's time from the shapes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log2, prod
from typing import Any

from convlib.algorithms.fft import PIECE, fast_length
from convlib.algorithms.toeplitz import band_height
from convlib.shapes import Pair, ShapeError, integer, output_size, per_axis, resolve_padding

# Nanoseconds in float32 on two cores of an AMD EPYC, fitted to the layers of benchmarks/layers.py and to depthwise and
# grouped ones beside them. Only their ratios decide, and where two methods are close it matters little.
PER_MULTIPLY_ADD = 0.012  # in a large matrix product
PER_BANDED = 0.034  # in the small products of the Toeplitz method
PER_COPIED = 0.12  # a number of the columns, written and read
APART = 3  # times that, if a stride keeps the numbers of a row apart
# Numbers that lie side by side, copied in one go; and their product's call.
PER_ROW = {"gemm": 2.3, "toeplitz": 5.5}
PER_BUTTERFLY = 0.35  # per number and log2 of the transform's length
PER_FREQUENCY = 3.5  # a complex multiply-add between spectra
TORCHS_FFT = 0.6  # of that time, where torch takes the transforms
# torch's own multiply-add on the CPU. Its general program computes several filters of a group at once: with few of
# them most of the processor idles. Its program for small kernels and many channels is left at LARGE taps.
PER_TAP = 0.3
PER_WIDE_TAP = 0.0175
LARGE_DEPTHWISE, LARGE = 15, 19
LEAST_KERNEL = 5  # below it the FFT is never worth a thought
WORTH_ON_GPU = 2e9  # multiply-adds: an estimate, not measured
ONCE = {"gemm": 1e4, "toeplitz": 3e4, "fft": 1e5}  # before the first number


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
    Winograd methods gain at most two fifths on the layers measured, for an error that is up to 30 times larger.
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

    Raises
    ------
    ShapeError
        Where the shapes don't fit each other.

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
    if len(x_shape) != len(weight_shape) or not kernel:
        raise ShapeError(
            f"{operation}: x_shape must be (N, C_in, *S) and weight_shape (C_out, C_in/groups, *K) with as many axes,"
            f" but they are {tuple(x_shape)} and {tuple(weight_shape)}."
        )
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
    out = [output_size(n, k, s) for n, k, s in zip(size, extent, stride)]
    positions, number = samples * prod(out), PER_COPIED * (APART if stride[-1] > 1 else 1)
    copied = {method: number + row / out[-1] for method, row in PER_ROW.items()}
    columns = c_group * prod(kernel) * positions
    gemm = PER_MULTIPLY_ADD * columns * c_out + copied["gemm"] * groups * columns

    rows, step, down, reach = 1, 1, 1, 1
    if len(kernel) > 1:
        rows, step, down, reach = out[-2], stride[-2], kernel[-2], extent[-2]
    below = (band_height(rows, out[-1]) - 1) * step + reach  # input rows that a band of output rows reads
    bands = columns // down * below
    toeplitz = PER_BANDED * bands * c_out + copied["toeplitz"] * groups * columns // down * step

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


@lru_cache(maxsize=1024)
def fft_beats_torch(
    x_shape: Sequence[int],
    weight_shape: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[Pair],
    dilation: Sequence[int],
    groups: int,
    cpu: bool,
) -> bool:
    """Whether the FFT should be faster than torch's own convolution; one entry per axis.

    Measured on the CPU (benchmarks/results/torch_cpu.md). On other devices only for depthwise layers that are so large
    that a program without a method for them must be slow.

    Examples
    --------
    >>> for k in (13, 15):
    ...     fft_beats_torch((1, 64, 64, 64), (64, 1, k, k), (1, 1), ((7, 7), (7, 7)), (1, 1), 64, cpu=True)
    False
    True
    """
    (samples, c_in, *size), (c_out, c_group, *kernel) = x_shape, weight_shape
    if max(kernel) < LEAST_KERNEL:
        return False
    size = [low + n + high for n, (low, high) in zip(size, padding)]
    out = [output_size(n, k, s, 0, d) for n, k, s, d in zip(size, kernel, stride, dilation)]
    multiply_adds = samples * prod(out) * c_out * c_group * prod(kernel)
    if not cpu:
        return c_out == groups and min(kernel) > 30 and multiply_adds > WORTH_ON_GPU
    times = estimated_times((samples, c_in, *size), weight_shape, stride, dilation, groups)
    return (
        TORCHS_FFT * times["fft"] < _torchs_tap(c_out // groups, c_group, groups, max(kernel)) * multiply_adds
    )


def _torchs_tap(filters: int, c_group: int, groups: int, kernel: int) -> float:
    """Nanoseconds of a multiply-add in torch's own convolution on the CPU; 0 where its program is a good one."""
    if filters == c_group == 1 and groups > 1:
        return PER_TAP if kernel >= LARGE_DEPTHWISE else 0
    if filters >= 16 or (groups > 1 and min(filters, c_group) >= 4):
        return PER_WIDE_TAP if kernel >= LARGE and c_group >= 4 else 0
    return PER_TAP / filters / (1 if groups > 1 else 2)
