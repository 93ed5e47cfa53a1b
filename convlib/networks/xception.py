"""Xception: Inception taken to its extreme, depthwise separable convolutions with shortcuts."""

from __future__ import annotations

from convlib.cost import Layer
from convlib.networks._chain import Chain


def xception(*, size: int = 299, classes: int = 1000) -> list[Layer]:
    """Xception, entry, middle and exit flow.

    Parameters
    ----------
    size, classes : int

    Returns
    -------
    list of Layer
        A separable convolution is two layers; only the second is normalised.

    References
    ----------
    Chollet (2017), figure 5 and table 3.

    Examples
    --------
    >>> from convlib.cost import parameters
    >>> f"{parameters(xception()):,}"
    '22,855,952'
    """
    net = Chain(3, size, norm=True)
    net.conv(32, 3, stride=2).conv(64, 3)
    for channels in (128, 256, 728):
        _block(net, (channels, channels))
    for _ in range(8):
        for _ in range(3):
            _separable(net, 728)
    _block(net, (728, 1024))
    _separable(net, 1536)
    _separable(net, 2048)
    return net.linear(classes).layers


def _separable(net: Chain, channels: int) -> None:
    net.conv(net.channels, 3, padding=1, groups=net.channels, norm=False).conv(channels, 1)


def _block(net: Chain, channels: tuple[int, int]) -> None:
    """Two separable convolutions and a pooling that halves; a strided 1×1 on the shortcut."""
    shortcut = net.branch()
    for out in channels:
        _separable(net, out)
    net.pool(3, stride=2, padding=1)
    net.layers += shortcut.conv(channels[-1], 1, stride=2).layers
