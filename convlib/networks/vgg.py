"""VGG: 3×3 convolutions only, in five stages, each followed by pooling."""

from __future__ import annotations

from convlib._checks import check_choice
from convlib.cost import Layer
from convlib.networks._chain import Chain

# Layers per stage; a 1 in the second tuple is a 1×1 convolution at the stage's end (configuration C).
CONFIGURATIONS = {
    "A": (1, 1, 2, 2, 2),
    "B": (2, 2, 2, 2, 2),
    "C": (2, 2, 3, 3, 3),
    "D": (2, 2, 3, 3, 3),
    "E": (2, 2, 4, 4, 4),
}


def vgg(configuration: str = "D", *, size: int = 224, classes: int = 1000) -> list[Layer]:
    """VGG in configuration A to E; D is VGG-16, E is VGG-19.

    Parameters
    ----------
    configuration : {"A", "B", "C", "D", "E"}
        C has 1×1 kernels in the last layer of its stages 3 to 5.
    size, classes : int

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        For another configuration.

    References
    ----------
    Simonyan and Zisserman (2015), tables 1 and 2.

    Examples
    --------
    >>> from convlib.cost import multiply_adds, parameters
    >>> f"{parameters(vgg('D')):,}", f"{multiply_adds(vgg('D')):,}"
    ('138,357,544', '15,470,264,320')
    """
    check_choice("vgg", "configuration", configuration, CONFIGURATIONS)
    net = Chain(3, size, bias=True)
    for stage, (channels, count) in enumerate(zip((64, 128, 256, 512, 512), CONFIGURATIONS[configuration])):
        for n in range(count):
            one = configuration == "C" and stage >= 2 and n == count - 1
            net.conv(channels, 1 if one else 3, padding=0 if one else 1)
        net.pool(2, stride=2)
    rows, columns = net.size
    net.linear(4096, features=512 * rows * columns).linear(4096).linear(classes)
    return net.layers
