"""MobileNet v1: depthwise separable convolutions, thinned by α and shrunk by ρ."""

from __future__ import annotations

from convlib.cost import Layer
from convlib.networks._chain import Chain

# (output channels, stride) of the 13 pairs. The paper's table 1 prints stride 2 for the last pair's
# depthwise layer at 7×7; the output stays 7×7, so it is 1.
PAIRS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]


def mobilenet(
    *,
    alpha: float = 1.0,
    rho: float = 1.0,
    shallow: bool = False,
    separable: bool = True,
    classes: int = 1000,
    norm: bool = False,
) -> list[Layer]:
    """MobileNet v1, or the same network with standard convolutions.

    Parameters
    ----------
    alpha : float, default 1
        The width multiplier: of the channels that many remain.
    rho : float, default 1
        The resolution multiplier: of 224 pixels that many remain (ρ = 6/7 is 192).
    shallow : bool, default False
        Leave out the five layers of 14×14×512.
    separable : bool, default True
        False makes every pair one standard 3×3 convolution.
    classes : int
    norm : bool, default False
        Count batch normalisation's parameters; the paper's table doesn't, nor biases.

    Returns
    -------
    list of Layer

    References
    ----------
    Howard et al. (2017), tables 1, 4 and 5; "SAME" padding.

    Examples
    --------
    >>> from convlib.cost import multiply_adds, parameters
    >>> f"{parameters(mobilenet()):,}", f"{multiply_adds(mobilenet()):,}"
    ('4,209,088', '568,740,352')
    """
    net = Chain(3, round(224 * rho), padding="same", norm=norm)
    net.conv(round(32 * alpha), 3, stride=2)
    for n, (channels, stride) in enumerate(PAIRS):
        if shallow and 6 <= n <= 10:
            continue
        if separable:
            net.conv(net.channels, 3, stride=stride, groups=net.channels).conv(round(channels * alpha), 1)
        else:
            net.conv(round(channels * alpha), 3, stride=stride)
    net.linear(classes, bias=False)
    return net.layers
