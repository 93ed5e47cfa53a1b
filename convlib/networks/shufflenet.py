"""ShuffleNet: pointwise grouped convolutions, a channel shuffle between them, and its second version."""

from __future__ import annotations

from convlib._checks import check_choice
from convlib.cost import Layer
from convlib.networks._chain import Chain

WIDTHS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}  # channels of stage 2 by groups: table 1
WIDTHS_V2 = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}


def shufflenet(groups: int = 3, *, size: int = 224, classes: int = 1000) -> list[Layer]:
    """ShuffleNet v1 at width 1×.

    Parameters
    ----------
    groups : {1, 2, 3, 4, 8}
        Of the pointwise convolutions; the first of stage 2 is not grouped, as its input has few channels.
    size, classes : int

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        For other groups.

    References
    ----------
    Zhang, Zhou, Lin and Sun (2018), table 1 and figure 2.

    Examples
    --------
    >>> from convlib.cost import multiply_adds
    >>> f"{multiply_adds(shufflenet(3)[:-1]):,}"
    '136,500,672'
    """
    check_choice("shufflenet", "groups", groups, WIDTHS)
    net = Chain(3, size, norm=True)
    net.conv(24, 3, stride=2, padding=1).pool(3, stride=2, padding=1)
    for stage, count in enumerate((4, 8, 4)):
        width = WIDTHS[groups] * 2**stage
        for unit in range(count):
            # the strided unit's shortcut is pooled and concatenated, so its branch makes fewer channels
            stride, made = (1, width) if unit else (2, width - net.channels)
            first = 1 if stage == 0 and unit == 0 else groups
            net.conv(width // 4, 1, groups=first)
            net.conv(width // 4, 3, stride=stride, padding=1, groups=width // 4)
            net.conv(made, 1, groups=groups)
            net.channels = width
    return net.linear(classes).layers


def shufflenet_unit(
    channels: int, bottleneck: int, size: int, *, groups: int = 1, kind: str = "shufflenet"
) -> list[Layer]:
    """One unit with its three convolutions, for the paper's comparison of costs.

    Parameters
    ----------
    channels, bottleneck, size : int
        c, m, and h = w.
    groups : int
    kind : {"resnet", "resnext", "shufflenet"}
        hw(2cm + 9m²), hw(2cm + 9m²/g), hw(2cm/g + 9m) multiply-adds.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        For another kind.

    References
    ----------
    Zhang, Zhou, Lin and Sun (2018), section 3.2.

    Examples
    --------
    >>> from convlib.cost import multiply_adds
    >>> [multiply_adds(shufflenet_unit(240, 60, 28, groups=3, kind=kind)) for kind in ("resnet", "resnext", "shufflenet")]
    [47980800, 31046400, 7949760]
    """
    check_choice("shufflenet_unit", "kind", kind, ("resnet", "resnext", "shufflenet"))
    outer = groups if kind == "shufflenet" else 1
    inner = {"resnet": 1, "resnext": groups, "shufflenet": bottleneck}[kind]
    net = Chain(channels, size, norm=True)
    net.conv(bottleneck, 1, groups=outer).conv(bottleneck, 3, padding=1, groups=inner)
    return net.conv(channels, 1, groups=outer).layers


def shufflenet_v2(width: float = 1.0, *, size: int = 224, classes: int = 1000) -> list[Layer]:
    """ShuffleNet v2: split the channels, convolve one half, concatenate, shuffle.

    Parameters
    ----------
    width : {0.5, 1.0, 1.5, 2.0}
    size, classes : int

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        For another width.

    References
    ----------
    Ma, Zhang, Zheng and Sun (2018), table 5 and figure 3.

    Examples
    --------
    >>> from convlib.cost import parameters
    >>> f"{parameters(shufflenet_v2(1.0)):,}"
    '2,278,604'
    """
    check_choice("shufflenet_v2", "width", width, WIDTHS_V2)
    *stages, last = WIDTHS_V2[width]
    net = Chain(3, size, norm=True)
    net.conv(24, 3, stride=2, padding=1).pool(3, stride=2, padding=1)
    for channels, count in zip(stages, (4, 8, 4)):
        half = channels // 2
        for unit in range(count):
            stride = 1 if unit else 2
            if not unit:  # the strided unit convolves both halves
                other = net.branch().conv(net.channels, 3, stride=2, padding=1, groups=net.channels)
                net.layers += other.conv(half, 1).layers
            else:
                net.channels = half
            net.conv(half, 1).conv(half, 3, stride=stride, padding=1, groups=half).conv(half, 1)
            net.channels = channels
    return net.conv(last, 1).linear(classes).layers
