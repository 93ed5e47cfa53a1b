"""DeepLab v1: VGG-16 turned into a segmentation network, its first dense layer a dilated convolution."""

from __future__ import annotations

from convlib.cost import Layer
from convlib.networks._chain import Chain


def deeplab(
    kernel_size: int = 7, dilation: int = 4, *, channels: int = 4096, size: int = 321, classes: int = 21
) -> list[Layer]:
    """DeepLab v1 with the "field of view" that kernel_size and dilation give its layer fc6.

    Parameters
    ----------
    kernel_size, dilation : int
        Of fc6: 7 and 4 in the first version, 3 and 12 in LargeFOV.
    channels : int, default 4096
        Of fc6 and fc7: 1024 in LargeFOV.
    size, classes : int

    Returns
    -------
    list of Layer

    References
    ----------
    Chen et al. (2015), Semantic image segmentation with deep convolutional nets and fully connected CRFs, table 2.

    Examples
    --------
    >>> from convlib.cost import parameters
    >>> f"{parameters(deeplab(3, 12, channels=1024)) / 1e6:.1f} M"
    '20.5 M'
    """
    net = Chain(3, size, bias=True)
    for width, count, spread, stride in (
        (64, 2, 1, 2),
        (128, 2, 1, 2),
        (256, 3, 1, 2),
        (512, 3, 1, 1),
        (512, 3, 2, 1),
    ):
        for _ in range(count):
            net.conv(width, 3, padding=spread, dilation=spread)
        net.pool(3, stride=stride, padding=1)
    net.conv(channels, kernel_size, padding="same", dilation=dilation)
    net.conv(channels, 1).conv(classes, 1)
    return net.layers
