"""Inception-v3: modules of parallel branches, their large kernels factorised into small and into flat ones."""

from __future__ import annotations

from typing import Any

from convlib.cost import Layer
from convlib.networks._chain import Chain

Branch = list[tuple[int, Any]]  # (output channels, kernel size) one after another


def inception_v3(*, size: int = 299, classes: int = 1000) -> list[Layer]:
    """Inception-v3 without its auxiliary classifier.

    Parameters
    ----------
    size, classes : int

    Returns
    -------
    list of Layer
        On the path is, of each module, a branch that sees most.

    References
    ----------
    Szegedy et al. (2016), table 1 and figures 5 to 7 and 10.

    Examples
    --------
    >>> from convlib.receptive import receptive_field
    >>> receptive_field(inception_v3()).size
    1311
    """
    net = Chain(3, size, norm=True)
    net.conv(32, 3, stride=2).conv(32, 3).conv(64, 3, padding=1).pool(3, stride=2)
    net.conv(80, 1).conv(192, 3).pool(3, stride=2)
    for pooled in (32, 64, 64):
        _module(net, [(64, 1), (96, 3), (96, 3)], [[(64, 1)], [(48, 1), (64, 5)], [(pooled, 1)]])
    _module(net, [(64, 1), (96, 3), (96, 3)], [[(384, 3)]], stride=2)
    for c in (128, 160, 160, 192):
        down, across = (7, 1), (1, 7)
        long: Branch = [(c, 1), (c, down), (c, across), (c, down), (192, across)]
        _module(net, long, [[(192, 1)], [(c, 1), (c, across), (192, down)], [(192, 1)]])
    _module(net, [(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3)], [[(192, 1), (320, 3)]], stride=2)
    for _ in range(2):
        split: list[Branch] = [[(384, (1, 3))], [(384, (3, 1))]]
        _module(net, [(448, 1), (384, 3), (384, (3, 1))], [[(320, 1)], [(192, 1)]], split)
    return net.linear(classes).layers


def _module(
    net: Chain, longest: Branch, others: list[Branch], split: list[Branch] | None = None, stride: int = 1
) -> None:
    """Branches side by side, their channels concatenated; with a stride the input is pooled beside them."""
    channels, size = net.channels, net.size
    out = sum(branch[-1][0] for branch in others) + longest[-1][0] + (channels if stride > 1 else 0)
    for branch in others:
        net.layers += _run(net.branch(channels, size), branch, stride).layers
    if split:  # both flat kernels stand after the same layer, in two branches: four outputs of 384 channels
        other = _run(net.branch(channels, size), [(384, 1)], 1)
        net.layers += other.layers
        for branch in split:
            net.layers += _run(other.branch(), branch, 1).layers
        out += sum(branch[-1][0] for branch in split) + longest[-1][0]
    _run(net, longest, stride)
    if split:
        last = net.branch(longest[-2][0], size)
        net.layers += last.conv(longest[-1][0], (1, 3), padding=(0, 1)).layers
    net.channels = out


def _run(chain: Chain, branch: Branch, stride: int) -> Chain:
    """Its layers in turn, padded to keep the size; with a stride the last one strides, without padding."""
    for n, (channels, kernel) in enumerate(branch):
        k = (kernel, kernel) if isinstance(kernel, int) else kernel
        if stride > 1 and n == len(branch) - 1:
            chain.conv(channels, k, stride=stride)
        else:
            chain.conv(channels, k, padding=tuple(length // 2 for length in k))
    return chain
