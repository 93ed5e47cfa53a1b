"""From one size to another: every kernel, stride, padding, dilation and output padding that does it."""

from __future__ import annotations

from typing import NamedTuple

from convlib.shapes import effective_kernel_size, integer, output_size


class Solution(NamedTuple):
    """One axis of a layer. `kind` is "conv" or "conv_transpose"; an ordinary convolution has no output_padding."""

    kind: str
    kernel_size: int
    stride: int
    padding: int
    dilation: int
    output_padding: int


def solve_sizes(
    size: int, wanted: int, *, max_kernel_size: int = 5, max_stride: int = 3, max_dilation: int = 2
) -> list[Solution]:
    """All layers within the bounds that map one size to another, ordinary and transposed.

    Parameters
    ----------
    size, wanted : int
        The input's and the output's size on one axis.
    max_kernel_size, max_stride, max_dilation : int
        The bounds, themselves included. The padding goes up to the kernel's span less one (beyond it outputs see
        nothing but zeros), output_padding up to what is legal: less than stride or dilation. A kernel of
        one has no dilation to choose.

    Returns
    -------
    list of Solution
        (kind, kernel_size, stride, padding, dilation, output_padding), sorted with the simplest first: no output
        padding, no dilation, small strides, small kernels.

    Raises
    ------
    ShapeError
        If a size or a bound is below 1.

    References
    ----------
    Dumoulin and Visin (2016), relationships 14 and 15.

    Examples
    --------
    >>> for solution in solve_sizes(7, 14, max_kernel_size=4, max_stride=2, max_dilation=1)[:4]:
    ...     print(*solution)
    conv_transpose 2 2 0 1 0
    conv_transpose 4 2 1 1 0
    conv_transpose 1 2 0 1 1
    conv_transpose 3 2 1 1 1
    """
    name = "solve_sizes"
    size, wanted = integer(name, "size", size, 1), integer(name, "wanted", wanted, 1)
    kernels = integer(name, "max_kernel_size", max_kernel_size, 1)
    strides = integer(name, "max_stride", max_stride, 1)
    dilations = integer(name, "max_dilation", max_dilation, 1)
    found = []
    for k in range(1, kernels + 1):
        for s in range(1, strides + 1):
            for d in range(1, dilations + 1 if k > 1 else 2):
                span = effective_kernel_size(k, d)
                for p in range(span):
                    found += _conv(size, wanted, k, s, p, d) + _conv_transpose(size, wanted, k, s, p, d)
    return sorted(
        found, key=lambda one: (one.kind, one.output_padding, one.dilation, one.stride, one.kernel_size)
    )


def _conv(size: int, wanted: int, k: int, s: int, p: int, d: int) -> list[Solution]:
    fits = size + 2 * p >= effective_kernel_size(k, d)
    good = fits and output_size(size, k, s, p, d) == wanted
    return [Solution("conv", k, s, p, d, 0)] if good else []


def _conv_transpose(size: int, wanted: int, k: int, s: int, p: int, d: int) -> list[Solution]:
    extra = wanted - ((size - 1) * s + effective_kernel_size(k, d) - 2 * p)
    if not 0 <= extra < max(s, d):
        return []
    return [Solution("conv_transpose", k, s, p, d, extra)]
