"""FFT: a convolution is a product of spectra."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array
from convlib.algorithms._blocks import blocks

# Numbers in the spectra that are held at once. For each block of samples the filters are transformed anew, so it is
# large; in those of one sample, of filters and of products only the cache counts.
BLOCK, CHUNK = 2**19, 2**17
PIECE = 8  # a long signal is cut into pieces of about so many kernels: near the least work per sample


def fft(x: Array, weight: Array, stride: Sequence[int], dilation: Sequence[int], groups: int) -> Array:
    """Transform, multiply by the conjugate spectrum of the kernel, transform back.

    All positions are computed and `stride` keeps some; a dilated kernel is written out with its zeros.
    A 1-D signal much longer than the kernel is cut into pieces, whose results are added where they overlap.

    Cost: C_in + C_out·C_in/groups transforms of F log F each, and C_in/groups multiply-adds per frequency.
    Memory: spectra of inputs, at most 2¹⁹ numbers, of filters and of products, at most 2¹⁷ each (or one group's
    input, one filter, and its products);
    for a signal cut in pieces also a copy of x and of the output.
    Error: about √(log₂F)·ε·‖x‖‖w‖ on every output, however small that output is; not for integers.

    References
    ----------
    Mathieu, Henaff and LeCun (2014), section 2; overlap-add in Oppenheim and Schafer (2010), section 8.7.3;
    the error in Higham (2002), section 24.1.
    """
    extent = dilation[0] * (weight.shape[2] - 1) + 1
    piece = fast_length(PIECE * extent)
    if weight.ndim == 3 and x.shape[-1] > 2 * piece:
        out = _overlap_add(x, weight, dilation, groups, piece)
    else:
        out = _correlate(x, weight, dilation, groups, full=False)
    return out[(..., *(slice(None, None, step) for step in stride))]


def in_range(x: Array, weight: Array) -> bool:
    """Whether neither holds NaN or Inf, and no sum on the way can be larger than their dtype holds.

    With F points no number of the spectra's product, nor of the sum of all F that is the way back, is above
    F²·‖x‖·‖w‖.
    """
    points = prod(fast_length(n) for n in x.shape[2:])
    return points**2 * arrays.norm(x) * arrays.norm(weight) < float(arrays.finfo(x.dtype).max)


def _spread(weight: Array, extent: Sequence[int], dilation: Sequence[int]) -> Array:
    """The kernels with their dilation's zeros written out."""
    if set(dilation) == {1}:
        return weight
    spread = arrays.zeros((*weight.shape[: -len(extent)], *extent), weight)
    spread[(..., *(slice(None, None, d) for d in dilation))] = weight
    return spread


def _correlate(x: Array, weight: Array, dilation: Sequence[int], groups: int, full: bool) -> Array:
    """All positions where the kernel lies inside x; or, if `full`, all where it touches x."""
    (samples, _, *size), (c_out, c_group, *taps) = x.shape, weight.shape
    kernel = [d * (k - 1) + 1 for k, d in zip(taps, dilation)]
    reach = [n + k - 1 if full else n for n, k in zip(size, kernel)]
    points = [fast_length(n) for n in reach]
    kept = [n if full else n - k + 1 for n, k in zip(reach, kernel)]
    x = x.reshape(samples, groups, c_group, *size)  # (N, G, I, *S)
    filters = weight.reshape(groups, c_out // groups, c_group, *taps)  # (G, O, I, *K)
    out = arrays.empty((samples, groups, c_out // groups, *kept), x)
    axes = tuple(range(-len(kernel), 0))
    spectrum = c_group * prod(points)  # numbers in the spectrum of one filter, or of one sample's group
    for (g,) in blocks((groups,), spectrum, CHUNK):
        together = spectrum * (g.stop - g.start)
        for (n,) in blocks((samples,), together, BLOCK):
            signal = arrays.fftn(x[n, g], points, axes)  # (N, G, I, *F)
            each = max(together, prod(signal.shape[:2]) * prod(points))  # of a filter, or of its products
            for (some,) in blocks((c_out // groups,), each, CHUNK):
                spread = _spread(filters[g, some], kernel, dilation)
                kernels = arrays.fftn(spread.conj(), points, axes).conj()  # (G, O, I, *F)
                both = arrays.einsum("ngi...,goi...->ngo...", signal, kernels)
                lags = arrays.ifftn(both, points, axes, x.dtype)  # lag −j stands at the end, at F − j
                if full:
                    lags = arrays.roll(lags, [k - 1 for k in kernel], axes)
                out[n, g, some] = lags[(..., *(slice(0, m) for m in kept))]
    return out.reshape(samples, c_out, *kept)


def _overlap_add(x: Array, weight: Array, dilation: Sequence[int], groups: int, points: int) -> Array:
    """Correlate the pieces of a long signal in full, all at once, and add them up where they overlap."""
    (samples, c_in, length), c_out = x.shape, weight.shape[0]
    reach = dilation[0] * (weight.shape[-1] - 1)
    step = points - reach  # so that a piece and its overlap fill one transform
    pieces = -(-length // step)
    filled = arrays.zeros((samples, c_in, pieces * step), x)
    filled[..., :length] = x
    cut = arrays.permute(filled.reshape(samples, c_in, pieces, step), (0, 2, 1, 3))  # (N, P, C_in, step)
    full = _correlate(cut.reshape(samples * pieces, c_in, step), weight, dilation, groups, full=True)
    full = full.reshape(samples, pieces, c_out, points)
    total = arrays.zeros((samples, pieces + 1, c_out, step), x)
    total[:, :-1] += full[..., :step]
    total[:, 1:, :, :reach] += full[..., step:]
    total = arrays.permute(total, (0, 2, 1, 3)).reshape(samples, c_out, -1)  # (N, C_out, (P+1)·step)
    return total[..., reach:length]


def fast_length(n: int) -> int:
    """The least number from n on whose prime factors are 2, 3 and 5: there the FFT is fastest.

    Examples
    --------
    >>> fast_length(97)
    100
    """
    best, five = 2 ** max(0, n - 1).bit_length(), 1
    while five < best:
        odd = five
        while odd < best:
            best = min(best, odd * 2 ** (-(-n // odd) - 1).bit_length())
            odd *= 3
        five *= 5
    return best
