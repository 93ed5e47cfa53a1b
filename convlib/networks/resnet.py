"""ResNet and ResNeXt: bottlenecks of 1×1, 3×3 and 1×1 with a shortcut around them."""

from __future__ import annotations

from convlib._checks import check_choice
from convlib.cost import Layer
from convlib.networks._chain import Chain

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def resnet(depth: int = 50, *, stride_in: str = "3x3", size: int = 224, classes: int = 1000) -> list[Layer]:
    """ResNet with bottlenecks.

    Parameters
    ----------
    depth : {50, 101, 152}
    stride_in : {"3x3", "1x1"}
        Where a stage's first block has its stride: in the 3×3 (torchvision), or in the first 1×1 (the paper).
    size, classes : int

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        For another depth or place of the stride.

    References
    ----------
    He, Zhang, Ren and Sun (2016), table 1 and section 3.3.

    Examples
    --------
    >>> from convlib.cost import multiply_adds, parameters
    >>> f"{parameters(resnet()):,}", f"{multiply_adds(resnet()):,}"
    ('25,557,032', '4,089,184,256')
    """
    return _bottlenecks("resnet", depth, stride_in, 64, 1, size, classes)


def resnext(
    depth: int = 50, *, groups: int = 32, width: int = 4, size: int = 224, classes: int = 1000
) -> list[Layer]:
    """ResNeXt: ResNet whose 3×3 convolution is grouped ("cardinality") and wider.

    Parameters
    ----------
    depth : {50, 101, 152}
    groups : int, default 32
        The cardinality C.
    width : int, default 4
        Channels per group d in the first stage: 32×4d.
    size, classes : int

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        For another depth.

    References
    ----------
    Xie et al. (2017), table 1.

    Examples
    --------
    >>> from convlib.cost import parameters
    >>> f"{parameters(resnext()):,}"
    '25,028,904'
    """
    return _bottlenecks("resnext", depth, "3x3", groups * width, groups, size, classes)


def _bottlenecks(
    name: str, depth: int, stride_in: str, inner: int, groups: int, size: int, classes: int
) -> list[Layer]:
    check_choice(name, "depth", depth, BLOCKS)
    check_choice(name, "stride_in", stride_in, ("3x3", "1x1"))
    net = Chain(3, size, norm=True)
    net.conv(64, 7, stride=2, padding=3).pool(3, stride=2, padding=1)
    for stage, count in enumerate(BLOCKS[depth]):
        middle, out = inner * 2**stage, 256 * 2**stage
        for block in range(count):
            stride = 2 if stage and not block else 1
            first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
            shortcut = net.branch()
            net.conv(middle, 1, stride=first).conv(middle, 3, stride=second, padding=1, groups=groups)
            net.conv(out, 1)
            if not block:
                net.layers += shortcut.conv(out, 1, stride=stride).layers
    net.linear(classes)
    return net.layers
