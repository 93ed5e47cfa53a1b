"""AlexNet: the network whose groups were two graphics cards."""

from __future__ import annotations

from convlib.cost import Layer
from convlib.networks._chain import Chain


def alexnet(*, groups: int = 2, size: int = 227, classes: int = 1000) -> list[Layer]:
    """AlexNet of 2012, with its two groups, or with one.

    Parameters
    ----------
    groups : int, default 2
        Of the second, fourth and fifth convolution. The third sees both cards.
    size : int, default 227
        The paper says 224; its sizes work out with 227 (or with padding).
    classes : int

    Returns
    -------
    list of Layer

    References
    ----------
    Krizhevsky, Sutskever and Hinton (2012), section 3.5.

    Examples
    --------
    >>> from convlib.cost import parameters
    >>> f"{parameters(alexnet()):,}", f"{parameters(alexnet(groups=1)):,}"
    ('60,965,224', '62,378,344')
    """
    net = Chain(3, size, bias=True)
    net.conv(96, 11, stride=4).pool(3, stride=2)
    net.conv(256, 5, padding=2, groups=groups).pool(3, stride=2)
    net.conv(384, 3, padding=1)
    net.conv(384, 3, padding=1, groups=groups)
    net.conv(256, 3, padding=1, groups=groups).pool(3, stride=2)
    rows, columns = net.size
    net.linear(4096, features=256 * rows * columns).linear(4096).linear(classes)
    return net.layers
